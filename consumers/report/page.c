/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the sections, and what they write with. */
#include "page.h"

#include <stdlib.h>
#include <string.h>

enum { PART_BYTES_MAX = 64 * 1024 };

/* ---- What sections write with ------------------------------------------- */

void page_put(struct page *page, const char *markup)
{
    mh_buf_text(page->out, markup);
}

void page_say(struct page *page, enum page_word word, const char *part)
{
    const char *text = page_word(page->lang, word);
    const char *at = strchr(text, '@');

    if (at == NULL) {
        mh_buf_text(page->out, text);
        return;
    }
    mh_buf_put(page->out, text, (size_t)(at - text));
    mh_buf_text(page->out, part);
    mh_buf_text(page->out, at + 1);
}

void page_say_day(struct page *page, enum page_word word, int32_t day)
{
    mh_buf_reset(&page->part);
    page_day(&page->part, page->lang, day);
    page_say(page, word, mh_buf_string(&page->part));
}

void page_say_number(struct page *page, enum page_word word, const char *number)
{
    mh_buf_reset(&page->part);
    page_number(&page->part, page->lang, number == NULL ? "0" : number);
    page_say(page, word, mh_buf_string(&page->part));
}

void page_label(struct page *page, int row, int column, int code_column)
{
    const char *label = database_text(
        page->db, row, page->lang == PAGE_FA ? column : column + 1);

    if (label == NULL || *label == '\0') {
        label = database_text(page->db, row, code_column);
    }
    page_put(page, "<bdi>");
    page_escape(page->out, label == NULL ? "—" : label);
    page_put(page, "</bdi>");
}

void page_begin(struct page *page, enum page_word heading)
{
    page_put(page, "<section>\n<h2>");
    page_say(page, heading, "");
    page_put(page, "</h2>\n");
}

void page_cell(struct page *page, const char *number)
{
    page_put(page, "<td class=\"n\">");
    page_number(page->out, page->lang, number == NULL ? "—" : number);
    page_put(page, "</td>");
}

void page_cell_change(struct page *page, const char *number)
{
    page_put(page, "<td class=\"n change-cell\">");
    page_change(page->out, page->lang, number == NULL ? "—" : number);
    page_put(page, "</td>");
}

void page_column(struct page *page, enum page_word word, const char *class)
{
    page_put(page, "<th scope=\"col\"");
    if (*class != '\0') {
        mh_buf_format(page->out, " class=\"%s\"", class);
    }
    page_put(page, ">");
    page_say(page, word, "");
    page_put(page, "</th>");
}

int64_t page_number_at(const struct page *page, int row, int column)
{
    const char *text = database_text(page->db, row, column);

    return text == NULL ? 0 : strtoll(text, NULL, 10);
}

/* ---- The page ----------------------------------------------------------- */

static void put_end(struct page *page)
{
    page_put(page, "<section class=\"tables\">\n<h2>");
    page_say(page, PAGE_WORD_TABLES, "");
    page_put(page, "</h2>\n");
    mh_buf_put(page->out, page->tables.bytes, page->tables.len);
    page->out->failed |= page->tables.failed;
    page_put(page, "</section>\n<p class=\"foot\">");
    page_say(page, PAGE_WORD_FOOT, "");
    page_put(page, "</p>\n</main>\n</body>\n</html>\n");
}

enum mh_code page_write(struct database *db, enum page_lang lang, int32_t day,
                        const char *note, struct mh_buf *out,
                        struct mh_err *err)
{
    static enum mh_code (*const SECTIONS[])(struct page *, struct mh_err *) = {
        page_head, page_places, page_acts, page_trust};
    struct page page = {.db = db,
                        .out = out,
                        .lang = lang,
                        .day = day,
                        .before = page_month_before(day),
                        .note = note};
    enum mh_code code = MH_OK;

    mh_buf_init(&page.tables, PAGE_BYTES_MAX);
    mh_buf_init(&page.part, PART_BYTES_MAX);
    page_iso(page.day_iso, day);
    page_iso(page.before_iso, page.before);
    page_iso(page.earlier_iso, page_month_before(page.before));
    for (size_t i = 0; code == MH_OK && i < sizeof SECTIONS / sizeof *SECTIONS;
         i++) {
        code = SECTIONS[i](&page, err);
    }
    if (code == MH_OK) {
        put_end(&page);
        if (out->failed || page.part.failed) {
            code = mh_fail(err, MH_MEMORY, "no memory for the page");
        }
    }
    mh_buf_fini(&page.part);
    mh_buf_fini(&page.tables);
    return code;
}
