/* SPDX-License-Identifier: Apache-2.0 */
/**
 * PostgreSQL's binary forms: rows of COPY, and arrays as parameters.
 *
 * Only bytes; no connection. Source: PostgreSQL 15, "COPY", Binary Format,
 * and the send functions of the types.
 */
#ifndef MAHALLE_PGBINARY_H
#define MAHALLE_PGBINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

/** Object ids of the types we send. */
enum {
    PG_OID_BOOL = 16,
    PG_OID_INT8 = 20,
    PG_OID_INT2 = 21,
    PG_OID_INT4 = 23,
    PG_OID_TEXT = 25,
    PG_OID_DATE = 1082,
    PG_OID_TIMESTAMPTZ = 1184,
    PG_OID_UUID = 2950
};

/** Days and microseconds count from 2000-01-01 there. */
int32_t pg_date(int64_t unix_day);
int64_t pg_timestamp(int64_t unix_ms);
int64_t pg_unix_day(int32_t date);

/* Fields of a COPY row; also elements of an array: length, then value. */
void pg_put_null(struct mh_buf *buf);
void pg_put_bool(struct mh_buf *buf, bool value);
void pg_put_int2(struct mh_buf *buf, int32_t value);
void pg_put_int4(struct mh_buf *buf, int32_t value);
void pg_put_int8(struct mh_buf *buf, int64_t value);
void pg_put_bytes(struct mh_buf *buf, const void *bytes, size_t len);

/** COPY: signature and header; start of a row of `columns`; the end. */
void pg_copy_begin(struct mh_buf *buf);
void pg_copy_row(struct mh_buf *buf, int columns);
void pg_copy_end(struct mh_buf *buf);

/** Start of a one-dimensional array; `count` elements follow. */
void pg_array_begin(struct mh_buf *buf, uint32_t oid, int count, bool nulls);
/** Room for the 4 bytes of a field's length; see pg_patch_len. */
size_t pg_hold_len(struct mh_buf *buf);
/** Write there how many bytes have come since. */
void pg_patch_len(struct mh_buf *buf, size_t held);

/** Numbers out of a result in binary form. */
int16_t pg_get_int2(const char *bytes);
int32_t pg_get_int4(const char *bytes);
int64_t pg_get_int8(const char *bytes);

#endif
