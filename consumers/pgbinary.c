/* SPDX-License-Identifier: Apache-2.0 */
/* Big-endian throughout; a failed buffer swallows everything that follows. */
#include "pgbinary.h"

#include <string.h>

enum { EPOCH_DAYS = 10957 }; /* 1970-01-01 to 2000-01-01 */

static const int64_t DAY_MS = INT64_C(86400000);

int32_t pg_date(int64_t unix_day)
{
    return (int32_t)(unix_day - EPOCH_DAYS);
}

int64_t pg_timestamp(int64_t unix_ms)
{
    return (unix_ms - EPOCH_DAYS * DAY_MS) * 1000;
}

int64_t pg_unix_day(int32_t date)
{
    return (int64_t)date + EPOCH_DAYS;
}

static inline uint8_t *write2(uint8_t *to, uint16_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
    return to + 2;
}

static inline uint8_t *write4(uint8_t *to, uint32_t value)
{
    value = __builtin_bswap32(value);
    memcpy(to, &value, sizeof value);
    return to + 4;
}

static inline uint8_t *write8(uint8_t *to, uint64_t value)
{
    value = __builtin_bswap64(value);
    memcpy(to, &value, sizeof value);
    return to + 8;
}

void pg_put_null(struct mh_buf *buf)
{
    uint8_t *to = mh_buf_grow(buf, 4);

    if (to != NULL) {
        (void)write4(to, UINT32_MAX);
    }
}

void pg_put_bool(struct mh_buf *buf, bool value)
{
    uint8_t *to = mh_buf_grow(buf, 5);

    if (to != NULL) {
        *write4(to, 1) = value;
    }
}

void pg_put_int2(struct mh_buf *buf, int32_t value)
{
    uint8_t *to = mh_buf_grow(buf, 6);

    if (to != NULL) {
        (void)write2(write4(to, 2), (uint16_t)value);
    }
}

void pg_put_int4(struct mh_buf *buf, int32_t value)
{
    uint8_t *to = mh_buf_grow(buf, 8);

    if (to != NULL) {
        (void)write4(write4(to, 4), (uint32_t)value);
    }
}

void pg_put_int8(struct mh_buf *buf, int64_t value)
{
    uint8_t *to = mh_buf_grow(buf, 12);

    if (to != NULL) {
        (void)write8(write4(to, 8), (uint64_t)value);
    }
}

void pg_put_bytes(struct mh_buf *buf, const void *bytes, size_t len)
{
    uint8_t *to = mh_buf_grow(buf, 4 + len);

    if (to != NULL) {
        to = write4(to, (uint32_t)len);
        if (len > 0) {
            memcpy(to, bytes, len);
        }
    }
}

void pg_copy_begin(struct mh_buf *buf)
{
    static const uint8_t HEADER[19] = "PGCOPY\n\377\r\n";

    mh_buf_put(buf, HEADER, sizeof HEADER);
}

void pg_copy_row(struct mh_buf *buf, int columns)
{
    uint8_t *to = mh_buf_grow(buf, 2);

    if (to != NULL) {
        (void)write2(to, (uint16_t)columns);
    }
}

void pg_copy_end(struct mh_buf *buf)
{
    pg_copy_row(buf, -1);
}

void pg_array_begin(struct mh_buf *buf, uint32_t oid, int count, bool nulls)
{
    uint8_t *to = mh_buf_grow(buf, count == 0 ? 12 : 20);

    if (to == NULL) {
        return;
    }
    to = write4(to, count == 0 ? 0 : 1);
    to = write4(to, nulls);
    to = write4(to, oid);
    if (count != 0) {
        to = write4(to, (uint32_t)count);
        (void)write4(to, 1);
    }
}

size_t pg_hold_len(struct mh_buf *buf)
{
    (void)mh_buf_grow(buf, 4);
    return buf->len;
}

void pg_patch_len(struct mh_buf *buf, size_t held)
{
    if (!buf->failed) {
        (void)write4(buf->bytes + held - 4, (uint32_t)(buf->len - held));
    }
}

int16_t pg_get_int2(const char *bytes)
{
    uint16_t value;

    memcpy(&value, bytes, sizeof value);
    return (int16_t)__builtin_bswap16(value);
}

int32_t pg_get_int4(const char *bytes)
{
    uint32_t value;

    memcpy(&value, bytes, sizeof value);
    return (int32_t)__builtin_bswap32(value);
}

int64_t pg_get_int8(const char *bytes)
{
    uint64_t value;

    memcpy(&value, bytes, sizeof value);
    return (int64_t)__builtin_bswap64(value);
}
