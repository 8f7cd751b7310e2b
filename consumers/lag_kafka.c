/* SPDX-License-Identifier: Apache-2.0 */
/* What changes seldom is asked seldom; the ends are asked at every look. */
#include "lag_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "kafka_ends.h"
#include "lag_first.h"
#include "lag_retention.h"

enum {
    ASK_MS = 3000,
    PARTITIONS_MS = 10000, /* between looks at how many there are */
    LEADERS_MS = 2000,     /* the same, while one has no leader */
    IDENTITY_MS = 10000,   /* at whose log it is */
    RETENTION_MS = 60000   /* at how long records are kept */
};

struct lag_kafka {
    rd_kafka_t *client;      /* owned */
    rd_kafka_topic_t *topic; /* owned */
    rd_kafka_queue_t *queue; /* owned; records that were asked for */
    struct lag_first *first; /* owned */
    const char *name;        /* lent; of the topic */
    int64_t partitions_ms, identity_ms, retention_ms; /* last asked; 0 never */
    bool leaderless;                                  /* a partition is */
    bool refused; /* who asks for the retention; told once */
};

static void on_error(rd_kafka_t *client, int error, const char *reason,
                     void *opaque)
{
    (void)client; /* what cannot be done is told by the look */
    (void)error;
    (void)reason;
    (void)opaque;
}

static void prepare(rd_kafka_conf_t *conf, void *opaque)
{
    (void)opaque;
    rd_kafka_conf_set_error_cb(conf, on_error);
}

enum mh_code lag_kafka_open(const char *brokers, const char *topic,
                            const struct mh_options *options,
                            struct lag_kafka **kafka, struct mh_err *err)
{
    static const char *const SETTINGS[] = {"client.id",
                                           "mahalle-lag",
                                           "enable.auto.commit",
                                           "false",
                                           "enable.auto.offset.store",
                                           "false",
                                           "auto.offset.reset",
                                           "error",
                                           "enable.partition.eof",
                                           "true",
                                           "isolation.level",
                                           "read_committed",
                                           "allow.auto.create.topics",
                                           "false",
                                           "queued.min.messages",
                                           "1",
                                           "queued.max.messages.kbytes",
                                           "64",
                                           "fetch.message.max.bytes",
                                           "1024",
                                           "message.max.bytes",
                                           "65536",
                                           "fetch.max.bytes",
                                           "65536",
                                           "fetch.wait.max.ms",
                                           "50",
                                           "fetch.queue.backoff.ms",
                                           "20",
                                           "socket.timeout.ms",
                                           "5000",
                                           "reconnect.backoff.max.ms",
                                           "2000",
                                           "topic.metadata.refresh.interval.ms",
                                           "10000",
                                           NULL};
    struct lag_kafka *new = calloc(1, sizeof *new);
    enum mh_code code;

    if (new == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a client");
    }
    new->name = topic;
    code = mh_kafka_new(RD_KAFKA_CONSUMER, brokers, SETTINGS, options, prepare,
                        new, &new->client, err);
    if (code == MH_OK) {
        new->topic = rd_kafka_topic_new(new->client, topic, NULL);
        new->queue = rd_kafka_queue_new(new->client);
        if (new->topic == NULL) {
            code = mh_fail(err, MH_USAGE, "topic %s: %s", topic,
                           rd_kafka_err2str(rd_kafka_last_error()));
        } else {
            new->first = lag_first_new(new->topic, new->queue);
            code = new->first == NULL
                       ? mh_fail(err, MH_MEMORY, "no memory for a client")
                       : MH_OK;
        }
    }
    if (code != MH_OK) {
        lag_kafka_close(new);
        return code;
    }
    *kafka = new;
    return MH_OK;
}

void lag_kafka_close(struct lag_kafka *kafka)
{
    if (kafka == NULL) {
        return;
    }
    lag_first_free(kafka->first);
    if (kafka->queue != NULL) {
        rd_kafka_queue_destroy(kafka->queue);
    }
    if (kafka->topic != NULL) {
        rd_kafka_topic_destroy(kafka->topic);
    }
    if (kafka->client != NULL) {
        rd_kafka_destroy(kafka->client);
    }
    free(kafka);
}

static bool is_due(int64_t *last_ms, int64_t every_ms)
{
    int64_t now_ms = mh_clock_ms();

    if (*last_ms > 0 && now_ms - *last_ms < every_ms) {
        return false;
    }
    *last_ms = now_ms;
    return true;
}

/* ------------------------------------------------------------------ partitions */

/* One that came later than the monitor has its time to be given a leader. */
static enum mh_code resize(struct lag_source *source, int count,
                           struct mh_err *err)
{
    int before = source->count;
    enum mh_code code = lag_source_resize(source, count, err);

    for (int i = before; code == MH_OK && i < count; i++) {
        source->items[i].since_ms =
            source->reach.good_ms > 0 ? mh_clock_wall_ms() : 0;
    }
    return code;
}

static void note_part(struct lag_log *log, rd_kafka_resp_err_t error)
{
    struct mh_err why;

    lag_reach_note(&log->reach, mh_clock_wall_ms(),
                   error == RD_KAFKA_RESP_ERR_NO_ERROR
                       ? MH_OK
                       : mh_fail(&why, mh_kafka_code(error), "%s",
                                 rd_kafka_err2str(error)),
                   &why);
}

/* Those without a leader are not asked for their ends: nobody would be told
 * any. What is known of them stays. */
static void note_leaders(struct lag_kafka *kafka, struct lag_source *source,
                         const rd_kafka_metadata_topic_t *found)
{
    kafka->leaderless = false;
    for (int i = 0; i < found->partition_cnt; i++) {
        const rd_kafka_metadata_partition_t *part = &found->partitions[i];

        if (part->id < 0 || part->id >= source->count) {
            continue;
        }
        source->items[part->id].leaderless = part->leader < 0;
        kafka->leaderless = kafka->leaderless || part->leader < 0;
    }
}

static enum mh_code look_at_partitions(struct lag_kafka *kafka,
                                       struct lag_source *source,
                                       struct mh_err *err)
{
    const struct rd_kafka_metadata *found;
    enum mh_code code;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(kafka->client, 0, kafka->topic, &found, ASK_MS);

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return mh_fail(err, mh_kafka_code(error), "topic %s: %s", kafka->name,
                       rd_kafka_err2str(error));
    }
    error = found->topic_cnt == 1 ? found->topics[0].err
                                  : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = mh_fail(err, mh_kafka_code(error), "topic %s: %s", kafka->name,
                       rd_kafka_err2str(error));
    } else {
        code = resize(source, found->topics[0].partition_cnt, err);
        if (code == MH_OK) {
            note_leaders(kafka, source, &found->topics[0]);
        }
    }
    rd_kafka_metadata_destroy(found);
    return code;
}

/* ------------------------------------------------------------------------ ends */

/* @param list out; owned; of those that have a leader; not empty */
static enum mh_code ask_ends(const struct lag_kafka *kafka,
                             const struct lag_source *source,
                             rd_kafka_OffsetSpec_t which,
                             rd_kafka_topic_partition_list_t **list,
                             struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *new =
        rd_kafka_topic_partition_list_new(source->count);
    enum mh_code code;

    for (int i = 0; i < source->count; i++) {
        if (!source->items[i].leaderless) {
            rd_kafka_topic_partition_list_add(new, kafka->name, i)->offset =
                which;
        }
    }
    code = new->cnt == 0
               ? mh_fail(err, MH_KAFKA_DOWN, "no partition of %s has a leader",
                         kafka->name)
               : kafka_ends_ask(kafka->client, new, err);
    if (code != MH_OK) {
        rd_kafka_topic_partition_list_destroy(new);
        return code;
    }
    *list = new;
    return MH_OK;
}

static void take_ends(struct lag_log *log, int64_t begin, int64_t end,
                      bool *changed)
{
    if (begin < log->begin || end < log->end) {
        *changed = true;
        log->first = log->read_from = log->empty_to = -1;
    }
    log->begin = begin;
    log->end = end > begin ? end : begin;
}

/* One that nobody answers for keeps what was known of it, and the others are
 * not concerned.
 * @param answers, changed in, out: one more was answered; an end went back */
static void take_part(const rd_kafka_topic_partition_t *begin,
                      const rd_kafka_topic_partition_t *end,
                      struct lag_log *log, int *answers, bool *changed)
{
    rd_kafka_resp_err_t error = begin->offset < 0 ? begin->err
                                : end->offset < 0 ? end->err
                                                  : RD_KAFKA_RESP_ERR_NO_ERROR;

    note_part(log, error);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        take_ends(log, begin->offset, end->offset, changed);
        (*answers)++;
    }
}
/* @param changed out; an end went back: it is another log, or one cut short */
static enum mh_code look_at_ends(struct lag_kafka *kafka,
                                 struct lag_source *source, bool *changed,
                                 struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *begins = NULL;
    rd_kafka_topic_partition_list_t *ends = NULL;
    int answers = 0;
    enum mh_code code =
        ask_ends(kafka, source, RD_KAFKA_OFFSET_SPEC_EARLIEST, &begins, err);

    if (code == MH_OK) {
        code = ask_ends(kafka, source, RD_KAFKA_OFFSET_SPEC_LATEST, &ends, err);
    }
    for (int i = 0; code == MH_OK && i < ends->cnt; i++) {
        take_part(&begins->elems[i], &ends->elems[i],
                  &source->items[ends->elems[i].partition], &answers, changed);
    }
    for (int i = 0; code == MH_OK && i < source->count; i++) {
        if (source->items[i].leaderless) {
            note_part(&source->items[i],
                      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
        }
    }
    if (code == MH_OK && answers == 0) {
        code = kafka_ends_failure(
            begins->elems[0].offset < 0 ? begins->elems : ends->elems, err);
    }
    if (code == MH_OK && answers < ends->cnt) {
        kafka->partitions_ms = 0; /* perhaps another leads them now */
    }
    if (begins != NULL) {
        rd_kafka_topic_partition_list_destroy(begins);
    }
    if (ends != NULL) {
        rd_kafka_topic_partition_list_destroy(ends);
    }
    return code;
}

static void look_at_identity(const struct lag_kafka *kafka,
                             struct lag_source *source)
{
    char cluster_id[LAG_ID_BYTES];
    char topic_id[LAG_ID_BYTES];

    kafka_ends_identity(kafka->client, kafka->name, cluster_id, topic_id);
    if (topic_id[0] == '\0') {
        return;
    }
    if (strcmp(topic_id, source->topic_id) != 0) {
        for (int i = 0; i < source->count; i++) {
            source->items[i].first = source->items[i].read_from =
                source->items[i].empty_to = -1;
        }
        memcpy(source->topic_id, topic_id, sizeof topic_id);
    }
    memcpy(source->cluster_id, cluster_id, sizeof cluster_id);
}

/* ------------------------------------------------------------------------ look */

static enum mh_code look(struct lag_kafka *kafka, struct lag_source *source,
                         const struct lag_sink *sink, struct mh_err *err)
{
    bool changed = false;
    enum mh_code code = MH_OK;

    if (is_due(&kafka->partitions_ms,
               kafka->leaderless ? LEADERS_MS : PARTITIONS_MS) ||
        source->count == 0) {
        code = look_at_partitions(kafka, source, err);
    }
    if (code == MH_OK && source->count > 0) {
        code = look_at_ends(kafka, source, &changed, err);
    }
    if (code != MH_OK) {
        return code;
    }
    if (is_due(&kafka->identity_ms, IDENTITY_MS) || changed) {
        look_at_identity(kafka, source);
    }
    if (is_due(&kafka->retention_ms, RETENTION_MS)) {
        lag_retention_look(kafka->client, kafka->name, source, &kafka->refused);
    }
    return lag_first_read(kafka->first, source, sink, err);
}

enum mh_code lag_kafka_look(struct lag_kafka *kafka, struct lag_source *source,
                            const struct lag_sink *sink, struct mh_err *err)
{
    enum mh_code code = look(kafka, source, sink, err);

    (void)rd_kafka_poll(kafka->client, 0); /* its log lines */
    if (code != MH_OK) {
        kafka->partitions_ms = 0; /* perhaps there are fewer now */
    }
    return code;
}
