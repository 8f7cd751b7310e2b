/* SPDX-License-Identifier: Apache-2.0 */
/* Values are lent to librdkafka: they live in the batch, which the last of its
 * events leaves. The client stands behind a lock that many may hold at once;
 * only to replace it takes it alone. */
#include "gateway_relay.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "kafka_ends.h"
#include "log.h"

enum {
    POLL_MS = 100,
    REMAKE_MS = 1000,     /* between clients that break at once */
    TELL_MS = 10000,      /* the same trouble is told again after this */
    SEEN_MAX = 100 * 1000 /* events in the client's queue */
};

struct relay {
    struct relay_settings settings;
    pthread_rwlock_t lock;
    rd_kafka_t *client; /* owned; under the lock; NULL: none could be made */
    atomic_bool broken; /* the client is of no use any more */
    atomic_int waiting; /* events handed over */
    atomic_bool ending;
    pthread_t thread;
    bool running;
    int64_t told_ms, remade_ms; /* of the thread */
    int64_t failed;             /* events since `told_ms` */
    char last_error[256];       /* of the thread; what librdkafka said last */
};

/* ---------------------------------------------------------------- answers */

/* The event is settled: its batch may be, too. */
static void settled(struct relay *relay, struct entry *entry,
                    enum outcome outcome)
{
    struct batch *batch = entry->batch;

    atomic_store_explicit(&entry->outcome, outcome, memory_order_release);
    (void)atomic_fetch_sub(&relay->waiting, 1);
    if (atomic_fetch_sub(&batch->waiting, 1) == 1) {
        parking_wake(relay->settings.parking, &batch->parked);
    }
    parked_leave(&batch->parked);
}

static void tell_failure(struct relay *relay, rd_kafka_resp_err_t error)
{
    int64_t now_ms = mh_clock_ms();

    relay->failed++;
    if (relay->told_ms == 0 || now_ms - relay->told_ms > TELL_MS) {
        mh_log(MH_LOG_WARN, "relay", "not_confirmed=%lld reason=%s",
               (long long)relay->failed,
               mh_log_quote((char[MH_LOG_QUOTED]){0}, rd_kafka_err2str(error)));
        relay->told_ms = now_ms;
        relay->failed = 0;
    }
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *msg,
                        void *opaque)
{
    struct relay *relay = opaque;
    struct entry *entry = msg->_private;

    if (msg->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        entry->event.partition = msg->partition;
        entry->event.offset = msg->offset;
        entry->event.stored_ms = mh_clock_wall_ms();
        recent_add(relay->settings.recent, &entry->event);
        settled(relay, entry, OUTCOME_ACCEPTED);
        return;
    }
    if (rd_kafka_fatal_error(client, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        mh_kafka_code(msg->err) == MH_KAFKA_FATAL) {
        atomic_store(&relay->broken, true);
    }
    tell_failure(relay, msg->err);
    entry->doubtful =
        rd_kafka_message_status(msg) != RD_KAFKA_MSG_STATUS_NOT_PERSISTED;
    settled(relay, entry, OUTCOME_RETRY);
}

static void on_error(rd_kafka_t *client, int error, const char *text,
                     void *opaque)
{
    struct relay *relay = opaque;

    (void)client;
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        atomic_store(&relay->broken, true);
    }
    (void)snprintf(relay->last_error, sizeof relay->last_error, "%s", text);
}

/* -------------------------------------------------------------- the client */

static void prepare(rd_kafka_conf_t *conf, void *opaque)
{
    (void)opaque;
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_conf_set_error_cb(conf, on_error);
}

static enum mh_code make_client(struct relay *relay, rd_kafka_t **client,
                                struct mh_err *err)
{
    char queue[16], timeout[16], most[16];
    const char *settings[] = {
        "acks", "all", "enable.idempotence", "true", "compression.codec", "lz4",
        /* whoever waits is a client, not a file */
        "linger.ms", "2", "batch.size", "65536", "partitioner",
        "murmur2_random", "queue.buffering.max.messages", most,
        "queue.buffering.max.kbytes", queue, "message.timeout.ms", timeout,
        /* back within seconds when Kafka is */
        "reconnect.backoff.max.ms", "1000", NULL};

    (void)snprintf(queue, sizeof queue, "%d", relay->settings.queue_kib);
    (void)snprintf(timeout, sizeof timeout, "%d", relay->settings.timeout_ms);
    (void)snprintf(most, sizeof most, "%d", SEEN_MAX);
    return mh_kafka_new(RD_KAFKA_PRODUCER, relay->settings.brokers, settings,
                        relay->settings.options, prepare, relay, client, err);
}

/* Every event that the client still has is told as not confirmed. */
static void end_client(rd_kafka_t *client)
{
    if (client == NULL) {
        return;
    }
    (void)rd_kafka_purge(client,
                         RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    while (rd_kafka_outq_len(client) > 0) {
        (void)rd_kafka_poll(client, POLL_MS);
    }
    rd_kafka_destroy(client);
}

static void remake(struct relay *relay)
{
    struct mh_err err = {.text = ""};
    rd_kafka_t *made = NULL, *old;

    mh_log(MH_LOG_WARN, "relay", "client=new reason=%s",
           mh_log_quote((char[MH_LOG_QUOTED]){0}, relay->last_error));
    if (make_client(relay, &made, &err) != MH_OK) {
        mh_log(MH_LOG_ERROR, "relay", "client=none reason=%s",
               mh_log_quote((char[MH_LOG_QUOTED]){0}, err.text));
        return;
    }
    (void)pthread_rwlock_wrlock(&relay->lock);
    old = relay->client;
    relay->client = made;
    atomic_store(&relay->broken, false);
    (void)pthread_rwlock_unlock(&relay->lock);
    end_client(old);
    atomic_store(&relay->broken, false); /* the old one's last words */
}

static void *run(void *argument)
{
    struct relay *relay = argument;

    while (!atomic_load(&relay->ending)) {
        /* only this thread changes it */
        (void)rd_kafka_poll(relay->client, POLL_MS);
        if (atomic_load(&relay->broken) &&
            mh_clock_ms() - relay->remade_ms > REMAKE_MS) {
            relay->remade_ms = mh_clock_ms();
            remake(relay);
        }
    }
    return NULL;
}

/* ------------------------------------------------------------------ sending */

/* @returns whether the client has it */
static bool send_one(struct relay *relay, struct entry *entry,
                     struct send_headers *headers)
{
    struct batch *batch = entry->batch;
    uint8_t *value = batch->values.bytes + entry->value_at;

    return rd_kafka_producev(
               relay->client, RD_KAFKA_V_TOPIC(relay->settings.topic),
               RD_KAFKA_V_KEY(headers->id, SEND_ID_BYTES),
               RD_KAFKA_V_VALUE(value, entry->value_len),
               RD_KAFKA_V_HEADER("ce_specversion", "1.0", -1),
               RD_KAFKA_V_HEADER("ce_id", headers->id, SEND_ID_BYTES),
               RD_KAFKA_V_HEADER("ce_type", headers->type, -1),
               RD_KAFKA_V_HEADER("ce_source", headers->source, -1),
               RD_KAFKA_V_HEADER("ce_time", headers->time, -1),
               RD_KAFKA_V_HEADER("content-type", "application/avro", -1),
               RD_KAFKA_V_OPAQUE(entry),
               RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool relay_send(struct relay *relay, struct batch *batch)
{
    bool waits;

    /* one more than there are, so that it cannot end before all are sent */
    atomic_store(&batch->waiting, 1);
    (void)pthread_rwlock_rdlock(&relay->lock);
    for (int i = 0; i < batch->count; i++) {
        struct entry *entry = &batch->entries[i];

        if (atomic_load_explicit(&entry->outcome, memory_order_relaxed) !=
            OUTCOME_WAITING) {
            continue;
        }
        (void)atomic_fetch_add(&batch->waiting, 1);
        (void)atomic_fetch_add(&batch->parked.users, 1);
        (void)atomic_fetch_add(&relay->waiting, 1);
        if (atomic_load(&relay->broken) ||
            !send_one(relay, entry, &batch->headers[i])) {
            settled(relay, entry, OUTCOME_RETRY);
        }
    }
    (void)pthread_rwlock_unlock(&relay->lock);
    free(batch->headers);
    batch->headers = NULL;
    waits = atomic_fetch_sub(&batch->waiting, 1) > 1;
    if (!waits) {
        parking_wake(relay->settings.parking, &batch->parked);
    }
    return waits;
}

int relay_waiting(struct relay *relay)
{
    return atomic_load(&relay->waiting);
}

bool relay_is_well(struct relay *relay, int wait_ms)
{
    struct mh_err err;
    bool well;

    (void)pthread_rwlock_rdlock(&relay->lock);
    well = !atomic_load(&relay->broken) &&
           mh_kafka_find_topic(relay->client, relay->settings.topic, wait_ms,
                               &err) == MH_OK;
    (void)pthread_rwlock_unlock(&relay->lock);
    return well;
}

int relay_partitions(struct relay *relay, int wait_ms)
{
    const struct rd_kafka_metadata *found;
    rd_kafka_topic_t *topic;
    int count = 0;

    (void)pthread_rwlock_rdlock(&relay->lock);
    topic = rd_kafka_topic_new(relay->client, relay->settings.topic, NULL);
    if (topic != NULL) {
        if (rd_kafka_metadata(relay->client, 0, topic, &found, wait_ms) ==
            RD_KAFKA_RESP_ERR_NO_ERROR) {
            count = found->topic_cnt == 1 ? found->topics[0].partition_cnt : 0;
            rd_kafka_metadata_destroy(found);
        }
        rd_kafka_topic_destroy(topic);
    }
    (void)pthread_rwlock_unlock(&relay->lock);
    return count;
}

int32_t relay_partition(const char *id, int count)
{
    /* the topic is not looked at */
    return rd_kafka_msg_partitioner_murmur2(NULL, id, SEND_ID_BYTES, count,
                                            NULL, NULL);
}

bool relay_ends(struct relay *relay, int count, int wait_ms, int64_t *ends)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(count);
    struct mh_kafka_ends asked;
    struct mh_err err;
    bool told;

    for (int i = 0; i < count; i++) {
        rd_kafka_topic_partition_list_add(list, relay->settings.topic, i)
            ->offset = RD_KAFKA_OFFSET_SPEC_LATEST;
    }
    (void)pthread_rwlock_rdlock(&relay->lock);
    mh_kafka_ends_begin(relay->client, list,
                        RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED, wait_ms,
                        &asked);
    told = mh_kafka_ends_end(&asked, list, &err) == MH_OK;
    (void)pthread_rwlock_unlock(&relay->lock);
    for (int i = 0; told && i < count; i++) {
        ends[i] = list->elems[i].offset;
        told = ends[i] >= 0;
    }
    rd_kafka_topic_partition_list_destroy(list);
    return told;
}

/* ------------------------------------------------------------- open, close */

enum mh_code relay_open(const struct relay_settings *settings,
                        struct relay **relay, struct mh_err *err)
{
    struct relay *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL || pthread_rwlock_init(&made->lock, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no memory for a relay");
    }
    made->settings = *settings;
    code = make_client(made, &made->client, err);
    if (code == MH_OK) {
        made->running = pthread_create(&made->thread, NULL, run, made) == 0;
        if (!made->running) {
            code = mh_fail(err, MH_MEMORY, "no thread for the relay");
        }
    }
    if (code != MH_OK) {
        relay_close(made, 0);
        return code;
    }
    *relay = made;
    return MH_OK;
}

void relay_close(struct relay *relay, int wait_ms)
{
    if (relay == NULL) {
        return;
    }
    if (relay->running) {
        atomic_store(&relay->ending, true);
        (void)pthread_join(relay->thread, NULL);
    }
    if (relay->client != NULL && wait_ms > 0) {
        (void)rd_kafka_flush(relay->client, wait_ms);
    }
    end_client(relay->client);
    (void)pthread_rwlock_destroy(&relay->lock);
    free(relay);
}
