/* SPDX-License-Identifier: Apache-2.0 */
/* The cycle counts, the thread of the server shows; what they share has a
   lock. */
#include "vitals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics.h"
#include "web.h"

struct vitals {
    struct mh_metrics *metrics; /* owned */
    struct mh_web *web;         /* owned */
    struct mh_family *applied, *dead;
    struct mh_series *duplicate, *stale, *seconds, *up, *partitions, *blocked;
    pthread_mutex_t lock;
    char reason[512]; /* why it waits; "": it can work */
};

/* ------------------------------------------------------------------- tally */

static void tally_type(struct tally *tally, const struct mh_type *type)
{
    size_t at = ((uintptr_t)type >> 5) % TALLY_TYPES;

    for (int tries = 0; tries < TALLY_TYPES; tries++) {
        if (tally->types[at].type == NULL || tally->types[at].type == type) {
            tally->types[at].type = type;
            tally->types[at].applied++;
            return;
        }
        at = (at + 1) % TALLY_TYPES;
    }
}

bool tally_is_reason(enum mh_code code)
{
    return mh_code_act(code) == MH_ACT_REFUSE && code <= MH_CONFLICT;
}

void tally_batch(struct tally *tally, const struct batch *batch)
{
    memset(tally, 0, sizeof *tally);
    for (int i = 0; i < batch->count; i++) {
        enum fate fate = batch->fates[i];

        tally->fates[fate]++;
        if (fate == FATE_APPLIED) {
            tally_type(tally, batch->versions[i]->type);
        } else if (fate == FATE_DEAD) {
            tally->reasons[batch->letters[i]->reason]++;
        }
    }
}

/* ----------------------------------------------------------------- answers */

static void on_metrics(void *context, const struct mh_web_request *request,
                       struct mh_web_reply *reply)
{
    const struct vitals *vitals = context;

    (void)request;
    reply->type = MH_METRICS_TYPE;
    mh_metrics_build_info(&reply->body, "mahalle-aggregate");
    mh_metrics_write(vitals->metrics, &reply->body);
}

static void on_live(void *context, const struct mh_web_request *request,
                    struct mh_web_reply *reply)
{
    (void)context;
    (void)request;
    mh_web_line(reply, 200, "alive");
}

static void on_ready(void *context, const struct mh_web_request *request,
                     struct mh_web_reply *reply)
{
    struct vitals *vitals = context;

    (void)request;
    (void)pthread_mutex_lock(&vitals->lock);
    if (vitals->reason[0] == '\0') {
        mh_web_line(reply, 200, "ready");
    } else {
        mh_web_line(reply, 503, vitals->reason);
    }
    (void)pthread_mutex_unlock(&vitals->lock);
}

static const struct mh_web_route ROUTES[] = {{"/livez", on_live},
                                             {"/readyz", on_ready},
                                             {"/metrics", on_metrics},
                                             {NULL, NULL}};

/* ------------------------------------------------------------------- start */

static struct mh_series *define(struct mh_metrics *metrics,
                                enum mh_metric_kind kind, const char *name,
                                const char *help)
{
    return mh_metrics_series(mh_metrics_define(metrics, kind, name, help, NULL),
                             NULL);
}

static void define_all(struct vitals *vitals)
{
    static const double BOUNDS[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                    0.5,   1,    2.5,   5,    10,  30};
    static const char *const TYPE[] = {"event_type", NULL};
    static const char *const REASON[] = {"reason", NULL};
    struct mh_metrics *metrics = vitals->metrics;

    vitals->up = define(metrics, MH_METRIC_GAUGE, "mahalle_aggregate_up",
                        "1 when it can work, 0 while it waits for a server or "
                        "a person; /readyz says for what.");
    vitals->partitions =
        define(metrics, MH_METRIC_GAUGE, "mahalle_aggregate_partitions",
               "Partitions that the group gives to this instance.");
    vitals->blocked =
        define(metrics, MH_METRIC_GAUGE, "mahalle_aggregate_blocked_partitions",
               "Those of them that wait for a person.");
    vitals->applied = mh_metrics_define(
        metrics, MH_METRIC_COUNTER, "mahalle_events_applied_total",
        "Events that became the version in force of a fact.", TYPE);
    vitals->duplicate =
        define(metrics, MH_METRIC_COUNTER, "mahalle_events_duplicate_total",
               "Events whose revision and content were there already.");
    vitals->stale =
        define(metrics, MH_METRIC_COUNTER, "mahalle_events_stale_total",
               "Events of which a higher revision was there already.");
    vitals->dead = mh_metrics_define(
        metrics, MH_METRIC_COUNTER, "mahalle_dead_letters_total",
        "Records that became dead letters, by the first fault.", REASON);
    for (int code = 0; code < MH_CODE_COUNT; code++) {
        if (tally_is_reason((enum mh_code)code)) {
            const char *const values[] = {mh_code_name((enum mh_code)code)};

            (void)mh_metrics_series(vitals->dead, values);
        }
    }
    vitals->seconds = mh_metrics_series(
        mh_metrics_define_histogram(
            metrics, "mahalle_commit_seconds",
            "Time of a transaction, from its first statement to the answer to "
            "COMMIT.",
            NULL, BOUNDS, sizeof BOUNDS / sizeof BOUNDS[0]),
        NULL);
}

enum mh_code vitals_open(const char *listen, struct vitals **vitals,
                         struct mh_err *err)
{
    struct vitals *new;
    enum mh_code code;

    *vitals = NULL;
    if (*listen == '\0') {
        return MH_OK;
    }
    new = calloc(1, sizeof *new);
    if (new == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for metrics");
    }
    (void)pthread_mutex_init(&new->lock, NULL);
    (void)snprintf(new->reason, sizeof new->reason, "it has just been started");
    new->metrics = mh_metrics_new();
    if (new->metrics == NULL) {
        code = mh_fail(err, MH_MEMORY, "no memory for metrics");
    } else {
        define_all(new);
        code = mh_web_open("aggregate", listen, ROUTES, new, &new->web, err);
    }
    if (code != MH_OK) {
        vitals_close(new);
        return code;
    }
    *vitals = new;
    return MH_OK;
}

void vitals_close(struct vitals *vitals)
{
    if (vitals != NULL) {
        mh_web_close(vitals->web);
        mh_metrics_free(vitals->metrics);
        (void)pthread_mutex_destroy(&vitals->lock);
        free(vitals);
    }
}

/* ------------------------------------------------------------------ counts */

void vitals_types(struct vitals *vitals, const struct mh_catalogue *catalogue)
{
    if (vitals == NULL) {
        return;
    }
    for (int i = 0; i < mh_catalogue_count(catalogue); i++) {
        const char *const values[] = {mh_catalogue_at(catalogue, i)->name};

        (void)mh_metrics_series(vitals->applied, values);
    }
}

void vitals_commit(struct vitals *vitals, const struct tally *tally,
                   double seconds)
{
    if (vitals == NULL) {
        return;
    }
    for (int i = 0; i < TALLY_TYPES; i++) {
        if (tally->types[i].type != NULL) {
            const char *const values[] = {tally->types[i].type->name};

            mh_series_add(mh_metrics_series(vitals->applied, values),
                          (double)tally->types[i].applied);
        }
    }
    for (int code = 0; code < MH_CODE_COUNT; code++) {
        if (tally->reasons[code] > 0) {
            const char *const values[] = {mh_code_name((enum mh_code)code)};

            mh_series_add(mh_metrics_series(vitals->dead, values),
                          (double)tally->reasons[code]);
        }
    }
    mh_series_add(vitals->duplicate, (double)tally->fates[FATE_DUPLICATE]);
    mh_series_add(vitals->stale, (double)tally->fates[FATE_STALE]);
    mh_series_observe(vitals->seconds, seconds);
}

void vitals_partitions(struct vitals *vitals, int count, int blocked)
{
    if (vitals != NULL) {
        mh_series_set(vitals->partitions, count);
        mh_series_set(vitals->blocked, blocked);
    }
}

static void note(struct vitals *vitals, const char *reason)
{
    if (vitals != NULL) {
        (void)pthread_mutex_lock(&vitals->lock);
        (void)snprintf(vitals->reason, sizeof vitals->reason, "%s", reason);
        (void)pthread_mutex_unlock(&vitals->lock);
        mh_series_set(vitals->up, reason[0] == '\0');
    }
}

void vitals_ready(struct vitals *vitals)
{
    note(vitals, "");
}

void vitals_wait(struct vitals *vitals, const char *reason)
{
    note(vitals, reason);
}
