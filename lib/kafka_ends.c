/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the admin API, waited for. */
#include "kafka_ends.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "kafka.h"

enum {
    ASK_MS = 3000,
    GRACE_MS = 1000 /* for the client to give up by itself */
};

static void read_answers(rd_kafka_event_t *event,
                         rd_kafka_topic_partition_list_t *list)
{
    const rd_kafka_ListOffsetsResultInfo_t **infos;
    size_t count = 0;

    for (int i = 0; i < list->cnt; i++) {
        list->elems[i].offset = RD_KAFKA_OFFSET_INVALID;
        list->elems[i].err = RD_KAFKA_RESP_ERR__TIMED_OUT;
    }
    infos = rd_kafka_ListOffsets_result_infos(
        rd_kafka_event_ListOffsets_result(event), &count);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *answer =
            rd_kafka_ListOffsetsResultInfo_topic_partition(infos[i]);
        rd_kafka_topic_partition_t *asked = rd_kafka_topic_partition_list_find(
            list, answer->topic, answer->partition);

        /* of a broker that does not answer, neither offset nor error */
        if (asked != NULL && answer->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            asked->err = answer->err;
        } else if (asked != NULL && answer->offset >= 0) {
            asked->offset = answer->offset;
            asked->err = RD_KAFKA_RESP_ERR_NO_ERROR;
        }
    }
}

enum mh_code mh_kafka_ends_failure(const rd_kafka_topic_partition_t *asked,
                                   struct mh_err *err)
{
    return mh_fail(err, mh_kafka_code(asked->err),
                   "ends of %s partition %d: %s", asked->topic,
                   asked->partition,
                   asked->err == RD_KAFKA_RESP_ERR__TIMED_OUT
                       ? "no answer"
                       : rd_kafka_err2str(asked->err));
}

void mh_kafka_ends_begin(rd_kafka_t *client,
                         const rd_kafka_topic_partition_list_t *list,
                         rd_kafka_IsolationLevel_t isolation, int wait_ms,
                         struct mh_kafka_ends *ends)
{
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_LISTOFFSETS);
    rd_kafka_topic_partition_list_t *asked =
        rd_kafka_topic_partition_list_copy(list);
    char text[128];

    ends->queue = rd_kafka_queue_new(client);
    ends->until_ms = mh_clock_ms() + wait_ms + GRACE_MS;
    (void)rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, text,
                                                    sizeof text);
    rd_kafka_error_destroy(
        rd_kafka_AdminOptions_set_isolation_level(options, isolation));
    rd_kafka_ListOffsets(client, asked, options, ends->queue);
    rd_kafka_topic_partition_list_destroy(asked);
    rd_kafka_AdminOptions_destroy(options);
}

enum mh_code mh_kafka_ends_end(struct mh_kafka_ends *ends,
                               rd_kafka_topic_partition_list_t *list,
                               struct mh_err *err)
{
    int64_t left_ms = ends->until_ms - mh_clock_ms();
    rd_kafka_event_t *event =
        rd_kafka_queue_poll(ends->queue, left_ms > 0 ? (int)left_ms : 0);
    rd_kafka_resp_err_t error = event == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT
                                              : rd_kafka_event_error(event);
    enum mh_code code = MH_OK;

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = mh_fail(err, mh_kafka_code(error), "ends of %s: %s",
                       list->elems[0].topic, rd_kafka_err2str(error));
    } else {
        read_answers(event, list);
    }
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(ends->queue);
    return code;
}

enum mh_code mh_kafka_ends_ask(rd_kafka_t *client,
                               rd_kafka_topic_partition_list_t *list,
                               struct mh_err *err)
{
    struct mh_kafka_ends ends;

    mh_kafka_ends_begin(client, list, RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED,
                        ASK_MS, &ends);
    return mh_kafka_ends_end(&ends, list, err);
}

static void copy_id(char to[64], const char *from)
{
    if (from != NULL && strlen(from) < 64) {
        (void)snprintf(to, 64, "%s", from);
    }
}

static void ask_topic_id(rd_kafka_t *client, const char *topic,
                         char topic_id[64])
{
    const char *names[] = {topic};
    rd_kafka_TopicCollection_t *topics =
        rd_kafka_TopicCollection_of_topic_names(names, 1);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBETOPICS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_event_t *event;
    char text[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, text,
                                                    sizeof text);
    rd_kafka_DescribeTopics(client, topics, options, queue);
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

void mh_kafka_ends_identity(rd_kafka_t *client, const char *topic,
                            char cluster_id[64], char topic_id[64])
{
    char *cluster = rd_kafka_clusterid(client, ASK_MS);

    cluster_id[0] = topic_id[0] = '\0';
    copy_id(cluster_id, cluster);
    if (cluster != NULL) {
        rd_kafka_mem_free(client, cluster);
        ask_topic_id(client, topic, topic_id);
    }
}
