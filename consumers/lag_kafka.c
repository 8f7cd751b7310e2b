/* SPDX-License-Identifier: Apache-2.0 */
/* What changes seldom is asked seldom; the ends are asked at every look. */
#include "lag_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "kafka_ends.h"
#include "lag_first.h"
#include "log.h"

enum {
    ASK_MS = 3000,
    PARTITIONS_MS = 10000, /* between looks at how many there are */
    IDENTITY_MS = 10000,   /* at whose log it is */
    RETENTION_MS = 60000   /* at how long records are kept */
};

struct lag_kafka {
    rd_kafka_t *client;      /* owned */
    rd_kafka_topic_t *topic; /* owned */
    rd_kafka_queue_t *queue; /* owned; records that were asked for */
    const char *name;        /* lent; of the topic */
    int64_t partitions_ms, identity_ms, retention_ms; /* last asked; 0 never */
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

static enum mh_code count_partitions(const struct lag_kafka *kafka, int *count,
                                     struct mh_err *err)
{
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(kafka->client, 0, kafka->topic, &found, ASK_MS);

    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        error = found->topic_cnt == 1 ? found->topics[0].err
                                      : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
        *count = found->topic_cnt == 1 ? found->topics[0].partition_cnt : 0;
        rd_kafka_metadata_destroy(found);
    }
    return error == RD_KAFKA_RESP_ERR_NO_ERROR
               ? MH_OK
               : mh_fail(err, mh_kafka_code(error), "topic %s: %s", kafka->name,
                         rd_kafka_err2str(error));
}

static enum mh_code ask_ends(const struct lag_kafka *kafka, int count,
                             rd_kafka_OffsetSpec_t which,
                             rd_kafka_topic_partition_list_t **list,
                             struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *new =
        rd_kafka_topic_partition_list_new(count);
    enum mh_code code;

    for (int i = 0; i < count; i++) {
        rd_kafka_topic_partition_list_add(new, kafka->name, i)->offset = which;
    }
    code = kafka_ends_ask(kafka->client, new, err);
    for (int i = 0; code == MH_OK && i < count; i++) {
        if (new->elems[i].offset < 0) {
            code =
                mh_fail(err, MH_KAFKA_DOWN,
                        "ends of %s partition %d: no answer", kafka->name, i);
        }
    }
    if (code != MH_OK) {
        rd_kafka_topic_partition_list_destroy(new);
        return code;
    }
    *list = new;
    return MH_OK;
}

/* @param changed out; an end went back: it is another log, or one cut short */
static enum mh_code look_at_ends(const struct lag_kafka *kafka,
                                 struct lag_source *source, bool *changed,
                                 struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *begins = NULL;
    rd_kafka_topic_partition_list_t *ends = NULL;
    enum mh_code code = ask_ends(kafka, source->count,
                                 RD_KAFKA_OFFSET_SPEC_EARLIEST, &begins, err);

    if (code == MH_OK) {
        code = ask_ends(kafka, source->count, RD_KAFKA_OFFSET_SPEC_LATEST,
                        &ends, err);
    }
    for (int i = 0; code == MH_OK && i < source->count; i++) {
        struct lag_log *log = &source->items[i];
        int64_t begin = begins->elems[i].offset;
        int64_t end = ends->elems[i].offset;

        if (begin < log->begin || end < log->end) {
            *changed = true;
            log->first = log->read_from = log->empty_to = -1;
        }
        log->begin = begin;
        log->end = end > begin ? end : begin;
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

/* ------------------------------------------------------------------- retention */

/* -1: no limit, or none is told. */
static int64_t number_of(const rd_kafka_ConfigEntry_t **entries, size_t count,
                         const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);

        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0 &&
            value != NULL) {
            return strtoll(value, NULL, 10);
        }
    }
    return -1;
}

static bool deletes(const rd_kafka_ConfigEntry_t **entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);

        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "cleanup.policy") ==
                0 &&
            value != NULL) {
            return strstr(value, "delete") != NULL;
        }
    }
    return true;
}

static bool read_retention(rd_kafka_event_t *event, struct lag_source *source)
{
    const rd_kafka_ConfigResource_t **found;
    const rd_kafka_ConfigEntry_t **entries;
    size_t count = 0;
    bool delete;

    found = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    if (count != 1 ||
        rd_kafka_ConfigResource_error(found[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    entries = rd_kafka_ConfigResource_configs(found[0], &count);
    delete = deletes(entries, count);
    source->retention_ms =
        delete ? number_of(entries, count, "retention.ms") : -1;
    source->by_size =
        delete &&number_of(entries, count, "retention.bytes") >= 0;
    return true;
}

/* A monitor that may not ask this still sees how fast the log is deleted. */
static void look_at_retention(struct lag_kafka *kafka,
                              struct lag_source *source)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, kafka->name);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
        kafka->client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka->client);
    rd_kafka_event_t *event;
    char text[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, text,
                                                    sizeof text);
    rd_kafka_DescribeConfigs(kafka->client, &resource, 1, options, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS + 1000);
    if (event != NULL &&
        rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (!read_retention(event, source) && !kafka->refused) {
            kafka->refused = true;
            source->by_size = true;
            mh_log(MH_LOG_WARN, "lag",
                   "retention=unknown reason=\"DescribeConfigs on the topic "
                   "is not allowed\"");
        }
    }
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
}

/* ------------------------------------------------------------------------ look */

static enum mh_code look(struct lag_kafka *kafka, struct lag_source *source,
                         const struct lag_sink *sink, struct mh_err *err)
{
    int count = source->count;
    bool changed = false;
    enum mh_code code = MH_OK;

    if (count == 0 || is_due(&kafka->partitions_ms, PARTITIONS_MS)) {
        code = count_partitions(kafka, &count, err);
    }
    if (code == MH_OK) {
        code = lag_source_resize(source, count, err);
    }
    if (code == MH_OK && count > 0) {
        code = look_at_ends(kafka, source, &changed, err);
    }
    if (code != MH_OK) {
        return code;
    }
    if (is_due(&kafka->identity_ms, IDENTITY_MS) || changed) {
        look_at_identity(kafka, source);
    }
    if (is_due(&kafka->retention_ms, RETENTION_MS)) {
        look_at_retention(kafka, source);
    }
    return lag_first_read(kafka->topic, kafka->queue, source, sink, err);
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
