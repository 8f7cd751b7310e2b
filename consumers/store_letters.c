/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dead letters of a batch, each with the record as it came. Header names are
 * written byte by byte as JSON escapes, values in hexadecimal: whatever the
 * bytes are, nothing is lost and nothing can break the row.
 */
#include "kafka_headers.h"
#include "pgbinary.h"
#include "store_internal.h"

/* No letter may hold up its partition: headers that fill more than half of
 * what a statement may have are the one thing that is not kept. */
static const char LOST_HEADERS[] =
    "[{\"name\": \"mahalle: more than 16 MiB of headers were not kept\"}]";

static void put_bytes(struct params *params, const uint8_t *bytes, size_t len)
{
    if (bytes == NULL) {
        params_null(params);
    } else {
        params_lent(params, bytes, len);
    }
}

/* jsonb in binary form is its text behind a version byte. */
static void put_json(struct params *params, const char *text)
{
    params->starts[params->count] = params->buf.len;
    mh_buf_byte(&params->buf, 1);
    mh_buf_text(&params->buf, text);
    params_end(params);
}

static enum mh_code add_letter(struct store *store, const struct letter *letter,
                               struct mh_err *err)
{
    const struct message *message = letter->message;
    struct params *params = &store->params;
    int64_t at =
        (int64_t)__builtin_bswap64((uint64_t)pg_timestamp(message->at_ms));
    struct mh_buf headers;
    enum mh_code code;

    mh_buf_init(&headers, STORE_PARAM_BYTES_MAX / 2);
    kafka_headers_json(message, &headers);
    if (headers.failed) {
        mh_buf_reset(&headers);
        headers.failed = false;
        mh_buf_text(&headers, LOST_HEADERS);
    }
    params_reset(params);
    params_text(params, store->topic);
    params_int4(params, message->partition);
    params_int8(params, message->offset);
    params_text(params, letter->event_type);
    put_bytes(params, letter->event_id, 16);
    params_text(params, letter->agency_code);
    params_text(params, mh_code_name(letter->reason));
    params_text(params, letter->pointer);
    put_json(params, letter->detail);
    params_bytes(params, &at, sizeof at);
    put_bytes(params, message->key, message->key_len);
    put_bytes(params, message->value, message->value_len);
    put_json(params, mh_buf_string(&headers));
    code = store_run(store, "add_dead_letter", NULL, NULL, err);
    mh_buf_fini(&headers);
    return code;
}

enum mh_code store_write_letters(struct store *store, const struct batch *batch,
                                 struct mh_err *err)
{
    enum mh_code code = MH_OK;

    for (int i = 0; i < batch->count && code == MH_OK; i++) {
        if (batch->letters[i] != NULL) {
            code = add_letter(store, batch->letters[i], err);
        }
    }
    return code;
}
