/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Persian text as spreadsheets and keyboards leave it.
 *
 * Cells lose what nobody sees and what stands around them, nothing else: what
 * is in them is numbers, days and codes, and letters of an id are never
 * changed. Names of columns are compared by a key, in which spellings of the
 * same word are equal.
 */
#ifndef MAHALLE_PERSIAN_H
#define MAHALLE_PERSIAN_H

#include <stdbool.h>
#include <stddef.h>

enum { PERSIAN_KEY_MAX = 256 }; /* bytes of a key, and a NUL */

/** A text without blanks and marks at its ends. */
struct persian_text {
    const char *text; /**< lent; where it was, or in the room */
    size_t len;
    bool spoiled; /**< not UTF-8, or with characters that show that it was
                       damaged before: U+FFFD, UTF-8 read as windows-1252,
                       controls, private use, overrides of direction */
};

/**
 * Take away blanks (also no-break spaces, line ends) and ZWNJ at the ends and
 * invisible marks everywhere (direction, zero width space, soft hyphen, byte
 * order mark); other kinds of blank become a space.
 * @param room lent; `len` bytes; written over when something inside changes
 */
struct persian_text persian_clean(const char *text, size_t len, char *room);
/** Bytes at the beginning that nobody sees: blanks, ZWNJ, invisible marks.
 *  @param text lent; any bytes */
size_t persian_lead(const char *text, size_t len);
/**
 * The key of a name: small ASCII letters, no blanks, hyphens, dots, low lines,
 * ZWNJ, tatweel or vowel signs; one form for each of the letters yeh, kaf, heh,
 * alef, waw and their presentation forms; ASCII digits.
 * @param text lent; `len` bytes
 * @param key  out; a C string, cut to fit; "" when `text` is not UTF-8
 */
void persian_key(const char *text, size_t len, char key[PERSIAN_KEY_MAX]);

#endif
