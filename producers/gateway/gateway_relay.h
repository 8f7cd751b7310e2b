/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Batches -> Kafka, each event confirmed by all in-sync replicas or not at all.
 *
 * Any thread hands batches over; one thread of its own takes Kafka's answers,
 * settles the events and wakes the request when its last one is settled. A
 * client that is broken for good is replaced; what it had is told as not
 * confirmed, since agencies send again with the same id. Memory is bounded by
 * the client's queue: a full one refuses. Last step of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_RELAY_H
#define MAHALLE_GATEWAY_RELAY_H

#include "gateway_batch.h"
#include "options.h"

struct relay;

struct relay_settings {
    const char *brokers, *topic;      /**< lent */
    const struct mh_options *options; /**< lent; kafka.* */
    int queue_kib;                    /**< events not yet confirmed */
    int timeout_ms; /**< an event that is not confirmed by then is given up */
    struct recent *recent;   /**< lent */
    struct parking *parking; /**< lent */
};

/** @returns MH_OK, MH_USAGE (kafka.* key), MH_MEMORY. Waits for no broker. */
MH_MUST enum mh_code relay_open(const struct relay_settings *settings,
                                struct relay **relay, struct mh_err *err);
/**
 * Send every event that is OUTCOME_WAITING. Those that the client does not take
 * are OUTCOME_RETRY at once.
 * @returns whether there is something to wait for; the batch is then woken
 */
bool relay_send(struct relay *relay, struct batch *batch);
/** Whether the topic is there and a broker answers. Blocks: `wait_ms`. */
bool relay_is_well(struct relay *relay, int wait_ms);
/** How many partitions the topic has. Blocks: `wait_ms`. @returns 0: no broker
 *  says so in time */
int relay_partitions(struct relay *relay, int wait_ms);
/** The one of `count` partitions that has the records of an event.
 *  @param id lent; 36 characters */
int32_t relay_partition(const char *id, int count);
/** Offsets of the next records of all partitions, in one request. Blocks:
 *  `wait_ms`, and a second more at most.
 *  @param ends out; of the `count` partitions
 *  @returns false: no broker says so in time */
MH_MUST bool relay_ends(struct relay *relay, int count, int wait_ms,
                        int64_t *ends);
/** Events handed over and not settled. */
int relay_waiting(struct relay *relay);
/** Ends the client; what is not confirmed by then is OUTCOME_RETRY. NULL is
 *  fine. */
void relay_close(struct relay *relay, int wait_ms);

#endif
