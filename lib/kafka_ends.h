/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Questions to the brokers about the log: where it ends, whose it is. For the
 * consumer, the monitor and the gateway.
 */
#ifndef MAHALLE_KAFKA_ENDS_H
#define MAHALLE_KAFKA_ENDS_H

#include <librdkafka/rdkafka.h>
#include <stdint.h>

#include "mahalle/err.h"

/**
 * What ListOffsets says of the partitions in `list`, whose offsets tell what is
 * asked for (RD_KAFKA_OFFSET_SPEC_...) and become the answers. What has none
 * is negative, with the reason in its `err`. One request for all: a broker
 * gives each its turn only after the fetch that waits there.
 * @param list lent; not empty; a partition without a leader keeps all of them
 *             waiting in vain
 * @returns MH_OK, MH_KAFKA_DOWN, MH_KAFKA_REFUSED
 * Blocks: 4 s.
 */
MH_MUST enum mh_code mh_kafka_ends_ask(rd_kafka_t *client,
                                       rd_kafka_topic_partition_list_t *list,
                                       struct mh_err *err);
/** The same in two steps, so that two questions take the time of one. */
struct mh_kafka_ends {
    rd_kafka_queue_t *queue; /**< owned from begin to end */
    int64_t until_ms;
};
/** @param isolation whether an end is where a transaction is under way, or
 *                   behind all that is stored */
void mh_kafka_ends_begin(rd_kafka_t *client,
                         const rd_kafka_topic_partition_list_t *list,
                         rd_kafka_IsolationLevel_t isolation, int wait_ms,
                         struct mh_kafka_ends *ends);
MH_MUST enum mh_code mh_kafka_ends_end(struct mh_kafka_ends *ends,
                                       rd_kafka_topic_partition_list_t *list,
                                       struct mh_err *err);
/** That of a partition in such a list that has no answer, as a failure. */
MH_MUST enum mh_code mh_kafka_ends_failure(
    const rd_kafka_topic_partition_t *asked, struct mh_err *err);
/** Who Kafka says it is; "" where it cannot tell. Blocks: 7 s. */
void mh_kafka_ends_identity(rd_kafka_t *client, const char *topic,
                            char cluster_id[64], char topic_id[64]);

#endif
