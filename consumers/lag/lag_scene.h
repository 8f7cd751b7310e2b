/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One partition while it is judged; shared by the three files of the judge:
 * lag_memory.c (what is so, what was), lag_rules.c (what that means),
 * lag_judge.c (all of them).
 */
#ifndef MAHALLE_LAG_SCENE_H
#define MAHALLE_LAG_SCENE_H

#include "lag_judge.h"

enum {
    LAG_WINDOW_MS = 30000 /* without life, without a commit */
};

/** A partition and all that rules may look at; everything is lent. */
struct lag_scene {
    const struct lag_judge *judge;
    const struct lag_source *source;
    const struct lag_sink *sink;
    int64_t now_ms;
    int i;
    const struct lag_log *log; /**< NULL: Kafka has no such partition */
    const struct lag_position *position;
    struct lag_memory *memory;
    bool alive; /**< its owner gives signs of life */
};

/** Whether its owner is given up: no sign of life, and it has had its time
 *  since both servers are there. Without Kafka it soon has no partition to give
 *  signs of life about. */
bool lag_is_dead(const struct lag_scene *scene);
/** When the later of the two servers came back; 0 none was away. */
int64_t lag_back_ms(const struct lag_judge *judge);

/** When a server answers again after it was away.
 *  @param last_ms in, out: last answer; @param back_ms out */
void lag_note_return(int64_t *last_ms, int64_t *back_ms,
                     const struct lag_reach *reach);

/** Fill in how far behind it is. */
void lag_measure(const struct lag_scene *scene, struct lag_verdict *verdict);
/** Bring the memory up to this look; once a look, after lag_measure. */
void lag_remember(const struct lag_scene *scene,
                  const struct lag_verdict *verdict);

/** Whether a rule holds; it tells the cause, its number and text, and from
 *  when on it holds. The index is the status. */
typedef bool lag_rule(const struct lag_scene *scene,
                      struct lag_verdict *verdict);
extern lag_rule *const LAG_RULES[LAG_STATUS_COUNT];

#endif
