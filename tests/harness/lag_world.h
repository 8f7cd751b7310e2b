/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A topic, its consumer and the monitor, simulated: seconds pass at once.
 */
#ifndef MAHALLE_LAG_WORLD_H
#define MAHALLE_LAG_WORLD_H

#include "lag_judge.h"

enum { SECOND = 1000, MINUTE = 60000, HOUR = 3600000, PARTS = 3 };

/** A topic, a consumer and a monitor that looks every second. */
struct lag_world {
    int64_t now, start; /**< ms since 1970 */
    struct lag_source source;
    struct lag_sink sink;
    struct lag_judge judge;
    bool alive;             /**< the consumer gives signs of life */
    bool applying;          /**< and commits what waits, a look later */
    bool kafka, postgresql; /**< answer */
    int64_t marked;         /**< last sign of life */
};

/** @param running a consumer has claimed all partitions */
void lag_world_begin(struct lag_world *w, bool running);
void lag_world_end(struct lag_world *w);
/** A record of this moment at the end of a partition. */
void lag_world_append(struct lag_world *w, int i);
/** Judge as of now; whatever comes out has to hang together. */
void lag_world_judge(struct lag_world *w);
/** What a second brings: the consumer's part, then a look. */
void lag_world_second(struct lag_world *w);
/** Seconds until the group has this status; at most an hour. */
int64_t lag_world_until(struct lag_world *w, enum lag_status status);
/** Let time pass; the group has no other status than this. */
void lag_world_pass(struct lag_world *w, int64_t ms, enum lag_status only);
/** Somebody sets the monitor's clock, forward or back. */
void lag_world_turn(struct lag_world *w, int64_t by_ms);
const struct lag_verdict *lag_world_of(const struct lag_world *w, int i);

#endif
