/* SPDX-License-Identifier: Apache-2.0 */
/* What changes seldom is asked seldom; the ends are asked at every look. */
#include "lag_kafka.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"
#include "kafka_ends.h"
#include "lag_ends.h"
#include "lag_first.h"
#include "lag_retention.h"

enum {
    IDENTITY_MS = 10000, /* at whose log it is */
    RETENTION_MS = 60000 /* at how long records are kept */
};

struct lag_kafka {
    rd_kafka_t *client;      /* owned */
    rd_kafka_topic_t *topic; /* owned */
    rd_kafka_queue_t *queue; /* owned; records that were asked for */
    struct lag_first *first; /* owned */
    const char *name;        /* lent; of the topic */
    struct lag_ends ends;
    int64_t identity_ms, retention_ms; /* last asked; 0 never */
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
            new->ends = (struct lag_ends){
                .client = new->client, .topic = new->topic, .name = topic};
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

static void look_at_identity(const struct lag_kafka *kafka,
                             struct lag_source *source)
{
    char cluster_id[LAG_ID_BYTES];
    char topic_id[LAG_ID_BYTES];

    mh_kafka_ends_identity(kafka->client, kafka->name, cluster_id, topic_id);
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
    enum mh_code code =
        lag_ends_look(&kafka->ends, source, sink, &changed, err);

    if (code != MH_OK) {
        return code;
    }
    if (changed ||
        (!kafka->ends.unwell && lag_is_due(&kafka->identity_ms, IDENTITY_MS))) {
        look_at_identity(kafka, source);
    }
    if (!kafka->ends.unwell && lag_is_due(&kafka->retention_ms, RETENTION_MS)) {
        lag_retention_look(kafka->client, kafka->name, source, &kafka->refused);
    }
    return lag_first_read(kafka->first, source, sink, err);
}

enum mh_code lag_kafka_look(struct lag_kafka *kafka, struct lag_source *source,
                            const struct lag_sink *sink, struct mh_err *err)
{
    enum mh_code code = look(kafka, source, sink, err);

    (void)rd_kafka_poll(kafka->client, 0); /* its log lines */
    return code;
}
