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
    RANGES_BYTES_MAX = 10000 * 52, /* [partition,from,to] of as many */
    WAIT_MS = 1000,
    SILENCE_MS = 60000 /* of Kafka, before we give up */
};

static enum mh_code open_stored(struct verify_log *log, struct mh_err *err)
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
                       : stored_open(&log->stored, log->verify, log->topic,
                                     mh_buf_string(&json), err);
    mh_buf_fini(&json);
    return code;
}

/* ------------------------------------------------------------------ reading */

/* The next record before `to`; `end` when there is none any more. */
static enum mh_code next_record(struct verify_log *log, int64_t to,
                                struct message *message, struct mh_err *err)
{
    int64_t silent_ms = 0;

    for (;;) {
        enum mh_code code = poll_next(log->poll, WAIT_MS, message, err);
        bool ours = message->partition == log->range->partition;

        if (ours && (code == MH_OK || code == MH_GAP) &&
            message->offset >= to) {
            poll_free(message);
            message->end = true;
            return MH_OK;
        }
        if (code == MH_OK && ours) {
            return MH_OK;
        }
        poll_free(message);
        silent_ms += WAIT_MS;
        if ((code != MH_OK && code != MH_KAFKA_DOWN) ||
            silent_ms >= SILENCE_MS) {
            return code != MH_OK
                       ? code
                       : mh_fail(err, MH_KAFKA_DOWN,
                                 "partition %d: nothing came for %d s",
                                 log->range->partition, SILENCE_MS / 1000);
        }
    }
}

/* Nothing in [from, to) was passed over by decision. */
static enum mh_code read_stretch(struct verify_log *log, int64_t from,
                                 int64_t to, struct mh_err *err)
{
    struct position position = {.partition = log->range->partition,
                                .next = from};
    struct positions positions = {.items = &position, .count = 1};
    struct message message = {.end = false};
    enum mh_code code = poll_start(log->poll, &positions, err);

    while (code == MH_OK && !message.end) {
        code = next_record(log, to, &message, err);
        if (code == MH_OK && !message.end) {
            code = record_compare(log, &message, err);
            log->records++;
            verify_show(log->verify, "records", log->records, log->to_read);
            message.end = message.offset == to - 1;
        }
        poll_free(&message);
    }
    poll_stop(log->poll);
    return code;
}

static enum mh_code read_range(struct verify_log *log,
                               struct verify_range *range, struct mh_err *err)
{
    int64_t from = range_next(range, range->from, true);
    enum mh_code code = MH_OK;

    log->range = range;
    while (code == MH_OK && from < range->to) {
        int64_t to = range_next(range, from, false);

        to = to < range->to ? to : range->to;
        code = read_stretch(log, from, to, err);
        from = range_next(range, to, true);
    }
    return code == MH_OK ? record_end(log, err) : code;
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

/* Fates are a function of the log where all of it is there. What was read twice
 * had another one the second time; what was given out of turn may have made a
 * record stale or a duplicate. */
static void compare_counts(struct verify_log *log,
                           const struct verify_range *range)
{
    const int64_t *counted = range->counted;
    const int64_t *found = range->found;

    if (!range->whole) {
        return;
    }
    put_count(log, range, "gaps", counted[FATE_COUNT],
              range->to - range->counts_from - range->records);
    if (range->reread == 0) {
        put_count(log, range, "dead", counted[FATE_DEAD], found[FATE_DEAD]);
        put_count(log, range, "applied", counted[FATE_APPLIED],
                  found[FATE_APPLIED]);
    }
    if (range->reread == 0 && range->unclear == 0) {
        put_count(log, range, "duplicate", counted[FATE_DUPLICATE],
                  found[FATE_DUPLICATE]);
        put_count(log, range, "stale", counted[FATE_STALE], found[FATE_STALE]);
    }
}

/* ------------------------------------------------------------------ together */

static enum mh_code read_contract(struct verify_log *log, struct mh_err *err)
{
    struct store *store = NULL;
    enum mh_code code =
        store_open(mh_options_text(log->verify->admin->options, "pg"),
                   "mahalle-admin", log->topic, "", &store, err);

    if (code == MH_OK) {
        code =
            store_contract_read(store, &log->catalogue, &log->reference, err);
    }
    store_close(store);
    return code;
}

static enum mh_code prepare(struct verify_log *log, struct mh_err *err)
{
    const struct mh_options *options = log->verify->admin->options;
    const struct poll_config config = {
        .brokers = mh_options_text(options, "brokers"),
        .group = "mahalle-verify",
        .topic = log->topic,
        .queue_kbytes = 16 * 1024,
        .options = options,
    };
    enum mh_code code = ranges_read(log, err);

    if (code == MH_OK) {
        code = read_contract(log, err);
    }
    if (code == MH_OK) {
        code = poll_open_alone(&config, &log->poll, err);
    }
    if (code == MH_OK && log->range_count > 0) {
        code = ranges_find_ends(log, err);
    }
    return code == MH_OK ? open_stored(log, err) : code;
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
    if (log->of_other_topics > 0) {
        (void)printf("%" PRId64
                     " versions may be of another topic of this database; "
                     "not compared: verify --topic\n",
                     log->of_other_topics);
    }
    if (log->would_pass > 0) {
        (void)printf("%" PRId64 " open dead letters would be taken now: "
                     "dead-letters replay\n",
                     log->would_pass);
    }
}

enum mh_code verify_log(struct verify *verify, struct mh_err *err)
{
    struct verify_log *log = calloc(1, sizeof *log);
    enum mh_code code;

    if (log == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory to read the log");
    }
    log->verify = verify;
    log->topic = mh_options_text(verify->admin->options, "topic");
    record_init(log);
    code = prepare(log, err);
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
    free(log->decisions);
    free(log);
    return code;
}
