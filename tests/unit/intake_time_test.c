/* SPDX-License-Identifier: Apache-2.0 */
/* Days in both calendars, instants with and without an offset. */
#include "intake_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void days_are_read_in_both_calendars(void **state)
{
    static const struct {
        const char *text;
        enum mh_code code;
        int64_t day;
    } DAYS[] = {
        {"2025-10-13", MH_OK, 20374},
        {"1404-07-21", MH_OK, 20374},
        {"1404/07/21", MH_OK, 20374},
        {"\xdb\xb1\xdb\xb4\xdb\xb0\xdb\xb4/\xdb\xb0\xdb\xb7/\xdb\xb2\xdb\xb1",
         MH_OK, 20374},
        {"1403-12-30", MH_OK, 20167},
        {"1404-12-30", MH_DATE, 0},
        {"2025-02-29", MH_DATE, 0},
        {"2025-13-01", MH_DATE, 0},
        {"1404-00-01", MH_DATE, 0},
        {"0000-01-01", MH_DATE, 0},
        {"2025/10/13", MH_TYPE, 0},
        {"1404-07/21", MH_TYPE, 0},
        {"1404-7-21", MH_TYPE, 0},
        {"1404-07-21 ", MH_TYPE, 0},
        {"14040721", MH_TYPE, 0},
        {"", MH_TYPE, 0},
        {"\xdb\xb1\xdb\xb4\xdb\xb0\xdb\xb4-07-21", MH_TYPE, 0},
        {"1404-07-21T00:00:00Z", MH_TYPE, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof DAYS / sizeof DAYS[0]; i++) {
        int64_t day = 0;
        enum mh_code code =
            intake_date(DAYS[i].text, strlen(DAYS[i].text), &day);

        if (code != DAYS[i].code || day != DAYS[i].day) {
            fail_msg("%s: %s %d", DAYS[i].text, mh_code_name(code), (int)day);
        }
    }
    assert_int_equal(intake_date("1404-07-21\0x", 12, &(int64_t){0}), MH_TYPE);
}

static void instants_are_read_with_and_without_offset(void **state)
{
    static const struct {
        const char *text;
        enum mh_code code;
        int64_t ms;
    } TIMES[] = {
        {"2025-10-13T10:30:00+03:30", MH_OK, 1760338800000},
        {"2025-10-13T07:00:00Z", MH_OK, 1760338800000},
        {"2025-10-13t07:00:00z", MH_OK, 1760338800000},
        {"2025-10-13 10:30:00", MH_OK, 1760338800000},
        {"1404/07/21 10:30:00", MH_OK, 1760338800000},
        {"1404-07-21T10:30:00.25", MH_OK, 1760338800250},
        {"1404-07-21T10:30:00.123456789123", MH_OK, 1760338800123},
        {"2025-10-13T02:00:00-05:00", MH_OK, 1760338800000},
        /* summer time: an hour more, until 2022 */
        {"2022-07-01T12:00:00", MH_OK, 1656660600000},
        /* the clock went from 00:00 to 01:00 */
        {"1401-01-02T00:30:00", MH_DATE, 0},
        {"2025-10-13T24:00:00Z", MH_DATE, 0},
        {"2025-10-13T23:60:00Z", MH_DATE, 0},
        {"2025-10-13T23:59:60Z", MH_DATE, 0},
        {"2025-02-30T10:30:00Z", MH_DATE, 0},
        {"2025-10-13T10:30:00+24:00", MH_DATE, 0},
        {"2025-10-13", MH_TYPE, 0},
        {"2025-10-13T10:30", MH_TYPE, 0},
        {"2025-10-13T10:30:00.", MH_TYPE, 0},
        {"2025-10-13T10:30:00+0330", MH_TYPE, 0},
        {"2025-10-13T10:30:00 +03:30", MH_TYPE, 0},
        {"2025-10-13T10:30:00Zx", MH_TYPE, 0},
        {"2025-02-30T10:30", MH_TYPE, 0},
        {"1760338800000", MH_TYPE, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof TIMES / sizeof TIMES[0]; i++) {
        int64_t ms = 0;
        enum mh_code code =
            intake_instant(TIMES[i].text, strlen(TIMES[i].text), &ms);

        if (code != TIMES[i].code || (code == MH_OK && ms != TIMES[i].ms)) {
            fail_msg("%s: %s %lld", TIMES[i].text, mh_code_name(code),
                     (long long)ms);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_read_in_both_calendars),
        cmocka_unit_test(instants_are_read_with_and_without_offset),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
