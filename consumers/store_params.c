/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters are written one after the other into one buffer; where each one
 * begins is kept, since the buffer may move while it grows.
 */
#include <string.h>

#include "pgbinary.h"
#include "store_internal.h"

void params_reset(struct params *params)
{
    mh_buf_reset(&params->buf);
    params->count = 0;
}

static void begin(struct params *params)
{
    params->lent[params->count] = NULL;
    params->starts[params->count] = params->buf.len;
}

void params_end(struct params *params)
{
    params->lens[params->count] =
        (int)(params->buf.len - params->starts[params->count]);
    params->count++;
}

void params_array(struct params *params, uint32_t oid, int count)
{
    begin(params);
    pg_array_begin(&params->buf, oid, count, false);
}

void params_array_of_nullable(struct params *params, uint32_t oid, int count)
{
    begin(params);
    pg_array_begin(&params->buf, oid, count, true);
}

void params_int8_array(struct params *params, const int64_t *values, int count)
{
    params_array(params, PG_OID_INT8, count);
    for (int i = 0; i < count; i++) {
        pg_put_int8(&params->buf, values[i]);
    }
    params_end(params);
}

void params_bytes(struct params *params, const void *bytes, size_t len)
{
    begin(params);
    mh_buf_put(&params->buf, bytes, len);
    params_end(params);
}

void params_lent(struct params *params, const void *bytes, size_t len)
{
    begin(params);
    params->lent[params->count] = bytes;
    params->lens[params->count++] = (int)len;
}

void params_text(struct params *params, const char *text)
{
    if (text == NULL) {
        params_null(params);
    } else {
        params_bytes(params, text, strlen(text));
    }
}

void params_int4(struct params *params, int32_t value)
{
    uint32_t bytes = __builtin_bswap32((uint32_t)value);

    params_bytes(params, &bytes, sizeof bytes);
}

void params_int8(struct params *params, int64_t value)
{
    uint64_t bytes = __builtin_bswap64((uint64_t)value);

    params_bytes(params, &bytes, sizeof bytes);
}

void params_null(struct params *params)
{
    begin(params);
    params->lens[params->count++] = -1;
}
