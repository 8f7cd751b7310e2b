/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Whether our partitions are ours, and whether Kafka's log is the one we know.
 *
 * A claim raises the epoch of the rows in ops.partition_progress and reads
 * from where to go on. What does not fit the log is blocked: a person must
 * act. Signs of life tell readers how far everything is applied.
 */
#ifndef MAHALLE_CLAIM_H
#define MAHALLE_CLAIM_H

#include "aggregate.h"

/** Claim what the group gives us and start reading there. */
MH_MUST enum mh_code claim_partitions(struct aggregate *a, struct mh_err *err);
/** Read a partition no further and say why. */
MH_MUST enum mh_code claim_block(struct aggregate *a, struct position *position,
                                 enum mh_code why, const char *text,
                                 struct mh_err *err);
/** No partition can be read until a person acts; said where it can be. They
 *  are claimed anew, and then are what they will be. */
void claim_wait(struct aggregate *a, const struct mh_err *why);
/** How many partitions wait for a person. */
int claim_count_blocked(const struct aggregate *a);
/** Tell Kafka how far we are, from time to time; never fails. */
void claim_tell_kafka(struct aggregate *a);
/** Whether a sign of life is due. */
bool claim_mark_is_due(const struct aggregate *a);
/** Give it. No transaction may be under way. */
MH_MUST enum mh_code claim_mark(struct aggregate *a, struct mh_err *err);
/** Say that we go; as far as that can be said. */
void claim_release(struct aggregate *a);

#endif
