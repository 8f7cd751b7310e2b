/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Kafka as the consumer needs it: which partitions are ours, and records.
 *
 * The group only says which partitions we should read. Where to read from
 * comes from the store; Kafka's own offsets are written as a courtesy to lag
 * tools and never read. Not thread-safe; callbacks run inside poll_next.
 */
#ifndef MAHALLE_POLL_H
#define MAHALLE_POLL_H

#include "kafka.h"
#include "message.h"
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
/** The same without the group, for who reads what positions say and leaves no
 *  trace: nothing is ever written to Kafka. */
MH_MUST enum mh_code poll_open_alone(const struct poll_config *config,
                                     struct poll **poll, struct mh_err *err);
/** Leave the group; bounded by librdkafka's own timeouts. */
void poll_close(struct poll *poll);

/** Whether the group has ever answered. */
bool poll_joined(const struct poll *poll);
/** Whether the group gave or took partitions since poll_start. */
bool poll_changed(const struct poll *poll);
/** Partitions that the group gives us, lent until the next poll_next. */
const int32_t *poll_partitions(const struct poll *poll, int *count);
/** Read from the positions, blocked ones apart; forgets poll_changed. */
MH_MUST enum mh_code poll_start(struct poll *poll,
                                const struct positions *positions,
                                struct mh_err *err);
/** Read nothing; membership goes on as long as poll_next is called. */
void poll_stop(struct poll *poll);

/**
 * Take the next record, or word that a partition is read to its `end`, which
 * may lie behind the last record: transactions leave marks there. Wait up to
 * `wait_ms` for it.
 * @param message out; `partition` is -1 when there was neither; give it back
 *                with poll_free
 * @returns MH_OK
 *          MH_GAP           `message->partition` cannot be read on, at `offset`
 *          MH_KAFKA_FATAL   make the client anew
 *          MH_KAFKA_REFUSED, MH_KAFKA_DOWN  go on polling, say so
 */
MH_MUST enum mh_code poll_next(struct poll *poll, int wait_ms,
                               struct message *message, struct mh_err *err);
/** Free the record behind a message, if there is one. */
void poll_free(struct message *message);

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
