/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kafka answers by partition: one that has no leader, or whose broker is away,
 * must not keep the others waiting for longer than a moment.
 */
#include "lag_ends.h"

#include "clock.h"
#include "kafka.h"
#include "kafka_ends.h"

enum {
    ASK_MS = 3000,
    PARTITIONS_MS = 10000, /* between looks at how many there are */
    LEADERS_MS = 2000,     /* the same, while one does not answer, or the
                              consumer has one more */
    WELL_MS = 2000,        /* for the ends of those that answered */
    UNWELL_MS = 1000       /* and of those that did not */
};

bool lag_is_due(int64_t *last_ms, int64_t every_ms)
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
static void note_leaders(struct lag_source *source,
                         const rd_kafka_metadata_topic_t *found)
{
    for (int i = 0; i < found->partition_cnt; i++) {
        const rd_kafka_metadata_partition_t *part = &found->partitions[i];

        if (part->id < 0 || part->id >= source->count) {
            continue;
        }
        source->items[part->id].leaderless = part->leader < 0;
    }
}

static enum mh_code look_at_partitions(struct lag_ends *parts,
                                       struct lag_source *source,
                                       struct mh_err *err)
{
    const struct rd_kafka_metadata *found;
    enum mh_code code;
    rd_kafka_resp_err_t error =
        rd_kafka_metadata(parts->client, 0, parts->topic, &found, ASK_MS);

    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return mh_fail(err, mh_kafka_code(error), "topic %s: %s", parts->name,
                       rd_kafka_err2str(error));
    }
    error = found->topic_cnt == 1 ? found->topics[0].err
                                  : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        code = mh_fail(err, mh_kafka_code(error), "topic %s: %s", parts->name,
                       rd_kafka_err2str(error));
    } else {
        code = resize(source, found->topics[0].partition_cnt, err);
        if (code == MH_OK) {
            note_leaders(source, &found->topics[0]);
        }
    }
    rd_kafka_metadata_destroy(found);
    return code;
}

/* ------------------------------------------------------------------------ ends */

/* Those that answered the last time, or those that did not; without a leader
 * neither: nobody could be asked. */
static rd_kafka_topic_partition_list_t *list_parts(
    const struct lag_ends *parts, const struct lag_source *source, bool well,
    rd_kafka_OffsetSpec_t which)
{
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(source->count);

    for (int i = 0; i < source->count; i++) {
        const struct lag_log *log = &source->items[i];

        if (!log->leaderless && (log->reach.code == MH_OK) == well) {
            rd_kafka_topic_partition_list_add(list, parts->name, i)->offset =
                which;
        }
    }
    return list;
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
/* @param changed out; an end went back: it is another log, or one cut short
 * @param answers in, out: partitions that answered */
static enum mh_code ask_parts(struct lag_ends *parts, struct lag_source *source,
                              bool well, int wait_ms, int *answers,
                              bool *changed, struct mh_err *err)
{
    rd_kafka_topic_partition_list_t *begins =
        list_parts(parts, source, well, RD_KAFKA_OFFSET_SPEC_EARLIEST);
    rd_kafka_topic_partition_list_t *ends =
        list_parts(parts, source, well, RD_KAFKA_OFFSET_SPEC_LATEST);
    struct mh_kafka_ends asked[2];
    struct mh_err begin_err;
    enum mh_code code = MH_OK;

    if (ends->cnt > 0) {
        enum mh_code first;

        mh_kafka_ends_begin(parts->client, begins,
                            RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED, wait_ms,
                            &asked[0]);
        mh_kafka_ends_begin(parts->client, ends,
                            RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED, wait_ms,
                            &asked[1]);
        first = mh_kafka_ends_end(&asked[0], begins, &begin_err);
        code = mh_kafka_ends_end(&asked[1], ends, err);
        if (first != MH_OK) {
            code = first;
            *err = begin_err;
        }
    }
    for (int i = 0; code == MH_OK && i < ends->cnt; i++) {
        take_part(&begins->elems[i], &ends->elems[i],
                  &source->items[ends->elems[i].partition], answers, changed);
    }
    if (code == MH_OK && ends->cnt > 0 && *answers == 0) {
        code = mh_kafka_ends_failure(
            begins->elems[0].offset < 0 ? begins->elems : ends->elems, err);
    }
    rd_kafka_topic_partition_list_destroy(begins);
    rd_kafka_topic_partition_list_destroy(ends);
    return code;
}

/* Those that did not answer the last time keep the others waiting for a moment
 * now and then. */
static enum mh_code look_at_ends(struct lag_ends *parts,
                                 struct lag_source *source, bool *changed,
                                 struct mh_err *err)
{
    bool known = parts->unwell;
    struct mh_err bad_err;
    int answers = 0;
    enum mh_code code =
        ask_parts(parts, source, true, WELL_MS, &answers, changed, err);

    if (code == MH_OK && (answers == 0 || known) &&
        (lag_is_due(&parts->unwell_ms, LEADERS_MS) || answers == 0)) {
        code =
            ask_parts(parts, source, false, answers == 0 ? WELL_MS : UNWELL_MS,
                      &answers, changed, &bad_err);
        if (code != MH_OK) {
            *err = bad_err;
        }
        code = answers > 0 ? MH_OK : code;
    }
    for (int i = 0; code == MH_OK && i < source->count; i++) {
        if (source->items[i].leaderless) {
            note_part(&source->items[i],
                      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
        }
    }
    if (code == MH_OK && answers == 0 && source->count > 0) {
        code = mh_fail(err, MH_KAFKA_DOWN, "no partition of %s has a leader",
                       parts->name);
    }
    parts->unwell = answers < source->count;
    if (parts->unwell && !known) {
        parts->partitions_ms = 0; /* perhaps another one leads it now */
        parts->unwell_ms = mh_clock_ms();
    }
    return code;
}

enum mh_code lag_ends_look(struct lag_ends *parts, struct lag_source *source,
                           const struct lag_sink *sink, bool *changed,
                           struct mh_err *err)
{
    enum mh_code code = MH_OK;

    if (lag_is_due(&parts->partitions_ms,
                   parts->unwell || sink->count > source->count
                       ? LEADERS_MS
                       : PARTITIONS_MS) ||
        source->count == 0) {
        code = look_at_partitions(parts, source, err);
    }
    if (code == MH_OK && source->count > 0) {
        code = look_at_ends(parts, source, changed, err);
    }
    if (code != MH_OK) {
        parts->partitions_ms = 0; /* perhaps there are fewer now */
    }
    return code;
}
