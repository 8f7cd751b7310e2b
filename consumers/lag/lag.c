/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays by partition, and what follows from both sides at once. */
#include "lag.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum mh_code too_many(int count, struct mh_err *err)
{
    return mh_fail(err, MH_MEMORY, "no memory for %d partitions", count);
}

enum mh_code lag_source_resize(struct lag_source *source, int count,
                               struct mh_err *err)
{
    struct lag_log *items;

    if (count == source->count) {
        return MH_OK;
    }
    items = count > LAG_PARTITIONS_MAX
                ? NULL
                : realloc(source->items, ((size_t)count + 1) * sizeof *items);
    if (items == NULL) {
        return too_many(count, err);
    }
    for (int i = source->count; i < count; i++) {
        items[i] = (struct lag_log){
            .first = -1, .read_from = -1, .empty_to = -1, .failed_at = -1};
    }
    source->items = items;
    source->count = count;
    return MH_OK;
}

enum mh_code lag_sink_resize(struct lag_sink *sink, int count,
                             struct mh_err *err)
{
    struct lag_position *items;

    if (count == sink->count) {
        return MH_OK;
    }
    items = count > LAG_PARTITIONS_MAX
                ? NULL
                : realloc(sink->items, ((size_t)count + 1) * sizeof *items);
    if (items == NULL) {
        return too_many(count, err);
    }
    if (count > sink->count) {
        memset(items + sink->count, 0,
               (size_t)(count - sink->count) * sizeof *items);
    }
    sink->items = items;
    sink->count = count;
    return MH_OK;
}

enum mh_code lag_source_copy(struct lag_source *to,
                             const struct lag_source *from, struct mh_err *err)
{
    enum mh_code code = lag_source_resize(to, from->count, err);

    if (code == MH_OK) {
        struct lag_log *items = to->items;

        *to = *from;
        to->items = items;
        if (to->count > 0) {
            memcpy(items, from->items, (size_t)to->count * sizeof *items);
        }
    }
    return code;
}

enum mh_code lag_sink_copy(struct lag_sink *to, const struct lag_sink *from,
                           struct mh_err *err)
{
    enum mh_code code = lag_sink_resize(to, from->count, err);

    if (code == MH_OK) {
        struct lag_position *items = to->items;

        *to = *from;
        to->items = items;
        if (to->count > 0) {
            memcpy(items, from->items, (size_t)to->count * sizeof *items);
        }
    }
    return code;
}

void lag_source_fini(struct lag_source *source)
{
    free(source->items);
    *source = (struct lag_source){.retention_ms = -1};
}

void lag_sink_fini(struct lag_sink *sink)
{
    free(sink->items);
    *sink = (struct lag_sink){.count = 0};
}

void lag_turn(int64_t *at_ms, int64_t by_ms)
{
    if (*at_ms > 0) {
        *at_ms = *at_ms + by_ms > 0 ? *at_ms + by_ms : 1;
    }
}

void lag_source_turn(struct lag_source *source, int64_t by_ms)
{
    lag_turn(&source->reach.good_ms, by_ms);
    for (int i = 0; i < source->count; i++) {
        lag_turn(&source->items[i].reach.good_ms, by_ms);
        lag_turn(&source->items[i].since_ms, by_ms);
    }
}

void lag_sink_turn(struct lag_sink *sink, int64_t by_ms)
{
    lag_turn(&sink->reach.good_ms, by_ms);
    for (int i = 0; i < sink->count; i++) {
        lag_turn(&sink->items[i].seen_ms, by_ms);
        lag_turn(&sink->items[i].committed_ms, by_ms);
        lag_turn(&sink->items[i].since_ms, by_ms);
        lag_turn(&sink->items[i].rewound_ms, by_ms);
    }
}

void lag_reach_note(struct lag_reach *reach, int64_t now_ms, enum mh_code code,
                    const struct mh_err *err)
{
    reach->code = code;
    if (code == MH_OK) {
        reach->good_ms = now_ms;
        reach->text[0] = '\0';
    } else {
        (void)snprintf(reach->text, sizeof reach->text, "%.*s",
                       LAG_TEXT_BYTES - 1, err->text);
    }
}

bool lag_is_away(const struct lag_reach *reach, int64_t now_ms)
{
    return reach->good_ms == 0 || now_ms - reach->good_ms >= LAG_DOWN_MS;
}

const struct lag_position *lag_position_at(const struct lag_sink *sink, int i)
{
    static const struct lag_position NONE = {.known = false};

    return i < sink->count ? &sink->items[i] : &NONE;
}

bool lag_first_is_known(const struct lag_log *log, int64_t from)
{
    return log->first >= from && log->read_from >= 0 && log->read_from <= from;
}

bool lag_first_is_missing(const struct lag_log *log, int64_t from)
{
    return from < log->end && !lag_first_is_known(log, from) &&
           !(log->first < 0 && log->read_from >= 0 && log->read_from <= from &&
             log->empty_to >= log->end);
}

bool lag_is_unfinished(const struct lag_source *source,
                       const struct lag_sink *sink)
{
    for (int i = 0; i < source->count; i++) {
        const struct lag_log *log = &source->items[i];

        if (log->unread[0] == '\0' && log->reach.code == MH_OK &&
            log->reach.good_ms > 0 &&
            lag_first_is_missing(log, lag_from(source, sink, i))) {
            return true;
        }
    }
    return false;
}

bool lag_other_log(const struct lag_source *source, const struct lag_sink *sink,
                   int i)
{
    const struct lag_position *position = lag_position_at(sink, i);

    return position->known && position->topic_id[0] != '\0' &&
           source->topic_id[0] != '\0' &&
           strcmp(position->topic_id, source->topic_id) != 0;
}

int64_t lag_from(const struct lag_source *source, const struct lag_sink *sink,
                 int i)
{
    const struct lag_position *position = lag_position_at(sink, i);
    int64_t begin = source->items[i].begin;

    return position->known && position->next > begin &&
                   !lag_other_log(source, sink, i)
               ? position->next
               : begin;
}
