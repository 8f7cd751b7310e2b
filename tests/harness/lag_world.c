/* SPDX-License-Identifier: Apache-2.0 */
/* Every judgement made here is checked for what holds in all of them. */
#include "lag_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const int64_t START = INT64_C(1795500000000);

void lag_world_begin(struct lag_world *w, bool running)
{
    struct mh_err err;

    *w = (struct lag_world){.now = START,
                            .start = START,
                            .source = {.retention_ms = -1},
                            .alive = running,
                            .applying = running,
                            .kafka = true,
                            .postgresql = true};
    assert_int_equal(lag_source_resize(&w->source, PARTS, &err), MH_OK);
    for (int i = 0; i < PARTS; i++) {
        w->source.items[i].begin = w->source.items[i].end = 0;
    }
    memcpy(w->source.topic_id, "one", 4);
    if (running) {
        assert_int_equal(lag_sink_resize(&w->sink, PARTS, &err), MH_OK);
        for (int i = 0; i < PARTS; i++) {
            w->sink.items[i] = (struct lag_position){
                .known = true, .since_ms = START, .seen_ms = START};
            memcpy(w->sink.items[i].topic_id, "one", 4);
        }
    }
}

void lag_world_end(struct lag_world *w)
{
    lag_source_fini(&w->source);
    lag_sink_fini(&w->sink);
    lag_judge_fini(&w->judge);
}

void lag_world_append(struct lag_world *w, int i)
{
    struct lag_log *log = &w->source.items[i];

    if (lag_from(&w->source, &w->sink, i) == log->end) {
        log->first = log->end;
        log->first_ms = w->now;
        log->read_from = log->end;
    }
    log->end++;
}

static void lag_world_commit(struct lag_world *w, int i)
{
    struct lag_log *log = &w->source.items[i];

    w->sink.items[i].next = log->end;
    w->sink.items[i].committed_ms = w->now;
    log->first = -1;
    log->read_from = log->empty_to = log->end;
}

void lag_world_judge(struct lag_world *w)
{
    struct mh_err err;

    w->source.reach.good_ms = w->kafka ? w->now : w->source.reach.good_ms;
    for (int i = 0; w->kafka && i < w->source.count; i++) {
        w->source.items[i].reach.good_ms =
            w->source.items[i].leaderless ? w->source.items[i].reach.good_ms
                                          : w->now;
    }
    w->sink.reach.good_ms = w->postgresql ? w->now : w->sink.reach.good_ms;
    assert_int_equal(
        lag_judge_look(&w->judge, &w->source, &w->sink, w->now, &err), MH_OK);
    for (int i = 0; i < w->judge.count; i++) {
        const struct lag_verdict *v = &w->judge.items[i].verdict;

        assert_true(v->records >= 0 && v->lost >= 0);
        assert_true(lag_age_ms(v, w->now) >= 0);
        assert_true(v->waiting == (v->records > 0));
        assert_true(v->since_ms <= w->now);
        assert_true(v->status <= w->judge.group.status);
    }
}

void lag_world_second(struct lag_world *w)
{
    w->now += SECOND;
    if (w->alive && w->postgresql) {
        for (int i = 0; i < w->sink.count; i++) {
            if (w->applying && w->kafka &&
                w->sink.items[i].next < w->source.items[i].end) {
                lag_world_commit(w, i);
            }
            if (w->now - w->marked >= 4 * SECOND) {
                w->sink.items[i].seen_ms = w->now;
            }
        }
        if (w->now - w->marked >= 4 * SECOND) {
            w->marked = w->now;
        }
    }
    lag_world_judge(w);
}

int64_t lag_world_until(struct lag_world *w, enum lag_status status)
{
    int64_t from = w->now;

    while (w->judge.group.status != status) {
        lag_world_second(w);
        assert_true(w->now - from < HOUR);
    }
    return (w->now - from) / SECOND;
}

void lag_world_pass(struct lag_world *w, int64_t ms, enum lag_status only)
{
    for (int64_t end_ms = w->now + ms; w->now < end_ms;) {
        lag_world_second(w);
        if (w->judge.group.status != only) {
            print_error("%s after %lld s\n",
                        lag_status_name(w->judge.group.status),
                        (long long)((w->now - w->start) / SECOND));
        }
        assert_int_equal(w->judge.group.status, only);
    }
}

void lag_world_turn(struct lag_world *w, int64_t by_ms)
{
    w->now += by_ms;
    w->start += by_ms;
    w->marked += by_ms;
    lag_source_turn(&w->source, by_ms);
    lag_sink_turn(&w->sink, by_ms);
    lag_judge_turn(&w->judge, by_ms);
}

const struct lag_verdict *lag_world_of(const struct lag_world *w, int i)
{
    return &w->judge.items[i].verdict;
}
