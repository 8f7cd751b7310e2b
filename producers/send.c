/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The idempotent producer of librdkafka, which retries by itself and keeps the
 * order of a key. Parcels are lent to it, not copied, and dropped by their
 * delivery report; a report of failure leaves them in the list.
 */
#include "send.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "log.h"
#include "parcels.h"
#include "stop.h"

enum {
    WAIT_MS = 100,   /* longest sleep between looks at stop */
    TURN_EVERY = 64, /* events between looks at what Kafka says */
    REMAKES_MAX = 3  /* new clients in a row without one event stored */
};

struct send {
    struct send_settings settings;
    char *brokers, *topic;  /* owned */
    rd_kafka_t *client;     /* owned */
    struct parcels waiting; /* handed over, not confirmed */
    uint64_t stored;
    int since_turn;           /* events handed over since Kafka was heard */
    int remakes;              /* since an event was stored */
    bool broken;              /* the client must be made anew */
    rd_kafka_resp_err_t lost; /* why an event was given up */
    char last_error[256];     /* what librdkafka said last */
};

/* ------------------------------------------------------------- the client */

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *msg,
                        void *opaque)
{
    struct send *sender = opaque;

    if (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        parcels_drop(&sender->waiting, msg->_private);
        sender->stored++;
        sender->remakes = 0;
        return;
    }
    if (msg->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        msg->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
        return; /* by ourselves: it is sent again or named as not stored */
    }
    if (rd_kafka_fatal_error(client, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        mh_kafka_code(msg->err) == MH_KAFKA_FATAL) {
        sender->broken = true;
    } else if (sender->lost == RD_KAFKA_RESP_ERR_NO_ERROR) {
        sender->lost = msg->err;
    }
}

static void on_error(rd_kafka_t *client, int error, const char *text,
                     void *opaque)
{
    struct send *sender = opaque;

    (void)client;
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        sender->broken = true;
    }
    (void)snprintf(sender->last_error, sizeof sender->last_error, "%s", text);
}

static void prepare(rd_kafka_conf_t *conf, void *opaque)
{
    (void)opaque;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
}

static enum mh_code make_client(struct send *sender, struct mh_err *err)
{
    char queue[16], timeout[16];
    const char *settings[] = {"acks", "all", "enable.idempotence", "true",
                              "compression.codec", "lz4", "linger.ms", "5",
                              /* A broker gives a reader whole batches: small
                               * ones let it read all partitions in turn. */
                              "batch.size", "65536", "partitioner",
                              "murmur2_random", "queue.buffering.max.messages",
                              "25000", "queue.buffering.max.kbytes", queue,
                              "message.timeout.ms", timeout, NULL};

    (void)snprintf(queue, sizeof queue, "%d", sender->settings.queue_kib);
    (void)snprintf(timeout, sizeof timeout, "%d", sender->settings.timeout_ms);
    return mh_kafka_new(RD_KAFKA_PRODUCER, sender->brokers, settings,
                        sender->settings.options, prepare, sender,
                        &sender->client, err);
}

static void end_client(struct send *sender)
{
    if (sender->client == NULL) {
        return;
    }
    /* Do not wait for what can not be sent; the reports are not wanted. */
    (void)rd_kafka_purge(sender->client, RD_KAFKA_PURGE_F_QUEUE |
                                             RD_KAFKA_PURGE_F_INFLIGHT |
                                             RD_KAFKA_PURGE_F_NON_BLOCKING);
    rd_kafka_destroy(sender->client);
    sender->client = NULL;
}

/* @returns the library's answer to one attempt; the value stays ours */
static rd_kafka_resp_err_t produce(struct send *sender, struct parcel *parcel)
{
    struct send_headers *headers = &parcel->headers;

    return rd_kafka_producev(
        sender->client, RD_KAFKA_V_TOPIC(sender->topic),
        RD_KAFKA_V_KEY(headers->id, SEND_ID_BYTES),
        RD_KAFKA_V_VALUE(parcel->value, parcel->len),
        RD_KAFKA_V_HEADER("ce_specversion", "1.0", -1),
        RD_KAFKA_V_HEADER("ce_id", headers->id, SEND_ID_BYTES),
        RD_KAFKA_V_HEADER("ce_type", headers->type, -1),
        RD_KAFKA_V_HEADER("ce_source", headers->source, -1),
        RD_KAFKA_V_HEADER("ce_time", headers->time, -1),
        RD_KAFKA_V_HEADER("content-type", "application/avro", -1),
        RD_KAFKA_V_OPAQUE(parcel), RD_KAFKA_V_END);
}

/* ------------------------------------------------------ what went wrong */

/* @returns MH_OK while nothing was given up */
static enum mh_code verdict(const struct send *sender, struct mh_err *err)
{
    enum mh_code code;

    if (sender->lost == RD_KAFKA_RESP_ERR_NO_ERROR) {
        return MH_OK;
    }
    code = mh_kafka_code(sender->lost);
    if (sender->lost == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) {
        return mh_fail(err, code, "kafka at %s: not confirmed within %d s",
                       sender->brokers, sender->settings.timeout_ms / 1000);
    }
    return mh_fail(err, code, "kafka at %s, topic %s: %s", sender->brokers,
                   sender->topic, rd_kafka_err2str(sender->lost));
}

/* Make the client anew and hand it everything that waits. */
static enum mh_code remake(struct send *sender, struct mh_err *err)
{
    struct parcel *parcel;
    enum mh_code code;

    if (++sender->remakes > REMAKES_MAX) {
        return mh_fail(err, MH_KAFKA_FATAL,
                       "kafka at %s: %d clients in a row broke (%s)",
                       sender->brokers, REMAKES_MAX, sender->last_error);
    }
    mh_log(MH_LOG_WARN, "send", "client=new waiting=%" PRIu64 " reason=\"%s\"",
           sender->waiting.count, sender->last_error);
    end_client(sender);
    code = make_client(sender, err);
    if (code != MH_OK) {
        return code;
    }
    sender->broken = false;
    /* The list is no longer than the queue that it comes from. No report is
     * taken meanwhile, so it does not change under the loop. */
    for (parcel = sender->waiting.first; parcel != NULL;
         parcel = parcel->after) {
        rd_kafka_resp_err_t error = produce(sender, parcel);

        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return mh_fail(err, mh_kafka_code(error), "kafka at %s: %s",
                           sender->brokers, rd_kafka_err2str(error));
        }
    }
    return MH_OK;
}

/* Take reports for `wait_ms` at most; heal the client; say what is lost. */
static enum mh_code turn(struct send *sender, int wait_ms, struct mh_err *err)
{
    sender->since_turn = 0;
    (void)rd_kafka_poll(sender->client, wait_ms);
    if (sender->broken) {
        enum mh_code code = remake(sender, err);

        if (code != MH_OK) {
            return code;
        }
    }
    return verdict(sender, err);
}

/* ---------------------------------------------------------- first contact */

static enum mh_code wait_topic(struct send *sender, struct mh_err *err)
{
    int wait_ms = sender->settings.timeout_ms < SEND_CONTACT_MS
                      ? sender->settings.timeout_ms
                      : SEND_CONTACT_MS;
    int64_t until_ms = mh_clock_ms() + wait_ms;
    enum mh_code code;

    do {
        code = mh_kafka_find_topic(sender->client, sender->topic, 1000, err);
        if (code == MH_KAFKA_DOWN) {
            (void)rd_kafka_poll(sender->client, WAIT_MS);
        }
    } while (code == MH_KAFKA_DOWN && !mh_stop_asked() &&
             mh_clock_ms() < until_ms);
    if (code == MH_KAFKA_DOWN) {
        return mh_fail(err, code, "kafka at %s: no answer within %d s (%s)",
                       sender->brokers, wait_ms / 1000, sender->last_error);
    }
    return code;
}

/* --------------------------------------------------------------- open etc. */

enum mh_code send_open(const struct send_settings *settings,
                       struct send **sender, struct mh_err *err)
{
    struct send *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "send: out of memory");
    }
    made->settings = *settings;
    made->brokers = strdup(settings->brokers);
    made->topic = strdup(settings->topic);
    if (made->brokers == NULL || made->topic == NULL) {
        code = mh_fail(err, MH_MEMORY, "send: out of memory");
        goto done;
    }
    code = make_client(made, err);
    if (code != MH_OK) {
        goto done;
    }
    code = wait_topic(made, err);
    if (code != MH_OK) {
        goto done;
    }
    *sender = made;
    made = NULL;

done:
    send_close(made);
    return code;
}

void send_close(struct send *sender)
{
    if (sender == NULL) {
        return;
    }
    end_client(sender);
    while (sender->waiting.first != NULL) {
        parcels_drop(&sender->waiting, sender->waiting.first);
    }
    free(sender->topic);
    free(sender->brokers);
    free(sender);
}

enum mh_code send_event(struct send *sender, const struct mh_event *event,
                        const struct mh_buf *value, uint64_t ticket,
                        struct mh_err *err)
{
    struct parcel *parcel = parcels_pack(event, value, ticket);
    enum mh_code code = MH_OK;

    if (parcel == NULL) {
        return mh_fail(err, MH_MEMORY, "send: out of memory");
    }
    for (;;) {
        rd_kafka_resp_err_t error = produce(sender, parcel);

        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            parcels_append(&sender->waiting, parcel);
            return ++sender->since_turn < TURN_EVERY ? MH_OK
                                                     : turn(sender, 0, err);
        }
        if (error == RD_KAFKA_RESP_ERR__FATAL) {
            sender->broken = true;
        } else if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
            code = mh_fail(err, mh_kafka_code(error), "kafka at %s: %s",
                           sender->brokers, rd_kafka_err2str(error));
            break;
        }
        code = turn(sender, WAIT_MS, err);
        if (code == MH_OK && mh_stop_asked()) {
            code = mh_fail(err, MH_KAFKA_DOWN, "asked to stop");
        }
        if (code != MH_OK) {
            break;
        }
    }
    free(parcel);
    return code;
}

enum mh_code send_poll(struct send *sender, struct mh_err *err)
{
    return turn(sender, 0, err);
}

enum mh_code send_flush(struct send *sender, int wait_ms, struct mh_err *err)
{
    int64_t until_ms = mh_clock_ms() + wait_ms;
    enum mh_code code = MH_OK;

    while (code == MH_OK && sender->waiting.count > 0) {
        int64_t left_ms = until_ms - mh_clock_ms();

        if (left_ms <= 0) {
            return mh_fail(err, MH_KAFKA_DOWN,
                           "kafka at %s: not all confirmed within %d s",
                           sender->brokers, wait_ms / 1000);
        }
        code = turn(sender, left_ms < WAIT_MS ? (int)left_ms : WAIT_MS, err);
    }
    return code;
}

uint64_t send_stored(const struct send *sender)
{
    return sender->stored;
}

uint64_t send_waiting(const struct send *sender)
{
    return sender->waiting.count;
}

bool send_oldest(const struct send *sender, uint64_t *ticket)
{
    if (sender->waiting.first == NULL) {
        return false;
    }
    *ticket = sender->waiting.first->ticket;
    return true;
}
