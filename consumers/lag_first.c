/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few partitions at a time are read from where they wait until each has
 * given a record or its end: little is fetched, whatever waits. What was read
 * holds until the consumer has passed it, so that quiet partitions and those
 * that stand still are not read again.
 */
#include "lag_first.h"

#include "clock.h"
#include "kafka.h"

enum {
    ROUND = 32,       /* partitions at once */
    ROUND_MS = 3000,  /* for a broker to answer at all */
    BUDGET_MS = 1000, /* of one look; then others are due */
    POLL_MS = 100
};

/* Partitions that are being read. */
struct round {
    int32_t ids[ROUND];
    bool done[ROUND];
    int count;
    int left; /* not done */
};

/* Whether it must be read to know what waits from `from` on. */
static bool is_unknown(const struct lag_log *log, int64_t from)
{
    if (from >= log->end) {
        return false; /* nothing waits */
    }
    if (log->read_from < 0 || from < log->read_from) {
        return true;
    }
    return log->first >= 0 ? from > log->first : log->empty_to < log->end;
}

static enum mh_code begin_round(struct round *round, rd_kafka_topic_t *topic,
                                rd_kafka_queue_t *queue,
                                const struct lag_source *source,
                                const struct lag_sink *sink, int *next,
                                struct mh_err *err)
{
    *round = (struct round){.count = 0};
    while (*next < source->count && round->count < ROUND) {
        int i = (*next)++;
        int64_t from = lag_from(source, sink, i);

        if (!is_unknown(&source->items[i], from)) {
            continue;
        }
        if (rd_kafka_consume_start_queue(topic, i, from, queue) != 0) {
            return mh_fail(err, mh_kafka_code(rd_kafka_last_error()),
                           "read partition %d: %s", i,
                           rd_kafka_err2str(rd_kafka_last_error()));
        }
        round->ids[round->count++] = i;
        round->left++;
    }
    return MH_OK;
}

static void end_round(const struct round *round, rd_kafka_topic_t *topic)
{
    for (int i = 0; i < round->count; i++) {
        (void)rd_kafka_consume_stop(topic, round->ids[i]);
    }
}

/* A time that the record does not have is that of its being seen. */
static int64_t time_of(const rd_kafka_message_t *record)
{
    rd_kafka_timestamp_type_t type;
    int64_t at_ms = rd_kafka_message_timestamp(record, &type);

    return type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || at_ms <= 0
               ? mh_clock_wall_ms()
               : at_ms;
}

static enum mh_code take(struct round *round, const rd_kafka_message_t *record,
                         struct lag_source *source, const struct lag_sink *sink,
                         struct mh_err *err)
{
    struct lag_log *log;
    int i = 0;

    while (i < round->count && round->ids[i] != record->partition) {
        i++;
    }
    if (i == round->count || round->done[i]) {
        return MH_OK; /* the second record of a partition, say */
    }
    log = &source->items[record->partition];
    if (record->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        log->first = record->offset;
        log->first_ms = time_of(record);
    } else if (record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        log->first = -1;
        log->empty_to = record->offset > log->end ? record->offset : log->end;
    } else if (record->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
               record->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        log->read_from = -1; /* it went meanwhile: next time */
        round->done[i] = true;
        round->left--;
        return MH_OK;
    } else {
        return mh_fail(err, mh_kafka_code(record->err), "read partition %d: %s",
                       record->partition, rd_kafka_message_errstr(record));
    }
    log->read_from = lag_from(source, sink, record->partition);
    round->done[i] = true;
    round->left--;
    return MH_OK;
}

static enum mh_code run_round(struct round *round, rd_kafka_queue_t *queue,
                              struct lag_source *source,
                              const struct lag_sink *sink, struct mh_err *err)
{
    int64_t until_ms = mh_clock_ms() + ROUND_MS;
    enum mh_code code = MH_OK;

    while (code == MH_OK && round->left > 0) {
        rd_kafka_message_t *record = rd_kafka_consume_queue(queue, POLL_MS);

        if (record != NULL) {
            code = take(round, record, source, sink, err);
            rd_kafka_message_destroy(record);
        } else if (mh_clock_ms() >= until_ms) {
            code =
                mh_fail(err, MH_KAFKA_DOWN,
                        "%d partitions give no record and no end", round->left);
        }
    }
    return code;
}

enum mh_code lag_first_read(rd_kafka_topic_t *topic, rd_kafka_queue_t *queue,
                            struct lag_source *source,
                            const struct lag_sink *sink, struct mh_err *err)
{
    int64_t until_ms = mh_clock_ms() + BUDGET_MS;
    enum mh_code code = MH_OK;
    int next = 0;

    while (code == MH_OK && next < source->count && mh_clock_ms() < until_ms) {
        struct round round;

        code = begin_round(&round, topic, queue, source, sink, &next, err);
        if (code == MH_OK) {
            code = run_round(&round, queue, source, sink, err);
        }
        end_round(&round, topic);
    }
    return code;
}
