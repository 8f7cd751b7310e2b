/* SPDX-License-Identifier: Apache-2.0 */
/* Levenshtein's distance in bytes, one row of the table at a time. */
#include "nearest.h"

#include <string.h>

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Letters to add, drop or replace until one text is the other. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[MH_NEAREST_MAX + 1];

    for (size_t k = 0; k <= b_len; k++) {
        row[k] = k;
    }
    for (size_t i = 0; i < a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t k = 0; k < b_len; k++) {
            size_t replaced = diagonal + (a[i] != b[k]);

            diagonal = row[k + 1];
            row[k + 1] = least_of(replaced, row[k] + 1, row[k + 1] + 1);
        }
    }
    return row[b_len];
}

void mh_nearest_begin(struct mh_nearest *nearest, const char *name, size_t len)
{
    *nearest = (struct mh_nearest){.name = name, .len = len};
    nearest->away = len / 3 + 2; /* further away is no misspelling */
}

void mh_nearest_offer(struct mh_nearest *nearest, const char *name,
                      const char *shown)
{
    size_t len = strlen(name);
    size_t away;

    if (nearest->len > MH_NEAREST_MAX || len > MH_NEAREST_MAX) {
        return;
    }
    away = distance(nearest->name, nearest->len, name, len);
    /* of short names many are two letters away and yet nothing like */
    if (away < nearest->away &&
        2 * away <= (len > nearest->len ? len : nearest->len)) {
        nearest->away = away;
        nearest->best = shown;
    }
}
