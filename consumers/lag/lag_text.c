/* SPDX-License-Identifier: Apache-2.0 */
/* Durations and reasons in both languages. */
#include <string.h>

#include "lag_faces.h"

void lag_put_duration(struct mh_buf *out, enum page_lang lang, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *names[2];
    } UNITS[] = {
        {INT64_C(86400000), {" روز", " d"}},
        {3600000, {" ساعت", " h"}},
        {60000, {" دقیقه", " min"}},
        {1000, {" ثانیه", " s"}},
    };
    enum { COUNT = sizeof UNITS / sizeof UNITS[0] };
    int i = 0;

    ms = ms < 0 ? 0 : ms;
    while (i < COUNT - 1 && ms < UNITS[i].ms) {
        i++;
    }
    page_count(out, lang, ms / UNITS[i].ms);
    mh_buf_text(out, UNITS[i].names[lang]);
    if (i < COUNT - 1 && ms % UNITS[i].ms >= UNITS[i + 1].ms) {
        mh_buf_byte(out, ' ');
        page_count(out, lang, ms % UNITS[i].ms / UNITS[i + 1].ms);
        mh_buf_text(out, UNITS[i + 1].names[lang]);
    }
}

void lag_put_reason(struct mh_buf *out, enum page_lang lang,
                    const struct lag_verdict *verdict)
{
    static const char *const CAUSES[][2] = {
#define X(name, fa, en) {fa, en},
        LAG_CAUSES(X)
#undef X
    };

    for (const char *at = CAUSES[verdict->cause][lang]; *at != '\0'; at++) {
        if (strncmp(at, "{d}", 3) == 0) {
            lag_put_duration(out, lang, verdict->number);
            at += 2;
        } else if (strncmp(at, "{n}", 3) == 0) {
            page_count(out, lang, verdict->number);
            at += 2;
        } else if (strncmp(at, "{t}", 3) == 0) {
            mh_buf_text(out, verdict->text);
            at += 2;
        } else {
            mh_buf_byte(out, (uint8_t)*at);
        }
    }
}

void lag_put_group_reason(struct mh_buf *out, enum page_lang lang,
                          const struct lag_judge *judge)
{
    enum lag_status status = judge->group.status;
    bool one = status != LAG_OK && judge->worst >= 0;

    if (one) {
        mh_buf_text(out, lang == PAGE_FA ? "بخش " : "partition ");
        page_count(out, lang, judge->worst);
        mh_buf_text(out, ": ");
    }
    lag_put_reason(out, lang, &judge->group);
    if (one && judge->worst_count > 1) {
        mh_buf_text(out, lang == PAGE_FA ? " (و " : " (and ");
        page_count(out, lang, judge->worst_count - 1);
        mh_buf_text(out, lang == PAGE_FA ? " بخش دیگر)" : " more)");
    }
}

const char *lag_status_label(enum page_lang lang, enum lag_status status)
{
    static const char *const LABELS[][2] = {
#define X(name, fa, en) {fa, en},
        LAG_STATUSES(X)
#undef X
    };

    return LABELS[status][lang];
}

int lag_instances(const struct lag_sink *sink, const struct lag_judge *judge)
{
    enum { MOST = 200 };
    const char *names[MOST];
    int count = 0;

    for (int i = 0; i < sink->count && i < judge->count && count < MOST; i++) {
        const char *owner = sink->items[i].owner;
        int k = 0;

        while (k < count && strcmp(names[k], owner) != 0) {
            k++;
        }
        if (k == count && judge->items[i].memory.alive) {
            names[count++] = owner;
        }
    }
    return count;
}
