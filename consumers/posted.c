/* SPDX-License-Identifier: Apache-2.0 */
/* A hash of rows with open addressing, sorted at the end. */
#include "posted.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum mh_code posted_init(struct posted *posted, int max, struct mh_err *err)
{
    int slots = 64;

    while (slots < 2 * max) {
        slots *= 2;
    }
    *posted = (struct posted){
        .rows = calloc((size_t)max, sizeof *posted->rows),
        .max = max,
        .slots = calloc((size_t)slots, sizeof *posted->slots),
        .slot_count = slots,
    };
    if (posted->rows == NULL || posted->slots == NULL) {
        posted_fini(posted);
        return mh_fail(err, MH_MEMORY, "no memory for %d days of posting", max);
    }
    posted_reset(posted);
    return MH_OK;
}

void posted_fini(struct posted *posted)
{
    free(posted->rows);
    free(posted->slots);
    *posted = (struct posted){.max = 0};
}

void posted_reset(struct posted *posted)
{
    posted->count = 0;
    memset(posted->slots, 0xFF,
           (size_t)posted->slot_count * sizeof *posted->slots);
}

static int compare(int32_t a, int32_t b)
{
    return (a > b) - (a < b);
}

static int by_key(const void *a, const void *b)
{
    const struct posted_row *left = a;
    const struct posted_row *right = b;
    int order = compare(left->type_id, right->type_id);

    if (order == 0) {
        order = compare(left->occurred_on, right->occurred_on);
    }
    if (order == 0) {
        order = compare(left->agency_id, right->agency_id);
    }
    return order != 0 ? order : compare(left->posted_on, right->posted_on);
}

void posted_add(struct posted *posted, const struct version *version, int sign,
                int64_t received_ms)
{
    int32_t numbers[4] = {(int32_t)version->type->type_id, version->occurred_on,
                          version->agency_id, version->posted_on};
    struct posted_row key = {numbers[0], numbers[1], numbers[2],
                             numbers[3], sign,       received_ms};
    int slot = (int)(XXH3_64bits(numbers, sizeof numbers) &
                     (uint64_t)(posted->slot_count - 1));

    while (posted->slots[slot] >= 0) {
        struct posted_row *row = &posted->rows[posted->slots[slot]];

        if (by_key(row, &key) == 0) {
            row->events += sign;
            if (row->received_ms < received_ms) {
                row->received_ms = received_ms;
            }
            return;
        }
        slot = (slot + 1) & (posted->slot_count - 1);
    }
    posted->slots[slot] = posted->count;
    posted->rows[posted->count++] = key;
}

void posted_sort(struct posted *posted)
{
    qsort(posted->rows, (size_t)posted->count, sizeof *posted->rows, by_key);
}
