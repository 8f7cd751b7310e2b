/* SPDX-License-Identifier: Apache-2.0 */
/* What the brokers say of themselves: ends of the log, cluster, topic. */
#include <stdio.h>
#include <string.h>

#include "poll.h"
#include "poll_internal.h"

enum { ASK_MS = 3000 };

/* What ListOffsets says of the partitions in `list`, whose offsets tell what
 * is asked for and become the answers. One request for all: a broker gives
 * each its turn only after the fetch that waits there. */
static enum mh_code read_answers(struct poll *poll, rd_kafka_event_t *event,
                                 rd_kafka_topic_partition_list_t *list,
                                 struct mh_err *err)
{
    const rd_kafka_ListOffsetsResultInfo_t **infos;
    size_t count = 0;

    infos = rd_kafka_ListOffsets_result_infos(
        rd_kafka_event_ListOffsets_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);

        if (answer->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return mh_fail(err, mh_kafka_code(answer->err),
                           "ends of %s partition %d: %s", poll->topic,
                           answer->partition, rd_kafka_err2str(answer->err));
        }
        (void)rd_kafka_topic_partition_list_set_offset(
            list, answer->topic, answer->partition, answer->offset);
    }
    return MH_OK;
}

static enum mh_code ask(struct poll *poll,
                        rd_kafka_topic_partition_list_t *list,
                        struct mh_err *err)
{
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(poll->client, RD_KAFKA_ADMIN_OP_LISTOFFSETS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(poll->client);
    rd_kafka_event_t *event;
    rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
    enum mh_code code;
    char text[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, text,
                                                    sizeof text);
    rd_kafka_error_destroy(rd_kafka_AdminOptions_set_isolation_level(
        options, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED));
    rd_kafka_ListOffsets(poll->client, list, options, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS + 1000);
    if (event != NULL) {
        error = rd_kafka_event_error(event);
    }
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = mh_fail(err, mh_kafka_code(error), "ends of %s: %s", poll->topic,
                       rd_kafka_err2str(error));
    } else {
        code = read_answers(poll, event, list, err);
    }
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    return code;
}

/* An end of those positions whose `high` is not known. */
static enum mh_code ask_ends(struct poll *poll,
                             const struct positions *positions,
                             rd_kafka_OffsetSpec_t end, int64_t *offsets,
                             struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(positions->count);
    enum mh_code code = MH_OK;

    for (int i = 0; i < positions->count; i++) {
        if (positions->items[i].high < 0) {
            rd_kafka_topic_partition_list_add(list, poll->topic,
                                              positions->items[i].partition)
                ->offset = end;
        }
    }
    if (list->cnt > 0) {
        code = ask(poll, list, err);
    }
    for (int i = 0, asked = 0; code == MH_OK && i < positions->count; i++) {
        if (positions->items[i].high < 0) {
            offsets[i] = list->elems[asked++].offset;
            /* a broker that goes meanwhile leaves out its partitions */
            if (offsets[i] < 0) {
                code = mh_fail(err, MH_KAFKA_DOWN,
                               "ends of %s partition %d: no answer",
                               poll->topic, positions->items[i].partition);
            }
        }
    }
    rd_kafka_topic_partition_list_destroy(list);
    return code;
}

static enum mh_code ask_high(struct poll *poll, struct positions *positions,
                             struct mh_err *err)
{
    int64_t high[STORE_PARTITIONS_MAX];
    enum mh_code code =
        ask_ends(poll, positions, RD_KAFKA_OFFSET_SPEC_LATEST, high, err);

    for (int i = 0; code == MH_OK && i < positions->count; i++) {
        if (positions->items[i].high < 0) {
            positions->items[i].high = high[i];
        }
    }
    return code;
}

enum mh_code poll_ends(struct poll *poll, struct positions *positions,
                       int64_t *low, struct mh_err *err)
{
    enum mh_code code;

    for (int i = 0; i < positions->count; i++) {
        positions->items[i].high = -1;
    }
    code = ask_ends(poll, positions, RD_KAFKA_OFFSET_SPEC_EARLIEST, low, err);
    return code == MH_OK ? ask_high(poll, positions, err) : code;
}

enum mh_code poll_reached_ends(struct poll *poll, struct positions *positions,
                               struct mh_err *err)
{
    poll_known_ends(poll, positions);
    for (int i = 0; i < positions->count; i++) {
        struct position *position = &positions->items[i];

        if (position->next >= position->high) {
            position->high = -1;
        }
    }
    return ask_high(poll, positions, err);
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
