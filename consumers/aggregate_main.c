/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mahalle-aggregate: events from Kafka become facts and totals in PostgreSQL.
 *
 * The way of the data is in aggregate.c. Here stands what is done about its
 * failures: wait and go on, wait for a person, or stop.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aggregate.h"
#include "buf.h"
#include "claim.h"
#include "clock.h"
#include "log.h"
#include "options.h"
#include "stop.h"

enum {
    STOP_S = 9, /* promised: 10 s after SIGTERM at most */
    BACKOFF_FIRST_MS = 100,
    BACKOFF_MAX_MS = 5000,
    STATS_MS = 10000,
    TOLD_MAX = 40, /* partitions in a line that is not too long to read */
    LAG_BYTES = 2048,
    REPEAT_MS = 30000 /* the same trouble is told again after this */
};

static const struct mh_option OPTIONS[] = {
    {"brokers", MH_OPTION_TEXT, "127.0.0.1:9092", 0, 0, "",
     "Kafka bootstrap servers."},
    {"pg", MH_OPTION_SECRET, NULL, 0, 0, "",
     "PostgreSQL connection string of a member of mahalle_writer."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "",
     "Topic of the events."},
    {"group", MH_OPTION_TEXT, "mahalle-aggregate", 0, 0, "",
     "Consumer group; instances of one group share the partitions."},
    {"name", MH_OPTION_TEXT, "", 0, 0, "",
     "Name of this instance in ops.partition_progress; empty: host and pid."},
    {"batch-records", MH_OPTION_NUMBER, "20000", 1, BATCH_MESSAGES_MAX,
     "records", "Most records in one transaction."},
    {"batch-kbytes", MH_OPTION_NUMBER, "8192", 64, 1024 * 1024, "KiB",
     "Most bytes of records in one transaction."},
    {"queue-kbytes", MH_OPTION_NUMBER, "2048", 64, 1024 * 1024, "KiB",
     "Most bytes fetched ahead."},
    {"listen", MH_OPTION_TEXT, "", 0, 0, "",
     "HOST:PORT or [ADDRESS]:PORT for /livez, /readyz and /metrics; port 0: "
     "any; empty: none."},
    {"log-level", MH_OPTION_NUMBER, "2", 0, 3, "",
     "0 errors, 1 warnings, 2 changes of state, 3 everything."},
    {0},
};

static const struct mh_program PROGRAM = {
    .name = "mahalle-aggregate",
    .about = "Check events from Kafka and keep their facts and exact daily "
             "totals in PostgreSQL.",
    .usage = "[OPTION]...\n",
    .examples = "MAHALLE_PG='host=db dbname=mahalle user=writer' "
                "mahalle-aggregate --brokers kafka1:9092,kafka2:9092\n"
                "mahalle-aggregate --config /etc/mahalle/aggregate.conf\n",
    .options = OPTIONS,
    .bare = true,
};

/* Trouble that goes on is told once, then every half minute. */
struct trouble {
    enum mh_code code;
    int64_t since_ms;
    int64_t told_ms;
    int backoff_ms;
};

static void tell(struct trouble *trouble, const struct mh_err *err)
{
    int64_t now = mh_clock_ms();
    bool person = mh_code_act(err->code) == MH_ACT_BLOCK;
    char reason[MH_LOG_QUOTED];

    if (trouble->code != err->code) {
        *trouble = (struct trouble){.code = err->code,
                                    .since_ms = now,
                                    .told_ms = now - REPEAT_MS,
                                    .backoff_ms = BACKOFF_FIRST_MS};
    }
    if (now - trouble->told_ms >= REPEAT_MS) {
        mh_log(person ? MH_LOG_ERROR : MH_LOG_WARN, "aggregate",
               "trouble=%s act=%s for_s=%" PRId64 " reason=%s",
               mh_code_name(err->code), person ? "wait-for-person" : "retry",
               (now - trouble->since_ms) / 1000,
               mh_log_quote(reason, err->text));
        trouble->told_ms = now;
    }
}

static void all_well(struct trouble *trouble)
{
    if (trouble->code != MH_OK) {
        mh_log(MH_LOG_INFO, "aggregate", "over=%s after_s=%" PRId64,
               mh_code_name(trouble->code),
               (mh_clock_ms() - trouble->since_ms) / 1000);
    }
    *trouble = (struct trouble){.code = MH_OK};
}

/* @returns whether to go on */
static bool handle(struct aggregate *a, struct trouble *trouble,
                   const struct mh_err *err)
{
    tell(trouble, err);
    vitals_wait(a->vitals, err->text);
    if (err->code == MH_KAFKA_REFUSED || err->code == MH_PG_DATA ||
        err->code == MH_PG_REFUSED) {
        claim_wait(a, err);
    }
    switch (err->code) {
    case MH_USAGE:
    case MH_MEMORY:
    case MH_BUG:
        return false;
    case MH_KAFKA_DOWN:
    case MH_KAFKA_REFUSED:
        break;
    case MH_KAFKA_FATAL:
        aggregate_drop(a, false);
        poll_close(a->poll);
        a->poll = NULL;
        break;
    case MH_PG_OWNER:
    case MH_PG_BUSY:
        aggregate_drop(a, false);
        break;
    default:
        aggregate_drop(a, true);
        break;
    }
    aggregate_wait(a, trouble->backoff_ms);
    trouble->backoff_ms = 2 * trouble->backoff_ms < BACKOFF_MAX_MS
                              ? 2 * trouble->backoff_ms
                              : BACKOFF_MAX_MS;
    return true;
}

/* "3:1200,7:?": records that wait in each partition that is not read to its end,
 * as far as fetches have told; "0" without any. */
static void format_lag(const struct positions *positions, struct mh_buf *text)
{
    int told = 0;
    int left = 0;

    for (int i = 0; i < positions->count; i++) {
        const struct position *p = &positions->items[i];

        if (p->high >= 0 && p->high <= p->next) {
            continue;
        }
        if (told == TOLD_MAX) {
            left++;
            continue;
        }
        mh_buf_format(text, "%s%d:", told++ == 0 ? "" : ",", (int)p->partition);
        if (p->high < 0) {
            mh_buf_byte(text, '?');
        } else {
            mh_buf_format(text, "%" PRId64, p->high - p->next);
        }
    }
    if (told == 0) {
        mh_buf_byte(text, '0');
    } else if (left > 0) {
        mh_buf_format(text, ",and_%d_more", left);
    }
}

static void tell_counts(struct aggregate *a, int64_t period_ms)
{
    const struct aggregate_counts *counts = &a->counts;
    struct mh_buf lag;

    if (counts->commits == 0) {
        return;
    }
    mh_buf_init(&lag, LAG_BYTES);
    format_lag(&a->positions, &lag);
    mh_log(MH_LOG_INFO, "stats",
           "applied=%" PRId64 " duplicate=%" PRId64 " stale=%" PRId64
           " dead=%" PRId64 " commits=%" PRId64 " mean_ms=%" PRId64
           " per_s=%" PRId64 " lag=%s",
           counts->fates[FATE_APPLIED], counts->fates[FATE_DUPLICATE],
           counts->fates[FATE_STALE], counts->fates[FATE_DEAD], counts->commits,
           counts->commit_ms / counts->commits,
           (counts->fates[FATE_APPLIED] + counts->fates[FATE_DUPLICATE] +
            counts->fates[FATE_STALE] + counts->fates[FATE_DEAD]) *
               1000 / (period_ms > 0 ? period_ms : 1),
           mh_buf_string(&lag));
    mh_buf_fini(&lag);
    a->counts = (struct aggregate_counts){.commits = 0};
}

/* After a good turn. */
static void tell_watchers(const struct aggregate *a)
{
    int blocked = claim_count_blocked(a);

    vitals_partitions(a->vitals, a->positions.count, blocked);
    if (!poll_joined(a->poll)) {
        vitals_wait(a->vitals, "Kafka has not let it into the group yet");
    } else if (blocked > 0) {
        vitals_wait(a->vitals, "a partition waits for a person: see "
                               "mahalle-admin offsets show");
    } else {
        vitals_ready(a->vitals);
    }
}

static int run(struct aggregate *a)
{
    struct trouble trouble = {.code = MH_OK};
    struct mh_err err = {.code = MH_OK};
    int64_t told_ms = mh_clock_ms();
    bool going = true;

    while (going && !mh_stop_asked()) {
        if (aggregate_turn(a, &err) == MH_OK) {
            all_well(&trouble);
            tell_watchers(a);
        } else {
            going = handle(a, &trouble, &err);
        }
        if (mh_clock_ms() - told_ms >= STATS_MS) {
            tell_counts(a, mh_clock_ms() - told_ms);
            told_ms = mh_clock_ms();
        }
    }
    tell_counts(a, mh_clock_ms() - told_ms);
    return going ? 0 : mh_code_exit(err.code);
}

static void configure(const struct mh_options *options,
                      struct aggregate_config *config)
{
    const char *name = mh_options_text(options, "name");
    char host[64] = "host";

    (void)gethostname(host, sizeof host - 1);
    *config = (struct aggregate_config){
        .poll = {.brokers = mh_options_text(options, "brokers"),
                 .group = mh_options_text(options, "group"),
                 .topic = mh_options_text(options, "topic"),
                 .queue_kbytes = mh_options_number(options, "queue-kbytes"),
                 .options = options},
        .conninfo = mh_options_text(options, "pg"),
        .batch_records = (int)mh_options_number(options, "batch-records"),
        .batch_bytes = mh_options_number(options, "batch-kbytes") * 1024,
    };
    if (name[0] != '\0') {
        (void)snprintf(config->owner, sizeof config->owner, "%s", name);
    } else {
        (void)snprintf(config->owner, sizeof config->owner, "%s:%ld", host,
                       (long)getpid());
    }
    mh_log_set_level(
        (enum mh_log_level)mh_options_number(options, "log-level"));
}

int main(int argc, char **argv)
{
    struct mh_options *options = NULL;
    struct aggregate_config config;
    struct aggregate aggregate;
    struct vitals *vitals = NULL;
    struct mh_err err = {.code = MH_OK};
    bool done = false;
    int exit_code;

    mh_stop_init();
    if (mh_options_read(&PROGRAM, argc, argv, &options, &done, &err) != MH_OK ||
        done) {
        return mh_code_exit(err.code);
    }
    /* Records are made by the client's threads and freed by ours: an arena a
     * thread would keep what another one could use. */
    (void)mallopt(M_ARENA_MAX, 2);
    mh_stop_limit(STOP_S);
    configure(options, &config);
    if (vitals_open(mh_options_text(options, "listen"), &vitals, &err) !=
            MH_OK ||
        aggregate_init(&aggregate, &config, &err) != MH_OK) {
        mh_log(MH_LOG_ERROR, "aggregate", "stop=\"%s\"", err.text);
        vitals_close(vitals);
        mh_options_free(options);
        return mh_code_exit(err.code);
    }
    aggregate.vitals = vitals;
    mh_log(MH_LOG_INFO, "aggregate", "start=%s topic=%s group=%s", config.owner,
           config.poll.topic, config.poll.group);
    exit_code = run(&aggregate);
    aggregate_fini(&aggregate);
    vitals_close(vitals);
    mh_log(MH_LOG_INFO, "aggregate", "end=%d", exit_code);
    mh_options_free(options);
    return exit_code;
}
