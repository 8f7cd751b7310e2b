/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status page, for a screen on a wall: one word that is read from afar,
 * why and since when, then every partition. What a colour says, a sign and a
 * word say as well. It fetches nothing but itself; without scripts it is
 * loaded anew every few seconds.
 */
#include <stdio.h>

#include "calendar.h"
#include "lag_faces.h"
#include "lag_page_style.h"

enum { ROWS_MAX = 64, REASON_BYTES = 4096, DAY_S = 86400 };

/* X(name, Persian, English) */
#define WORDS(X)                                                                                    \
    X(TITLE, "وضعیت دریافت رویدادها", "Intake of events")                                           \
    X(OTHER_LANG, "English", "فارسی")                                                               \
    X(SINCE, "از", "since")                                                                         \
    X(WAITING, "پیام در انتظار", "records wait")                                                    \
    X(OLDEST, "انتظار قدیمی‌ترین پیام",                                        \
      "wait of the oldest record")                                                                  \
    X(INSTANCES, "مصرف‌کننده زنده", "consumers live")                                \
    X(NOTHING_WAITS, "هیچ", "none")                                                                 \
    X(PARTITIONS, "بخش‌ها", "Partitions")                                                    \
    X(PARTITION, "بخش", "Part")                                                                     \
    X(STATUS, "وضعیت", "Status")                                                                    \
    X(REASON, "توضیح", "Why")                                                                       \
    X(RECORDS, "در انتظار", "Waiting")                                                              \
    X(AGE, "قدیمی‌ترین", "Oldest")                                                       \
    X(NEXT, "شماره بعدی", "Next offset")                                                            \
    X(END, "پایان ثبت", "End of log")                                                               \
    X(WELL, "بخش دیگر هم هست که به‌روز است",                                \
      "more partitions are up to date")                                                             \
    X(BAD, "بخش دیگر هم هست که به‌روز نیست",                               \
      "more partitions are not up to date")                                                         \
    X(LOOKED, "آخرین نگاه", "Last look")                                                            \
    X(TEHRAN, "به وقت تهران", "Tehran time")                                                        \
    X(LOST,                                                                                         \
      "پایشگر پاسخ نمی‌دهد؛ آنچه می‌بینید تازه نیست",       \
      "The monitor does not answer; what you see is old")                                           \
    X(OLD,                                                                                          \
      "آنچه می‌بینید تازه نیست؛ از آخرین نگاه گذشته است:", \
      "What you see is old; since the last look it has been")

enum word {
#define X(name, fa, en) WORD_##name,
    WORDS(X)
#undef X
};

static const char *say(enum page_lang lang, enum word word)
{
    static const char *const TEXTS[][2] = {
#define X(name, fa, en) {fa, en},
        WORDS(X)
#undef X
    };

    return TEXTS[word][lang];
}

/* How bad it is: the class, and the sign that says the same. */
static const struct {
    const char *name, *sign;
} GRADES[] = {{"good", "✓"}, {"late", "▲"}, {"bad", "✕"}};

static int grade(enum lag_status status)
{
    return status == LAG_OK ? 0 : status == LAG_LAGGING ? 1 : 2;
}

/* "12:57:03" of the day in Tehran, and the day when it is another one. */
static void put_time(struct mh_buf *out, enum page_lang lang, int64_t ms,
                     int64_t now_ms)
{
    int64_t in_day_s = (ms / 1000 + mh_tehran_offset_s(ms)) % DAY_S;
    int64_t day = mh_tehran_day(ms);
    char text[16];

    if (day != mh_tehran_day(now_ms)) {
        page_day(out, lang, (int32_t)day);
        mh_buf_byte(out, ' ');
    }
    (void)snprintf(text, sizeof text, "%02d:%02d:%02d", (int)(in_day_s / 3600),
                   (int)(in_day_s / 60 % 60), (int)(in_day_s % 60));
    page_digits(out, lang, text);
}

static void put_unknown(struct mh_buf *out, enum page_lang lang)
{
    mh_buf_text(out, lang == PAGE_FA ? "؟" : "?");
}

/* @param count -1: unknown */
static void put_fact(struct mh_buf *out, enum page_lang lang, enum word label,
                     int64_t count, bool is_age)
{
    mh_buf_text(out, "<li><strong>");
    if (count < 0) {
        put_unknown(out, lang);
    } else if (is_age && count < 1000) {
        mh_buf_text(out, say(lang, WORD_NOTHING_WAITS));
    } else if (is_age) {
        lag_put_duration(out, lang, count);
    } else {
        page_count(out, lang, count);
    }
    mh_buf_format(out, "</strong> <span>%s</span></li>\n", say(lang, label));
}

static void put_top(struct mh_buf *out, const struct lag_view *view,
                    enum page_lang lang, int64_t now_ms)
{
    const struct lag_verdict *group = &view->judge.group;
    struct mh_buf reason;

    mh_buf_init(&reason, REASON_BYTES);
    lag_put_group_reason(&reason, lang, &view->judge);
    mh_buf_format(out,
                  "<section class=\"banner %s\" data-status=\"%s\">\n"
                  "<p class=\"sign\" aria-hidden=\"true\">%s</p>\n<div>\n"
                  "<h2>%s</h2>\n<p>",
                  GRADES[grade(group->status)].name,
                  lag_status_name(group->status),
                  GRADES[grade(group->status)].sign,
                  lag_status_label(lang, group->status));
    page_escape(out, mh_buf_string(&reason));
    mh_buf_format(out, "</p>\n<p class=\"since\">%s ", say(lang, WORD_SINCE));
    put_time(out, lang, group->since_ms, now_ms);
    mh_buf_text(out, "</p>\n</div>\n</section>\n");
    mh_buf_fini(&reason);
}

static void put_facts(struct mh_buf *out, const struct lag_view *view,
                      enum page_lang lang, int64_t now_ms)
{
    const struct lag_verdict *group = &view->judge.group;

    if (group->measured) {
        mh_buf_text(out, "<ul class=\"facts\">\n");
        put_fact(out, lang, WORD_WAITING, group->records, false);
        put_fact(out, lang, WORD_OLDEST,
                 lag_age_is_known(group) ? lag_age_ms(group, now_ms) : -1,
                 true);
        put_fact(out, lang, WORD_INSTANCES,
                 lag_instances(&view->sink, &view->judge), false);
        mh_buf_text(out, "</ul>\n");
    }
}

static void put_row(struct mh_buf *out, const struct lag_view *view, int i,
                    enum page_lang lang, int64_t now_ms)
{
    const struct lag_verdict *v = &view->judge.items[i].verdict;
    int how = grade(v->status);
    struct mh_buf reason;

    mh_buf_init(&reason, REASON_BYTES);
    lag_put_reason(&reason, lang, v);
    mh_buf_text(out, "<tr><th scope=\"row\">");
    page_count(out, lang, i);
    mh_buf_format(out,
                  "</th><td class=\"%s\"><b aria-hidden=\"true\">%s</b> "
                  "%s</td><td class=\"n\">",
                  GRADES[how].name, GRADES[how].sign,
                  lag_status_label(lang, v->status));
    if (v->measured) {
        page_count(out, lang, v->records);
    } else {
        put_unknown(out, lang);
    }
    mh_buf_text(out, "</td><td class=\"n\">");
    if (!lag_age_is_known(v)) {
        put_unknown(out, lang);
    } else if (v->waiting) {
        lag_put_duration(out, lang, lag_age_ms(v, now_ms));
    } else {
        mh_buf_text(out, "–");
    }
    mh_buf_text(out, "</td><td class=\"n wide\">");
    if (view->sink.reach.good_ms > 0) {
        page_count(out, lang, lag_position_at(&view->sink, i)->next);
    } else {
        put_unknown(out, lang);
    }
    mh_buf_text(out, "</td><td class=\"n wide\">");
    if (i < view->source.count && view->source.items[i].reach.good_ms > 0) {
        page_count(out, lang, view->source.items[i].end);
    } else {
        put_unknown(out, lang);
    }
    mh_buf_text(out, "</td><td class=\"why\">");
    if (v->status != LAG_OK || v->cause == LAG_UNREAD) {
        page_escape(out, mh_buf_string(&reason));
    }
    mh_buf_text(out, "</td></tr>\n");
    mh_buf_fini(&reason);
}

static void put_more(struct mh_buf *out, enum page_lang lang, int count,
                     enum word word, const char *how)
{
    if (count > 0) {
        mh_buf_format(out, "<tr><td colspan=\"7\" class=\"%s\">", how);
        page_count(out, lang, count);
        mh_buf_format(out, " %s</td></tr>\n", say(lang, word));
    }
}

/* All of a few; of many, those that are not well, as far as there is room. */
static void put_rows(struct mh_buf *out, const struct lag_view *view,
                     enum page_lang lang, int64_t now_ms)
{
    int shown = 0;
    int left[2] = {0, 0}; /* not well, well */

    for (int i = 0; i < view->judge.count; i++) {
        bool well = view->judge.items[i].verdict.status == LAG_OK;

        if (shown < ROWS_MAX && (!well || view->judge.count <= ROWS_MAX)) {
            put_row(out, view, i, lang, now_ms);
            shown++;
        } else {
            left[well]++;
        }
    }
    put_more(out, lang, left[0], WORD_BAD, GRADES[2].name);
    put_more(out, lang, left[1], WORD_WELL, GRADES[0].name);
}

static void put_table(struct mh_buf *out, const struct lag_view *view,
                      enum page_lang lang, int64_t now_ms)
{
    mh_buf_format(out,
                  "<h2>%s</h2>\n<table>\n<thead><tr><th scope=\"col\">%s</th>"
                  "<th scope=\"col\">%s</th>",
                  say(lang, WORD_PARTITIONS), say(lang, WORD_PARTITION),
                  say(lang, WORD_STATUS));
    mh_buf_format(out,
                  "<th scope=\"col\" class=\"n\">%s</th>"
                  "<th scope=\"col\" class=\"n\">%s</th>"
                  "<th scope=\"col\" class=\"n wide\">%s</th>"
                  "<th scope=\"col\" class=\"n wide\">%s</th>"
                  "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n",
                  say(lang, WORD_RECORDS), say(lang, WORD_AGE),
                  say(lang, WORD_NEXT), say(lang, WORD_END),
                  say(lang, WORD_REASON));
    put_rows(out, view, lang, now_ms);
    mh_buf_text(out, "</tbody>\n</table>\n");
}

static void put_head(struct mh_buf *out, const struct lag_view *view,
                     enum page_lang lang)
{
    enum lag_status status = view->judge.group.status;

    mh_buf_format(out,
                  "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<head>\n"
                  "<meta charset=\"utf-8\"/>\n<meta name=\"viewport\" "
                  "content=\"width=device-width, initial-scale=1\"/>\n"
                  "<noscript><meta http-equiv=\"refresh\" content=\"5\"/>"
                  "</noscript>\n<title>%s %s</title>\n",
                  lang == PAGE_FA ? "fa" : "en",
                  lang == PAGE_FA ? "rtl" : "ltr", GRADES[grade(status)].sign,
                  lag_status_label(lang, status));
    lag_page_style(out, lang);
    mh_buf_format(out,
                  "<script src=\"/page.js\" defer=\"defer\"></script>\n"
                  "</head>\n<body>\n<p class=\"lost\" role=\"alert\" "
                  "hidden=\"hidden\">%s</p>\n<main>\n",
                  say(lang, WORD_LOST));
}

void lag_write_page(struct mh_buf *out, const struct lag_view *view,
                    enum page_lang lang, int64_t now_ms)
{
    put_head(out, view, lang);
    mh_buf_format(out,
                  "<header><h1>%s</h1><a href=\"/?lang=%s\" lang=\"%s\">"
                  "%s</a></header>\n",
                  say(lang, WORD_TITLE), lang == PAGE_FA ? "en" : "fa",
                  lang == PAGE_FA ? "en" : "fa", say(lang, WORD_OTHER_LANG));
    if (lag_view_is_old(view, now_ms)) {
        mh_buf_format(out, "<p class=\"old\" role=\"alert\">%s ",
                      say(lang, WORD_OLD));
        lag_put_duration(out, lang, now_ms - view->at_ms);
        mh_buf_text(out, "</p>\n");
    }
    put_top(out, view, lang, now_ms);
    put_facts(out, view, lang, now_ms);
    put_table(out, view, lang, now_ms);
    mh_buf_format(out, "<footer>%s: ", say(lang, WORD_LOOKED));
    put_time(out, lang, view->at_ms, now_ms);
    mh_buf_format(out, " %s · <bdi>", say(lang, WORD_TEHRAN));
    page_escape(out, view->group);
    mh_buf_text(out, "</bdi> · <bdi>");
    page_escape(out, view->topic);
    mh_buf_text(out, "</bdi></footer>\n</main>\n</body>\n</html>\n");
}
