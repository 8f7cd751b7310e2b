/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Day arithmetic in 64 bits, so that no day number overflows.
 *
 * Solar Hijri: a year is leap when (25 year + 11) mod 33 < 8. Gregorian:
 * years are counted from March, so that the leap day comes last.
 */
#include "calendar.h"

#include <stddef.h>

#include "tehran.h"

enum {
    JALALI_YEAR_MIN = 1178, /* the rule is known to hold from here ... */
    JALALI_YEAR_MAX = 1501, /* ... to here */
    CYCLE_YEARS = 33,
    CYCLE_DAYS = 12053,
    BASE_YEAR = 1348, /* 1348-01-01 is day -286 */
    BASE_DAY = -286,
    BASE_LEAPS = 327, /* (8 * 1348 + 21) / 33 */
    ERA_YEARS = 400,
    ERA_DAYS = 146097,
    ERA_SHIFT = 719468, /* days from 0000-03-01 to 1970-01-01 */
    DAY_S = 86400,
    DAY_MS = 86400000
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t floor_mod(int64_t a, int64_t b)
{
    return a % b + (a % b < 0 ? b : 0);
}

/* ---- Solar Hijri -------------------------------------------------------- */

bool mh_jalali_is_leap(int year)
{
    return floor_mod(25 * (int64_t)year + 11, CYCLE_YEARS) < 8;
}

static int64_t jalali_new_year(int64_t year)
{
    return 365 * (year - BASE_YEAR) + floor_div(8 * year + 21, CYCLE_YEARS) -
           BASE_LEAPS + BASE_DAY;
}

static int jalali_month_days(int year, int month)
{
    if (month <= 6) {
        return 31;
    }
    return month <= 11 ? 30 : 29 + mh_jalali_is_leap(year);
}

bool mh_jalali_to_day(struct mh_date date, int32_t *day)
{
    int before;

    if (date.year < JALALI_YEAR_MIN || date.year > JALALI_YEAR_MAX ||
        date.month < 1 || date.month > 12 || date.day < 1 ||
        date.day > jalali_month_days(date.year, date.month)) {
        return false;
    }
    before =
        date.month <= 7 ? 31 * (date.month - 1) : 186 + 30 * (date.month - 7);
    *day = (int32_t)jalali_new_year(date.year) + before + date.day - 1;
    return true;
}

struct mh_date mh_jalali_from_day(int32_t day)
{
    int64_t year =
        BASE_YEAR +
        floor_div(((int64_t)day - BASE_DAY) * CYCLE_YEARS, CYCLE_DAYS);
    int rest;

    while (jalali_new_year(year) > day) {
        year--;
    }
    while (jalali_new_year(year + 1) <= day) {
        year++;
    }
    rest = (int)(day - jalali_new_year(year));
    if (rest < 186) {
        return (struct mh_date){(int)year, rest / 31 + 1, rest % 31 + 1};
    }
    rest -= 186;
    return (struct mh_date){(int)year, rest / 30 + 7, rest % 30 + 1};
}

/* ---- Gregorian ---------------------------------------------------------- */

static bool gregorian_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

bool mh_gregorian_to_day(struct mh_date date, int32_t *day)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, era, of_era, of_year;

    if (date.year < 1 || date.year > 9999 || date.month < 1 ||
        date.month > 12 || date.day < 1 ||
        date.day > DAYS[date.month - 1] +
                       (date.month == 2 && gregorian_is_leap(date.year))) {
        return false;
    }
    year = date.year - (date.month <= 2);
    era = year / ERA_YEARS;
    of_era = year % ERA_YEARS;
    of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
    *day = era * ERA_DAYS + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           ERA_SHIFT;
    return true;
}

struct mh_date mh_gregorian_from_day(int32_t day)
{
    int64_t shifted = (int64_t)day + ERA_SHIFT;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int rest = (int)floor_mod(shifted, ERA_DAYS);
    int of_era = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    int of_year = rest - (365 * of_era + of_era / 4 - of_era / 100);
    int from_march = (5 * of_year + 2) / 153;
    int month = from_march < 10 ? from_march + 3 : from_march - 9;
    int64_t year = era * ERA_YEARS + of_era + (month <= 2);

    return (struct mh_date){(int)year, month,
                            of_year - (153 * from_march + 2) / 5 + 1};
}

/* ---- Tehran ------------------------------------------------------------- */

/* The change in force at a second. */
static size_t find_change(int64_t at_s)
{
    size_t low = 0;
    size_t high = MH_TEHRAN_CHANGES - 1;

    if (at_s >= mh_tehran_changes[high].at_s) {
        return high; /* since 2022: nearly every event */
    }
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (at_s < mh_tehran_changes[middle].at_s) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return low;
}

int32_t mh_tehran_offset_s(int64_t instant_ms)
{
    return mh_tehran_changes[find_change(floor_div(instant_ms, 1000))].offset_s;
}

int64_t mh_tehran_day(int64_t instant_ms)
{
    const struct mh_tehran_change *last =
        &mh_tehran_changes[MH_TEHRAN_CHANGES - 1];
    int64_t day, ms;

    /* Nearly every event; unsigned, so that the sum fits for any instant. */
    if (instant_ms >= last->at_s * 1000) {
        uint64_t local_ms =
            (uint64_t)instant_ms + (uint64_t)last->offset_s * 1000;

        return (int64_t)(local_ms / DAY_MS);
    }
    day = floor_div(instant_ms, DAY_MS);
    ms = floor_mod(instant_ms, DAY_MS);
    return day + (ms + mh_tehran_offset_s(instant_ms) * INT64_C(1000)) / DAY_MS;
}

int64_t mh_tehran_instant_ms(int32_t day, int64_t ms_of_day)
{
    int64_t local_s = day * (int64_t)DAY_S + floor_div(ms_of_day, 1000);
    size_t i = MH_TEHRAN_CHANGES - 1;

    /* Back while the clock before the change had not yet been set on. A time
     * that the clock jumped over is read by the clock before the jump, which
     * keeps it on its day. */
    while (i > 0 && (local_s - mh_tehran_changes[i].offset_s <
                         mh_tehran_changes[i].at_s ||
                     local_s - mh_tehran_changes[i - 1].offset_s <
                         mh_tehran_changes[i].at_s)) {
        i--;
    }
    return (local_s - mh_tehran_changes[i].offset_s) * 1000 +
           floor_mod(ms_of_day, 1000);
}
