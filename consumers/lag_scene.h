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
    LAG_WINDOW_MS = 30000, /* without life, without a commit */
    LAG_DOWN_MS = 10000    /* a server is away; a hiccup takes less */
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
