/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Days: Gregorian and Solar Hijri dates, and the local day in Tehran.
 *
 * A day is a number: days since 1970-01-01. Solar Hijri years follow the
 * 33-year rule, equal to the official table for 1206-1498 (tests/unit). The
 * clock of Tehran is a table of its changes, so that a verdict does not depend
 * on the machine's time zone data.
 */
#ifndef MAHALLE_CALENDAR_H
#define MAHALLE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum {
    MH_DAY_MIN = -17818, /* 1300-01-01 = 1921-03-21 */
    MH_DAY_MAX = 55595   /* 1500-12-29 = 2122-03-20 */
};

struct mh_date {
    int year, month, day;
};

bool mh_jalali_is_leap(int year);
/** @returns false when there is no such day (years 1178..1501) */
bool mh_jalali_to_day(struct mh_date date, int32_t *day);
struct mh_date mh_jalali_from_day(int32_t day);
/** @returns false when there is no such day (years 1..9999) */
bool mh_gregorian_to_day(struct mh_date date, int32_t *day);
struct mh_date mh_gregorian_from_day(int32_t day);
/** Tehran's offset from UTC, in seconds, at an instant in ms since 1970. */
int32_t mh_tehran_offset_s(int64_t instant_ms);
/** The local day in Tehran at an instant; any int64 is allowed. */
int64_t mh_tehran_day(int64_t instant_ms);
/**
 * Instant of a local time in Tehran: the first one where it is twice; a time
 * that the clock jumped over is counted on by the clock before the jump.
 * @param ms_of_day 0..86,400,000
 */
int64_t mh_tehran_instant_ms(int32_t day, int64_t ms_of_day);

#endif
