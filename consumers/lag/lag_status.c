/* SPDX-License-Identifier: Apache-2.0 */
/* The status as JSON, and as lines for a terminal. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lag_faces.h"
#include "text.h"

enum { TIME_BYTES = 32, REASON_BYTES = 4096 };

/* "2026-11-24T11:00:00.000Z" */
static void format_time(char text[TIME_BYTES], int64_t ms)
{
    time_t at = (time_t)(ms / 1000);
    struct tm utc;

    text[0] = '\0';
    if (gmtime_r(&at, &utc) != NULL &&
        strftime(text, TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &utc) > 0) {
        size_t len = strlen(text);

        (void)snprintf(text + len, TIME_BYTES - len, ".%03dZ",
                       (int)(ms % 1000));
    }
}

/* -------------------------------------------------------------------- JSON */

static void put_string(struct mh_buf *out, const char *text)
{
    bool utf8 = mh_text_is_utf8(text, strlen(text));

    mh_buf_byte(out, '"');
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\') {
            mh_buf_byte(out, '\\');
            mh_buf_byte(out, byte);
        } else if (byte < 0x20) {
            mh_buf_format(out, "\\u%04x", byte);
        } else {
            mh_buf_byte(out, utf8 || byte < 0x80 ? byte : '?');
        }
    }
    mh_buf_byte(out, '"');
}

static void put_text(struct mh_buf *out, const char *name, const char *text)
{
    mh_buf_format(out, ",\"%s\":", name);
    put_string(out, text);
}

static void put_time(struct mh_buf *out, const char *name, int64_t ms)
{
    char text[TIME_BYTES];

    format_time(text, ms);
    put_text(out, name, text);
}

static void put_verdict(struct mh_buf *out, const struct lag_verdict *verdict,
                        struct mh_buf *reason, int64_t now_ms)
{
    put_text(out, "status", lag_status_name(verdict->status));
    put_text(out, "reason", mh_buf_string(reason));
    put_time(out, "since", verdict->since_ms);
    if (verdict->measured) {
        mh_buf_format(out,
                      ",\"lag_records\":%" PRId64 ",\"lost_records\":%" PRId64,
                      verdict->records, verdict->lost);
    } else {
        mh_buf_text(out, ",\"lag_records\":null,\"lost_records\":null");
    }
    if (lag_age_is_known(verdict)) {
        mh_buf_format(out, ",\"lag_seconds\":%.3f",
                      (double)lag_age_ms(verdict, now_ms) / 1000);
    } else {
        mh_buf_text(out, ",\"lag_seconds\":null");
    }
}

/* How many partitions have each status that one has. */
static void put_counts(struct mh_buf *out, const struct lag_judge *judge)
{
    const char *before = "";

    mh_buf_text(out, ",\"statuses\":{");
    for (int status = 0; status < LAG_STATUS_COUNT; status++) {
        if (judge->counts[status] > 0) {
            mh_buf_format(out, "%s\"%s\":%d", before,
                          lag_status_name((enum lag_status)status),
                          judge->counts[status]);
            before = ",";
        }
    }
    mh_buf_byte(out, '}');
}

/* Whether the ends of its log are known. */
static bool is_seen(const struct lag_view *view, int i)
{
    return i < view->source.count && view->source.items[i].reach.good_ms > 0;
}

static void put_partition(struct mh_buf *out, const struct lag_view *view,
                          int i, int64_t now_ms)
{
    const struct lag_verdict *verdict = &view->judge.items[i].verdict;
    const struct lag_position *position = lag_position_at(&view->sink, i);
    struct mh_buf reason;

    mh_buf_init(&reason, REASON_BYTES);
    lag_put_reason(&reason, PAGE_EN, verdict);
    mh_buf_text(out, "{\"topic\":");
    put_string(out, view->topic);
    mh_buf_format(out, ",\"partition\":%d", i);
    put_verdict(out, verdict, &reason, now_ms);
    mh_buf_format(out, ",\"next_offset\":%" PRId64, position->next);
    if (is_seen(view, i)) {
        mh_buf_format(out,
                      ",\"begin_offset\":%" PRId64 ",\"end_offset\":%" PRId64,
                      view->source.items[i].begin, view->source.items[i].end);
    } else {
        mh_buf_text(out, ",\"begin_offset\":null,\"end_offset\":null");
    }
    put_text(out, "owner", position->owner);
    mh_buf_byte(out, '}');
    mh_buf_fini(&reason);
}

void lag_write_json(struct mh_buf *out, const struct lag_view *view,
                    int64_t now_ms)
{
    struct mh_buf reason;

    mh_buf_init(&reason, REASON_BYTES);
    lag_put_group_reason(&reason, PAGE_EN, &view->judge);
    mh_buf_text(out, "{\"group\":");
    put_string(out, view->group);
    put_verdict(out, &view->judge.group, &reason, now_ms);
    put_time(out, "looked_at", view->at_ms);
    mh_buf_format(out, ",\"old\":%s",
                  lag_view_is_old(view, now_ms) ? "true" : "false");
    put_counts(out, &view->judge);
    mh_buf_format(out, ",\"positions_old\":%s",
                  lag_is_away(&view->sink.reach, now_ms) ? "true" : "false");
    mh_buf_format(out, ",\"retention_known\":%s",
                  view->source.retention_known ? "true" : "false");
    if (view->source.retention_ms >= 0) {
        mh_buf_format(out, ",\"retention_seconds\":%" PRId64,
                      view->source.retention_ms / 1000);
    } else {
        mh_buf_text(out, ",\"retention_seconds\":null");
    }
    mh_buf_text(out, ",\"partitions\":[");
    for (int i = 0; i < view->judge.count; i++) {
        if (i > 0) {
            mh_buf_byte(out, ',');
        }
        put_partition(out, view, i, now_ms);
    }
    mh_buf_text(out, "]}\n");
    mh_buf_fini(&reason);
}

/* ------------------------------------------------------------------- table */

static const char *duration(struct mh_buf *buf, int64_t ms)
{
    mh_buf_reset(buf);
    lag_put_duration(buf, PAGE_EN, ms);
    return mh_buf_string(buf);
}

static const char *age(struct mh_buf *buf, const struct lag_verdict *verdict,
                       int64_t now_ms)
{
    return lag_age_is_known(verdict)
               ? duration(buf, lag_age_ms(verdict, now_ms))
               : "?";
}

static void put_row(struct mh_buf *out, const struct lag_view *view, int i,
                    int64_t now_ms)
{
    const struct lag_verdict *verdict = &view->judge.items[i].verdict;
    const struct lag_position *position = lag_position_at(&view->sink, i);
    struct mh_buf text;

    mh_buf_init(&text, REASON_BYTES);
    mh_buf_format(out, "%4d  %-15s", i, lag_status_name(verdict->status));
    if (verdict->measured) {
        mh_buf_format(out, " %9" PRId64, verdict->records);
    } else {
        mh_buf_format(out, " %9s", "?");
    }
    mh_buf_format(out, " %11s", age(&text, verdict, now_ms));
    mh_buf_format(out, " %12" PRId64, position->next);
    if (is_seen(view, i)) {
        mh_buf_format(out, " %12" PRId64, view->source.items[i].end);
    } else {
        mh_buf_format(out, " %12s", "-");
    }
    mh_buf_format(out, "  %s\n",
                  position->owner[0] == '\0' ? "-" : position->owner);
    if ((verdict->status > LAG_LAGGING || verdict->cause == LAG_UNREAD) &&
        (verdict->status < LAG_SINK_DOWN || view->judge.worst >= 0)) {
        mh_buf_text(out, "        ");
        lag_put_reason(out, PAGE_EN, verdict);
        mh_buf_byte(out, '\n');
    }
    mh_buf_fini(&text);
}

void lag_write_table(struct mh_buf *out, const struct lag_view *view,
                     int64_t now_ms)
{
    const struct lag_verdict *group = &view->judge.group;
    char since[TIME_BYTES];
    struct mh_buf text;

    mh_buf_init(&text, REASON_BYTES);
    format_time(since, group->since_ms);
    mh_buf_format(out, "%s  since %s\n", lag_status_name(group->status), since);
    lag_put_group_reason(out, PAGE_EN, &view->judge);
    mh_buf_format(out, "\ngroup %.200s, topic %.200s", view->group,
                  view->topic);
    if (group->measured) {
        mh_buf_format(out, ": %" PRId64 " records wait, the oldest for %s",
                      group->records, age(&text, group, now_ms));
    }
    mh_buf_text(out, "\n\npart  status            records     oldest"
                     "         next          end  owner\n");
    for (int i = 0; i < view->judge.count; i++) {
        put_row(out, view, i, now_ms);
    }
    mh_buf_fini(&text);
}
