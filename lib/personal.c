/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: the check digit of the Iranian national ID (weights 10..2, modulo
 * 11), Luhn's check (ISO/IEC 7812-1), ISO 13616 for the length of an IBAN.
 */
#include "personal.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_national_id(const char *run, size_t len)
{
    int sum = 0;
    bool same = true;

    if (len != 10) {
        return false;
    }
    for (int i = 0; i < 9; i++) {
        sum += (run[i] - '0') * (10 - i);
        same = same && run[i] == run[i + 1];
    }
    sum %= 11;
    return !same && run[9] - '0' == (sum < 2 ? sum : 11 - sum);
}

static bool is_mobile(const char *run, size_t len)
{
    return (len == 11 && memcmp(run, "09", 2) == 0) ||
           (len == 12 && memcmp(run, "989", 3) == 0) ||
           (len == 14 && memcmp(run, "00989", 5) == 0);
}

static bool is_card(const char *run, size_t len)
{
    int sum = 0;

    if (len != 16) {
        return false;
    }
    for (int i = 0; i < 16; i++) {
        int digit = run[i] - '0';

        if (i % 2 == 0) {
            digit *= 2;
            if (digit > 9) {
                digit -= 9;
            }
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool is_iban(const char *text, const char *run, size_t len)
{
    return len == 24 && run - text >= 2 && (run[-2] == 'I' || run[-2] == 'i') &&
           (run[-1] == 'R' || run[-1] == 'r');
}

enum { FEWEST_DIGITS = 10 }; /* of the numbers above */

/* The first run of digits that is long enough; NULL: there is none. Only the
 * last byte of each stretch of ten is looked at, and those before it while
 * they are digits: most references cost a few looks. */
static const char *find_run(const char *text, const char *end)
{
    const char *from = text;

    while (end - from >= FEWEST_DIGITS) {
        const char *at = from + FEWEST_DIGITS;

        while (at > from && is_digit(at[-1])) {
            at--;
        }
        if (at == from) {
            return from;
        }
        from = at;
    }
    return NULL;
}

bool mh_personal_found(const char *text, size_t len)
{
    const char *end = text + len;
    const char *at = text;

    while ((at = find_run(at, end)) != NULL) {
        const char *run = at;
        size_t digits;

        while (at < end && is_digit(*at)) {
            at++;
        }
        digits = (size_t)(at - run);
        if (is_national_id(run, digits) || is_mobile(run, digits) ||
            is_card(run, digits) || is_iban(text, run, digits)) {
            return true;
        }
    }
    return false;
}
