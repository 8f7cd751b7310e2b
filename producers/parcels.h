/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Events on their way, and who is told what became of each.
 *
 * Shared by the ways to Kafka (send) and to a gateway (upload). Being in the
 * list means that the event was taken and its owner was not told; so the head
 * is the first one that may be missing. Any thread adds events and settles
 * them; owners are told by one thread at a time, the one that serves.
 */
#ifndef MAHALLE_PARCELS_H
#define MAHALLE_PARCELS_H

#include <pthread.h>
#include <stdbool.h>

#include "buf.h"
#include "send_headers.h"
#include "told.h"

struct parcel;

/** Whoever handed events over. */
struct parcel_owner {
    /** By the thread that serves; all lent for the call. */
    void (*on_settled)(struct parcel_owner *owner, const struct parcel *parcel,
                       const struct mahalle_result *result);
};

struct parcel {
    struct parcel *before, *after; /**< in the list */
    struct parcel *next;           /**< in a queue: to be sent, or settled */
    struct parcel_owner *owner;    /**< lent; NULL: nobody asks any more */
    uint64_t ticket;               /**< the owner's number */
    void *tag;                     /**< the owner's */
    struct told *told;             /**< owned; NULL: not settled */
    int64_t since_ms;              /**< upload: its time runs from then on */
    bool tried;                    /**< upload: it does, whatever others do */
    bool later;                    /**< upload: a revision that needs those
                                        before it */
    uint64_t key;                  /**< upload: of its event_id */
    size_t added_at, added;        /**< upload: bytes of `value` that did not
                                        come from its owner */
    bool cloud;                    /**< upload: a CloudEvent */
    bool doubtful;                 /**< sent before: it may be stored */
    struct send_headers headers;   /**< Kafka: key and headers */
    size_t bytes;                  /**< memory that it takes */
    size_t len;                    /**< bytes of `value` */
    uint8_t value[];               /**< frame and record; or JSON */
};

struct parcels {
    pthread_mutex_t lock;
    pthread_cond_t changed;          /* settled, or served to an end */
    struct parcel *first, *last;     /* owned */
    size_t count, bytes;             /* in the list */
    struct parcel *told, *told_last; /* settled, owners not told */
    bool served;                     /* a thread serves */
    pthread_t server;                /* that one */
};

/** @returns false: the system has no more of them */
MH_MUST bool parcels_init(struct parcels *parcels);
/** Nobody is told. */
void parcels_fini(struct parcels *parcels);

/** @returns given; NULL when memory is out. In no list yet, without owner. */
struct parcel *parcels_pack(const void *value, size_t len);
/** @param parcel taken until it is dropped or its owner is told */
void parcels_append(struct parcels *parcels, struct parcel *parcel);
/** Take a parcel out again; it is the caller's. */
void parcels_remove(struct parcels *parcels, struct parcel *parcel);
/** Take a parcel out and free it; nobody is told. */
void parcels_drop(struct parcels *parcels, struct parcel *parcel);

/** Any thread: what became of it is known. @param told taken; not NULL */
void parcels_settle(struct parcels *parcels, struct parcel *parcel,
                    struct told *told);
/** The thread that serves: take it out, tell its owner, free it. */
void parcels_hand(struct parcels *parcels, struct parcel *parcel,
                  const struct mahalle_result *result);
/** The thread that serves: tell the owners of all that is settled.
 *  @returns whether there was one */
bool parcels_hand_all(struct parcels *parcels);
/** The thread that serves: nobody is told for this owner any more. */
void parcels_leave(struct parcels *parcels, const struct parcel_owner *owner);

/** Become the thread that serves, if there is none. */
bool parcels_serve(struct parcels *parcels);
/** Cease to be, and wake those who wait. */
void parcels_served(struct parcels *parcels);
/** Whether this very thread serves: it was called by an owner. */
bool parcels_serving(struct parcels *parcels);
/** Wait until something is settled or a thread ceases to serve. */
void parcels_wait(struct parcels *parcels, int wait_ms);
/** Wait until something is settled. */
void parcels_wait_settled(struct parcels *parcels, int wait_ms);

/** The next one behind `from` (NULL: the first) that is not settled; NULL. It
 *  stays there as long as nobody hands over. */
struct parcel *parcels_unsettled(struct parcels *parcels,
                                 const struct parcel *from);

size_t parcels_count(struct parcels *parcels);
size_t parcels_bytes(struct parcels *parcels);
/** The lowest ticket in the list. @returns false: it is empty */
bool parcels_oldest(struct parcels *parcels, uint64_t *ticket);

#endif
