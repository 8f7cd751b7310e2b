/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What became of an event, as callers of libmahalle read it, in memory of its
 * own: one block with all its texts.
 */
#ifndef MAHALLE_TOLD_H
#define MAHALLE_TOLD_H

#include "event.h"
#include "mahalle/mahalle.h"
#include "words.h"

struct told {
    struct mahalle_result result;
    size_t bytes; /**< of the block */
};

/** A copy of a result and of all it refers to. @returns given; NULL: memory */
struct told *told_copy(const struct mahalle_result *result);
/** No result yet but a reason. @returns given; NULL: memory */
struct told *told_reason(enum mahalle_fate fate, const char *reason);
/**
 * MAHALLE_REFUSED.
 * @param type lent; of the event; NULL: not known
 * @param id   event_id; "" none
 * @returns given; NULL: memory
 */
struct told *told_faults(const struct mh_faults *faults,
                         const struct mh_type *type, const char *id,
                         enum words_lang lang);
void told_free(struct told *told);

/** An empty result. */
struct mahalle_result told_nothing(enum mahalle_fate fate);

#endif
