/* SPDX-License-Identifier: Apache-2.0 */
/* What was done: by month and domain, and what is new since last month. */
#include "page.h"
#include "page_chart.h"
#include "queries.h"

enum {
    MONTHS = 12,
    NEWS_ROWS = 10,
    TALL = 190, /* pixels */
    LOW = 122
};

static int64_t sum(const int64_t values[MONTHS])
{
    int64_t total = 0;

    for (int i = 0; i < MONTHS; i++) {
        total += values[i];
    }
    return total;
}

/* ---- Activity by month -------------------------------------------------- */

static void take_months(const struct page *page, int row,
                        int64_t values[MONTHS])
{
    for (int i = 0; i < MONTHS; i++) {
        values[i] = page_number_at(page, row + i, 3);
    }
}

/* A panel; `row` < 0 is that of all domains. */
static void put_panel(struct page *page, int row, const int64_t values[MONTHS])
{
    struct page_columns columns = {
        .values = values,
        .count = MONTHS,
        .last_month = mh_jalali_from_day(page->day).month,
        .height = row <= 0 ? TALL : LOW, /* side by side with the first */
        .step = row < 0 ? 2 : 3,
        .roomy = row < 0,
    };

    page_put(page, "<div class=\"panel\"><header><h3>");
    if (row < 0) {
        page_say(page, PAGE_WORD_ALL_DOMAINS, "");
    } else {
        page_label(page, row, 1, 0);
    }
    page_put(page, "</h3><p>");
    page_count(page->out, page->lang, sum(values));
    page_put(page, "</p></header>\n");
    page_columns(page->out, page->lang, &columns);
    page_put(page, "</div>\n");
}

/* The numbers of the charts as a table, for the end of the page. */
static void put_month_row(struct page *page, int row,
                          const int64_t values[MONTHS])
{
    page_put(page, "<tr><th scope=\"row\">");
    if (row < 0) {
        page_say(page, PAGE_WORD_ALL_DOMAINS, "");
    } else {
        page_label(page, row, 1, 0);
    }
    page_put(page, "</th>");
    for (int i = 0; i <= MONTHS; i++) {
        page_put(page, "<td class=\"n\">");
        page_count(page->out, page->lang, i < MONTHS ? values[i] : sum(values));
        page_put(page, "</td>");
    }
    page_put(page, "</tr>\n");
}

/* "مهر ۱۴۰۴" over a column. */
static void put_month_heads(struct page *page)
{
    struct mh_date last = mh_jalali_from_day(page->day);

    for (int i = 0; i < MONTHS; i++) {
        int month = last.month + 1 + i;
        int year = last.year - 1;

        if (month > 12) {
            month -= 12;
            year++;
        }
        page_put(page, "<th scope=\"col\" class=\"n\">");
        page_put(page, page_month(page->lang, month));
        mh_buf_reset(&page->part);
        mh_buf_format(&page->part, "<br/>%d", year);
        page_digits(page->out, page->lang, mh_buf_string(&page->part));
        page_put(page, "</th>");
    }
}

static void put_month_table(struct page *page, const int64_t all[MONTHS])
{
    struct mh_buf *out = page->out;
    int64_t values[MONTHS];

    page->out = &page->tables;
    page_put(page, "<details><summary>");
    page_say(page, PAGE_WORD_TABLE_MONTHS, "");
    page_put(page, "</summary>\n<div class=\"scroll\" tabindex=\"0\">"
                   "<table class=\"months\">\n<caption>");
    page_say(page, PAGE_WORD_TABLE_MONTHS, "");
    page_put(page, "</caption>\n<thead><tr>");
    page_column(page, PAGE_WORD_DOMAIN, "");
    put_month_heads(page);
    page_column(page, PAGE_WORD_SUM, "n");
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (int row = 0; row + MONTHS <= database_rows(page->db); row += MONTHS) {
        take_months(page, row, values);
        put_month_row(page, row, values);
    }
    page_put(page, "</tbody>\n<tfoot>\n");
    put_month_row(page, -1, all);
    page_put(page, "</tfoot>\n</table></div></details>\n");
    page->out = out;
}

static enum mh_code put_activity(struct page *page, struct mh_err *err)
{
    const char *const params[] = {page->day_iso};
    enum mh_code code = database_exec(page->db, "page_months",
                                      mh_query_page_months, 1, params, err);
    int64_t all[MONTHS] = {0};
    int64_t values[MONTHS];

    if (code != MH_OK) {
        return code;
    }
    for (int row = 0; row < database_rows(page->db); row++) {
        all[row % MONTHS] += page_number_at(page, row, 3);
    }
    page_begin(page, PAGE_WORD_ACTIVITY);
    page_put(page, "<p class=\"sub\">");
    page_say_day(page, PAGE_WORD_ACTIVITY_NOTE, page->day);
    page_put(page, " ");
    page_say(page, PAGE_WORD_SCALES_NOTE, "");
    page_put(page, "</p>\n<div class=\"panels\">\n");
    put_panel(page, -1, all);
    for (int row = 0; row + MONTHS <= database_rows(page->db); row += MONTHS) {
        take_months(page, row, values);
        put_panel(page, row, values);
    }
    page_put(page, "</div>\n</section>\n");
    put_month_table(page, all);
    return MH_OK;
}

/* ---- New since last month ----------------------------------------------- */

static void put_type(struct page *page, int row, int64_t most)
{
    page_put(page, "<tr><th scope=\"row\">");
    page_label(page, row, 1, 0);
    page_put(page, "</th>");
    if (most > 0) {
        page_put(page, "<td class=\"graph\">");
        page_bar(page->out, page->lang, page_number_at(page, row, 3), most);
        page_put(page, "</td>");
    }
    page_cell(page, database_text(page->db, row, 3));
    page_cell(page, database_text(page->db, row, 4));
    page_cell_change(page, database_text(page->db, row, 5));
    if (most == 0) {
        page_cell(page, database_text(page->db, row, 6));
    }
    page_put(page, "</tr>\n");
}

/* The first `rows` rows with bars (`most` > 0), or all with their sum. */
static void put_types(struct page *page, int rows, int64_t most)
{
    page_put(page, "<thead><tr>");
    page_column(page, PAGE_WORD_KIND, "");
    if (most > 0) {
        page_put(page, "<td class=\"graph\"></td>");
    }
    page_column(page, PAGE_WORD_NOW, "n");
    page_column(page, PAGE_WORD_BEFORE, "n");
    page_column(page, PAGE_WORD_CHANGE, "n");
    if (most == 0) {
        page_column(page, PAGE_WORD_IN_ALL, "n");
    }
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (int row = 0; row < rows; row++) {
        put_type(page, row, most);
    }
    page_put(page, "</tbody>\n");
}

static void put_type_table(struct page *page)
{
    struct mh_buf *out = page->out;

    page->out = &page->tables;
    page_put(page, "<details><summary>");
    page_say(page, PAGE_WORD_TABLE_TYPES, "");
    page_put(page, "</summary>\n<div class=\"scroll\" tabindex=\"0\"><table>\n"
                   "<caption>");
    page_say(page, PAGE_WORD_TABLE_TYPES, "");
    page_put(page, "</caption>\n");
    put_types(page, database_rows(page->db), 0);
    page_put(page, "</table></div></details>\n");
    page->out = out;
}

static enum mh_code put_news(struct page *page, struct mh_err *err)
{
    const char *const params[] = {page->day_iso, page->before_iso,
                                  page->earlier_iso};
    enum mh_code code = database_exec(page->db, "page_types",
                                      mh_query_page_types, 3, params, err);
    int rows = 0;

    if (code != MH_OK) {
        return code;
    }
    while (rows < NEWS_ROWS && rows < database_rows(page->db) &&
           page_number_at(page, rows, 3) > 0) {
        rows++;
    }
    page_put(page, "<section class=\"whole news\">\n<h2>");
    page_say(page, PAGE_WORD_NEWS, "");
    page_put(page, "</h2>\n<p class=\"sub\">");
    page_say_day(page, rows > 0 ? PAGE_WORD_NEWS_NOTE : PAGE_WORD_NEWS_NONE,
                 page->before);
    page_put(page, "</p>\n");
    if (rows > 0) {
        page_put(page, "<table>\n");
        put_types(page, rows, page_number_at(page, 0, 3));
        page_put(page, "</table>\n");
    }
    page_put(page, "</section>\n");
    put_type_table(page);
    return MH_OK;
}

enum mh_code page_acts(struct page *page, struct mh_err *err)
{
    enum mh_code code = put_activity(page, err);

    return code == MH_OK ? put_news(page, err) : code;
}
