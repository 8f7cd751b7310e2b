/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The thread of the program looks, and judges; that of the web server shows
 * the last judgement. Between them is one lock, held for a copy.
 */
#include "lag_serve.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "lag_asker.h"
#include "lag_faces.h"
#include "lag_kafka.h"
#include "log.h"
#include "metrics.h"
#include "stop.h"
#include "web.h"

enum {
    LOOK_MS = 1000,
    ANSWER_MS = 1000, /* wait for PostgreSQL before Kafka is asked */
    STEP_MS = 1000,   /* between both clocks: somebody has set one */
    HANGS_MS = 60000, /* no look for so long: the monitor itself is ill */
    REASON_BYTES = 4096
};

struct looker {
    struct lag_asker *asker; /* owned */
    struct lag_kafka *kafka; /* owned */
    struct lag_source source;
    struct lag_sink sink;
    int64_t wall_ms, clock_ms; /* both clocks at the last look */
    pthread_mutex_t lock;
    struct lag_view view; /* under the lock */
};

/* ------------------------------------------------------------------- looks */

static void looker_fini(struct looker *looker)
{
    lag_asker_close(looker->asker);
    lag_kafka_close(looker->kafka);
    lag_source_fini(&looker->source);
    lag_sink_fini(&looker->sink);
    lag_source_fini(&looker->view.source);
    lag_sink_fini(&looker->view.sink);
    lag_judge_fini(&looker->view.judge);
    (void)pthread_mutex_destroy(&looker->lock);
}

static enum mh_code looker_init(struct looker *looker,
                                const struct lag_config *config,
                                struct mh_err *err)
{
    enum mh_code code;

    *looker = (struct looker){.source = {.retention_ms = -1},
                              .view = {.group = config->group,
                                       .topic = config->topic,
                                       .source = {.retention_ms = -1}}};
    (void)pthread_mutex_init(&looker->lock, NULL);
    code = lag_asker_open(config->conninfo, config->topic, &looker->asker, err);
    if (code == MH_OK) {
        code = lag_kafka_open(config->brokers, config->topic, config->options,
                              &looker->kafka, err);
    }
    if (code != MH_OK) {
        looker_fini(looker);
    }
    return code;
}

static enum mh_code judge(struct lag_view *view,
                          const struct lag_source *source,
                          const struct lag_sink *sink, struct mh_err *err)
{
    enum mh_code code = lag_source_copy(&view->source, source, err);

    if (code == MH_OK) {
        code = lag_sink_copy(&view->sink, sink, err);
    }
    if (code == MH_OK) {
        view->at_ms = mh_clock_wall_ms();
        code = lag_judge_look(&view->judge, &view->source, &view->sink,
                              view->at_ms, err);
    }
    return code;
}

static void tell_change(const struct lag_view *view, enum lag_status before)
{
    enum lag_status now = view->judge.group.status;
    char quoted[MH_LOG_QUOTED];
    struct mh_buf reason;

    if (now != before) {
        mh_buf_init(&reason, REASON_BYTES);
        lag_put_group_reason(&reason, PAGE_EN, &view->judge);
        mh_log(now > LAG_LAGGING ? MH_LOG_WARN : MH_LOG_INFO, "lag",
               "status=%s was=%s reason=%s", lag_status_name(now),
               lag_status_name(before),
               mh_log_quote(quoted, mh_buf_string(&reason)));
        mh_buf_fini(&reason);
    }
}

/* Windows are of durations, and go on when somebody sets the clock. */
static void mind_the_clock(struct looker *looker)
{
    int64_t wall_ms = mh_clock_wall_ms();
    int64_t clock_ms = mh_clock_ms();
    int64_t by_ms = wall_ms - looker->wall_ms - (clock_ms - looker->clock_ms);

    if (looker->wall_ms > 0 && (by_ms > STEP_MS || by_ms < -STEP_MS)) {
        mh_log(MH_LOG_WARN, "lag", "clock=set by_ms=%lld", (long long)by_ms);
        lag_source_turn(&looker->source, by_ms);
        lag_sink_turn(&looker->sink, by_ms);
        (void)pthread_mutex_lock(&looker->lock);
        lag_source_turn(&looker->view.source, by_ms);
        lag_sink_turn(&looker->view.sink, by_ms);
        lag_judge_turn(&looker->view.judge, by_ms);
        lag_turn(&looker->view.at_ms, by_ms);
        (void)pthread_mutex_unlock(&looker->lock);
    }
    looker->wall_ms = wall_ms;
    looker->clock_ms = clock_ms;
}

/* Positions first and then the log: what came between is shown as waiting for
 * a moment, and nothing is shown as done that is not.
 * @returns MH_OK also when a server does not answer; MH_MEMORY */
static enum mh_code look(struct looker *looker, struct mh_err *err)
{
    struct mh_err look_err;
    enum lag_status before;
    enum mh_code code;

    mind_the_clock(looker);
    code = lag_asker_look(looker->asker, ANSWER_MS, &looker->sink, err);
    if (code == MH_OK) {
        code = lag_kafka_look(looker->kafka, &looker->source, &looker->sink,
                              &look_err);
        lag_reach_note(&looker->source.reach, mh_clock_wall_ms(), code,
                       &look_err);
        (void)pthread_mutex_lock(&looker->lock);
        before = looker->view.judge.group.status;
        code = judge(&looker->view, &looker->source, &looker->sink, err);
        tell_change(&looker->view, before);
        (void)pthread_mutex_unlock(&looker->lock);
    }
    return code;
}

/* A signal ends the sleep. */
static void rest(int64_t began_ms)
{
    int64_t left_ms = began_ms + LOOK_MS - mh_clock_ms();

    if (!mh_stop_asked()) {
        mh_clock_sleep_ms(left_ms);
    }
}

/* --------------------------------------------------------------- the answers */

/* What the faces have in common. */
static void show(struct looker *looker, struct mh_buf *out,
                 void (*write)(struct mh_buf *, const struct lag_view *,
                               int64_t))
{
    (void)pthread_mutex_lock(&looker->lock);
    lag_view_refresh(&looker->view, mh_clock_wall_ms());
    write(out, &looker->view, mh_clock_wall_ms());
    (void)pthread_mutex_unlock(&looker->lock);
}

static void on_metrics(void *context, const struct mh_web_request *request,
                       struct mh_web_reply *reply)
{
    (void)request;
    reply->type = MH_METRICS_TYPE;
    show(context, &reply->body, lag_write_metrics);
}

static void on_status(void *context, const struct mh_web_request *request,
                      struct mh_web_reply *reply)
{
    (void)request;
    reply->type = "application/json";
    show(context, &reply->body, lag_write_json);
}

/* Persian, unless English is asked for or comes first in what the browser's
 * user reads. */
static enum page_lang find_lang(const struct mh_web_request *request)
{
    const char *lang = mh_web_query(request, "lang");
    const char *accepts;

    if (lang != NULL) {
        return strcmp(lang, "en") == 0 ? PAGE_EN : PAGE_FA;
    }
    accepts = mh_web_header(request, "Accept-Language");
    return accepts != NULL && strncmp(accepts, "en", 2) == 0 ? PAGE_EN
                                                             : PAGE_FA;
}

static void on_page(void *context, const struct mh_web_request *request,
                    struct mh_web_reply *reply)
{
    struct looker *looker = context;

    reply->type = "text/html; charset=utf-8";
    (void)pthread_mutex_lock(&looker->lock);
    lag_view_refresh(&looker->view, mh_clock_wall_ms());
    lag_write_page(&reply->body, &looker->view, find_lang(request),
                   mh_clock_wall_ms());
    (void)pthread_mutex_unlock(&looker->lock);
}

static void on_script(void *context, const struct mh_web_request *request,
                      struct mh_web_reply *reply)
{
    (void)context;
    (void)request;
    reply->type = "text/javascript; charset=utf-8";
    mh_buf_text(&reply->body, lag_page_script);
}

static void on_live(void *context, const struct mh_web_request *request,
                    struct mh_web_reply *reply)
{
    struct looker *looker = context;
    bool hangs;

    (void)request;
    (void)pthread_mutex_lock(&looker->lock);
    hangs = mh_clock_wall_ms() - looker->view.at_ms > HANGS_MS;
    (void)pthread_mutex_unlock(&looker->lock);
    if (hangs) {
        mh_web_line(reply, 503, "no look has ended for a minute");
    } else {
        mh_web_line(reply, 200, "alive");
    }
}

/* Ready: both servers answer, whatever the consumer does. */
static void on_ready(void *context, const struct mh_web_request *request,
                     struct mh_web_reply *reply)
{
    struct looker *looker = context;
    struct lag_view *view = &looker->view;
    struct mh_buf reason;

    (void)request;
    mh_buf_init(&reason, REASON_BYTES);
    (void)pthread_mutex_lock(&looker->lock);
    lag_view_refresh(view, mh_clock_wall_ms());
    if (view->judge.group.status >= LAG_SINK_DOWN && view->judge.worst < 0) {
        lag_put_group_reason(&reason, PAGE_EN, &view->judge);
        mh_web_line(reply, 503, mh_buf_string(&reason));
    } else {
        mh_web_line(reply, 200, "ready");
    }
    (void)pthread_mutex_unlock(&looker->lock);
    mh_buf_fini(&reason);
}

static const struct mh_web_route ROUTES[] = {
    {"/", on_page},         {"/page.js", on_script},
    {"/status", on_status}, {"/metrics", on_metrics},
    {"/livez", on_live},    {"/readyz", on_ready},
    {NULL, NULL},
};

/* --------------------------------------------------------------- subcommands */

enum mh_code lag_serve(const struct lag_config *config, struct mh_err *err)
{
    struct looker looker;
    struct mh_web *web = NULL;
    enum mh_code code = looker_init(&looker, config, err);

    if (code != MH_OK) {
        return code;
    }
    code = look(&looker, err); /* so that the first answer is one */
    if (code == MH_OK) {
        code = mh_web_open("lag", config->listen, ROUTES, &looker, &web, err);
    }
    while (code == MH_OK && !mh_stop_asked()) {
        int64_t began_ms = mh_clock_ms();

        code = look(&looker, err);
        rest(began_ms);
    }
    mh_web_close(web);
    looker_fini(&looker);
    return code;
}

enum mh_code lag_watch(const struct lag_config *config, struct mh_err *err)
{
    static const char CLEAR[] = "\033[H\033[2J";
    struct looker looker;
    struct mh_buf out;
    enum mh_code code = looker_init(&looker, config, err);

    if (code != MH_OK) {
        return code;
    }
    mh_buf_init(&out, MH_WEB_BODY_BYTES);
    while (code == MH_OK && !mh_stop_asked()) {
        int64_t began_ms = mh_clock_ms();

        code = look(&looker, err);
        if (code == MH_OK && !mh_stop_asked()) {
            mh_buf_reset(&out);
            mh_buf_text(&out, isatty(STDOUT_FILENO) ? CLEAR : "");
            show(&looker, &out,
                 config->json ? lag_write_json : lag_write_table);
            (void)fputs(mh_buf_string(&out), stdout);
            if (fflush(stdout) != 0) {
                break; /* nobody reads */
            }
            rest(began_ms);
        }
    }
    mh_buf_fini(&out);
    looker_fini(&looker);
    return code;
}
