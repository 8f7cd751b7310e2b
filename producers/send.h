/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Events -> Kafka, each acknowledged by all in-sync replicas.
 *
 * Last step of the producers. An event that was handed over is kept here, with
 * its ticket, until Kafka has confirmed it; so what is not stored can always
 * be named, and sent again by a new client when the old one breaks. Memory is
 * bounded: when it is full, `send_event` waits. Knows no files and no lines.
 */
#ifndef MAHALLE_SEND_H
#define MAHALLE_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "event.h"
#include "options.h"

struct send;

struct send_settings {
    const char *brokers;              /**< lent; bootstrap servers */
    const char *topic;                /**< lent */
    const struct mh_options *options; /**< lent; kafka.*; optional */
    int queue_kib;                    /**< events not yet confirmed, KiB */
    int timeout_ms; /**< an event that is not confirmed by then is given up */
};

enum {
    /* A broker that does not answer is reported within 60 s: 5 s of them are
     * for the client to end. */
    SEND_TIMEOUT_MS = 45000,
    SEND_QUEUE_KIB = 32 * 1024,
    SEND_CONTACT_MS = 30000 /**< longest wait for a first answer */
};

/**
 * Make a client and wait until a broker has answered for the topic.
 * @param sender out; given, send_close
 * @returns MH_OK, MH_USAGE (kafka.* key), MH_MEMORY
 *          MH_KAFKA_DOWN     no answer within SEND_CONTACT_MS or timeout_ms,
 *                            whichever is less; or asked to stop
 *          MH_KAFKA_REFUSED  no such topic, not allowed
 */
MH_MUST enum mh_code send_open(const struct send_settings *settings,
                               struct send **sender, struct mh_err *err);

/**
 * Hand one event over; waits while the queue is full.
 * @param event  lent; has passed the check
 * @param value  lent; frame and record of the event
 * @param ticket the caller's number for it; rises from call to call
 * @returns MH_OK, MH_MEMORY; else the event was not taken:
 *          MH_KAFKA_DOWN     given up, see SEND_TIMEOUT_MS; or asked to stop
 *          MH_KAFKA_REFUSED  Kafka does not take what was sent before
 *          MH_KAFKA_FATAL    new clients break as well
 */
MH_MUST enum mh_code send_event(struct send *sender,
                                const struct mh_event *event,
                                const struct mh_buf *value, uint64_t ticket,
                                struct mh_err *err);
/** Take what Kafka has confirmed; never waits. Call while input is awaited.
 *  @returns as send_event */
MH_MUST enum mh_code send_poll(struct send *sender, struct mh_err *err);
/** Wait until everything is confirmed, `wait_ms` at most.
 *  @returns as send_event; MH_KAFKA_DOWN also when the time is over */
MH_MUST enum mh_code send_flush(struct send *sender, int wait_ms,
                                struct mh_err *err);
/** Ends the client; what is not confirmed is dropped. NULL is fine. */
void send_close(struct send *sender);

/** Events that Kafka has confirmed. */
uint64_t send_stored(const struct send *sender);
/** Events that were handed over and are not confirmed. */
uint64_t send_waiting(const struct send *sender);
/** The lowest ticket that is not confirmed. @returns false: none waits */
bool send_oldest(const struct send *sender, uint64_t *ticket);

#endif
