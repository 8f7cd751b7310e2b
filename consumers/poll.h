/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Kafka as the consumer needs it: which partitions are ours, and records.
 *
 * The group only says which partitions we should read. Where to read from
 * comes from the store; Kafka's own offsets are written as a courtesy to lag
 * tools and never read. Not thread-safe; callbacks run inside poll_take.
 */
#ifndef MAHALLE_POLL_H
#define MAHALLE_POLL_H

#include "batch.h"
#include "kafka.h"
#include "store.h"

struct poll;

struct poll_config {
    const char *brokers;              /**< lent */
    const char *group;                /**< lent */
    const char *topic;                /**< lent */
    int64_t queue_kbytes;             /**< prefetched at most, KiB */
    const struct mh_options *options; /**< lent; kafka.* keys; optional */
};

/** Join the group. @returns MH_OK, MH_USAGE, MH_MEMORY, MH_KAFKA_DOWN */
MH_MUST enum mh_code poll_open(const struct poll_config *config,
                               struct poll **poll, struct mh_err *err);
/** Leave the group; bounded by librdkafka's own timeouts. */
void poll_close(struct poll *poll);

/** Whether the group gave or took partitions since poll_start. */
bool poll_changed(const struct poll *poll);
/** Partitions that the group gives us, lent until the next poll_take. */
const int32_t *poll_partitions(const struct poll *poll, int *count);
/** Read from the positions, blocked ones apart; forgets poll_changed. */
MH_MUST enum mh_code poll_start(struct poll *poll,
                                const struct positions *positions,
                                struct mh_err *err);
/** Read nothing; membership goes on as long as poll_take is called. */
void poll_stop(struct poll *poll);

/**
 * Take what is there, at most `batch->max` records and `bytes_max` bytes;
 * wait up to `wait_ms` for the first one. Ends early when poll_changed.
 * @returns MH_OK (perhaps no record)
 *          MH_GAP           err names the partition, also *partition
 *          MH_KAFKA_FATAL   make the client anew
 *          MH_KAFKA_REFUSED, MH_KAFKA_DOWN  go on polling, say so
 */
MH_MUST enum mh_code poll_take(struct poll *poll, struct batch *batch,
                               int64_t bytes_max, int wait_ms,
                               int32_t *partition, struct mh_err *err);
/** Give the records of a batch back; count is 0 then. */
void poll_release(struct batch *batch);

/**
 * Ask the brokers for both ends of every position.
 * @param low lent; out; one number a position
 * `high` of each position is set.
 */
MH_MUST enum mh_code poll_ends(struct poll *poll, struct positions *positions,
                               int64_t *low, struct mh_err *err);
/**
 * The same for the positions that have reached the end as far as fetches have
 * told; the others keep what is known (-1 where nothing is, or where nobody
 * answered).
 */
MH_MUST enum mh_code poll_reached_ends(struct poll *poll,
                                       struct positions *positions,
                                       struct mh_err *err);
/** Fill in `high` from what fetches have told; asks nobody. */
void poll_known_ends(struct poll *poll, struct positions *positions);
/** Who Kafka says it is; "" where it cannot tell. */
void poll_identity(struct poll *poll, char cluster_id[64], char topic_id[64]);
/** Tell Kafka how far PostgreSQL is; not waited for. */
void poll_courtesy(struct poll *poll, const struct positions *positions);

#endif
