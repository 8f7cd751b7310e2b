/* SPDX-License-Identifier: Apache-2.0 */
/** Part of lag_kafka: the first record that waits, which tells the lag. */
#ifndef MAHALLE_LAG_FIRST_H
#define MAHALLE_LAG_FIRST_H

#include <librdkafka/rdkafka.h>

#include "lag.h"

struct lag_first;

/** @param topic lent; of a consumer without a group; must outlive it
 *  @param queue lent; the same; for records, and nothing else
 *  @returns NULL when memory is out */
struct lag_first *lag_first_new(rd_kafka_topic_t *topic,
                                rd_kafka_queue_t *queue);
/** Ends what is being read; NULL is fine. */
void lag_first_free(struct lag_first *first);

/**
 * Read the first record at or after the position of every partition of which
 * that is not known. What there is no time for goes on at the next look; what
 * cannot be read has the reason in `unread`, and is tried again later.
 * @param source lent; its ends are those of now
 * @returns MH_OK, MH_KAFKA_REFUSED (reading the topic is not allowed),
 *          MH_KAFKA_FATAL
 * Blocks: 1 s.
 */
MH_MUST enum mh_code lag_first_read(struct lag_first *first,
                                    struct lag_source *source,
                                    const struct lag_sink *sink,
                                    struct mh_err *err);

#endif
