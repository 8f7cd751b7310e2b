/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Bytes in a declared character set -> UTF-8, by iconv, strictly.
 *
 * Nothing is guessed and nothing replaced by something like it: a sequence
 * that is none becomes the byte CHARSET_BAD, which no UTF-8 has, so that the
 * reader of rows finds it in its place.
 */
#ifndef MAHALLE_CHARSET_H
#define MAHALLE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "mahalle/err.h"

enum { CHARSET_BAD = 0xFF };

struct charset;

/** Whether it is UTF-8, which needs no conversion. */
bool charset_is_utf8(const char *name);
/**
 * @param name    lent; as iconv has it, without suffixes
 * @param charset out; given, charset_free
 * @returns MH_OK, MH_MEMORY, MH_USAGE (no such character set)
 */
MH_MUST enum mh_code charset_new(const char *name, struct charset **charset,
                                 struct mh_err *err);
void charset_free(struct charset *charset);
/**
 * What a file of this character set must begin with and does not, or begins
 * with and must not; NULL when its beginning is right.
 * @param bytes lent; the first bytes of the file, at least 4 if it has them
 */
const char *charset_problem(const char *name, const char *bytes, size_t len);
/**
 * Convert as much as there is and as fits.
 * @param in     in and out; what is left: less than a character when `*in_len`
 *               is not 0 and `out` is not full
 * @param last   nothing follows
 * @param out    lent; `room` bytes, at least 8
 * @returns bytes written
 */
size_t charset_convert(struct charset *charset, const char **in, size_t *in_len,
                       bool last, char *out, size_t room);

#endif
