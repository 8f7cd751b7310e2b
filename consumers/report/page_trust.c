/* SPDX-License-Identifier: Apache-2.0 */
/* How far the page can be trusted: late agencies, quality of the data. */
#include <string.h>

#include "page.h"
#include "queries.h"

/* The bounds of page_agencies.sql, as they are said. */
#define SILENT_DAYS_MAX "30"

/* ---- Agencies ----------------------------------------------------------- */

static void put_day_cell(struct page *page, int row, int column)
{
    page_put(page, "<td class=\"day-cell\">");
    if (database_text(page->db, row, column) == NULL) {
        page_put(page, "—");
    } else {
        page_day(page->out, page->lang,
                 (int32_t)page_number_at(page, row, column));
    }
    page_put(page, "</td>");
}

static void put_percent_cell(struct page *page, const char *percent)
{
    page_put(page, "<td class=\"n\">");
    if (percent == NULL) {
        page_put(page, "—");
    } else {
        page_say_number(page, PAGE_WORD_PERCENT, percent);
    }
    page_put(page, "</td>");
}

static void put_agency(struct page *page, int row)
{
    page_put(page, "<tr><th scope=\"row\">");
    page_label(page, row, 1, 0);
    page_put(page, "</th>");
    put_day_cell(page, row, 3);
    page_cell(page, database_text(page->db, row, 4));
    put_percent_cell(page, database_text(page->db, row, 5));
    put_day_cell(page, row, 6);
    page_put(page, "</tr>\n");
}

static void put_agency_table(struct page *page, int rows, bool is_end)
{
    page_put(page, "<div class=\"scroll\" tabindex=\"0\"><table>\n");
    if (is_end) {
        page_put(page, "<caption>");
        page_say(page, PAGE_WORD_TABLE_AGENCIES, "");
        page_put(page, "</caption>\n");
    }
    page_put(page, "<thead><tr>");
    page_column(page, PAGE_WORD_AGENCY, "");
    page_column(page, PAGE_WORD_NEWEST, "");
    page_column(page, PAGE_WORD_SILENT, "n");
    page_column(page, PAGE_WORD_LATE_SHARE, "n");
    page_column(page, PAGE_WORD_CLOSED, "");
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (int row = 0; row < rows; row++) {
        put_agency(page, row);
    }
    page_put(page, "</tbody>\n</table></div>\n");
}

static enum mh_code put_agencies(struct page *page, struct mh_err *err)
{
    const char *const params[] = {page->day_iso};
    enum mh_code code = database_exec(page->db, "page_agencies",
                                      mh_query_page_agencies, 1, params, err);
    struct mh_buf *out = page->out;
    int late = 0;

    if (code != MH_OK) {
        return code;
    }
    while (late < database_rows(page->db) &&
           strcmp(database_text(page->db, late, 9), "t") == 0) {
        late++;
    }
    page_begin(page, PAGE_WORD_AGENCIES);
    page_put(page, "<p class=\"sub\">");
    if (late == 0) {
        page_say(page, PAGE_WORD_AGENCIES_NONE, "");
        page_put(page, " ");
    }
    page_say_number(page, PAGE_WORD_AGENCIES_NOTE, SILENT_DAYS_MAX);
    page_put(page, "</p>\n");
    if (late > 0) {
        put_agency_table(page, late, false);
    }
    page_put(page, "</section>\n");

    page->out = &page->tables;
    page_put(page, "<details><summary>");
    page_say(page, PAGE_WORD_TABLE_AGENCIES, "");
    page_put(page, "</summary>\n");
    put_agency_table(page, database_rows(page->db), true);
    page_put(page, "</details>\n");
    page->out = out;
    return MH_OK;
}

/* ---- Quality ------------------------------------------------------------ */

static void put_fact(struct page *page, enum page_word word, int64_t count)
{
    page_put(page, "<li>");
    page_say(page, word, "");
    page_put(page, " <b>");
    page_count(page->out, page->lang, count);
    page_put(page, "</b></li>\n");
}

static void put_facts(struct page *page)
{
    int64_t differences = page_number_at(page, 0, 7);

    page_put(page, "<p class=\"sub\">");
    page_say_number(page, PAGE_WORD_QUALITY_NOTE,
                    database_text(page->db, 0, 0));
    page_put(page, "</p>\n<ul class=\"facts\">\n");
    put_fact(page, PAGE_WORD_APPLIED, page_number_at(page, 0, 1));
    put_fact(page, PAGE_WORD_REJECTED, page_number_at(page, 0, 4));
    put_fact(page, PAGE_WORD_REPEATED,
             page_number_at(page, 0, 2) + page_number_at(page, 0, 3));
    put_fact(page, PAGE_WORD_ORPHANS, page_number_at(page, 0, 5));
    put_fact(page, PAGE_WORD_OVERLAPS, page_number_at(page, 0, 6));
    if (differences > 0) {
        put_fact(page, PAGE_WORD_DIFFERENCES, differences);
    } else {
        page_put(page, "<li>");
        page_say(page, PAGE_WORD_RECONCILED, "");
        page_put(page, " <b>✓</b></li>\n");
    }
    page_put(page, "</ul>\n");
}

static void put_rejections(struct page *page)
{
    page_put(page, "<div class=\"scroll\" tabindex=\"0\"><table>\n<caption>");
    page_say(page, PAGE_WORD_REJECTIONS, "");
    page_put(page, "</caption>\n<thead><tr>");
    page_column(page, PAGE_WORD_AGENCY, "");
    page_column(page, PAGE_WORD_REJECTED, "n");
    page_column(page, PAGE_WORD_POSTED, "n");
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (int row = 0; row < database_rows(page->db); row++) {
        page_put(page, "<tr><th scope=\"row\">");
        page_label(page, row, 1, 0);
        page_put(page, "</th>");
        page_cell(page, database_text(page->db, row, 3));
        page_cell(page, database_text(page->db, row, 4));
        page_put(page, "</tr>\n");
    }
    page_put(page, "</tbody>\n</table></div>\n");
}

static enum mh_code put_quality(struct page *page, struct mh_err *err)
{
    enum mh_code code = database_exec(page->db, "page_quality",
                                      mh_query_page_quality, 0, NULL, err);

    if (code != MH_OK) {
        return code;
    }
    page_put(page, "<section class=\"whole\">\n<h2>");
    page_say(page, PAGE_WORD_QUALITY, "");
    page_put(page, "</h2>\n");
    put_facts(page);
    code = database_exec(page->db, "page_rejections", mh_query_page_rejections,
                         0, NULL, err);
    if (code == MH_OK && database_rows(page->db) > 0) {
        put_rejections(page);
    }
    page_put(page, "</section>\n");
    return code;
}

enum mh_code page_trust(struct page *page, struct mh_err *err)
{
    enum mh_code code = put_agencies(page, err);

    return code == MH_OK ? put_quality(page, err) : code;
}
