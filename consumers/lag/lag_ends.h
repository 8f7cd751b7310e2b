/* SPDX-License-Identifier: Apache-2.0 */
/** Part of lag_kafka: how many partitions there are, and both ends of each. */
#ifndef MAHALLE_LAG_ENDS_H
#define MAHALLE_LAG_ENDS_H

#include <librdkafka/rdkafka.h>

#include "lag.h"

/** What is asked, and when it was; begins with the first three alone. */
struct lag_ends {
    rd_kafka_t *client;      /**< lent */
    rd_kafka_topic_t *topic; /**< lent */
    const char *name;        /**< lent; of the topic */
    int64_t partitions_ms;   /**< when their number was asked; 0: now */
    int64_t unwell_ms;       /**< when those that did not answer were */
    bool unwell;             /**< there are such */
};

/**
 * @param changed out; an end went back: it is another log, or one cut short
 * @returns MH_OK (one partition at least has answered; the others have their
 *          trouble in `reach`), MH_KAFKA_DOWN, MH_KAFKA_REFUSED, MH_MEMORY
 * Blocks: 10 s when nobody answers, 1 s more than it takes when some do not.
 */
MH_MUST enum mh_code lag_ends_look(struct lag_ends *ends,
                                   struct lag_source *source,
                                   const struct lag_sink *sink, bool *changed,
                                   struct mh_err *err);

/** Whether `every_ms` have passed; then the next ones begin. */
bool lag_is_due(int64_t *last_ms, int64_t every_ms);

#endif
