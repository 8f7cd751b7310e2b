/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The eager protocol: on a rebalance everything is given up and taken anew,
 * which is simple and right, since offsets come from the store each time.
 */
#include "poll.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "clock.h"
#include "log.h"
#include "poll_internal.h"

enum {
    REPEAT_MS = 30000, /* before the same trouble is told again */
    SEEK_MS = 3000
};

static void read_nothing(struct poll *poll)
{
    rd_kafka_topic_partition_list_t *none =
        rd_kafka_topic_partition_list_new(0);

    (void)rd_kafka_assign(poll->client, none);
    rd_kafka_topic_partition_list_destroy(none);
    poll->started = false;
}

static void on_rebalance(rd_kafka_t *client, rd_kafka_resp_err_t event,
                         rd_kafka_topic_partition_list_t *list, void *opaque)
{
    struct poll *poll = opaque;

    poll->changed = true;
    poll->joined = true;
    poll->count = 0;
    if (event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        for (int i = 0; i < list->cnt && i < STORE_PARTITIONS_MAX; i++) {
            poll->ids[poll->count++] = list->elems[i].partition;
        }
        if (poll->count < list->cnt) {
            mh_log(MH_LOG_ERROR, "poll",
                   "partitions=%d most=%d: start more instances", list->cnt,
                   STORE_PARTITIONS_MAX);
        }
        poll->client = client;
        read_nothing(poll); /* until the store has told from where */
    } else {
        (void)rd_kafka_assign(client, NULL);
        poll->started = false;
    }
    mh_log(MH_LOG_INFO, "poll", "event=%s partitions=%d",
           event == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? "assigned"
                                                         : "revoked",
           poll->count);
}

/* Errors that concern the client as a whole; those that end it come out of
 * rd_kafka_fatal_error. */
static void on_error(rd_kafka_t *client, int error, const char *reason,
                     void *opaque)
{
    struct poll *poll = opaque;
    int64_t now = mh_clock_ms();
    char quoted[MH_LOG_QUOTED];

    (void)client;
    if (error != poll->error || now - poll->error_ms >= REPEAT_MS) {
        mh_log(MH_LOG_WARN, "poll", "kafka=%s reason=%s",
               rd_kafka_err2name((rd_kafka_resp_err_t)error),
               mh_log_quote(quoted, reason));
        poll->error = error;
        poll->error_ms = now;
    }
}

static void prepare(rd_kafka_conf_t *conf, void *opaque)
{
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_error_cb(conf, on_error);
    rd_kafka_conf_set_opaque(conf, opaque);
}

static enum mh_code subscribe(struct poll *poll, struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *topics =
        rd_kafka_topic_partition_list_new(1);
    rd_kafka_resp_err_t error;

    (void)rd_kafka_topic_partition_list_add(topics, poll->topic,
                                            RD_KAFKA_PARTITION_UA);
    (void)rd_kafka_poll_set_consumer(poll->client);
    error = rd_kafka_subscribe(poll->client, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return error == RD_KAFKA_RESP_ERR_NO_ERROR
               ? MH_OK
               : mh_fail(err, mh_kafka_code(error), "subscribe to %s: %s",
                         poll->topic, rd_kafka_err2str(error));
}

static enum mh_code open_client(const struct poll_config *config, bool joins,
                                struct poll **poll, struct mh_err *err)
{
    char kbytes[24];
    const char *settings[] = {
        "group.id",
        config->group,
        "enable.auto.commit",
        "false",
        "enable.auto.offset.store",
        "false",
        "auto.offset.reset",
        "error",
        "partition.assignment.strategy",
        "range,roundrobin",
        "allow.auto.create.topics",
        "false",
        "check.crcs",
        "true",
        "isolation.level",
        "read_committed",
        "enable.partition.eof",
        "true",
        "session.timeout.ms",
        "10000",
        "max.poll.interval.ms",
        "300000",
        "queued.min.messages",
        "1000000",
        "queued.max.messages.kbytes",
        kbytes,
        "fetch.message.max.bytes",
        "65536",
        "fetch.max.bytes",
        "1048576",
        "fetch.wait.max.ms",
        "50",
        "fetch.queue.backoff.ms",
        "20",
        "reconnect.backoff.max.ms",
        "2000",
        "topic.metadata.refresh.interval.ms",
        "10000",
        NULL,
    };
    struct poll *new = calloc(1, sizeof *new);
    enum mh_code code;

    if (new == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a consumer");
    }
    (void)snprintf(kbytes, sizeof kbytes, "%" PRId64, config->queue_kbytes);
    new->topic = config->topic;
    code = mh_kafka_new(RD_KAFKA_CONSUMER, config->brokers, settings,
                        config->options, prepare, new, &new->client, err);
    if (code == MH_OK && joins) {
        code = subscribe(new, err);
    } else if (code == MH_OK) {
        (void)rd_kafka_poll_set_consumer(new->client);
    }
    if (code != MH_OK) {
        poll_close(new);
        return code;
    }
    *poll = new;
    return MH_OK;
}

enum mh_code poll_open(const struct poll_config *config, struct poll **poll,
                       struct mh_err *err)
{
    return open_client(config, true, poll, err);
}

enum mh_code poll_open_alone(const struct poll_config *config,
                             struct poll **poll, struct mh_err *err)
{
    return open_client(config, false, poll, err);
}

void poll_close(struct poll *poll)
{
    if (poll == NULL) {
        return;
    }
    if (poll->client != NULL) {
        (void)rd_kafka_consumer_close(poll->client);
        rd_kafka_destroy(poll->client);
    }
    free(poll);
}

/* -------------------------------------------------------------- partitions */

bool poll_joined(const struct poll *poll)
{
    return poll->joined;
}

bool poll_changed(const struct poll *poll)
{
    return poll->changed;
}

const int32_t *poll_partitions(const struct poll *poll, int *count)
{
    *count = poll->count;
    return poll->ids;
}

/* Whether just these partitions are being read. */
static bool are_read(const struct poll *poll,
                     const rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_topic_partition_list_t *now = NULL;
    bool same =
        rd_kafka_assignment(poll->client, &now) == RD_KAFKA_RESP_ERR_NO_ERROR &&
        now->cnt == list->cnt;

    for (int i = 0; same && i < list->cnt; i++) {
        same = rd_kafka_topic_partition_list_find(
                   now, list->elems[i].topic, list->elems[i].partition) != NULL;
    }
    if (now != NULL) {
        rd_kafka_topic_partition_list_destroy(now);
    }
    return same;
}

/* Go on from elsewhere in what is being read. */
static bool seek(struct poll *poll, rd_kafka_topic_partition_list_t *list)
{
    rd_kafka_error_t *error =
        rd_kafka_seek_partitions(poll->client, list, SEEK_MS);
    bool done = error == NULL;

    for (int i = 0; done && i < list->cnt; i++) {
        done = list->elems[i].err == RD_KAFKA_RESP_ERR_NO_ERROR;
    }
    if (error != NULL) {
        rd_kafka_error_destroy(error);
    }
    return done;
}

/* The library stops what it read before it reads anew. When it is told so
 * again before the first stop is through, as by a rebalance just then, it ends
 * the program (librdkafka issue 5573): so nothing is stopped that need not. */
enum mh_code poll_start(struct poll *poll, const struct positions *positions,
                        struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(positions->count);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;

    for (int i = 0; i < positions->count; i++) {
        const struct position *position = &positions->items[i];

        if (!position->blocked) {
            rd_kafka_topic_partition_list_add(list, poll->topic,
                                              position->partition)
                ->offset = position->next;
        }
    }
    if (!poll->started || !are_read(poll, list) || !seek(poll, list)) {
        error = rd_kafka_assign(poll->client, list);
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return mh_fail(err, mh_kafka_code(error), "start reading: %s",
                       rd_kafka_err2str(error));
    }
    poll->changed = false;
    poll->started = true;
    return MH_OK;
}

void poll_stop(struct poll *poll)
{
    if (poll->started) {
        read_nothing(poll);
    }
}

/* ----------------------------------------------------------------- records */

/* The library goes on behind records that it cannot read, as when their
 * checksum is wrong; we do not. */
static bool is_gap(rd_kafka_resp_err_t error)
{
    return error == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
           error == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE ||
           error == RD_KAFKA_RESP_ERR__LOG_TRUNCATION ||
           error == RD_KAFKA_RESP_ERR__BAD_MSG ||
           error == RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED;
}

/* Checksums are right, so nothing was damaged on the way: either its producer
 * made it badly, or zstd would give more than the client takes. */
static enum mh_code cannot_unpack(const struct poll *poll,
                                  const rd_kafka_message_t *record,
                                  struct mh_err *err)
{
    return mh_fail(err, MH_GAP,
                   "%s partition %d offset %" PRId64
                   ": cannot be unpacked, or unpacks to more than "
                   "kafka.receive.message.max.bytes; raise that and accept-gap "
                   "--to %" PRId64 ", or pass over it",
                   poll->topic, record->partition, record->offset,
                   record->offset);
}

static enum mh_code translate(const struct poll *poll,
                              const rd_kafka_message_t *record,
                              struct mh_err *err)
{
    char text[256];

    if (record->err == RD_KAFKA_RESP_ERR__BAD_COMPRESSION) {
        return cannot_unpack(poll, record, err);
    }
    if (is_gap(record->err)) {
        return mh_fail(err, MH_GAP, "%s partition %d offset %" PRId64 ": %s",
                       poll->topic, record->partition, record->offset,
                       rd_kafka_message_errstr(record));
    }
    if (record->err == RD_KAFKA_RESP_ERR__FATAL) {
        (void)rd_kafka_fatal_error(poll->client, text, sizeof text);
        return mh_fail(err, MH_KAFKA_FATAL, "Kafka client: %s", text);
    }
    return mh_fail(err, mh_kafka_code(record->err), "%s partition %d: %s",
                   poll->topic, record->partition,
                   rd_kafka_message_errstr(record));
}

/* A topic need not have LogAppendTime; a time out of the calendar becomes the
 * nearest one in it, so that it always can be stored. */
static int64_t record_time(const rd_kafka_message_t *record)
{
    static const int64_t DAY_MS = INT64_C(86400000);
    int64_t at = rd_kafka_message_timestamp(record, NULL);

    return at < 0 ? 0 : at > MH_DAY_MAX * DAY_MS ? MH_DAY_MAX * DAY_MS : at;
}

enum mh_code poll_next(struct poll *poll, int wait_ms, struct message *message,
                       struct mh_err *err)
{
    rd_kafka_message_t *record = rd_kafka_consumer_poll(poll->client, wait_ms);
    enum mh_code code = MH_OK;

    *message = (struct message){.partition = -1};
    if (record == NULL) {
        return MH_OK;
    }
    message->partition = record->partition;
    message->offset = record->offset;
    if (record->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
            message->end = true;
        } else {
            code = translate(poll, record, err);
        }
        rd_kafka_message_destroy(record);
        return code;
    }
    *message = (struct message){
        .partition = record->partition,
        .offset = record->offset,
        .at_ms = record_time(record),
        .key = record->key,
        .key_len = record->key_len,
        .value = record->payload,
        .value_len = record->len,
        .handle = record,
    };
    return MH_OK;
}

void poll_free(struct message *message)
{
    if (message->handle != NULL) {
        rd_kafka_message_destroy(message->handle);
        message->handle = NULL;
    }
}

void poll_courtesy(struct poll *poll, const struct positions *positions)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(positions->count);

    for (int i = 0; i < positions->count; i++) {
        rd_kafka_topic_partition_list_add(list, poll->topic,
                                          positions->items[i].partition)
            ->offset = positions->items[i].next;
    }
    if (list->cnt > 0) {
        (void)rd_kafka_commit(poll->client, list, 1);
    }
    rd_kafka_topic_partition_list_destroy(list);
}
