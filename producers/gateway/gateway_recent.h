/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which events were stored lately, so that a repeat is known for one at once
 * (one within the same request: gateway_batch.h).
 *
 * Best effort: what was pushed out, or stored through another gateway or before
 * a restart, is stored again and told apart in PostgreSQL, which is certain.
 * Only what Kafka has confirmed is here. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_RECENT_H
#define MAHALLE_GATEWAY_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"
#include "uuid.h"

/** One stored event. */
struct recent_event {
    uint8_t id[MH_UUID_BYTES];
    int32_t agency_id;
    int32_t revision;
    uint64_t content; /**< lib/content_hash.h */
    int32_t partition;
    int64_t offset;
    int64_t stored_ms; /**< wall clock */
};

enum recent_answer {
    RECENT_NEW,
    RECENT_DUPLICATE, /**< equal revision, equal content */
    RECENT_CONFLICT   /**< equal revision, other content */
};

struct recent;

/** @param events how many are remembered, 64 bytes each; 0: none */
MH_MUST enum mh_code recent_new(size_t events, struct recent **recent,
                                struct mh_err *err);
void recent_free(struct recent *recent);

/** @param event in: identity, revision, content; out: where it is stored, with
 *  RECENT_DUPLICATE. Thread: any (also below). */
enum recent_answer recent_find(struct recent *recent,
                               struct recent_event *event);
/** Remember. A second record 0 of a partition says that the log was made anew:
 *  then all else is forgotten. */
void recent_add(struct recent *recent, const struct recent_event *event);
/** The newest version of a fact that is remembered. @returns false: none */
bool recent_get(struct recent *recent, const uint8_t id[static MH_UUID_BYTES],
                int32_t agency_id, struct recent_event *event);

#endif
