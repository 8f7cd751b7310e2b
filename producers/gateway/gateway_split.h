/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A body -> the texts of its events.
 *
 * Finds where each one begins and ends and reads none, so that one event's
 * tree at a time is in memory, however many a request brings. Step before
 * json. Pure; part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_SPLIT_H
#define MAHALLE_GATEWAY_SPLIT_H

#include <stddef.h>

#include "mahalle/err.h"

struct slice {
    const char *text; /**< lent; into the body */
    size_t len;       /**< bytes, blanks around it left out */
};

/** All of the body, without a byte order mark and blanks around it. */
struct slice split_whole(const char *text, size_t len);
/**
 * Elements of a JSON array, or one value that is no array.
 *
 * @param text   lent; `len` bytes as they came
 * @param slices out; room for `max`
 * @param count  out; at least 1
 * @returns MH_OK: each slice still has to be read
 *          MH_JSON       nothing there, or an array that does not end, has
 *                        something behind it, or lacks an element
 *          MH_TOO_LARGE  more than `max`
 * Thread: any. Blocks: never. Allocates: no. (Also below.)
 */
MH_MUST enum mh_code split_json(const char *text, size_t len,
                                struct slice *slices, int max, int *count);
/** Lines that are not blank. @returns as split_json */
MH_MUST enum mh_code split_lines(const char *text, size_t len,
                                 struct slice *slices, int max, int *count);

#endif
