/* SPDX-License-Identifier: Apache-2.0 */
/* Rules are tried from the worst status; the first one that holds is it. */
#include "lag_judge.h"

#include <stdlib.h>
#include <string.h>

#include "lag_scene.h"

static struct lag_scene scene_of(struct lag_judge *judge,
                                 const struct lag_source *source,
                                 const struct lag_sink *sink, int i,
                                 int64_t now_ms)
{
    const struct lag_position *position = lag_position_at(sink, i);

    return (struct lag_scene){
        .judge = judge,
        .source = source,
        .sink = sink,
        .now_ms = now_ms,
        .i = i,
        .log = i < source->count ? &source->items[i] : NULL,
        .position = position,
        .memory = &judge->items[i].memory,
        .alive =
            position->known &&
            (position->at_work || now_ms - position->seen_ms < LAG_WINDOW_MS)};
}

static void remember_partition(struct lag_judge *judge,
                               const struct lag_scene *scene)
{
    struct lag_verdict base = {.text = "", .status = LAG_OK};

    lag_measure(scene, &base);
    if (base.measured) {
        lag_remember(scene, &base);
    }
    if (scene->memory->busy_ms > judge->busy_ms) {
        judge->busy_ms = scene->memory->busy_ms;
    }
}

static void judge_partition(struct lag_judged *item,
                            const struct lag_scene *scene)
{
    struct lag_verdict base = {.text = "", .status = LAG_OK};
    struct lag_verdict found = base;
    int64_t now_ms = scene->now_ms;
    int status = LAG_STATUS_COUNT;

    lag_measure(scene, &base);
    do { /* LAG_OK always holds */
        found = base;
        status--;
    } while (!LAG_RULES[status](scene, &found));
    found.status = (enum lag_status)status;
    if (found.since_ms > now_ms) {
        found.since_ms = now_ms;
    }
    if (item->verdict.since_ms > 0 && item->verdict.status == found.status) {
        found.since_ms = item->verdict.since_ms;
    }
    item->verdict = found;
}

static void add_part(struct lag_verdict *group, const struct lag_verdict *part)
{
    group->measured = group->measured && part->measured;
    group->waiting = group->waiting || part->waiting;
    group->dated = group->dated && (!part->waiting || part->dated);
    group->records += part->records;
    group->lost += part->lost;
    if (part->waiting && part->dated && part->oldest_ms < group->oldest_ms) {
        group->oldest_ms = part->oldest_ms;
    }
}

/* Sums, and the worst; without partitions the servers alone are judged. */
static void judge_group(struct lag_judge *judge,
                        const struct lag_source *source,
                        const struct lag_sink *sink, int64_t now_ms)
{
    const struct lag_verdict before = judge->group;
    const struct lag_scene scene = {
        .judge = judge, .source = source, .sink = sink, .now_ms = now_ms};
    struct lag_verdict group = {.text = "",
                                .cause = LAG_CAUGHT_UP,
                                .measured = source->reach.good_ms > 0 &&
                                            sink->reach.good_ms > 0,
                                .dated = true,
                                .oldest_ms = now_ms};
    bool down = true;

    judge->worst = -1;
    judge->worst_count = 0;
    memset(judge->counts, 0, sizeof judge->counts);
    if (LAG_RULES[LAG_SOURCE_DOWN](&scene, &group)) {
        group.status = LAG_SOURCE_DOWN;
    } else if (LAG_RULES[LAG_SINK_DOWN](&scene, &group)) {
        group.status = LAG_SINK_DOWN;
    } else {
        group.cause = LAG_CAUGHT_UP;
        group.since_ms = now_ms;
        down = false;
    }
    for (int i = 0; i < judge->count; i++) {
        const struct lag_verdict *v = &judge->items[i].verdict;

        add_part(&group, v);
        judge->counts[v->status]++;
        if (down) {
            continue;
        }
        if (judge->worst < 0 || v->status > group.status) {
            judge->worst = i;
            judge->worst_count = 0;
            group.status = v->status;
            group.cause = v->cause;
            group.number = v->number;
            group.text = v->text;
            group.since_ms = v->since_ms;
        }
        judge->worst_count += v->status == group.status;
        if (v->status == group.status && v->since_ms < group.since_ms) {
            group.since_ms = v->since_ms;
        }
    }
    if (group.status == LAG_OK) {
        group.cause = !group.waiting ? LAG_CAUGHT_UP
                      : group.dated  ? LAG_FLOWING
                                     : LAG_UNDATED;
        group.since_ms = now_ms;
    }
    if (before.since_ms > 0 && before.status == group.status) {
        group.since_ms = before.since_ms;
    }
    judge->group = group;
}

static enum mh_code resize(struct lag_judge *judge, int count,
                           struct mh_err *err)
{
    struct lag_judged *items;

    if (count <= judge->count) {
        judge->count = count;
        return MH_OK;
    }
    items = realloc(judge->items, (size_t)count * sizeof *items);
    if (items == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for %d partitions", count);
    }
    memset(items + judge->count, 0,
           (size_t)(count - judge->count) * sizeof *items);
    judge->items = items;
    judge->count = count;
    return MH_OK;
}

enum mh_code lag_judge_look(struct lag_judge *judge,
                            const struct lag_source *source,
                            const struct lag_sink *sink, int64_t now_ms,
                            struct mh_err *err)
{
    int count = source->count > sink->count ? source->count : sink->count;
    enum mh_code code = resize(judge, count, err);

    if (code != MH_OK) {
        return code;
    }
    lag_note_return(&judge->sink_good_ms, &judge->sink_back_ms, &sink->reach);
    lag_note_return(&judge->source_good_ms, &judge->source_back_ms,
                    &source->reach);
    judge->busy_ms = 0;
    for (int i = 0; i < count; i++) {
        struct lag_scene scene = scene_of(judge, source, sink, i, now_ms);

        remember_partition(judge, &scene);
    }
    for (int i = 0; i < count; i++) { /* each may look at all */
        struct lag_scene scene = scene_of(judge, source, sink, i, now_ms);

        judge_partition(&judge->items[i], &scene);
    }
    judge_group(judge, source, sink, now_ms);
    return MH_OK;
}

bool lag_age_is_known(const struct lag_verdict *verdict)
{
    return verdict->measured && (verdict->dated || !verdict->waiting);
}

int64_t lag_age_ms(const struct lag_verdict *verdict, int64_t now_ms)
{
    return verdict->waiting && verdict->dated && now_ms > verdict->oldest_ms
               ? now_ms - verdict->oldest_ms
               : 0;
}

void lag_judge_fini(struct lag_judge *judge)
{
    free(judge->items);
    *judge = (struct lag_judge){.count = 0};
}

const char *lag_status_name(enum lag_status status)
{
    static const char *const NAMES[] = {
#define X(name, fa, en) #name,
        LAG_STATUSES(X)
#undef X
    };

    return NAMES[status];
}
