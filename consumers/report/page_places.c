/* SPDX-License-Identifier: Apache-2.0 */
/* Councils by county: a table that is its own chart. */
#include "page.h"
#include "page_chart.h"
#include "queries.h"

static void put_county(struct page *page, int row, int64_t most)
{
    page_put(page, "<tr><th scope=\"row\">");
    if (database_text(page->db, row, 0) == NULL) {
        page_say(page, PAGE_WORD_COUNTY_UNKNOWN, "");
    } else {
        page_label(page, row, 1, 0);
    }
    page_put(page, "</th><td class=\"graph\">");
    page_bar(page->out, page->lang, page_number_at(page, row, 3), most);
    page_put(page, "</td>");
    page_cell(page, database_text(page->db, row, 3));
    page_cell_change(page, database_text(page->db, row, 4));
    page_put(page, "</tr>\n");
}

enum mh_code page_places(struct page *page, struct mh_err *err)
{
    const char *const params[] = {page->day_iso, page->before_iso};
    enum mh_code code = database_exec(page->db, "page_counties",
                                      mh_query_page_counties, 2, params, err);
    int64_t most = 0;

    if (code != MH_OK) {
        return code;
    }
    page_put(page, "<section class=\"whole\">\n<h2>");
    page_say(page, PAGE_WORD_COUNTIES, "");
    page_put(page, "</h2>\n<p class=\"sub\">");
    page_say_day(page, PAGE_WORD_COUNTIES_NOTE, page->day);
    page_put(page, "</p>\n<table>\n<thead><tr>");
    page_column(page, PAGE_WORD_COUNTY, "");
    page_put(page, "<td class=\"graph\"></td>");
    page_column(page, PAGE_WORD_COUNCILS, "n");
    page_column(page, PAGE_WORD_CHANGE, "n");
    page_put(page, "</tr></thead>\n<tbody>\n");
    for (int row = 0; row < database_rows(page->db); row++) {
        if (page_number_at(page, row, 3) > most) {
            most = page_number_at(page, row, 3);
        }
    }
    for (int row = 0; row < database_rows(page->db); row++) {
        put_county(page, row, most);
    }
    page_put(page, "</tbody>\n</table>\n</section>\n");
    return MH_OK;
}
