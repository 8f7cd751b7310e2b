/* SPDX-License-Identifier: Apache-2.0 */
/* How far behind a partition is, and what is remembered of it. */
#include <string.h>

#include "lag_scene.h"

enum {
    PACE_MS = 300000,
    BACKLOG_MS = 10000 /* a record that has waited so long is one */
};

int64_t lag_back_ms(const struct lag_judge *judge)
{
    return judge->sink_back_ms > judge->source_back_ms ? judge->sink_back_ms
                                                       : judge->source_back_ms;
}

void lag_note_return(int64_t *last_ms, int64_t *back_ms,
                     const struct lag_reach *reach)
{
    if (*last_ms > 0 && reach->good_ms - *last_ms >= LAG_DOWN_MS) {
        *back_ms = reach->good_ms;
    }
    *last_ms = reach->good_ms;
}

static void turn_memory(struct lag_memory *m, int64_t by_ms)
{
    int64_t *const times[] = {&m->still_ms,   &m->waits_ms, &m->rewound_ms,
                              &m->short_ms,   &m->busy_ms,  &m->good_ms,
                              &m->blocked_ms, &m->back_ms};

    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        lag_turn(times[i], by_ms);
    }
    for (int i = 0; i < m->pace_count; i++) {
        lag_turn(&m->paces[i].at_ms, by_ms);
    }
}

void lag_judge_turn(struct lag_judge *judge, int64_t by_ms)
{
    lag_turn(&judge->group.since_ms, by_ms);
    lag_turn(&judge->sink_good_ms, by_ms);
    lag_turn(&judge->source_good_ms, by_ms);
    lag_turn(&judge->sink_back_ms, by_ms);
    lag_turn(&judge->source_back_ms, by_ms);
    for (int i = 0; i < judge->count; i++) {
        lag_turn(&judge->items[i].verdict.since_ms, by_ms);
        turn_memory(&judge->items[i].memory, by_ms);
    }
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Offsets that hold no record (the marks of transactions, what compaction
 * took) are no lag when nothing else waits. */
void lag_measure(const struct lag_scene *s, struct lag_verdict *v)
{
    const struct lag_log *log = s->log;
    int64_t from;

    v->measured = s->source->reach.good_ms > 0 && s->sink->reach.good_ms > 0 &&
                  (log == NULL || log->reach.good_ms > 0);
    if (!v->measured || log == NULL) {
        return;
    }
    from = lag_from(s->source, s->sink, s->i);
    v->waiting =
        lag_first_is_known(log, from) || lag_first_is_missing(log, from);
    if (v->waiting) {
        v->records = log->end - from;
        v->dated = lag_first_is_known(log, from);
        v->oldest_ms = log->first_ms;
    }
    if (s->position->known && s->position->next < log->begin &&
        !lag_other_log(s->source, s->sink, s->i)) {
        v->lost = log->begin - s->position->next;
    } else if (!s->position->known) {
        v->lost = log->begin;
    }
}

static void remember_pace(struct lag_memory *m, const struct lag_log *log,
                          int64_t now_ms)
{
    struct lag_pace *paces = m->paces;

    if (m->pace_count > 0 && log->begin < paces[m->pace_count - 1].begin) {
        m->pace_count = 0; /* another log */
    }
    if (m->pace_count > 0 &&
        now_ms - paces[m->pace_count - 1].at_ms < PACE_MS) {
        return;
    }
    if (m->pace_count == LAG_PACES) {
        m->pace_count--;
        memmove(paces, paces + 1, (size_t)m->pace_count * sizeof *paces);
    }
    paces[m->pace_count++] = (struct lag_pace){now_ms, log->begin};
}

/* A partition of another topic begins anew. */
static void remember_topic(struct lag_memory *m, const struct lag_position *p)
{
    if (p->topic_id[0] != '\0' && strcmp(m->topic_id, p->topic_id) != 0) {
        if (m->topic_id[0] != '\0') {
            m->next = -1;
            m->rewound_ms = 0;
        }
        memcpy(m->topic_id, p->topic_id, sizeof m->topic_id);
    }
}

static void remember_position(const struct lag_scene *s)
{
    const struct lag_position *p = s->position;
    struct lag_memory *m = s->memory;

    if (p->blocked) {
        m->blocked_ms = s->now_ms;
        memcpy(m->reason, p->reason, sizeof m->reason);
    }
    remember_topic(m, p);
    if (!p->known) {
        return;
    }
    if (p->next < m->next) {
        m->rewound_ms = s->now_ms;
    }
    m->rewound_ms = greater(m->rewound_ms, p->rewound_ms);
    if (p->next != m->next) {
        m->still_ms = s->now_ms;
    }
    m->next = p->next;
}

/* A commit that leaves old records waiting: who does that is busy. One that
 * takes each record as it comes is not. */
static void remember_work(const struct lag_scene *s,
                          const struct lag_verdict *v)
{
    struct lag_memory *m = s->memory;
    int64_t waited_ms =
        v->dated ? lag_age_ms(v, s->now_ms) : s->now_ms - m->waits_ms;

    if (v->waiting && waited_ms >= BACKLOG_MS) {
        m->busy_ms = greater(m->busy_ms, s->position->committed_ms);
    }
}

/* At the first look the past is as far as both servers know it. */
void lag_remember(const struct lag_scene *s, const struct lag_verdict *v)
{
    const struct lag_position *p = s->position;
    struct lag_memory *m = s->memory;
    bool first = !m->judged;

    if (first) {
        m->next = -1;
    }
    remember_position(s);
    if (first) {
        m->waits_ms = s->now_ms - lag_age_ms(v, s->now_ms);
        m->still_ms = greater(p->committed_ms, p->since_ms);
        if (!v->waiting) {
            m->still_ms = s->now_ms;
        } else if (v->dated || !s->judge->once) {
            m->still_ms = greater(m->still_ms, m->waits_ms);
        }
    } else if (!m->waiting || !m->alive) {
        m->still_ms = s->now_ms;
    }
    if (!first && !m->waiting) {
        m->waits_ms = s->now_ms;
    }
    remember_work(s, v);
    if (s->log != NULL) {
        lag_note_return(&m->good_ms, &m->back_ms, &s->log->reach);
    }
    m->still_ms = greater(greater(m->still_ms, p->committed_ms),
                          greater(m->back_ms, lag_back_ms(s->judge)));
    if (s->log != NULL) {
        bool is_short = p->known && p->next > s->log->end;

        m->short_ms = !is_short ? 0 : m->short_ms > 0 ? m->short_ms : s->now_ms;
        remember_pace(m, s->log, s->now_ms);
    }
    m->alive = s->alive;
    m->waiting = v->waiting;
    m->judged = true;
}
