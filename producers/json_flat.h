/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The lines that nearly all lines are, read where they lie: one object of
 * texts without escapes, whole numbers, true, false and null.
 *
 * A shorter way beside json.h, which reads everything and says what is wrong:
 * what does not look quite like this is left to it, so the verdict on a line
 * is always the same. It makes nothing, so it is several times as fast.
 */
#ifndef MAHALLE_JSON_FLAT_H
#define MAHALLE_JSON_FLAT_H

#include <stdbool.h>

#include "given.h"

enum {
    JSON_FLAT_MAX = MH_FIELDS_MAX + 1
}; /* members; event_type is no field */

/**
 * @param text  lent; `len` bytes; the items point into it
 * @param items out; room for JSON_FLAT_MAX
 * @param count out; members, null ones included, each name once
 * @returns false: json_read must look at it
 * Thread: any. Allocates: no.
 */
bool json_flat(const char *text, size_t len, struct given_item *items,
               int *count);

#endif
