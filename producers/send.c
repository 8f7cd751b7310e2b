/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The idempotent producer of librdkafka, which retries by itself and keeps the
 * order of a key. Parcels are lent to it, not copied, and end with their
 * delivery report; what a broken client had goes to the next one.
 */
#include "send.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "log.h"
#include "stop.h"

enum {
    WAIT_MS = 100,   /* longest sleep between looks at stop */
    REMAKES_MAX = 3, /* new clients in a row without one event stored */
    PAIRS_MAX = 64,  /* settings of the caller */
    OWN_MAX = 32     /* entries of our own settings */
};

struct send {
    struct send_settings settings;
    char *brokers, *topic; /* owned */
    /* The client: any number of threads hand events to it, the one that serves
     * replaces it. */
    pthread_rwlock_t lock;
    rd_kafka_t *client;   /* owned; NULL: none could be made */
    atomic_bool broken;   /* it must be made anew */
    int remakes;          /* of the thread that serves: since one was stored */
    char last_error[256]; /* of that thread: what librdkafka said last */
};

/* ------------------------------------------------------------------- words */

static void tell(const struct send *sender, enum mahalle_level level,
                 const char *text)
{
    if (sender->settings.on_log != NULL) {
        sender->settings.on_log(sender->settings.opaque, level, text);
    }
}

/* librdkafka's own lines, where a caller of the library wants them. */
static void on_log(const rd_kafka_t *client, int level, const char *facility,
                   const char *text)
{
    char line[512];

    (void)snprintf(line, sizeof line, "kafka: %s: %s", facility, text);
    tell(rd_kafka_opaque(client),
         level <= 3   ? MAHALLE_LOG_ERROR
         : level <= 4 ? MAHALLE_LOG_WARN
                      : MAHALLE_LOG_INFO,
         line);
}

/* ------------------------------------------------------------- the client */

/* Not confirmed: why, and whether it may be stored all the same. */
static void give_up(struct send *sender, struct parcel *parcel,
                    rd_kafka_resp_err_t error, bool certain)
{
    char reason[512];
    struct mahalle_result result = told_nothing(
        certain && !parcel->doubtful ? MAHALLE_NOT_STORED : MAHALLE_UNCERTAIN);

    if (error == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT) {
        (void)snprintf(reason, sizeof reason,
                       "kafka at %s: not confirmed within %d s",
                       sender->brokers, sender->settings.timeout_ms / 1000);
    } else {
        (void)snprintf(reason, sizeof reason, "kafka at %s, topic %s: %s",
                       sender->brokers, sender->topic, rd_kafka_err2str(error));
    }
    result.id = parcel->headers.id;
    result.tag = parcel->tag;
    result.reason = reason;
    parcels_hand(sender->settings.parcels, parcel, &result);
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *msg,
                        void *opaque)
{
    struct send *sender = opaque;
    struct parcel *parcel = msg->_private;

    if (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        struct mahalle_result result = told_nothing(MAHALLE_STORED);

        result.id = parcel->headers.id;
        result.tag = parcel->tag;
        result.partition = msg->partition;
        result.offset = msg->offset;
        sender->remakes = 0;
        parcels_hand(sender->settings.parcels, parcel, &result);
        return;
    }
    if (msg->err == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
        msg->err == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT) {
        return; /* by ourselves: it is sent again or named as not stored */
    }
    if (rd_kafka_fatal_error(client, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        mh_kafka_code(msg->err) == MH_KAFKA_FATAL) {
        atomic_store(&sender->broken, true);
        return; /* a new client sends it again */
    }
    give_up(sender, parcel, msg->err,
            rd_kafka_message_status(msg) == RD_KAFKA_MSG_STATUS_NOT_PERSISTED);
}

static void on_error(rd_kafka_t *client, int error, const char *text,
                     void *opaque)
{
    struct send *sender = opaque;

    (void)client;
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        atomic_store(&sender->broken, true);
    }
    (void)snprintf(sender->last_error, sizeof sender->last_error, "%s", text);
}

static void prepare(rd_kafka_conf_t *conf, void *opaque)
{
    const struct send *sender = opaque;

    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
    if (sender->settings.on_log != NULL) {
        rd_kafka_conf_set_log_cb(conf, on_log);
    }
}

/* The caller's settings behind ours, as far as they are the caller's to set.
 */
static enum mh_code add_pairs(const struct send *sender, const char **settings,
                              size_t count, struct mh_err *err)
{
    const char *const *pairs = sender->settings.pairs;

    for (size_t i = 0; pairs != NULL && pairs[i] != NULL; i += 2) {
        enum mh_code code =
            mh_kafka_operators(RD_KAFKA_PRODUCER, pairs[i], err);

        if (code != MH_OK) {
            return code;
        }
        if (pairs[i + 1] == NULL || i + 2 > 2 * PAIRS_MAX) {
            return mh_fail(err, MH_USAGE,
                           "kafka: name, value, ..., NULL; at most %d settings",
                           PAIRS_MAX);
        }
        settings[count++] = pairs[i];
        settings[count++] = pairs[i + 1];
    }
    settings[count] = NULL;
    return MH_OK;
}

static enum mh_code make_client(struct send *sender, struct mh_err *err)
{
    char queue[24], timeout[16];
    const char *settings[OWN_MAX + 2 * PAIRS_MAX + 1] = {
        "acks", "all", "enable.idempotence", "true", "compression.codec", "lz4",
        "linger.ms", "5",
        /* A broker gives a reader whole batches: small ones let it read all
         * partitions in turn. */
        "batch.size", "65536", "partitioner", "murmur2_random",
        "queue.buffering.max.messages", "25000", "queue.buffering.max.kbytes",
        queue, "message.timeout.ms", timeout,
        /* back within seconds when Kafka is */
        "reconnect.backoff.max.ms", "1000"};
    size_t count = 0;
    enum mh_code code;

    while (settings[count] != NULL) {
        count++;
    }
    code = add_pairs(sender, settings, count, err);
    if (code != MH_OK) {
        return code;
    }
    (void)snprintf(queue, sizeof queue, "%zu",
                   sender->settings.queue_bytes / 1024);
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

/* Everything that waits is given up: the owners decide. */
static void give_up_all(struct send *sender, const char *reason)
{
    struct parcels *parcels = sender->settings.parcels;
    struct parcel *parcel = parcels_unsettled(parcels, NULL);

    while (parcel != NULL) {
        struct parcel *after = parcels_unsettled(parcels, parcel);
        struct mahalle_result result = told_nothing(MAHALLE_UNCERTAIN);

        result.id = parcel->headers.id;
        result.tag = parcel->tag;
        result.reason = reason;
        parcels_hand(parcels, parcel, &result);
        parcel = after;
    }
}

/* A new client gets everything that waits: no report is taken meanwhile, and
 * nobody hands over. It is no more than fits into the queue it comes from. What
 * the old one had sent may be stored, whatever becomes of it now. */
static enum mh_code replace(struct send *sender, struct mh_err *err)
{
    struct parcels *parcels = sender->settings.parcels;
    enum mh_code code;

    end_client(sender);
    code = make_client(sender, err);
    for (struct parcel *parcel = parcels_unsettled(parcels, NULL);
         code == MH_OK && parcel != NULL;
         parcel = parcels_unsettled(parcels, parcel)) {
        rd_kafka_resp_err_t error;

        parcel->doubtful = true;
        error = produce(sender, parcel);
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            code = mh_fail(err, mh_kafka_code(error), "kafka at %s: %s",
                           sender->brokers, rd_kafka_err2str(error));
        }
    }
    return code;
}

static void remake(struct send *sender)
{
    char line[512];
    struct mh_err err;
    enum mh_code code;

    (void)snprintf(line, sizeof line, "client=new waiting=%zu reason=\"%s\"",
                   parcels_count(sender->settings.parcels), sender->last_error);
    if (sender->settings.on_log == NULL) {
        mh_log(MH_LOG_WARN, "send", "%s", line);
    } else {
        tell(sender, MAHALLE_LOG_WARN, line);
    }
    (void)pthread_rwlock_wrlock(&sender->lock);
    if (++sender->remakes > REMAKES_MAX) {
        code = mh_fail(&err, MH_KAFKA_FATAL,
                       "kafka at %s: %d clients in a row broke (%s)",
                       sender->brokers, REMAKES_MAX, sender->last_error);
        end_client(sender);
    } else {
        code = replace(sender, &err);
        atomic_store(&sender->broken, code != MH_OK);
    }
    if (code != MH_OK) {
        /* with the lock: else a report of the new client might come for what
         * is given up here */
        end_client(sender);
    }
    (void)pthread_rwlock_unlock(&sender->lock);
    if (code != MH_OK) {
        sender->remakes = 0;
        give_up_all(sender, err.text);
    }
}

void send_turn(struct send *sender, int wait_ms)
{
    if (sender->client != NULL) { /* only this thread changes it */
        (void)rd_kafka_poll(sender->client, wait_ms);
    } else {
        mh_clock_sleep_ms(wait_ms);
    }
    if (atomic_load(&sender->broken)) {
        remake(sender);
    }
}

/* ---------------------------------------------------------- first contact */

enum mh_code send_contact(struct send *sender, int wait_ms, struct mh_err *err)
{
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

    if (made == NULL || pthread_rwlock_init(&made->lock, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "send: out of memory");
    }
    made->settings = *settings;
    made->brokers = strdup(settings->brokers);
    made->topic = strdup(settings->topic);
    code = made->brokers == NULL || made->topic == NULL
               ? mh_fail(err, MH_MEMORY, "send: out of memory")
               : make_client(made, err);
    if (code != MH_OK) {
        send_close(made);
        return code;
    }
    *sender = made;
    return MH_OK;
}

void send_close(struct send *sender)
{
    if (sender == NULL) {
        return;
    }
    end_client(sender);
    (void)pthread_rwlock_destroy(&sender->lock);
    free(sender->topic);
    free(sender->brokers);
    free(sender);
}

enum mh_code send_event(struct send *sender, struct parcel *parcel,
                        struct mh_err *err)
{
    struct parcels *parcels = sender->settings.parcels;
    enum mh_code code = MH_OK;

    /* In the list before it is sent, since its report may come at once; both
     * under the lock, so that a new client sees what the old one has. */
    (void)pthread_rwlock_rdlock(&sender->lock);
    if (sender->client == NULL || atomic_load(&sender->broken)) {
        code = mh_fail(err, MH_FULL, "the client is made anew");
    } else {
        rd_kafka_resp_err_t error;

        parcels_append(parcels, parcel);
        error = produce(sender, parcel);
        if (error == RD_KAFKA_RESP_ERR__FATAL) {
            atomic_store(&sender->broken, true);
        }
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
            parcels_remove(parcels, parcel);
            code = error == RD_KAFKA_RESP_ERR__QUEUE_FULL ||
                           error == RD_KAFKA_RESP_ERR__FATAL
                       ? MH_FULL
                       : mh_kafka_code(error);
            (void)mh_fail(err, code, "kafka at %s: %s", sender->brokers,
                          rd_kafka_err2str(error));
        }
    }
    (void)pthread_rwlock_unlock(&sender->lock);
    return code;
}
