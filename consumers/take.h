/* SPDX-License-Identifier: Apache-2.0 */
/** A step of aggregate.h: the records of the next batch. */
#ifndef MAHALLE_TAKE_H
#define MAHALLE_TAKE_H

#include "aggregate.h"

/** Give the records back that letters have kept, and forget the rest. */
void take_clear(struct aggregate *a);
/**
 * Take what is there. Wait for the first record only, and not at all while a
 * transaction is under way.
 * @param partition out; the last one that gave a record or a failure
 */
MH_MUST enum mh_code take_records(struct aggregate *a, int32_t *partition,
                                  struct mh_err *err);

#endif
