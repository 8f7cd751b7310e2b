/* SPDX-License-Identifier: Apache-2.0 */
/* Each status is one rule. What a rule needs of the past is in the memory of
   the partition. */
#include <stddef.h>
#include <string.h>

#include "lag_scene.h"

enum {
    LATE_MS = 60000,     /* age of a record that makes it late */
    REWOUND_MS = 600000, /* a position that went back is news */
    LOSS_MS = 3600000,   /* before retention takes the next record */
    TAKEN_MS = 15000,    /* for a consumer to see a new partition */
    SHORT_MS = 10000,    /* for a broker to find the end of its log */
    HELD_MS = 15000      /* blocked, tries once more, is blocked again */
};

/* Each tells the cause, its number, and from when on it has held. */

static bool source_is_down(const struct lag_scene *s, struct lag_verdict *v)
{
    const struct lag_reach *reach = &s->source->reach;

    bool never = reach->good_ms == 0;

    if (!lag_is_away(reach, s->now_ms) &&
        s->log != NULL) { /* but for this one? */
        if (s->now_ms - s->log->since_ms < LAG_DOWN_MS) {
            return false;
        }
        reach = &s->log->reach;
        never = reach->good_ms == 0;
        v->cause = never ? LAG_PART_NEVER : LAG_NO_PART;
    } else {
        v->cause = never ? LAG_KAFKA_NEVER : LAG_NO_KAFKA;
    }
    v->number = s->now_ms - reach->good_ms;
    v->text = reach->text[0] == '\0' ? "no answer" : reach->text;
    v->since_ms = never ? s->now_ms : reach->good_ms;
    return lag_is_away(reach, s->now_ms);
}

static bool sink_is_down(const struct lag_scene *s, struct lag_verdict *v)
{
    const struct lag_reach *reach = &s->sink->reach;

    v->cause = reach->good_ms == 0 ? LAG_DATABASE_NEVER : LAG_NO_DATABASE;
    v->number = s->now_ms - reach->good_ms;
    v->text = reach->text[0] == '\0' ? "no answer" : reach->text;
    v->since_ms = reach->good_ms == 0 ? s->now_ms : reach->good_ms;
    return lag_is_away(reach, s->now_ms);
}

bool lag_is_dead(const struct lag_scene *s)
{
    return s->position->known && !s->alive &&
           s->now_ms - lag_back_ms(s->judge) >= LAG_WINDOW_MS;
}

/* A consumer that waits for a person looks again now and then, and does not
 * seem blocked while it does. A dead one waits for nobody. */
static bool is_blocked(const struct lag_scene *s, struct lag_verdict *v)
{
    const struct lag_memory *m = s->memory;

    v->cause = LAG_WAITS_FOR_PERSON;
    v->text = m->reason;
    v->since_ms = s->position->blocked ? s->position->since_ms : m->blocked_ms;
    return !lag_is_dead(s) &&
           (s->position->blocked ||
            (m->blocked_ms > 0 && s->now_ms - m->blocked_ms < HELD_MS &&
             s->position->committed_ms < m->blocked_ms && m->waiting));
}

static bool goes_by_pace(const struct lag_scene *s, struct lag_verdict *v)
{
    const struct lag_memory *m = s->memory;
    const struct lag_pace *old = &m->paces[0];
    int64_t taken, left;

    if (!s->source->by_size || m->pace_count < 2) {
        return false;
    }
    taken = s->log->begin - old->begin;
    left = lag_from(s->source, s->sink, s->i) - s->log->begin;
    if (taken <= 0 || left > taken) {
        return false; /* also keeps the product below in bounds */
    }
    v->cause = LAG_GOES_BY_PACE;
    v->number = (int64_t)((double)left * (double)(s->now_ms - old->at_ms) /
                          (double)taken);
    return v->number < LOSS_MS;
}

static bool loss_is_near(const struct lag_scene *s, struct lag_verdict *v)
{
    const struct lag_position *p = s->position;
    int64_t left;

    v->since_ms = s->now_ms;
    if (lag_other_log(s->source, s->sink, s->i)) {
        v->cause = LAG_OTHER_TOPIC;
        return true;
    }
    if (s->log == NULL) {
        v->cause = LAG_NO_PARTITION;
        return p->known && p->next > 0;
    }
    if (v->lost > 0) {
        v->cause = LAG_GONE;
        v->number = v->lost;
        return true;
    }
    if (s->memory->short_ms > 0 &&
        s->now_ms - s->memory->short_ms >= SHORT_MS) {
        v->cause = LAG_LOG_IS_SHORT;
        return true;
    }
    if ((v->dated ? lag_age_ms(v, s->now_ms)
                  : s->now_ms - s->memory->waits_ms) < LAG_WINDOW_MS) {
        return false; /* the consumer has not had its time */
    }
    left = v->oldest_ms + s->source->retention_ms - s->now_ms;
    if (v->dated && s->source->retention_ms >= 0 && left < LOSS_MS) {
        v->cause = LAG_GOES_SOON;
        v->number = left > 0 ? left : 0;
        return true;
    }
    return goes_by_pace(s, v);
}

/* What it waited for is told as well: who starts it will meet it. */
static bool has_stopped(const struct lag_scene *s, struct lag_verdict *v)
{
    v->cause = s->position->blocked ? LAG_NO_LIFE_BLOCKED : LAG_NO_LIFE;
    v->text = s->position->blocked ? s->memory->reason : "";
    v->since_ms = s->position->seen_ms;
    v->number = s->now_ms - v->since_ms;
    return lag_is_dead(s);
}

/* One batch may hold the records of a single partition, so that the others of a
 * slow consumer have to wait for their turn. */
static bool is_busy_elsewhere(const struct lag_scene *s)
{
    const struct lag_judge *judge = s->judge;

    if (s->now_ms - judge->busy_ms >= LAG_WINDOW_MS) {
        return false;
    }
    for (int i = 0; i < s->sink->count && i < judge->count; i++) {
        if (s->now_ms - judge->items[i].memory.busy_ms < LAG_WINDOW_MS &&
            strcmp(s->sink->items[i].owner, s->position->owner) == 0) {
            return true;
        }
    }
    return false;
}

static bool stands_still(const struct lag_scene *s, const struct lag_verdict *v)
{
    return s->alive && v->waiting &&
           s->now_ms - s->memory->still_ms >= LAG_WINDOW_MS;
}

static bool has_stalled(const struct lag_scene *s, struct lag_verdict *v)
{
    v->cause = s->position->locked    ? LAG_LOCKED
               : s->position->at_work ? LAG_AT_WORK
                                      : LAG_NO_COMMIT;
    v->since_ms = s->memory->still_ms;
    v->number = s->now_ms - v->since_ms;
    return stands_still(s, v) && !is_busy_elsewhere(s);
}

/* News; of a consumer that is dead or stuck there is worse to tell. */
static bool has_rewound(const struct lag_scene *s, struct lag_verdict *v)
{
    struct lag_verdict other = *v;

    v->cause = LAG_WENT_BACK;
    v->since_ms = s->memory->rewound_ms;
    v->number = s->now_ms - v->since_ms;
    return v->since_ms > 0 && v->number < REWOUND_MS && !lag_is_dead(s) &&
           !has_stalled(s, &other);
}

static bool was_never_committed(const struct lag_scene *s,
                                struct lag_verdict *v)
{
    v->cause = LAG_NOT_TAKEN;
    v->since_ms = s->memory->waits_ms;
    return !s->position->known && v->waiting &&
           (s->now_ms - v->since_ms >= TAKEN_MS ||
            (s->judge->once && !v->dated));
}

static bool is_lagging(const struct lag_scene *s, struct lag_verdict *v)
{
    bool still = stands_still(s, v); /* and not stalled: busy elsewhere */

    v->cause = still ? LAG_BUSY : LAG_BEHIND;
    v->number =
        v->dated ? lag_age_ms(v, s->now_ms) : s->now_ms - s->memory->waits_ms;
    v->since_ms = s->now_ms;
    return v->waiting && (v->dated || still) && v->number >= LATE_MS;
}

static bool is_well(const struct lag_scene *s, struct lag_verdict *v)
{
    bool unread = v->waiting && !v->dated && s->log->unread[0] != '\0';

    v->cause = !v->waiting ? LAG_CAUGHT_UP
               : unread    ? LAG_UNREAD
               : v->dated  ? LAG_FLOWING
                           : LAG_UNDATED;
    v->text = unread ? s->log->unread : "";
    v->since_ms = s->now_ms;
    return true;
}

lag_rule *const LAG_RULES[LAG_STATUS_COUNT] = {
    [LAG_OK] = is_well,
    [LAG_LAGGING] = is_lagging,
    [LAG_NEVER_COMMITTED] = was_never_committed,
    [LAG_STALLED] = has_stalled,
    [LAG_STOPPED] = has_stopped,
    [LAG_REWOUND] = has_rewound,
    [LAG_LOSS_RISK] = loss_is_near,
    [LAG_BLOCKED] = is_blocked,
    [LAG_SINK_DOWN] = sink_is_down,
    [LAG_SOURCE_DOWN] = source_is_down,
};
