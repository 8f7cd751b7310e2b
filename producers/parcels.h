/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Events on their way to Kafka, in order of their tickets.
 *
 * Part of send: being in the list means that the event was handed over and is
 * not confirmed, so the head is the first one that may be missing.
 */
#ifndef MAHALLE_PARCELS_H
#define MAHALLE_PARCELS_H

#include "buf.h"
#include "send_headers.h"

struct parcel {
    struct parcel *before, *after; /**< in the list */
    uint64_t ticket;               /**< the caller's number */
    struct send_headers headers;   /**< key and headers */
    size_t len;                    /**< bytes of `value` */
    uint8_t value[];               /**< frame and record */
};

struct parcels {
    struct parcel *first, *last; /**< owned */
    uint64_t count;
};

/** @returns given; NULL when memory is out. In no list yet. */
struct parcel *parcels_pack(const struct mh_event *event,
                            const struct mh_buf *value, uint64_t ticket);
/** @param parcel taken */
void parcels_append(struct parcels *parcels, struct parcel *parcel);
/** Take a parcel out and free it. */
void parcels_drop(struct parcels *parcels, struct parcel *parcel);

#endif
