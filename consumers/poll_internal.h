/* SPDX-License-Identifier: Apache-2.0 */
/** Shared by the files of poll alone; librdkafka stays behind it. */
#ifndef MAHALLE_POLL_INTERNAL_H
#define MAHALLE_POLL_INTERNAL_H

#include <librdkafka/rdkafka.h>

#include "store.h"

struct poll {
    rd_kafka_t *client;                /**< owned */
    const char *topic;                 /**< lent */
    int32_t ids[STORE_PARTITIONS_MAX]; /**< that the group gives us */
    int count;                         /**< of `ids` in use */
    bool changed;                      /**< the group spoke since poll_start */
    bool started;                      /**< something is being read */
    bool joined;                       /**< the group has answered */
    int error;        /**< of the client, as last told; 0 none */
    int64_t error_ms; /**< clock of the telling */
};

#endif
