/* SPDX-License-Identifier: Apache-2.0 */
/* What the brokers say of themselves: ends of the log, cluster, topic. */
#include <stdio.h>
#include <string.h>

#include "poll.h"
#include "poll_internal.h"

enum { ASK_MS = 3000 };

static enum mh_code ask(struct poll *poll, struct position *position,
                        int64_t *low, struct mh_err *err)
{
    int64_t high = 0;
    rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(
        poll->client, poll->topic, position->partition, low, &high, ASK_MS);

    position->high = -1;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return mh_fail(err, mh_kafka_code(error), "ends of %s partition %d: %s",
                       poll->topic, position->partition,
                       rd_kafka_err2str(error));
    }
    position->high = high;
    return MH_OK;
}

enum mh_code poll_ends(struct poll *poll, struct positions *positions,
                       int64_t *low, struct mh_err *err)
{
    enum mh_code code = MH_OK;

    for (int i = 0; i < positions->count && code == MH_OK; i++) {
        code = ask(poll, &positions->items[i], &low[i], err);
    }
    return code;
}

enum mh_code poll_reached_ends(struct poll *poll, struct positions *positions,
                               struct mh_err *err)
{
    enum mh_code code = MH_OK;

    poll_known_ends(poll, positions);
    for (int i = 0; i < positions->count; i++) {
        struct position *position = &positions->items[i];
        int64_t low;

        if (position->next < position->high) {
            continue;
        }
        position->high = -1;
        if (code == MH_OK) {
            code = ask(poll, position, &low, err);
        }
    }
    return code;
}

void poll_known_ends(struct poll *poll, struct positions *positions)
{
    for (int i = 0; i < positions->count; i++) {
        int64_t low = 0;
        int64_t high = -1;

        if (rd_kafka_get_watermark_offsets(
                poll->client, poll->topic, positions->items[i].partition, &low,
                &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
            high >= 0) {
            positions->items[i].high = high;
        }
    }
}

static void copy_id(char to[64], const char *from)
{
    if (from != NULL && strlen(from) < 64) {
        (void)snprintf(to, 64, "%s", from);
    }
}

static void ask_topic_id(struct poll *poll, char topic_id[64])
{
    const char *names[] = {poll->topic};
    rd_kafka_TopicCollection_t *topics =
        rd_kafka_TopicCollection_of_topic_names(names, 1);
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(
        poll->client, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(poll->client);
    rd_kafka_event_t *event;
    char text[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, text,
                                                    sizeof text);
    rd_kafka_DescribeTopics(poll->client, topics, options, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS + 1000);
    if (event != NULL &&
        rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        size_t count = 0;
        const rd_kafka_TopicDescription_t **found =
            rd_kafka_DescribeTopics_result_topics(
                rd_kafka_event_DescribeTopics_result(event), &count);

        if (count == 1 && rd_kafka_error_code(rd_kafka_TopicDescription_error(
                              found[0])) == RD_KAFKA_RESP_ERR_NO_ERROR) {
            copy_id(topic_id,
                    rd_kafka_Uuid_base64str(
                        rd_kafka_TopicDescription_topic_id(found[0])));
        }
    }
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_TopicCollection_destroy(topics);
}

void poll_identity(struct poll *poll, char cluster_id[64], char topic_id[64])
{
    char *cluster = rd_kafka_clusterid(poll->client, ASK_MS);

    cluster_id[0] = topic_id[0] = '\0';
    copy_id(cluster_id, cluster);
    if (cluster != NULL) {
        rd_kafka_mem_free(poll->client, cluster);
        ask_topic_id(poll, topic_id);
    }
}
