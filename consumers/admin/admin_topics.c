/* SPDX-License-Identifier: Apache-2.0 */
/* topics create: the events' topic, with the broker's clock as record time.
   A topic that is there is never changed: partitions move keys, retention
   throws events away, and both are for people to decide. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "clock.h"
#include "kafka.h"

enum { WAIT_S = 60, ANSWER_MS = 10000, PAUSE_MS = 500 };

/* Partitions of the topic, 0 when there is none. All topics are asked for:
   asking for one may create it. */
static enum mh_code count_partitions(rd_kafka_t *client, const char *topic,
                                     int *partitions, struct mh_err *err)
{
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(client, 1, NULL, &found, ANSWER_MS);

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return mh_fail(err, mh_kafka_code(error), "no answer from Kafka: %s",
                       rd_kafka_err2str(error));
    }
    *partitions = 0;
    for (int i = 0; i < found->topic_cnt; i++) {
        if (strcmp(found->topics[i].topic, topic) == 0 &&
            found->topics[i].err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            *partitions = found->topics[i].partition_cnt;
        }
    }
    rd_kafka_metadata_destroy(found);
    return MH_OK;
}

/* The answer to an admin request, or NULL and `error`. */
static rd_kafka_event_t *wait_event(rd_kafka_queue_t *queue,
                                    rd_kafka_resp_err_t *error)
{
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 2 * ANSWER_MS);

    if (event == NULL) {
        *error = RD_KAFKA_RESP_ERR__TIMED_OUT;
        return NULL;
    }
    *error = rd_kafka_event_error(event);
    if (*error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_event_destroy(event);
        return NULL;
    }
    return event;
}

static enum mh_code failed(rd_kafka_resp_err_t error, const char *text,
                           struct mh_err *err)
{
    return mh_fail(err, mh_kafka_code(error), "topic: %s",
                   text != NULL && *text != '\0' ? text
                                                 : rd_kafka_err2str(error));
}

static enum mh_code request_topic(rd_kafka_t *client, const struct admin *admin,
                                  struct mh_err *err)
{
    const char *name = mh_options_text(admin->options, "topic");
    char retention[24];
    char text[256] = "";
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
    const rd_kafka_topic_result_t **results;
    rd_kafka_queue_t *queue = NULL;
    rd_kafka_event_t *event = NULL;
    rd_kafka_NewTopic_t *topic;
    size_t count = 0;
    enum mh_code code = MH_OK;

    (void)snprintf(retention, sizeof retention, "%" PRId64,
                   mh_options_number(admin->options, "retention-ms"));
    topic = rd_kafka_NewTopic_new(
        name, (int)mh_options_number(admin->options, "partitions"),
        (int)mh_options_number(admin->options, "replication"), text,
        sizeof text);
    if (topic == NULL) {
        return mh_fail(err, MH_USAGE, "topic: %s", text);
    }
    if (rd_kafka_NewTopic_set_config(topic, "message.timestamp.type",
                                     "LogAppendTime") != 0 ||
        rd_kafka_NewTopic_set_config(topic, "retention.ms", retention) != 0) {
        code = mh_fail(err, MH_BUG, "topic: configuration");
        goto done;
    }
    queue = rd_kafka_queue_new(client);
    rd_kafka_CreateTopics(client, &topic, 1, NULL, queue);
    event = wait_event(queue, &error);
    if (event == NULL) {
        code = failed(error, NULL, err);
        goto done;
    }
    results = rd_kafka_CreateTopics_result_topics(
        rd_kafka_event_CreateTopics_result(event), &count);
    error = count == 1 ? rd_kafka_topic_result_error(results[0])
                       : RD_KAFKA_RESP_ERR__BAD_MSG;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR &&
        error != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
        code = failed(
            error,
            count == 1 ? rd_kafka_topic_result_error_string(results[0]) : NULL,
            err);
    }
done:
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    if (queue != NULL) {
        rd_kafka_queue_destroy(queue);
    }
    rd_kafka_NewTopic_destroy(topic);
    return code;
}

/* Value of message.timestamp.type among `configs`; NULL: not there. */
static const char *timestamp_type(rd_kafka_event_t *event)
{
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(
            rd_kafka_event_DescribeConfigs_result(event), &count);
    const rd_kafka_ConfigEntry_t **entries;

    if (count != 1) {
        return NULL;
    }
    entries = rd_kafka_ConfigResource_configs(resources[0], &count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]),
                   "message.timestamp.type") == 0) {
            return rd_kafka_ConfigEntry_value(entries[i]);
        }
    }
    return NULL;
}

/* Freshness and lag are told from the record's time, so it must be the
   broker's. */
static enum mh_code check_clock(rd_kafka_t *client, const char *topic,
                                struct mh_err *err)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__FAIL;
    rd_kafka_event_t *event = NULL;
    const char *type;
    enum mh_code code = MH_OK;

    if (resource != NULL) {
        rd_kafka_DescribeConfigs(client, &resource, 1, NULL, queue);
        event = wait_event(queue, &error);
    }
    if (event == NULL) {
        code = failed(error, NULL, err);
    } else {
        type = timestamp_type(event);
        if (type == NULL || strcmp(type, "LogAppendTime") != 0) {
            code = mh_fail(err, MH_KAFKA_REFUSED,
                           "topic %s: message.timestamp.type is %s, not "
                           "LogAppendTime",
                           topic, type == NULL ? "unknown" : type);
        }
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    if (resource != NULL) {
        rd_kafka_ConfigResource_destroy(resource);
    }
    return code;
}

/* Once around: look, create when it is not there. `partitions` > 0 at last. */
static enum mh_code try_once(rd_kafka_t *client, const struct admin *admin,
                             int *partitions, bool *created, struct mh_err *err)
{
    const char *topic = mh_options_text(admin->options, "topic");
    enum mh_code code = count_partitions(client, topic, partitions, err);

    if (code == MH_OK && *partitions == 0 && !*created) {
        code = request_topic(client, admin, err);
        *created = code == MH_OK;
    }
    if (code == MH_OK && *partitions > 0) {
        code = check_clock(client, topic, err);
    }
    return code;
}

static bool may_pass(enum mh_code code)
{
    return code == MH_OK || mh_code_act(code) == MH_ACT_RETRY;
}

enum mh_code admin_topics_create(const struct admin *admin, struct mh_err *err)
{
    static const char *const settings[] = {"client.id", "mahalle-admin",
                                           "log_level", "2", NULL};
    const char *topic = mh_options_text(admin->options, "topic");
    int64_t asked = mh_options_number(admin->options, "partitions");
    int64_t until = mh_clock_ms() + WAIT_S * 1000;
    rd_kafka_t *client = NULL;
    int partitions = 0;
    bool created = false;
    enum mh_code code = mh_kafka_new(
        RD_KAFKA_PRODUCER, mh_options_text(admin->options, "brokers"), settings,
        admin->options, NULL, NULL, &client, err);

    if (code != MH_OK) {
        return code;
    }
    for (;;) {
        code = try_once(client, admin, &partitions, &created, err);
        if ((code == MH_OK && partitions > 0) || !may_pass(code) ||
            mh_clock_ms() >= until) {
            break;
        }
        mh_clock_sleep_ms(PAUSE_MS);
    }
    if (code == MH_OK && partitions == 0) {
        code = mh_fail(err, MH_KAFKA_DOWN,
                       "topic %s does not appear within %d s", topic, WAIT_S);
    }
    if (code == MH_OK && partitions != asked) {
        (void)printf("topic %s is there with %d partitions, not %" PRId64
                     "; it is left as it is\n",
                     topic, partitions, asked);
    } else if (code == MH_OK) {
        (void)printf("topic %s %s with %d partitions\n", topic,
                     created ? "was created" : "is there already", partitions);
    }
    rd_kafka_destroy(client);
    return code;
}
