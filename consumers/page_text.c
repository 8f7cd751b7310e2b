/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers are handled as the texts that PostgreSQL gives, so that none is too
   large. Persian signs: U+06F0.. digits, U+066C thousands, U+066B decimals;
   U+200E before a sign keeps it left of its digits, as CLDR does. */
#include "page_text.h"

#include <stdio.h>
#include <string.h>

/* A date is not broken in the middle. */
#define NBSP "\xc2\xa0"

static const struct {
    const char *thousands, *point, *plus, *minus;
} SIGNS[] = {
    [PAGE_FA] = {"\xd9\xac", "\xd9\xab", "\xe2\x80\x8e+",
                 "\xe2\x80\x8e\xe2\x88\x92"},
    [PAGE_EN] = {",", ".", "+", "\xe2\x88\x92"},
};

static const char *const MONTHS[][12] = {
    [PAGE_FA] = {"فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
                 "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"},
    [PAGE_EN] = {"Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad",
                 "Shahrivar", "Mehr", "Aban", "Azar", "Dey", "Bahman",
                 "Esfand"},
};
static const char *const GREGORIAN[12] = {"Jan", "Feb", "Mar", "Apr",
                                          "May", "Jun", "Jul", "Aug",
                                          "Sep", "Oct", "Nov", "Dec"};
static const char *const WEEKDAYS[][7] = {
    [PAGE_FA] = {"شنبه", "یکشنبه", "دوشنبه", "سه\u200cشنبه", "چهارشنبه",
                 "پنجشنبه", "جمعه"},
    [PAGE_EN] = {"Saturday", "Sunday", "Monday", "Tuesday", "Wednesday",
                 "Thursday", "Friday"},
};

/* ---- Text --------------------------------------------------------------- */

void page_escape(struct mh_buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '&') {
            mh_buf_text(out, "&amp;");
        } else if (byte == '<') {
            mh_buf_text(out, "&lt;");
        } else if (byte == '>') {
            mh_buf_text(out, "&gt;");
        } else if (byte == '"') {
            mh_buf_text(out, "&quot;");
        } else if (byte == '\'') {
            mh_buf_text(out, "&#39;");
        } else if (byte == 0x7f ||
                   (byte < 0x20 && byte != '\t' && byte != '\n')) {
            mh_buf_text(out, "\xef\xbf\xbd");
        } else {
            mh_buf_byte(out, byte);
        }
    }
}

static void put_digit(struct mh_buf *out, enum page_lang lang, char digit)
{
    if (lang == PAGE_FA) {
        mh_buf_byte(out, 0xdb);
        mh_buf_byte(out, (uint8_t)(0xb0 + (digit - '0')));
    } else {
        mh_buf_byte(out, (uint8_t)digit);
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

void page_digits(struct mh_buf *out, enum page_lang lang, const char *markup)
{
    for (; *markup != '\0'; markup++) {
        if (is_digit(*markup)) {
            put_digit(out, lang, *markup);
        } else {
            mh_buf_byte(out, (uint8_t)*markup);
        }
    }
}

/* ---- Numbers ------------------------------------------------------------ */

/* Bytes of digits before and behind the point; false: it is not a number. */
static bool measure(const char *number, size_t *whole, size_t *rest)
{
    *whole = strspn(number, "0123456789");
    *rest = 0;
    if (number[*whole] == '.') {
        *rest = strspn(number + *whole + 1, "0123456789");
        return *whole > 0 && *rest > 0 && number[*whole + 1 + *rest] == '\0';
    }
    return *whole > 0 && number[*whole] == '\0';
}

void page_number(struct mh_buf *out, enum page_lang lang, const char *number)
{
    const char *digits = number + (*number == '-');
    size_t whole, rest;

    if (!measure(digits, &whole, &rest)) {
        page_escape(out, number);
        return;
    }
    if (*number == '-') {
        mh_buf_text(out, SIGNS[lang].minus);
    }
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0) {
            mh_buf_text(out, SIGNS[lang].thousands);
        }
        put_digit(out, lang, digits[i]);
    }
    if (rest > 0) {
        mh_buf_text(out, SIGNS[lang].point);
        for (size_t i = 0; i < rest; i++) {
            put_digit(out, lang, digits[whole + 1 + i]);
        }
    }
}

void page_change(struct mh_buf *out, enum page_lang lang, const char *number)
{
    if (*number != '-' && strspn(number, "0.") < strlen(number)) {
        mh_buf_text(out, SIGNS[lang].plus);
    }
    page_number(out, lang, number);
}

void page_count(struct mh_buf *out, enum page_lang lang, int64_t count)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%lld", (long long)count);
    page_number(out, lang, text);
}

/* ---- Days --------------------------------------------------------------- */

const char *page_month(enum page_lang lang, int month)
{
    return MONTHS[lang][month - 1];
}

void page_iso(char iso[PAGE_ISO], int32_t day)
{
    struct mh_date date = mh_gregorian_from_day(day);

    (void)snprintf(iso, PAGE_ISO, "%04d-%02d-%02d", date.year % 10000,
                   date.month % 100, date.day % 100);
}

void page_day(struct mh_buf *out, enum page_lang lang, int32_t day)
{
    struct mh_date jalali = mh_jalali_from_day(day);
    struct mh_date date = mh_gregorian_from_day(day);
    char text[64];

    if (lang == PAGE_EN) {
        mh_buf_format(out, "%d" NBSP "%s" NBSP "%d (", date.day,
                      GREGORIAN[date.month - 1], date.year);
    }
    (void)snprintf(text, sizeof text, "%d" NBSP "%s" NBSP "%d", jalali.day,
                   page_month(lang, jalali.month), jalali.year);
    page_digits(out, lang, text);
    if (lang == PAGE_EN) {
        mh_buf_byte(out, ')');
    }
}

void page_weekday(struct mh_buf *out, enum page_lang lang, int32_t day)
{
    /* 1970-01-01 was a Thursday, the sixth day of the week */
    mh_buf_text(out, WEEKDAYS[lang][((day + 5) % 7 + 7) % 7]);
    mh_buf_byte(out, ' ');
    page_day(out, lang, day);
}

/* One part of a date: up to four digits, Latin or Persian. */
static bool read_part(const char **text, int *value)
{
    int digits = 0;

    *value = 0;
    for (;;) {
        const unsigned char *at = (const unsigned char *)*text;
        int digit;

        if (is_digit(**text)) {
            digit = **text - '0';
            *text += 1;
        } else if (at[0] == 0xdb && at[1] >= 0xb0 && at[1] <= 0xb9) {
            digit = at[1] - 0xb0;
            *text += 2;
        } else {
            return digits > 0;
        }
        if (++digits > 4) {
            return false;
        }
        *value = *value * 10 + digit;
    }
}

bool page_read_day(const char *text, int32_t *day)
{
    struct mh_date date;
    char between;

    if (!read_part(&text, &date.year) || (*text != '-' && *text != '/')) {
        return false;
    }
    between = *text++;
    if (!read_part(&text, &date.month) || *text++ != between ||
        !read_part(&text, &date.day) || *text != '\0') {
        return false;
    }
    return date.year >= 1300 && date.year <= 1500
               ? mh_jalali_to_day(date, day)
               : mh_gregorian_to_day(date, day);
}

int32_t page_month_before(int32_t day)
{
    struct mh_date date = mh_jalali_from_day(day);
    int32_t before = day;

    date.year -= date.month == 1;
    date.month = date.month == 1 ? 12 : date.month - 1;
    while (!mh_jalali_to_day(date, &before)) {
        date.day--; /* the month is shorter */
    }
    return before;
}
