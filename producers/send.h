/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Events -> Kafka, each acknowledged by all in-sync replicas.
 *
 * Last step on the way to Kafka of libmahalle and so of mahalle-post. An event
 * that was handed over is in the list of parcels until its owner was told; so
 * what is not stored can always be named, and sent again by a new client when
 * the old one breaks. Memory is bounded: when it is full, no more is taken.
 * Any thread sends; one at a time serves (parcels.h). Knows no files, no lines.
 */
#ifndef MAHALLE_SEND_H
#define MAHALLE_SEND_H

#include "options.h"
#include "parcels.h"

struct send;

struct send_settings {
    const char *brokers;              /**< lent; bootstrap servers */
    const char *topic;                /**< lent */
    const struct mh_options *options; /**< lent; kafka.*; optional */
    const char *const *pairs;         /**< lent; the same as name, value, NULL;
                                   optional */
    size_t queue_bytes;               /**< of events not yet confirmed */
    int timeout_ms; /**< an event that is not confirmed by then is given up */
    struct parcels *parcels; /**< lent; must outlive the sender */
    /** For what an operator may want to read; NULL: mh_log. */
    void (*on_log)(void *opaque, enum mahalle_level level, const char *text);
    void *opaque; /**< for on_log */
};

enum {
    /* A broker that does not answer is reported within 60 s: 5 s of them are
     * for the client to end. */
    SEND_TIMEOUT_MS = 45000,
    SEND_QUEUE_BYTES = 32 * 1024 * 1024,
    SEND_CONTACT_MS = 30000 /**< longest wait for a first answer */
};

/**
 * Make a client; waits for nobody.
 * @param sender out; given, send_close
 * @returns MH_OK, MH_USAGE (kafka.* key), MH_MEMORY, MH_CONTRACT (librdkafka
 *          is too old)
 */
MH_MUST enum mh_code send_open(const struct send_settings *settings,
                               struct send **sender, struct mh_err *err);
/**
 * Wait until a broker has answered for the topic.
 * @returns MH_OK, MH_MEMORY
 *          MH_KAFKA_DOWN     no answer within `wait_ms`; or asked to stop
 *          MH_KAFKA_REFUSED  no such topic, not allowed
 */
MH_MUST enum mh_code send_contact(struct send *sender, int wait_ms,
                                  struct mh_err *err);

/**
 * Hand one event over; never waits.
 * @param parcel taken with MH_OK; else the caller's as before. Its value is
 *               the frame and record, its headers are made
 * @returns MH_OK
 *          MH_FULL  no room now: serve, and try again
 *          MH_KAFKA_REFUSED, MH_KAFKA_DOWN  the client does not take it
 */
MH_MUST enum mh_code send_event(struct send *sender, struct parcel *parcel,
                                struct mh_err *err);
/** The thread that serves: take what Kafka says for `wait_ms` at most, tell the
 *  owners, make a broken client anew. */
void send_turn(struct send *sender, int wait_ms);
/** Ends the client; what is not confirmed stays in the list. NULL is fine. */
void send_close(struct send *sender);

#endif
