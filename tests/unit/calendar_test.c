/* SPDX-License-Identifier: Apache-2.0 */
/* Dates against the official table, Tehran's clock against the C library. */
#include "calendar.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tehran.h"

static const int64_t DAY_MS = 86400000;

static int32_t jalali(int year, int month, int day)
{
    int32_t number = 0;

    assert_true(mh_jalali_to_day((struct mh_date){year, month, day}, &number));
    return number;
}

static int32_t gregorian(int year, int month, int day)
{
    int32_t number = 0;

    assert_true(
        mh_gregorian_to_day((struct mh_date){year, month, day}, &number));
    return number;
}

/* Milliseconds of an instant in UTC. */
static int64_t utc(int year, int month, int day, int hour, int minute, int s)
{
    return gregorian(year, month, day) * DAY_MS +
           ((hour * 60 + minute) * 60 + s) * INT64_C(1000);
}

static void assert_date(struct mh_date date, int year, int month, int day)
{
    assert_int_equal(date.year, year);
    assert_int_equal(date.month, month);
    assert_int_equal(date.day, day);
}

static void years_are_those_of_the_official_table(void **state)
{
    FILE *file = fopen("cases/calendar/leap_years.txt", "r");
    char line[200];
    int rows = 0;

    (void)state;
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL) {
        char *at = line;
        int field[5];

        if (*line == '#') {
            continue;
        }
        for (int i = 0; i < 5; i++) { /* year, year, month, day, length */
            field[i] = (int)strtol(at + (i > 0), &at, 10);
        }
        assert_int_equal(jalali(field[0], 1, 1),
                         gregorian(field[1], field[2], field[3]));
        assert_int_equal(365 + mh_jalali_is_leap(field[0]), field[4]);
        rows++;
    }
    assert_int_equal(rows, 1498 - 1206 + 1);
    (void)fclose(file);
}

static void days_of_three_centuries_go_there_and_back(void **state)
{
    int32_t expected = jalali(1178, 1, 1);

    (void)state;
    for (int year = 1178; year <= 1501; year++) {
        for (int month = 1; month <= 12; month++) {
            int32_t day;

            for (int i = 1;
                 mh_jalali_to_day((struct mh_date){year, month, i}, &day);
                 i++) {
                assert_int_equal(day, expected++);
                assert_date(mh_jalali_from_day(day), year, month, i);
            }
        }
    }
    assert_int_equal(MH_DAY_MIN, jalali(1300, 1, 1));
    assert_int_equal(MH_DAY_MAX, jalali(1500, 12, 29));
}

static void gregorian_days_are_those_of_the_c_library(void **state)
{
    (void)state;
    for (int32_t day = gregorian(1, 1, 1); day <= gregorian(9999, 12, 31);
         day++) {
        struct mh_date date = mh_gregorian_from_day(day);
        time_t seconds = (time_t)day * 86400;
        struct tm tm;

        assert_int_equal(gregorian(date.year, date.month, date.day), day);
        assert_non_null(gmtime_r(&seconds, &tm));
        assert_date(date, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    }
}

static void known_days_agree(void **state)
{
    static const int SAME[][6] = {
        {1403, 12, 30, 2025, 3, 20}, {1408, 12, 30, 2030, 3, 20},
        {1404, 1, 1, 2025, 3, 21},   {1404, 7, 21, 2025, 10, 13},
        {1405, 1, 1, 2026, 3, 21},   {1300, 1, 1, 1921, 3, 21},
        {1500, 12, 29, 2122, 3, 20}};

    (void)state;
    for (size_t i = 0; i < sizeof SAME / sizeof SAME[0]; i++) {
        const int *d = SAME[i];

        assert_int_equal(jalali(d[0], d[1], d[2]), gregorian(d[3], d[4], d[5]));
    }
}

static void days_that_do_not_exist_are_refused(void **state)
{
    static const struct mh_date JALALI[] = {
        {1404, 12, 30}, {1404, 0, 1},  {1404, 13, 1}, {1404, 7, 31},
        {1404, 6, 32},  {1404, 1, 0},  {1404, 1, -1}, {1177, 1, 1},
        {1502, 1, 1},   {-1404, 1, 1}, {2025, 1, 1}};
    static const struct mh_date GREGORIAN[] = {
        {2025, 2, 29}, {2100, 2, 29}, {2025, 0, 1},  {2025, 13, 1},
        {2025, 4, 31}, {2025, 1, 0},  {2025, 1, -5}, {0, 1, 1},
        {10000, 1, 1}, {2024, 2, 30}};
    int32_t day = 7;

    (void)state;
    for (size_t i = 0; i < sizeof JALALI / sizeof JALALI[0]; i++) {
        assert_false(mh_jalali_to_day(JALALI[i], &day));
    }
    for (size_t i = 0; i < sizeof GREGORIAN / sizeof GREGORIAN[0]; i++) {
        assert_false(mh_gregorian_to_day(GREGORIAN[i], &day));
    }
    assert_int_equal(day, 7);
}

static void extreme_numbers_do_not_overflow(void **state)
{
    (void)state;
    assert_true(mh_jalali_from_day(INT32_MAX).year > 5000000);
    assert_true(mh_jalali_from_day(INT32_MIN).year < -5000000);
    assert_true(mh_gregorian_from_day(INT32_MAX).year > 5000000);
    assert_true(mh_gregorian_from_day(INT32_MIN).year < -5000000);
    assert_true(mh_tehran_day(INT64_MAX) == INT64_MAX / DAY_MS);
    assert_true(mh_tehran_day(INT64_MIN) == INT64_MIN / DAY_MS - 1);
    assert_true(mh_tehran_day(-1) == 0);
    assert_int_equal(mh_tehran_offset_s(INT64_MIN), 12344);
    assert_int_equal(mh_tehran_offset_s(INT64_MAX), 12600);
}

static void the_day_turns_at_local_midnight(void **state)
{
    (void)state;
    assert_int_equal(mh_tehran_day(utc(2025, 10, 12, 20, 29, 59)),
                     gregorian(2025, 10, 12));
    assert_int_equal(mh_tehran_day(utc(2025, 10, 12, 20, 30, 0)),
                     gregorian(2025, 10, 13));
    assert_int_equal(mh_tehran_day(utc(2025, 10, 12, 20, 30, 0) - 1),
                     gregorian(2025, 10, 12));
    assert_int_equal(mh_tehran_day(utc(2022, 7, 1, 19, 30, 0)),
                     gregorian(2022, 7, 2));
    assert_int_equal(mh_tehran_day(utc(2022, 9, 21, 19, 30, 0)),
                     gregorian(2022, 9, 21));
    assert_int_equal(mh_tehran_day(utc(2022, 9, 21, 20, 29, 0)),
                     gregorian(2022, 9, 21));
    assert_int_equal(mh_tehran_day(utc(2022, 9, 21, 20, 30, 0)),
                     gregorian(2022, 9, 22));
}

static void assert_clock(int64_t seconds)
{
    time_t at = (time_t)seconds;
    struct tm tm;
    int64_t day;

    assert_non_null(localtime_r(&at, &tm));
    if (mh_tehran_offset_s(seconds * 1000) != tm.tm_gmtoff) {
        fail_msg("at %lld: %d, not %ld", (long long)seconds,
                 mh_tehran_offset_s(seconds * 1000), tm.tm_gmtoff);
    }
    day = mh_tehran_day(seconds * 1000);
    assert_date(mh_gregorian_from_day((int32_t)day), tm.tm_year + 1900,
                tm.tm_mon + 1, tm.tm_mday);
}

static void the_clock_is_that_of_the_time_zone_database(void **state)
{
    (void)state;
    for (int64_t day = MH_DAY_MIN; day <= MH_DAY_MAX; day++) {
        assert_clock(day * 86400 + 43200);
    }
    for (int i = 1; i < MH_TEHRAN_CHANGES; i++) {
        for (int64_t step = -7200; step <= 7200; step += 600) {
            assert_clock(mh_tehran_changes[i].at_s + step);
        }
        assert_clock(mh_tehran_changes[i].at_s - 1);
    }
}

/* The instant is right if its clock shows the local time again. */
static void local_times_become_instants(void **state)
{
    int jumped = 0;

    (void)state;
    for (int32_t day = MH_DAY_MIN; day <= MH_DAY_MAX; day++) {
        for (int64_t ms = 0; ms < DAY_MS; ms += DAY_MS / 12) {
            int64_t at = mh_tehran_instant_ms(day, ms + 7);
            int64_t shown = at + mh_tehran_offset_s(at) * INT64_C(1000);

            if (shown != day * DAY_MS + ms + 7) {
                assert_int_equal(mh_tehran_day(at), day);
                assert_int_equal(ms, 0);
                jumped++;
            }
        }
    }
    /* Midnight itself was jumped over whenever summer time began at 24:00. */
    assert_in_range(jumped, 20, 40);
}

static void of_two_equal_local_times_the_first_is_taken(void **state)
{
    (void)state;
    assert_true(mh_tehran_instant_ms(gregorian(2022, 9, 21), 23 * 3600000) ==
                utc(2022, 9, 21, 18, 30, 0));
    assert_true(mh_tehran_instant_ms(gregorian(2022, 9, 22), 0) ==
                utc(2022, 9, 21, 20, 30, 0));
    assert_true(mh_tehran_instant_ms(gregorian(2025, 10, 13), 0) ==
                utc(2025, 10, 12, 20, 30, 0));
    assert_true(mh_tehran_instant_ms(gregorian(1925, 1, 1), 0) ==
                utc(1924, 12, 31, 20, 34, 16));
}

static int set_zone(void **state)
{
    (void)state;
    if (setenv("TZ", "Asia/Tehran", 1) != 0) {
        return -1;
    }
    tzset();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(years_are_those_of_the_official_table),
        cmocka_unit_test(days_of_three_centuries_go_there_and_back),
        cmocka_unit_test(gregorian_days_are_those_of_the_c_library),
        cmocka_unit_test(known_days_agree),
        cmocka_unit_test(days_that_do_not_exist_are_refused),
        cmocka_unit_test(extreme_numbers_do_not_overflow),
        cmocka_unit_test(the_day_turns_at_local_midnight),
        cmocka_unit_test(the_clock_is_that_of_the_time_zone_database),
        cmocka_unit_test(local_times_become_instants),
        cmocka_unit_test(of_two_equal_local_times_the_first_is_taken),
    };

    return cmocka_run_group_tests(tests, set_zone, NULL);
}
