/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What was judged, shown: for Prometheus, for programs, in a terminal, on a
 * wall. All of it from one view; nobody is asked anything.
 */
#ifndef MAHALLE_LAG_FACES_H
#define MAHALLE_LAG_FACES_H

#include "buf.h"
#include "lag_judge.h"
#include "page_text.h"

/** One look and its judgement. */
struct lag_view {
    const char *group, *topic; /**< lent */
    int64_t at_ms;             /**< when the look ended */
    struct lag_source source;
    struct lag_sink sink;
    struct lag_judge judge;
};

/** Whether no look has ended for so long that what it says is told to be old. */
bool lag_view_is_old(const struct lag_view *view, int64_t now_ms);
/** Judge an old one anew, as of now: a look that hangs is known by its servers
 *  having given no answer, like one that failed. */
void lag_view_refresh(struct lag_view *view, int64_t now_ms);

/** Prometheus text. Series of lag are there as soon as both servers have been
 *  reached once, and stay. */
void lag_write_metrics(struct mh_buf *out, const struct lag_view *view,
                       int64_t now_ms);
/** The object of CONTRACT.md 3, on one line. */
void lag_write_json(struct mh_buf *out, const struct lag_view *view,
                    int64_t now_ms);
/** Lines for a terminal. */
void lag_write_table(struct mh_buf *out, const struct lag_view *view,
                     int64_t now_ms);
/** A whole page of HTML; with lag_page_script it renews itself. */
void lag_write_page(struct mh_buf *out, const struct lag_view *view,
                    enum page_lang lang, int64_t now_ms);
/** JavaScript of the page. */
extern const char lag_page_script[];

/* -------------------------------------------------- words for all of them */

/** "45 s", "3 h 20 min", "۲ روز ۴ ساعت". */
void lag_put_duration(struct mh_buf *out, enum page_lang lang, int64_t ms);
/** Why the status is what it is, as plain text. */
void lag_put_reason(struct mh_buf *out, enum page_lang lang,
                    const struct lag_verdict *verdict);
/** The same for the group, with the partition that it is about. */
void lag_put_group_reason(struct mh_buf *out, enum page_lang lang,
                          const struct lag_judge *judge);
/** Consumers that give signs of life. */
int lag_instances(const struct lag_sink *sink, const struct lag_judge *judge);
/** Label of a status. Static. */
const char *lag_status_label(enum page_lang lang, enum lag_status status);

#endif
