/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few partitions at a time are read from where they wait until each has
 * given a record or its end: little is fetched, whatever waits. What was read
 * holds until the consumer has passed it, so that quiet partitions and those
 * that stand still are not read again. A partition that does not answer keeps
 * the others waiting once; then it is read beside them, and given up.
 */
#include "lag_first.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "kafka.h"

enum {
    READS = 64,       /* partitions at once */
    BUDGET_MS = 1000, /* of one look; then others are due */
    READ_MS = 3000,   /* for a partition to answer at all */
    AGAIN_MS = 10000, /* before one that could not be read is tried again */
    POLL_MS = 100
};

/* A partition that is being read. */
struct read {
    int partition;
    int64_t from;
    int64_t began_ms;
};

struct lag_first {
    rd_kafka_topic_t *topic; /* lent */
    rd_kafka_queue_t *queue; /* lent */
    struct read reads[READS];
    int count;
    int turn; /* the partition that is next */
};

struct lag_first *lag_first_new(rd_kafka_topic_t *topic,
                                rd_kafka_queue_t *queue)
{
    struct lag_first *first = calloc(1, sizeof *first);

    if (first != NULL) {
        first->topic = topic;
        first->queue = queue;
    }
    return first;
}

static void end_read(struct lag_first *first, int at)
{
    (void)rd_kafka_consume_stop(first->topic, first->reads[at].partition);
    first->reads[at] = first->reads[--first->count];
}

void lag_first_free(struct lag_first *first)
{
    while (first != NULL && first->count > 0) {
        end_read(first, first->count - 1);
    }
    free(first);
}

static int find_read(const struct lag_first *first, int partition)
{
    int at = 0;

    while (at < first->count && first->reads[at].partition != partition) {
        at++;
    }
    return at;
}

static void note_failure(struct lag_log *log, int64_t from, const char *reason)
{
    log->failed_ms = mh_clock_ms();
    log->failed_at = from;
    (void)snprintf(log->unread, sizeof log->unread, "%s", reason);
}

/* What is not asked for any more. */
static void end_old_ones(struct lag_first *first,
                         const struct lag_source *source,
                         const struct lag_sink *sink)
{
    for (int at = first->count - 1; at >= 0; at--) {
        int i = first->reads[at].partition;

        if (i >= source->count ||
            lag_from(source, sink, i) != first->reads[at].from ||
            !lag_first_is_missing(&source->items[i], first->reads[at].from)) {
            end_read(first, at);
        }
    }
}

static void end_slow_ones(struct lag_first *first, struct lag_source *source)
{
    for (int at = first->count - 1; at >= 0; at--) {
        const struct read *read = &first->reads[at];

        if (mh_clock_ms() - read->began_ms >= READ_MS) {
            note_failure(&source->items[read->partition], read->from,
                         "it gives no record and no end");
            end_read(first, at);
        }
    }
}

static bool is_wanted(const struct lag_first *first, const struct lag_log *log,
                      int i, int64_t from)
{
    bool failed = log->failed_ms > 0 && log->failed_at == from &&
                  mh_clock_ms() - log->failed_ms < AGAIN_MS;

    return log->reach.code == MH_OK && !log->leaderless &&
           lag_first_is_missing(log, from) && !failed &&
           find_read(first, i) == first->count;
}

/* @param left in, out: partitions that have not had their turn in this look */
static void begin_reads(struct lag_first *first, struct lag_source *source,
                        const struct lag_sink *sink, int *left)
{
    for (; *left > 0 && first->count < READS; (*left)--) {
        int i = first->turn % source->count;
        struct lag_log *log = &source->items[i];
        int64_t from = lag_from(source, sink, i);

        first->turn = (i + 1) % source->count;
        if (!is_wanted(first, log, i, from)) {
            continue;
        }
        if (rd_kafka_consume_start_queue(first->topic, i, from, first->queue) !=
            0) {
            note_failure(log, from, rd_kafka_err2str(rd_kafka_last_error()));
            continue;
        }
        first->reads[first->count++] = (struct read){
            .partition = i, .from = from, .began_ms = mh_clock_ms()};
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

/* The partition's own trouble (a batch with a wrong checksum, say) is not
 * that of Kafka; that nothing may be read at all is. */
static enum mh_code take(struct lag_first *first,
                         const rd_kafka_message_t *record,
                         struct lag_source *source, struct mh_err *err)
{
    int at = find_read(first, record->partition);
    struct lag_log *log;
    int64_t from;

    if (at == first->count) {
        return MH_OK; /* the second record of a partition, say */
    }
    log = &source->items[record->partition];
    from = first->reads[at].from;
    if (record->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        log->first = record->offset;
        log->first_ms = time_of(record);
        log->read_from = from;
    } else if (record->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        log->first = -1;
        log->empty_to = record->offset > log->end ? record->offset : log->end;
        log->read_from = from;
    } else if (record->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
               record->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
        log->read_from = -1; /* it went meanwhile: next time */
    } else if (record->err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ||
               record->err == RD_KAFKA_RESP_ERR__FATAL) {
        end_read(first, at);
        return mh_fail(err, mh_kafka_code(record->err), "read partition %d: %s",
                       record->partition, rd_kafka_message_errstr(record));
    } else {
        note_failure(log, from, rd_kafka_message_errstr(record));
        end_read(first, at);
        return MH_OK;
    }
    log->unread[0] = '\0';
    log->failed_ms = 0;
    end_read(first, at);
    return MH_OK;
}

enum mh_code lag_first_read(struct lag_first *first, struct lag_source *source,
                            const struct lag_sink *sink, struct mh_err *err)
{
    int64_t began_ms = mh_clock_ms();
    enum mh_code code = MH_OK;
    int left = source->count;
    int slow;

    end_old_ones(first, source, sink);
    slow = first->count; /* they have been waited for */
    begin_reads(first, source, sink, &left);
    while (code == MH_OK && first->count > 0 &&
           mh_clock_ms() - began_ms < BUDGET_MS) {
        rd_kafka_message_t *record =
            rd_kafka_consume_queue(first->queue, POLL_MS);

        if (record != NULL) {
            code = take(first, record, source, err);
            rd_kafka_message_destroy(record);
            begin_reads(first, source, sink, &left);
        } else if (first->count <= slow) {
            break;
        }
    }
    end_slow_ones(first, source);
    return code;
}
