/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A record as it came from Kafka, and what becomes of it.
 *
 * Shared by all steps of the consumer; holds no code.
 */
#ifndef MAHALLE_MESSAGE_H
#define MAHALLE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/** What becomes of a record; every offset has exactly one. */
enum fate {
    FATE_APPLIED,   /**< it raised its fact's revision at its turn */
    FATE_DUPLICATE, /**< revision and content are there already */
    FATE_STALE,     /**< a higher revision is there already */
    FATE_DEAD,      /**< a dead letter */
    FATE_COUNT
};

struct message {
    int32_t partition;
    int64_t offset;
    int64_t at_ms;        /**< time of the record, ms since 1970 */
    const uint8_t *key;   /**< lent by `handle`; NULL none */
    size_t key_len;       /**< bytes */
    const uint8_t *value; /**< lent by `handle`; NULL: tombstone */
    size_t value_len;     /**< bytes */
    void *handle;         /**< owned; the library's record, NULL in tests */
    bool end;             /**< no record: `offset` is the end of the log */
};

/** Instead of a day: a correction, of which nobody knows when the fact was first
 *  posted. PostgreSQL's date 'infinity' has the same number. */
enum { POSTED_LATER = INT32_MAX };

/** One version of a fact: from a message, or as core.event holds it. */
struct version {
    const struct mh_type *type; /**< lent by the catalogue */
    uint8_t id[16];
    int32_t agency_id;
    int32_t revision;
    int32_t occurred_on;           /**< days since 1970 */
    int32_t posted_on;             /**< Tehran day, or POSTED_LATER */
    bool in_force;                 /**< not a RETRACT */
    uint64_t content;              /**< hash of the content */
    const struct mh_value *values; /**< lent; in the type's field order */
    const struct message *message; /**< lent; NULL: from core.event */
    int64_t received_ms;           /**< time of the record */
};

/** Why a message is dead. */
struct letter {
    const struct message *message; /**< lent */
    enum mh_code reason;           /**< of the first fault */
    const char *pointer;           /**< lent; of the first fault */
    const char *detail;            /**< lent; JSON array of all faults */
    const char *event_type;        /**< lent; NULL unknown */
    const char *agency_code;       /**< lent; NULL unknown */
    const uint8_t *event_id;       /**< lent; 16 bytes, NULL unknown */
};

#endif
