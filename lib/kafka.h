/* SPDX-License-Identifier: Apache-2.0 */
/**
 * librdkafka clients made the way this project needs them.
 *
 * Configuration with our bounds and the operator's `kafka.*` keys over them
 * (but for those that correctness rests on), log lines in our own format,
 * error codes translated once.
 */
#ifndef MAHALLE_KAFKA_H
#define MAHALLE_KAFKA_H

#include <librdkafka/rdkafka.h>

#include "mahalle/err.h"
#include "options.h"

/** A pair of NULL-terminated lists: name, value, name, value, NULL. */
typedef const char *const *mh_kafka_settings;

/**
 * Make a client.
 * @param kind     RD_KAFKA_PRODUCER or RD_KAFKA_CONSUMER
 * @param brokers  lent; bootstrap servers
 * @param settings lent; ours, see above; NULL-terminated pairs
 * @param options  lent; its kafka.* keys come last and win; optional
 * @param prepare  optional; sets callbacks on the configuration
 * @param opaque   for `prepare` and the callbacks
 * @param client   out; given, rd_kafka_destroy
 * @returns MH_OK, MH_USAGE (a key or value that librdkafka refuses, or a
 *          key that is not the operator's to set), MH_MEMORY,
 *          MH_CONTRACT (the library is older than 2.8)
 */
MH_MUST enum mh_code mh_kafka_new(
    rd_kafka_type_t kind, const char *brokers, mh_kafka_settings settings,
    const struct mh_options *options,
    void (*prepare)(rd_kafka_conf_t *conf, void *opaque), void *opaque,
    rd_kafka_t **client, struct mh_err *err);

/** Whether a key is the operator's to set. @param name without `kafka.`
 *  @returns MH_OK, MH_USAGE */
MH_MUST enum mh_code mh_kafka_operators(rd_kafka_type_t kind, const char *name,
                                        struct mh_err *err);

/** MH_KAFKA_DOWN, MH_KAFKA_REFUSED or MH_KAFKA_FATAL for a library error. */
enum mh_code mh_kafka_code(rd_kafka_resp_err_t error);

/**
 * Ask once whether the cluster has this topic.
 * @returns MH_OK, MH_KAFKA_DOWN (no answer within `wait_ms`),
 *          MH_KAFKA_REFUSED (no such topic, not allowed), MH_MEMORY
 */
MH_MUST enum mh_code mh_kafka_find_topic(rd_kafka_t *client, const char *name,
                                         int wait_ms, struct mh_err *err);

#endif
