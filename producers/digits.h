/* SPDX-License-Identifier: Apache-2.0 */
/** Decimal digits of the three scripts that agencies write numbers in. */
#ifndef MAHALLE_DIGITS_H
#define MAHALLE_DIGITS_H

#include <stddef.h>

enum digits_script {
    DIGITS_ANY, /**< none seen yet */
    DIGITS_ASCII,
    DIGITS_PERSIAN,      /**< U+06F0..U+06F9 */
    DIGITS_ARABIC_INDIC, /**< U+0660..U+0669 */
};

/**
 * Take one digit.
 * @param text   lent; `len` bytes
 * @param at     in and out; position in `text`, moved only past a digit
 * @param script in and out; the script of the digits so far
 * @returns 0 to 9; -1 when there is no digit of that script at `*at`
 */
int digits_take(const char *text, size_t len, size_t *at,
                enum digits_script *script);

#endif
