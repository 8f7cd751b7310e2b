/* SPDX-License-Identifier: Apache-2.0 */
/* mahalle-lag status: looks until what waits has been read, tells it, and ends. */
#include <stdio.h>

#include "clock.h"
#include "lag_faces.h"
#include "lag_kafka.h"
#include "lag_pg.h"
#include "lag_serve.h"
#include "stop.h"
#include "web.h"

enum { PATIENCE_MS = 5000 /* for records that are hard to read */ };

static enum mh_code look_once(struct lag_pg *pg, struct lag_kafka *kafka,
                              struct lag_view *view, struct mh_err *err)
{
    enum mh_code code = lag_pg_look(pg, &view->sink, err);

    if (code == MH_OK) {
        lag_reach_note(&view->sink.reach, mh_clock_wall_ms(), code, err);
        code = lag_kafka_look(kafka, &view->source, &view->sink, err);
    }
    if (code == MH_OK) {
        view->at_ms = mh_clock_wall_ms();
        lag_reach_note(&view->source.reach, view->at_ms, code, err);
    }
    return code;
}

/* Until all that waits has been read, or could not be.
 * @param kafka out; given, also on failure; or NULL */
static enum mh_code look_for_a_while(const struct lag_config *config,
                                     struct lag_pg *pg,
                                     struct lag_kafka **kafka,
                                     struct lag_view *view, struct mh_err *err)
{
    enum mh_code code = lag_pg_look(pg, &view->sink, err);
    int64_t began_ms;

    if (code == MH_OK) {
        code = lag_kafka_open(config->brokers, config->topic, config->options,
                              kafka, err);
    }
    began_ms = mh_clock_ms();
    while (code == MH_OK) {
        code = look_once(pg, *kafka, view, err);
        if (!lag_is_unfinished(&view->source, &view->sink) ||
            mh_clock_ms() - began_ms >= PATIENCE_MS || mh_stop_asked()) {
            break;
        }
    }
    return code;
}

enum mh_code lag_status(const struct lag_config *config, bool *ok,
                        struct mh_err *err)
{
    struct lag_view view = {.group = config->group,
                            .topic = config->topic,
                            .source = {.retention_ms = -1}};
    struct lag_pg *pg = lag_pg_new(config->conninfo, config->topic);
    struct lag_kafka *kafka = NULL;
    struct mh_buf out;
    enum mh_code code =
        pg == NULL ? mh_fail(err, MH_MEMORY, "no memory") : MH_OK;

    mh_buf_init(&out, MH_WEB_BODY_BYTES);
    view.judge.once = true;
    if (code == MH_OK) {
        code = look_for_a_while(config, pg, &kafka, &view, err);
    }
    if (code == MH_OK) {
        code = lag_judge_look(&view.judge, &view.source, &view.sink, view.at_ms,
                              err);
    }
    if (code == MH_OK) {
        (config->json ? lag_write_json : lag_write_table)(&out, &view,
                                                          view.at_ms);
        (void)fputs(mh_buf_string(&out), stdout);
        *ok = view.judge.group.status == LAG_OK &&
              lag_age_is_known(&view.judge.group);
    }
    mh_buf_fini(&out);
    lag_judge_fini(&view.judge);
    lag_source_fini(&view.source);
    lag_sink_fini(&view.sink);
    lag_kafka_close(kafka);
    lag_pg_free(pg);
    return code;
}
