/* SPDX-License-Identifier: Apache-2.0 */
/* The top of the page: title, day, how far everything is counted, figures. */
#include <string.h>

#include "page.h"
#include "page_chart.h"
#include "page_style.h"
#include "queries.h"

/* "۳ آذر ۱۴۰۵، ساعت ۱۲:۵۷" into page->part. */
static void compose_moment(struct page *page, const char *time)
{
    const char *text = page_word(page->lang, PAGE_WORD_AT_TIME);
    const char *at = strchr(text, '@');

    mh_buf_reset(&page->part);
    page_day(&page->part, page->lang, (int32_t)page_number_at(page, 0, 2));
    mh_buf_put(&page->part, text, (size_t)(at - text));
    page_digits(&page->part, page->lang, time);
    mh_buf_text(&page->part, at + 1);
}

static void put_freshness(struct page *page)
{
    static const struct {
        const char *state;
        enum page_word word;
    } STATES[] = {
        {"current", PAGE_WORD_STATE_CURRENT},
        {"late", PAGE_WORD_STATE_LATE},
        {"stopped", PAGE_WORD_STATE_STOPPED},
    };
    const char *time = database_text(page->db, 0, 3);
    const char *state = database_text(page->db, 0, 4);

    page_put(page, "<p class=\"fresh\">");
    for (size_t i = 0; state != NULL && i < sizeof STATES / sizeof *STATES;
         i++) {
        if (strcmp(state, STATES[i].state) == 0) {
            page_put(page, i == 0 ? "<span class=\"state\">"
                                  : "<span class=\"state bad\">");
            page_say(page, STATES[i].word, "");
            page_put(page, "</span>");
        }
    }
    if (time == NULL) {
        page_say(page, PAGE_WORD_FRESH_UNKNOWN, "");
    } else {
        compose_moment(page, time);
        page_say(page, PAGE_WORD_FRESH, mh_buf_string(&page->part));
    }
    page_put(page, "</p>\n");
}

static void put_title(struct page *page)
{
    const char *province =
        database_text(page->db, 0, page->lang == PAGE_FA ? 0 : 1);

    if (province == NULL) {
        page_say(page, PAGE_WORD_TITLE_BARE, "");
        return;
    }
    mh_buf_reset(&page->part);
    page_escape(&page->part, province);
    page_say(page, PAGE_WORD_TITLE, mh_buf_string(&page->part));
}

static void put_top(struct page *page)
{
    page_put(page, "<!DOCTYPE html>\n");
    page_put(page, page->lang == PAGE_FA ? "<html lang=\"fa\" dir=\"rtl\">\n"
                                         : "<html lang=\"en\" dir=\"ltr\">\n");
    page_put(page, "<head>\n<meta charset=\"utf-8\"/>\n<meta name=\"viewport\""
                   " content=\"width=device-width, initial-scale=1\"/>\n"
                   "<title>");
    put_title(page);
    page_put(page, page->lang == PAGE_FA ? "، " : ", ");
    page_day(page->out, page->lang, page->day);
    page_put(page, "</title>\n");
    page_style(page->out, page->lang);
    page_put(page, "</head>\n<body>\n");
    page_chart_defs(page->out);
    page_put(page, "<main>\n<header>\n<p class=\"day\">");
    mh_buf_reset(&page->part);
    page_weekday(&page->part, page->lang, page->day);
    page_say(page, PAGE_WORD_OF_DAY, mh_buf_string(&page->part));
    page_put(page, "</p>\n<h1>");
    put_title(page);
    page_put(page, "</h1>\n");
    put_freshness(page);
    if (*page->note != '\0') {
        page_put(page, "<p class=\"note\">");
        page_escape(page->out, page->note);
        page_put(page, "</p>\n");
    }
    page_put(page, "</header>\n");
}

static void put_figure(struct page *page, int row)
{
    const char *change = database_text(page->db, row, 4);

    page_put(page, "<li data-figure=\"");
    page_escape(page->out, database_text(page->db, row, 0));
    page_put(page, "\"><strong>");
    page_number(page->out, page->lang, database_text(page->db, row, 3));
    page_put(page, "</strong> <span class=\"label\">");
    page_label(page, row, 1, 0);
    page_put(page, "</span> <span class=\"change\">");
    if (page_number_at(page, row, 4) == 0) {
        page_say(page, PAGE_WORD_UNCHANGED, "");
    } else {
        mh_buf_reset(&page->part);
        page_change(&page->part, page->lang, change);
        page_say(page, PAGE_WORD_IN_A_MONTH, mh_buf_string(&page->part));
    }
    page_put(page, "</span></li>\n");
}

enum mh_code page_head(struct page *page, struct mh_err *err)
{
    const char *const params[] = {page->day_iso, page->before_iso};
    enum mh_code code = database_exec(page->db, "page_head", mh_query_page_head,
                                      1, params, err);

    if (code != MH_OK) {
        return code;
    }
    put_top(page);
    code = database_exec(page->db, "page_figures", mh_query_page_figures, 2,
                         params, err);
    if (code != MH_OK) {
        return code;
    }
    page_begin(page, PAGE_WORD_FIGURES);
    page_put(page, "<p class=\"sub\">");
    page_say_day(page, PAGE_WORD_FIGURES_NOTE, page->before);
    page_put(page, "</p>\n<ul class=\"figures\">\n");
    for (int row = 0; row < database_rows(page->db); row++) {
        put_figure(page, row);
    }
    page_put(page, "</ul>\n</section>\n");
    return MH_OK;
}
