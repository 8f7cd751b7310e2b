/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The governor's page: one HTML file that says where things stand on a day.
 *
 * Persian (right to left, Persian digits, Solar Hijri days) or English. Every
 * section asks its question of the views in schema `report` and writes its
 * part; charts are inline SVG. Nothing in the page is fetched or run, and all
 * of it is read from one open transaction, so that its numbers belong
 * together.
 */
#ifndef MAHALLE_PAGE_H
#define MAHALLE_PAGE_H

#include "buf.h"
#include "database.h"
#include "page_text.h"
#include "page_words.h"

enum { PAGE_BYTES_MAX = 8 * 1024 * 1024 }; /* a hundred times a usual page */

/** A page that is being written. */
struct page {
    struct database *db;  /**< lent; in a transaction that reads one state */
    struct mh_buf *out;   /**< lent; the page so far */
    struct mh_buf tables; /**< owned; what comes at the end of the page */
    struct mh_buf part;   /**< owned; what page_say puts into a sentence */
    enum page_lang lang;
    int32_t day;            /**< the page is of this day */
    int32_t before;         /**< the same day, one Solar Hijri month before */
    char day_iso[PAGE_ISO]; /**< the two, and the day two months before, as */
    char before_iso[PAGE_ISO]; /**< PostgreSQL reads them */
    char earlier_iso[PAGE_ISO];
    const char *note; /**< lent; said below the title; "" for nothing */
};

/**
 * Write the whole page.
 * @param db   lent; in a read-only repeatable-read transaction
 * @param day  PAGE_DAY_MIN..MH_DAY_MAX
 * @param note lent; "" for none
 * @param out  lent; empty; its bound is PAGE_BYTES_MAX
 * @returns MH_OK, MH_MEMORY, and what database_exec gives
 */
MH_MUST enum mh_code page_write(struct database *db, enum page_lang lang,
                                int32_t day, const char *note,
                                struct mh_buf *out, struct mh_err *err);

/* The sections, in the order of the page. */

/** Title, day, how far everything is counted; the figures. */
MH_MUST enum mh_code page_head(struct page *page, struct mh_err *err);
/** Councils by county. */
MH_MUST enum mh_code page_places(struct page *page, struct mh_err *err);
/** Activity by month and domain; what is new since last month. */
MH_MUST enum mh_code page_acts(struct page *page, struct mh_err *err);
/** Late agencies; quality of the data. */
MH_MUST enum mh_code page_trust(struct page *page, struct mh_err *err);

/* What sections write with. */

/** Markup as it is, into the page. */
void page_put(struct page *page, const char *markup);
/** A word or sentence; `part`, which is markup, takes the place of its `@`. */
void page_say(struct page *page, enum page_word word, const char *part);
/** The same, a day in the place of `@`. */
void page_say_day(struct page *page, enum page_word word, int32_t day);
/** The same, a number in the place of `@`; NULL is 0. */
void page_say_number(struct page *page, enum page_word word,
                     const char *number);
/** The label of a row of the answer: Persian in `column`, English in the next
 *  one; without one, the code in `code_column`. */
void page_label(struct page *page, int row, int column, int code_column);
/** Begin a section: `<section>`, its heading. */
void page_begin(struct page *page, enum page_word heading);
/** Cells of a table: a number, a change with its sign. NULL is a dash. */
void page_cell(struct page *page, const char *number);
void page_cell_change(struct page *page, const char *number);
/** Head of a column; `class` is "" for words and "n" for numbers. */
void page_column(struct page *page, enum page_word word, const char *class);
/** A whole number of the answer; NULL is 0. */
int64_t page_number_at(const struct page *page, int row, int column);

#endif
