/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Bytes that grow up to a bound given at birth.
 *
 * A failed append leaves the buffer as it was and marks it `failed`, so a
 * writer may append many pieces and look once at the end.
 */
#ifndef MAHALLE_BUF_H
#define MAHALLE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mh_buf {
    uint8_t *bytes; /**< owned; NULL while empty */
    size_t len;     /**< bytes in use */
    size_t room;    /**< bytes allocated */
    size_t max;     /**< bytes; never grows beyond */
    bool failed;    /**< an append did not fit or memory was out */
};

/** Empty buffer that may grow to `max` bytes. Allocates nothing yet. */
void mh_buf_init(struct mh_buf *buf, size_t max);
/** Free what it holds; may be called twice. */
void mh_buf_fini(struct mh_buf *buf);
/** Forget the contents, keep the room. */
void mh_buf_reset(struct mh_buf *buf);
/** Room for `len` more bytes at the end, counted as used; NULL: failed. */
uint8_t *mh_buf_grow(struct mh_buf *buf, size_t len);
void mh_buf_put(struct mh_buf *buf, const void *bytes, size_t len);
void mh_buf_text(struct mh_buf *buf, const char *text);
void mh_buf_byte(struct mh_buf *buf, uint8_t byte);
void mh_buf_format(struct mh_buf *buf, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** The contents as a C string (a NUL is kept behind them); "" on failure. */
const char *mh_buf_string(struct mh_buf *buf);

#endif
