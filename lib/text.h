/* SPDX-License-Identifier: Apache-2.0 */
/** Texts from outside: whole files, and whether bytes are UTF-8. */
#ifndef MAHALLE_TEXT_H
#define MAHALLE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "mahalle/err.h"

/**
 * Whether the bytes are well-formed UTF-8: shortest form, no surrogates,
 * nothing above U+10FFFF. U+0000 is a character as any other.
 * Source: Unicode 15, table 3-7.
 */
bool mh_text_is_utf8(const char *text, size_t len);

/** Bytes of the character that `text` begins with, 1 to 4; 0: it is none.
 *  @param len at least 1 */
size_t mh_text_character(const char *text, size_t len);

/**
 * Append a whole file to `buf`, whose bound is the bound of the file.
 * @param path lent; a file or a pipe
 * @param buf  lent; as it was on failure
 * @returns MH_OK, MH_FILE (not readable, or larger than `buf` may grow),
 *          MH_MEMORY
 */
MH_MUST enum mh_code mh_text_read_file(const char *path, struct mh_buf *buf,
                                       struct mh_err *err);

#endif
