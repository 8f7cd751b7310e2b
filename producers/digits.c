/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: DB B0..B9 are the Persian digits, D9 A0..A9 the Arabic-Indic ones. */
#include "digits.h"

int digits_take(const char *text, size_t len, size_t *at,
                enum digits_script *script)
{
    const unsigned char *bytes = (const unsigned char *)text + *at;
    size_t left = len - *at;
    enum digits_script found;
    size_t used;
    int digit;

    if (left >= 1 && bytes[0] >= '0' && bytes[0] <= '9') {
        found = DIGITS_ASCII;
        digit = bytes[0] - '0';
        used = 1;
    } else if (left >= 2 && bytes[0] == 0xDB && bytes[1] >= 0xB0 &&
               bytes[1] <= 0xB9) {
        found = DIGITS_PERSIAN;
        digit = bytes[1] - 0xB0;
        used = 2;
    } else if (left >= 2 && bytes[0] == 0xD9 && bytes[1] >= 0xA0 &&
               bytes[1] <= 0xA9) {
        found = DIGITS_ARABIC_INDIC;
        digit = bytes[1] - 0xA0;
        used = 2;
    } else {
        return -1;
    }
    if (*script != DIGITS_ANY && *script != found) {
        return -1;
    }
    *script = found;
    *at += used;
    return digit;
}
