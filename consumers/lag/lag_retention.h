/* SPDX-License-Identifier: Apache-2.0 */
/** Part of lag_kafka: how long the topic keeps its records. */
#ifndef MAHALLE_LAG_RETENTION_H
#define MAHALLE_LAG_RETENTION_H

#include <librdkafka/rdkafka.h>

#include "lag.h"

/**
 * Ask for the configuration of the topic.
 * @param refused in, out: whether it was told that this is not allowed
 * Blocks: 4 s. Without an answer `source` stays as it is.
 */
void lag_retention_look(rd_kafka_t *client, const char *topic,
                        struct lag_source *source, bool *refused);

#endif
