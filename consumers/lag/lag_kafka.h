/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The monitor's look at Kafka: both ends of every partition, the time of the
 * first record that waits, how long records are kept. Reads without a group
 * and commits nothing.
 */
#ifndef MAHALLE_LAG_KAFKA_H
#define MAHALLE_LAG_KAFKA_H

#include "lag.h"
#include "options.h"

struct lag_kafka;

/**
 * @param brokers, topic lent; must outlive it
 * @param options lent; kafka.* keys; optional
 * @returns MH_OK, MH_USAGE, MH_MEMORY, MH_CONTRACT; nobody is asked yet
 */
MH_MUST enum mh_code lag_kafka_open(const char *brokers, const char *topic,
                                    const struct mh_options *options,
                                    struct lag_kafka **kafka,
                                    struct mh_err *err);
void lag_kafka_close(struct lag_kafka *kafka);

/**
 * Look once.
 * @param source in: the last look, which saves questions; out: this one
 * @param sink   lent; positions, of just before
 * @returns MH_OK, MH_KAFKA_DOWN, MH_KAFKA_REFUSED (no such topic, not
 *          allowed), MH_MEMORY; on failure `source` is partly new, and
 *          everything in it was so at some moment
 * Blocks: 15 s when nobody answers, else no longer than the answers take.
 */
MH_MUST enum mh_code lag_kafka_look(struct lag_kafka *kafka,
                                    struct lag_source *source,
                                    const struct lag_sink *sink,
                                    struct mh_err *err);

#endif
