/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of each partition is compared. A decision of a person pardons exactly
 * what it was about: records that it passed over, and rows of the log that was
 * read before it; all else is compared as if nobody had decided anything.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "queries.h"
#include "verify_record.h"

static int64_t number(const struct database *db, int row, int column)
{
    return strtoll(database_text(db, row, column), NULL, 10);
}

/* ---------------------------------------------------------------- decisions */

static bool is_read(const struct verify_range *range, int64_t offset)
{
    bool read = true;

    for (int i = 0; i < range->decision_count; i++) {
        const struct verify_decision *made = &range->decisions[i];

        if (made->other_log) {
            read = offset >= made->to;
        } else if (offset >= made->from && offset < made->to) {
            read = false;
        } else if (made->to < made->from && offset >= made->to) {
            read = true;
        }
    }
    return read;
}

int64_t range_next(const struct verify_range *range, int64_t offset, bool read)
{
    while (is_read(range, offset) != read) {
        int64_t next = INT64_MAX;

        for (int i = 0; i < 2 * range->decision_count; i++) {
            const struct verify_decision *made = &range->decisions[i / 2];
            int64_t edge = i % 2 == 0 ? made->from : made->to;

            next = edge > offset && edge < next ? edge : next;
        }
        if (next == INT64_MAX) {
            return next;
        }
        offset = next;
    }
    return offset;
}

/* The clocks of broker and database differ: either will do. */
bool range_explains(const struct verify_range *range, int64_t offset,
                    int64_t received_us, int64_t applied_us)
{
    for (int i = 0; i < range->decision_count; i++) {
        const struct verify_decision *made = &range->decisions[i];
        int64_t from = made->other_log ? 0 : made->to;

        if (offset >= from && offset < made->from &&
            (received_us <= made->at_us || applied_us <= made->at_us)) {
            return true;
        }
    }
    return false;
}

bool range_is_before(const struct verify_range *range, int64_t offset,
                     int64_t applied_us)
{
    return range->decision_count > 0 && offset >= range->counts_from &&
           applied_us <= range->decisions[range->decision_count - 1].at_us;
}

static enum mh_code read_decisions(struct verify_log *log, int *count,
                                   struct mh_err *err)
{
    struct database *db = log->verify->db;
    const char *const params[] = {log->topic};
    enum mh_code code = database_exec(
        db, "decisions", mh_query_verify_decisions, 1, params, err);

    *count = code == MH_OK ? database_rows(db) : 0;
    if (*count == 0) {
        return code;
    }
    log->decisions = calloc((size_t)*count, sizeof *log->decisions);
    if (log->decisions == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for %d decisions", *count);
    }
    for (int i = 0; i < *count; i++) {
        struct verify_decision *made = &log->decisions[i];

        made->partition = (int32_t)number(db, i, 0);
        made->from = number(db, i, 1);
        made->to = number(db, i, 2);
        made->other_log = *database_text(db, i, 3) == 't';
        made->at_us = number(db, i, 4);
        for (int c = 0; c <= FATE_COUNT; c++) {
            made->counted[c] = number(db, i, 5 + c);
        }
    }
    return MH_OK;
}

/* Counts go on from those before the last decision, or began anew with it. */
static void take_decisions(const struct verify_log *log, int count,
                           struct verify_range *range)
{
    const struct verify_decision *last;
    int first = 0;

    range->began_us = INT64_MIN;
    while (first < count &&
           log->decisions[first].partition < range->partition) {
        first++;
    }
    for (int i = first;
         i < count && log->decisions[i].partition == range->partition; i++) {
        const struct verify_decision *made = &log->decisions[i];

        range->decision_count++;
        if (made->other_log || made->to < made->from) {
            range->began_us = made->at_us;
        }
    }
    if (range->decision_count == 0) {
        return;
    }
    range->decisions = &log->decisions[first];
    last = &range->decisions[range->decision_count - 1];
    range->counts_from = last->to;
    if (last->to < last->from) {
        range->counted[FATE_COUNT] -= last->to;
        return;
    }
    for (int c = 0; c <= FATE_COUNT; c++) {
        range->counted[c] -= last->counted[c];
    }
    range->counted[FATE_COUNT] -= last->to - last->from;
}

/* ---------------------------------------------------------------- positions */

enum mh_code ranges_read(struct verify_log *log, struct mh_err *err)
{
    struct database *db = log->verify->db;
    const char *const params[] = {log->topic};
    int decisions;
    enum mh_code code = read_decisions(log, &decisions, err);

    if (code == MH_OK) {
        code = database_exec(db, "positions", mh_query_verify_positions, 1,
                             params, err);
    }
    if (code != MH_OK || database_rows(db) == 0) {
        return code;
    }
    log->range_count = database_rows(db);
    log->ranges = calloc((size_t)log->range_count, sizeof *log->ranges);
    if (log->ranges == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for %d partitions",
                       log->range_count);
    }
    for (int i = 0; i < log->range_count; i++) {
        struct verify_range *range = &log->ranges[i];

        range->partition = (int32_t)number(db, i, 0);
        range->next = number(db, i, 1);
        for (int c = 0; c <= FATE_COUNT; c++) {
            range->counted[c] = number(db, i, 2 + c);
        }
        (void)snprintf(range->cluster_id, sizeof range->cluster_id, "%s",
                       database_text(db, i, 7));
        (void)snprintf(range->topic_id, sizeof range->topic_id, "%s",
                       database_text(db, i, 8));
        range->others_until = number(db, i, 9);
        take_decisions(log, decisions, range);
    }
    return MH_OK;
}

/* --------------------------------------------------------- what is there */

/* A window somewhere in what is there. */
static enum mh_code choose_window(const struct verify *verify,
                                  struct verify_range *range,
                                  struct mh_err *err)
{
    int64_t all = range->to - range->from;
    int64_t some = verify->sample;
    uint64_t chance;

    if (verify->sample_percent > 0) {
        some = (all * verify->sample_percent + 99) / 100;
    }
    if (some >= all) {
        return MH_OK;
    }
    if (getrandom(&chance, sizeof chance, 0) != sizeof chance) {
        return mh_fail(err, MH_BUG, "no random numbers");
    }
    range->from += (int64_t)(chance % (uint64_t)(all - some + 1));
    range->to = range->from + some;
    (void)printf("partition %d: offsets %" PRId64 " to %" PRId64
                 " are compared\n",
                 range->partition, range->from, range->to - 1);
    return MH_OK;
}

static void tell_passed_over(const struct verify_range *range)
{
    int64_t from = range_next(range, range->from, false);

    while (from < range->to) {
        int64_t to = range_next(range, from, true);

        (void)printf("partition %d: offsets %" PRId64 " to %" PRId64
                     " were passed over by decision and are not compared\n",
                     range->partition, from, to - 1);
        from = range_next(range, to, false);
    }
}

/* What of a partition is still there and has been applied. */
static enum mh_code set_range(const struct verify *verify,
                              struct verify_range *range, int64_t low,
                              int64_t high, struct mh_err *err)
{
    range->to = range->next < high ? range->next : high;
    range->from = low < range->to ? low : range->to;
    range->whole = low <= range->counts_from && high >= range->next;
    if (high < range->next) {
        (void)printf("partition %d: the log ends at %" PRId64
                     ", before the position %" PRId64 "\n",
                     range->partition, high, range->next);
    } else if (low > 0) {
        (void)printf("partition %d: records before %" PRId64
                     " are gone and not compared\n",
                     range->partition, low);
    }
    tell_passed_over(range);
    if (verify->sample > 0 || verify->sample_percent > 0) {
        range->whole = false;
        return choose_window(verify, range, err);
    }
    return MH_OK;
}

/* Another log under the old name, and nobody has decided about it: one
 * difference, and not one for each record. */
static bool is_other(struct verify_log *log, const struct verify_range *range,
                     const char *column, const char *read, const char *there)
{
    if (*read == '\0' || *there == '\0' || strcmp(read, there) == 0) {
        return false;
    }
    verify_begin(log->verify, "ops.partition_progress");
    verify_put_number("partition", range->partition);
    verify_put("column", column);
    verify_put("stored", read);
    verify_put("expected", there);
    verify_end();
    (void)printf("partition %d: the log is another one than what was read; "
                 "not compared\n",
                 range->partition);
    return true;
}

enum mh_code ranges_find_ends(struct verify_log *log, struct mh_err *err)
{
    size_t count = (size_t)log->range_count;
    struct position *items = calloc(count, sizeof *items);
    int64_t *low = calloc(count, sizeof *low);
    struct positions positions = {.items = items, .count = log->range_count};
    char cluster_id[64], topic_id[64];
    enum mh_code code;

    if (items == NULL || low == NULL) {
        free(items);
        free(low);
        return mh_fail(err, MH_MEMORY, "no memory for positions");
    }
    for (int i = 0; i < positions.count; i++) {
        items[i].partition = log->ranges[i].partition;
    }
    code = poll_ends(log->poll, &positions, low, err);
    if (code == MH_OK) {
        poll_identity(log->poll, cluster_id, topic_id);
    }
    for (int i = 0; code == MH_OK && i < positions.count; i++) {
        struct verify_range *range = &log->ranges[i];

        if (!is_other(log, range, "cluster_id", range->cluster_id,
                      cluster_id) &&
            !is_other(log, range, "topic_id", range->topic_id, topic_id)) {
            code = set_range(log->verify, range, low[i], items[i].high, err);
            log->to_read += range->to - range->from;
        }
    }
    free(items);
    free(low);
    return code;
}
