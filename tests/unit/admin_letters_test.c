/* SPDX-License-Identifier: Apache-2.0 */
/* Moments as a person writes them, and as PostgreSQL is to read them. */
#include "admin_letters.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* 2025-10-13 12:34:56.789 UTC */
static const int64_t NOW_MS = INT64_C(1760358896789);

static void expect_moment(const char *text, const char *expected)
{
    char moment[ADMIN_MOMENT_BYTES] = "";
    bool read = admin_read_moment(text, NOW_MS, moment);

    if (expected == NULL) {
        assert_false(read);
    } else {
        assert_true(read);
        assert_string_equal(moment, expected);
    }
}

static void test_days_of_both_calendars(void **state)
{
    (void)state;
    expect_moment("2025-10-13", "2025-10-13 00:00 Asia/Tehran");
    expect_moment("1404/07/21", "2025-10-13 00:00 Asia/Tehran");
    expect_moment("1404-07-21", "2025-10-13 00:00 Asia/Tehran");
    expect_moment("1404/12/30", NULL); /* no leap year */
    expect_moment("2025-02-29", NULL);
    expect_moment("", NULL);
    expect_moment("yesterday", NULL);
}

static void test_times_and_zones(void **state)
{
    (void)state;
    expect_moment("1404/07/21T08:30", "2025-10-13 08:30 Asia/Tehran");
    expect_moment("2025-10-13 23:59:59", "2025-10-13 23:59:59 Asia/Tehran");
    expect_moment("2025-10-13T05:00:00Z", "2025-10-13 05:00:00Z");
    expect_moment("2025-10-13T05:00+03:30", "2025-10-13 05:00+03:30");
    expect_moment("2025-10-13T24:00", NULL);
    expect_moment("2025-10-13T05:60", NULL);
    expect_moment("2025-10-13T05:00:60", NULL);
    expect_moment("2025-10-13T5:00", NULL);
    expect_moment("2025-10-13T", NULL);
    expect_moment("2025-10-13T05:00 Europe/Paris", NULL);
    expect_moment("2025-10-13T05:00+3", NULL);
    expect_moment("2025-10-13T05:00+15:00", NULL);
    expect_moment("2025-10-13T05:00-03:300", NULL);
    expect_moment("2025-10-13T05:00'; DROP", NULL);
}

static void test_how_long_ago(void **state)
{
    (void)state;
    expect_moment("0s", "2025-10-13 12:34:56Z");
    expect_moment("56s", "2025-10-13 12:34:00Z");
    expect_moment("35m", "2025-10-13 11:59:56Z");
    expect_moment("13h", "2025-10-12 23:34:56Z");
    expect_moment("365d", "2024-10-13 12:34:56Z");
    expect_moment("999999d", NULL); /* before the calendar */
    expect_moment("1000000s", NULL);
    expect_moment("2w", NULL);
    expect_moment("h", NULL);
    expect_moment("2hh", NULL);
    expect_moment("-2h", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days_of_both_calendars),
        cmocka_unit_test(test_times_and_zones),
        cmocka_unit_test(test_how_long_ago),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
