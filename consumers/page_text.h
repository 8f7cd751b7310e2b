/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Texts of the governor's page: escaped, with the digits, numbers and days of
 * its language. Pure: no database, no clock.
 */
#ifndef MAHALLE_PAGE_TEXT_H
#define MAHALLE_PAGE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "calendar.h"

enum page_lang { PAGE_FA, PAGE_EN };

enum {
    PAGE_ISO = 16,                       /* bytes of "2025-10-13" and a NUL */
    PAGE_DAY_MIN = MH_DAY_MIN + 2 * 366, /* a page looks back a year or more */
};

/** Text that means itself in HTML; what no XML may hold becomes U+FFFD. */
void page_escape(struct mh_buf *out, const char *text);
/** Markup whose ASCII digits become those of the language. */
void page_digits(struct mh_buf *out, enum page_lang lang, const char *markup);

/**
 * A number with separators of thousands.
 * @param number lent; as PostgreSQL writes it: [-]digits[.digits], any length;
 *               anything else is written as a text
 */
void page_number(struct mh_buf *out, enum page_lang lang, const char *number);
/** The same with its sign, + or −; zero has none. */
void page_change(struct mh_buf *out, enum page_lang lang, const char *number);
void page_count(struct mh_buf *out, enum page_lang lang, int64_t count);

/** "۲۱ مهر ۱۴۰۴"; "13 Oct 2025 (21 Mehr 1404)"; may break before "(" only. */
void page_day(struct mh_buf *out, enum page_lang lang, int32_t day);
/** The same with the day of the week before. */
void page_weekday(struct mh_buf *out, enum page_lang lang, int32_t day);
/** Name of a Solar Hijri month, 1..12. Static. */
const char *page_month(enum page_lang lang, int month);
/** "2025-10-13". */
void page_iso(char iso[PAGE_ISO], int32_t day);

/**
 * Read a date: year, month, day with `-` or `/` between, Latin or Persian
 * digits; a year of 1300..1500 is Solar Hijri.
 * @returns false when it is not one, or there is no such day
 */
bool page_read_day(const char *text, int32_t *day);
/** The same day of the Solar Hijri month before, or the last one it has. */
int32_t page_month_before(int32_t day);

#endif
