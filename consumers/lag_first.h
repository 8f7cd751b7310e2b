/* SPDX-License-Identifier: Apache-2.0 */
/** Part of lag_kafka: the first record that waits, which tells the lag. */
#ifndef MAHALLE_LAG_FIRST_H
#define MAHALLE_LAG_FIRST_H

#include <librdkafka/rdkafka.h>

#include "lag.h"

/**
 * Read the first record at or after the position of every partition of which
 * that is not known.
 * @param topic  lent; of a consumer without a group
 * @param source lent; its ends are those of now
 * @returns MH_OK (known as far as time allowed; the rest comes next time),
 *          MH_KAFKA_DOWN, MH_KAFKA_REFUSED
 * Blocks: 3 s when nobody answers.
 */
MH_MUST enum mh_code lag_first_read(rd_kafka_topic_t *topic,
                                    rd_kafka_queue_t *queue,
                                    struct lag_source *source,
                                    const struct lag_sink *sink,
                                    struct mh_err *err);

#endif
