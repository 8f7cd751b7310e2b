/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From old and new versions to fates and changes of totals. Pure.
 *
 * Every message is taken at its turn: a higher revision is applied, an equal
 * one is a duplicate or a conflict, a lower one is stale. What the totals
 * change by is the new version in force less the old one, so it does not
 * matter how the messages were cut into batches.
 */
#ifndef MAHALLE_DELTA_H
#define MAHALLE_DELTA_H

#include "batch.h"
#include "posted.h"

/** Change of one row of core.daily. */
struct cell {
    int32_t type_id;
    int32_t occurred_on; /**< days since 1970 */
    int32_t agency_id;
    uint32_t place_len, dims_len; /**< bytes */
    const char *place;            /**< lent */
    const char *dims;             /**< lent; see core.daily.dims */
    int64_t received_ms;          /**< newest record that touched it */
    int64_t events;
    int measure_count;
    int64_t sums[MH_MEASURES_MAX]; /**< money in current rials */
    int64_t by[MH_MEASURES_MAX];   /**< facts that carry the measure */
};

struct delta {
    struct cell *cells; /**< owned; `count` in use, in key order */
    int count, max;
    struct cell *spare;  /**< owned; where cells are sorted to */
    struct cell **order; /**< owned; what is sorted */
    int32_t *slots;      /**< owned; hash of cells, -1 empty */
    int slot_count;      /**< a power of two */

    struct posted posted; /**< the same changes, without places */

    /** Versions that were current for a moment within the batch. */
    const struct version **superseded; /**< owned */
    int superseded_count;
};

/** @param max messages of a batch. @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code delta_init(struct delta *delta, int max,
                                struct mh_err *err);
void delta_fini(struct delta *delta);

/**
 * Decide the fate of every version of the batch.
 * Letters for conflicts are added to the batch; `fact->now` is set.
 * @param batch lent; facts carry their old versions
 * @returns MH_OK, MH_MEMORY (the batch's arena is full)
 */
MH_MUST enum mh_code delta_fates(struct delta *delta, struct batch *batch);
/**
 * Then fold what the totals change by into cells.
 * @returns MH_OK, MH_MEMORY (the batch's arena is full)
 */
MH_MUST enum mh_code delta_fold(struct delta *delta, struct batch *batch);
/** Both, where nothing is to be done in between. */
MH_MUST enum mh_code delta_make(struct delta *delta, struct batch *batch);

/** Whether the fact's row in core.event has to change or to be made. */
bool delta_changes(const struct fact *fact);

#endif
