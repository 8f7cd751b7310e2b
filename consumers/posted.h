/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Changes of core.posted: how many facts of a type and an agency happened on a
 * day and were posted on another. Part of delta; pure.
 *
 * It has few rows, since places and dimensions are left out.
 */
#ifndef MAHALLE_POSTED_H
#define MAHALLE_POSTED_H

#include "message.h"

/** Change of one row of core.posted. */
struct posted_row {
    int32_t type_id;
    int32_t occurred_on; /**< days since 1970 */
    int32_t agency_id;
    int32_t posted_on; /**< as in struct version */
    int64_t events;
    int64_t received_ms; /**< newest record that touched it */
};

struct posted {
    struct posted_row *rows; /**< owned; `count` in use */
    int count, max;
    int32_t *slots; /**< owned; hash of rows, -1 empty */
    int slot_count; /**< a power of two */
};

/** @param max rows at most. @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code posted_init(struct posted *posted, int max,
                                 struct mh_err *err);
void posted_fini(struct posted *posted);
void posted_reset(struct posted *posted);
/** Count a version in force (sign 1), or no more (sign -1). */
void posted_add(struct posted *posted, const struct version *version, int sign,
                int64_t received_ms);
/** Put the rows in the order of the table's key. */
void posted_sort(struct posted *posted);

#endif
