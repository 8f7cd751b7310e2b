/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log is read once more, partition by partition, and every record judged
 * as the consumer judges it. It must be a version of a fact, a dead letter, or
 * the repeat of a version; and every version and letter must have its record.
 * Beside the log, in its order, come the rows of PostgreSQL, so that any number
 * of records takes the memory of some.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queries.h"
#include "verify_record.h"

enum {
    RANGES_BYTES_MAX = 64 * 1024,
    WAIT_MS = 1000,
    SILENCE_MS = 60000 /* of Kafka, before we give up */
};

/* ------------------------------------------------------------------- ranges */

static enum mh_code read_ranges(struct verify_log *log, const char *topic,
                                struct mh_err *err)
{
    struct database *db = log->verify->db;
    const char *const params[] = {topic};
    enum mh_code code = database_exec(
        db, "positions", mh_query_verify_positions, 1, params, err);
    int count = code == MH_OK ? database_rows(db) : 0;

    if (code != MH_OK || count == 0) {
        return code;
    }
    log->ranges = calloc((size_t)count, sizeof *log->ranges);
    if (log->ranges == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for %d partitions", count);
    }
    log->range_count = count;
    for (int i = 0; i < count; i++) {
        struct verify_range *range = &log->ranges[i];
        int64_t numbers[7];

        for (int c = 0; c < 7; c++) {
            numbers[c] = strtoll(database_text(db, i, c), NULL, 10);
        }
        range->partition = (int32_t)numbers[0];
        range->next = numbers[1];
        memcpy(range->counted, &numbers[2], sizeof range->counted);
        range->decided = *database_text(db, i, 7) == 't';
        log->replays = *database_text(db, i, 8) == 't';
    }
    return MH_OK;
}

/* A window somewhere in what is there. */
static void choose_window(const struct verify *verify,
                          struct verify_range *range)
{
    int64_t all = range->to - range->from;
    int64_t some = verify->sample;

    if (verify->sample_percent > 0) {
        some = (all * verify->sample_percent + 99) / 100;
    }
    if (some < all) {
        range->from += (int64_t)((double)random() / ((double)RAND_MAX + 1) *
                                 (double)(all - some + 1));
        range->to = range->from + some;
    }
}

/* What of a partition is still there and has been applied. */
static void set_range(const struct verify *verify, struct verify_range *range,
                      int64_t low, int64_t high)
{
    range->to = range->next < high ? range->next : high;
    range->from = low < range->to ? low : range->to;
    range->whole = low == 0 && high >= range->next;
    if (high < range->next) {
        (void)printf("partition %d: the log ends at %" PRId64
                     ", before the position %" PRId64 "\n",
                     range->partition, high, range->next);
    } else if (low > 0) {
        (void)printf("partition %d: records before %" PRId64
                     " are gone and not compared\n",
                     range->partition, low);
    }
    if (verify->sample > 0 || verify->sample_percent > 0) {
        range->whole = false;
        choose_window(verify, range);
    }
}

static enum mh_code find_ends(struct verify_log *log, struct mh_err *err)
{
    size_t count = (size_t)log->range_count;
    struct position *items = calloc(count, sizeof *items);
    int64_t *low = calloc(count, sizeof *low);
    struct positions positions = {.items = items, .count = log->range_count};
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
    for (int i = 0; code == MH_OK && i < positions.count; i++) {
        set_range(log->verify, &log->ranges[i], low[i], items[i].high);
        log->to_read += log->ranges[i].to - log->ranges[i].from;
    }
    free(items);
    free(low);
    return code;
}

static enum mh_code open_stored(struct verify_log *log, const char *topic,
                                struct mh_err *err)
{
    struct mh_buf json;
    enum mh_code code;

    mh_buf_init(&json, RANGES_BYTES_MAX);
    for (int i = 0; i < log->range_count; i++) {
        mh_buf_format(&json, "%s[%d,%" PRId64 ",%" PRId64 "]",
                      i == 0 ? "[" : ",", log->ranges[i].partition,
                      log->ranges[i].from, log->ranges[i].to);
    }
    mh_buf_text(&json, log->range_count == 0 ? "[]" : "]");
    code = json.failed ? mh_fail(err, MH_MEMORY, "too many partitions")
                       : stored_open(&log->stored, log->verify, topic,
                                     mh_buf_string(&json), err);
    mh_buf_fini(&json);
    return code;
}

/* ------------------------------------------------------------------ reading */

/* The next record of the range; `end` when there is none any more. */
static enum mh_code next_record(struct verify_log *log,
                                const struct verify_range *range,
                                struct message *message, struct mh_err *err)
{
    int64_t silent_ms = 0;

    for (;;) {
        enum mh_code code = poll_next(log->poll, WAIT_MS, message, err);
        bool ours = message->partition == range->partition;

        if (code == MH_OK && ours && message->offset >= range->to) {
            poll_free(message);
            message->end = true;
        }
        if (code == MH_OK && ours) {
            return MH_OK;
        }
        poll_free(message);
        if (code == MH_GAP && ours && range->decided) {
            /* what a person passed over; the client loses its way in it */
            (void)printf("%s; from there on nothing is compared\n", err->text);
            message->end = true;
            return MH_OK;
        }
        silent_ms += WAIT_MS;
        if ((code != MH_OK && code != MH_KAFKA_DOWN) ||
            silent_ms >= SILENCE_MS) {
            return code != MH_OK
                       ? code
                       : mh_fail(err, MH_KAFKA_DOWN,
                                 "partition %d: nothing came for %d s",
                                 range->partition, SILENCE_MS / 1000);
        }
    }
}

static enum mh_code read_range(struct verify_log *log,
                               struct verify_range *range, struct mh_err *err)
{
    struct position position = {.partition = range->partition,
                                .next = range->from};
    struct positions positions = {.items = &position, .count = 1};
    struct message message = {.end = range->from >= range->to};
    enum mh_code code = MH_OK;

    log->range = range;
    if (!message.end) {
        code = poll_start(log->poll, &positions, err);
    }
    while (code == MH_OK && !message.end) {
        code = next_record(log, range, &message, err);
        if (code == MH_OK && !message.end) {
            code = record_compare(log, &message, err);
            log->records++;
            verify_show(log->verify, "records", log->records, log->to_read);
        }
        poll_free(&message);
    }
    if (code == MH_OK) {
        code = record_end(log, err);
    }
    poll_stop(log->poll);
    return code;
}

/* ------------------------------------------------------------------- counts */

static void put_count(struct verify_log *log, const struct verify_range *range,
                      const char *column, int64_t counted, int64_t found)
{
    if (counted != found) {
        verify_begin(log->verify, "ops.partition_progress");
        verify_put_number("partition", range->partition);
        verify_put("column", column);
        verify_put_number("stored", counted);
        verify_put_number("expected", found);
        verify_end();
    }
}

/* Fates are a function of the log where all of it is there, and nobody set the
 * position back. A replay may have put a version before a record's turn. */
static void compare_counts(struct verify_log *log,
                           const struct verify_range *range)
{
    const int64_t *counted = range->counted;
    const int64_t *found = range->found;

    if (!range->whole || range->decided) {
        return;
    }
    put_count(log, range, "dead", counted[FATE_DEAD], found[FATE_DEAD]);
    put_count(log, range, "gaps", counted[FATE_COUNT],
              range->to - range->records);
    if (range->unclear == 0 && !log->replays) {
        put_count(log, range, "applied", counted[FATE_APPLIED],
                  found[FATE_APPLIED]);
        put_count(log, range, "duplicate", counted[FATE_DUPLICATE],
                  found[FATE_DUPLICATE]);
        put_count(log, range, "stale", counted[FATE_STALE], found[FATE_STALE]);
    }
}

/* ------------------------------------------------------------------ together */

static enum mh_code read_contract(struct verify_log *log, const char *topic,
                                  struct mh_err *err)
{
    struct store *store = NULL;
    enum mh_code code =
        store_open(mh_options_text(log->verify->admin->options, "pg"),
                   "mahalle-admin", topic, "", &store, err);

    if (code == MH_OK) {
        code =
            store_contract_read(store, &log->catalogue, &log->reference, err);
    }
    store_close(store);
    return code;
}

static enum mh_code prepare(struct verify_log *log, const char *topic,
                            struct mh_err *err)
{
    const struct mh_options *options = log->verify->admin->options;
    const struct poll_config config = {
        .brokers = mh_options_text(options, "brokers"),
        .group = "mahalle-verify",
        .topic = topic,
        .queue_kbytes = 16 * 1024,
        .options = options,
    };
    enum mh_code code = read_ranges(log, topic, err);

    if (code == MH_OK) {
        code = read_contract(log, topic, err);
    }
    if (code == MH_OK) {
        code = poll_open_alone(&config, &log->poll, err);
    }
    if (code == MH_OK && log->range_count > 0) {
        code = find_ends(log, err);
    }
    return code == MH_OK ? open_stored(log, topic, err) : code;
}

static void tell(const struct verify_log *log)
{
    (void)printf("%" PRId64 " records of %d partitions compared with facts and "
                 "dead letters\n",
                 log->records, log->range_count);
    if (log->of_other_logs > 0) {
        (void)printf("%" PRId64
                     " versions are of another log, as of one before "
                     "a decided gap; not compared\n",
                     log->of_other_logs);
    }
    if (log->would_pass > 0) {
        (void)printf("%" PRId64 " open dead letters would be taken now: "
                     "dead-letters replay\n",
                     log->would_pass);
    }
}

enum mh_code verify_log(struct verify *verify, struct mh_err *err)
{
    const char *topic = mh_options_text(verify->admin->options, "topic");
    struct verify_log *log = calloc(1, sizeof *log);
    enum mh_code code;

    if (log == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory to read the log");
    }
    log->verify = verify;
    record_init(log);
    code = prepare(log, topic, err);
    for (int i = 0; code == MH_OK && i < log->range_count; i++) {
        code = read_range(log, &log->ranges[i], err);
        if (code == MH_OK) {
            compare_counts(log, &log->ranges[i]);
        }
    }
    verify_hide(verify);
    if (code == MH_OK) {
        tell(log);
    }
    stored_close(&log->stored);
    poll_close(log->poll);
    mh_catalogue_free(log->catalogue);
    mh_reference_free(log->reference);
    record_fini(log);
    free(log->ranges);
    free(log);
    return code;
}
