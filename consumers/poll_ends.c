/* SPDX-License-Identifier: Apache-2.0 */
/* What the brokers say of themselves: ends of the log, cluster, topic. */
#include "kafka_ends.h"
#include "poll.h"
#include "poll_internal.h"

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
        code = mh_kafka_ends_ask(poll->client, list, err);
    }
    for (int i = 0, asked = 0; code == MH_OK && i < positions->count; i++) {
        if (positions->items[i].high < 0) {
            offsets[i] = list->elems[asked].offset;
            /* a broker that goes meanwhile leaves out its partitions */
            if (offsets[i] < 0) {
                code = mh_kafka_ends_failure(&list->elems[asked], err);
            }
            asked++;
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

void poll_identity(struct poll *poll, char cluster_id[64], char topic_id[64])
{
    mh_kafka_ends_identity(poll->client, poll->topic, cluster_id, topic_id);
}
