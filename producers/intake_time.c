/* SPDX-License-Identifier: Apache-2.0 */
/* Digits are folded to ASCII first, so that the rest knows one script only. */
#include "intake_time.h"

#include <string.h>

#include "calendar.h"
#include "digits.h"

enum {
    MOMENT_MAX = 48, /* bytes of a date or an instant, folded */
    MS_PER_S = 1000,
    S_PER_DAY = 86400
};

/* A text being read; all in ASCII. */
struct cursor {
    char text[MOMENT_MAX + 1];
    size_t at;
};

/* @returns false when it is too long or mixes scripts */
static bool open_cursor(const char *text, size_t len, struct cursor *cursor)
{
    enum digits_script script = DIGITS_ANY;
    size_t out = 0;
    size_t at = 0;

    while (at < len && out < MOMENT_MAX) {
        size_t next = at;
        int digit;

        if (script <= DIGITS_ASCII && (signed char)text[at] > 0) { /* ASCII */
            script = text[at] >= '0' && text[at] <= '9' ? DIGITS_ASCII : script;
            cursor->text[out++] = text[at++];
            continue;
        }
        digit = digits_take(text, len, &next, &script);

        /* a digit of a second script, or what would end the text early */
        if (digit < 0 &&
            ((text[at] >= '0' && text[at] <= '9') || text[at] == '\0')) {
            return false;
        }
        cursor->text[out++] = digit < 0 ? text[at] : (char)('0' + digit);
        at = digit < 0 ? at + 1 : next;
    }
    cursor->text[out] = '\0';
    cursor->at = 0;
    return at == len;
}

/* Exactly `count` digits. */
static bool take_digits(struct cursor *cursor, int count, int *number)
{
    *number = 0;
    for (int i = 0; i < count; i++) {
        char byte = cursor->text[cursor->at];

        if (byte < '0' || byte > '9') {
            return false;
        }
        *number = *number * 10 + (byte - '0');
        cursor->at++;
    }
    return true;
}

static bool take_byte(struct cursor *cursor, const char *any, char *byte)
{
    *byte = cursor->text[cursor->at];
    if (*byte == '\0' || strchr(any, *byte) == NULL) {
        return false;
    }
    cursor->at++;
    return true;
}

/* @returns MH_OK, MH_TYPE (not a date), MH_DATE (no such day) */
static enum mh_code take_date(struct cursor *cursor, int32_t *day)
{
    struct mh_date date;
    char first, second;
    bool is_jalali, real;

    if (!take_digits(cursor, 4, &date.year) ||
        !take_byte(cursor, "-/", &first) ||
        !take_digits(cursor, 2, &date.month) ||
        !take_byte(cursor, "-/", &second) ||
        !take_digits(cursor, 2, &date.day) || first != second) {
        return MH_TYPE;
    }
    is_jalali = date.year >= 1300 && date.year <= 1500;
    if (first == '/' && !is_jalali) {
        return MH_TYPE; /* ISO 8601 knows the hyphen only */
    }
    real = is_jalali ? mh_jalali_to_day(date, day)
                     : mh_gregorian_to_day(date, day);
    return real ? MH_OK : MH_DATE;
}

/* Time of day in ms. @returns MH_OK, MH_TYPE, MH_DATE */
static enum mh_code take_time(struct cursor *cursor, int64_t *ms)
{
    int hour, minute, second;
    int fraction = 0;
    char byte;

    if (!take_digits(cursor, 2, &hour) || !take_byte(cursor, ":", &byte) ||
        !take_digits(cursor, 2, &minute) || !take_byte(cursor, ":", &byte) ||
        !take_digits(cursor, 2, &second)) {
        return MH_TYPE;
    }
    if (take_byte(cursor, ".", &byte)) {
        int scale = 100;
        int count = 0;
        int digit;

        /* below a millisecond the scale is 0 */
        for (; take_digits(cursor, 1, &digit); count++) {
            fraction += digit * scale;
            scale /= 10;
        }
        if (count == 0) {
            return MH_TYPE;
        }
    }
    *ms = ((int64_t)hour * 3600 + minute * 60 + second) * MS_PER_S + fraction;
    return hour < 24 && minute < 60 && second < 60 ? MH_OK : MH_DATE;
}

/* Offset from UTC in seconds. @returns MH_OK, MH_TYPE, MH_DATE */
static enum mh_code take_offset(struct cursor *cursor, int *offset_s)
{
    int hour, minute;
    char sign, colon;

    if (take_byte(cursor, "Zz", &sign)) {
        *offset_s = 0;
        return MH_OK;
    }
    if (!take_byte(cursor, "+-", &sign) || !take_digits(cursor, 2, &hour) ||
        !take_byte(cursor, ":", &colon) || !take_digits(cursor, 2, &minute)) {
        return MH_TYPE;
    }
    *offset_s = (hour * 3600 + minute * 60) * (sign == '-' ? -1 : 1);
    return hour < 24 && minute < 60 ? MH_OK : MH_DATE;
}

/* RFC 3339, section 5.6; without an offset the clock of Tehran. */
static enum mh_code take_instant(struct cursor *cursor, int64_t *instant_ms)
{
    enum mh_code date, time;
    enum mh_code offset = MH_OK;
    int32_t day = 0;
    int64_t ms = 0;
    int offset_s = 0;
    bool local;
    char byte;

    date = take_date(cursor, &day);
    if (date == MH_TYPE || !take_byte(cursor, "Tt ", &byte)) {
        return MH_TYPE;
    }
    time = take_time(cursor, &ms);
    local = cursor->text[cursor->at] == '\0';
    if (time != MH_TYPE && !local) {
        offset = take_offset(cursor, &offset_s);
    }
    if (time == MH_TYPE || offset == MH_TYPE ||
        cursor->text[cursor->at] != '\0') {
        return MH_TYPE;
    }
    if (date != MH_OK || time != MH_OK || offset != MH_OK) {
        return MH_DATE;
    }
    ms += (int64_t)day * S_PER_DAY * MS_PER_S;
    if (!local) {
        *instant_ms = ms - (int64_t)offset_s * MS_PER_S;
        return MH_OK;
    }
    *instant_ms =
        mh_tehran_instant_ms(day, ms - (int64_t)day * S_PER_DAY * MS_PER_S);
    /* The clock once jumped forward each spring: that hour does not exist. */
    return *instant_ms + (int64_t)mh_tehran_offset_s(*instant_ms) * MS_PER_S ==
                   ms
               ? MH_OK
               : MH_DATE;
}

enum mh_code intake_date(const char *text, size_t len, int64_t *number)
{
    struct cursor cursor;
    enum mh_code code;
    int32_t day = 0;

    if (!open_cursor(text, len, &cursor)) {
        return MH_TYPE;
    }
    code = take_date(&cursor, &day);
    if (cursor.text[cursor.at] != '\0') {
        return MH_TYPE;
    }
    if (code == MH_OK) {
        *number = day;
    }
    return code;
}

enum mh_code intake_instant(const char *text, size_t len, int64_t *number)
{
    struct cursor cursor;

    return open_cursor(text, len, &cursor) ? take_instant(&cursor, number)
                                           : MH_TYPE;
}
