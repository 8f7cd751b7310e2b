/* SPDX-License-Identifier: Apache-2.0 */
/* Readings of single values, names and ids that need no case of their own. */
#include "reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct reading reading;

static int load(void **state)
{
    (void)state;
    reading_open(&reading);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    reading_close(&reading);
    return 0;
}

/* A good meeting, with `more` at its end. */
static void read_meeting(const char *more)
{
    char text[4096];
    int len = snprintf(
        text, sizeof text,
        "{\"event_type\":\"council_meeting_held\",\"source_ref\":\"N-1\","
        "\"occurred_on\":\"1404/07/21\",\"agency_code\":\"governorate\","
        "\"place_code\":\"c1195-001\",\"council_code\":\"c1195-001-C1\"%s}",
        more);

    assert_true(len > 0 && (size_t)len < sizeof text);
    reading_line(&reading, text, (size_t)len);
}

static void expect_fault(const char *more, const char *pointer,
                         enum mh_code code)
{
    read_meeting(more);
    if (reading.faults.count != 1 ||
        strcmp(reading.faults.items[0].pointer, pointer) != 0 ||
        reading.faults.items[0].code != code) {
        reading_print_faults(&reading, more);
        fail_msg("%s: wanted only %s %s", more, pointer, mh_code_name(code));
    }
}

static void expect_members(const char *value, int64_t number)
{
    char more[256];
    int field;

    (void)snprintf(more, sizeof more, ",\"members_present\":%s", value);
    read_meeting(more);
    if (reading.faults.count > 0) {
        reading_print_faults(&reading, more);
        fail();
    }
    field = mh_type_find(reading.event.type, "members_present", 15);
    assert_true(reading.event.values[field].number == number);
}

static void expect_members_fault(const char *value, enum mh_code code)
{
    char more[256];

    (void)snprintf(more, sizeof more, ",\"members_present\":%s", value);
    expect_fault(more, "/members_present", code);
}

static void numbers_are_read_in_three_scripts(void **state)
{
    (void)state;
    expect_members("12", 12);
    expect_members("-0", 0);
    expect_members("\"12\"", 12);
    expect_members("\"0000000000000000000000012\"", 12);
    expect_members("\"\xdb\xb1\xdb\xb2\"", 12);
    expect_members("\"\xd9\xa1\xd9\xa2\"", 12);
    expect_members("{\"int\":12}", 12);
    expect_members("{\"int\":\"12\"}", 12);
}

static void what_is_no_whole_number_is_a_fault_of_its_field(void **state)
{
    static const char *const BAD[] = {"1.0",
                                      "1e3",
                                      "1e400",
                                      "-1.5",
                                      "\"1.0\"",
                                      "\"\"",
                                      "\"-\"",
                                      "\"+1\"",
                                      "\" 1\"",
                                      "\"1 \"",
                                      "\"--1\"",
                                      "true",
                                      "[1]",
                                      "{}",
                                      "{\"long\":1}",
                                      "{\"string\":\"1\"}",
                                      "{\"int\":null}",
                                      "{\"int\":1,\"b\":2}",
                                      "\"0x10\"",
                                      "\"1\xdb\xb2\"",
                                      "\"\xd9\xa1\xdb\xb2\"",
                                      "\"1,000\""};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        expect_members_fault(BAD[i], MH_TYPE);
    }
}

static void too_large_numbers_are_max_and_min_at_their_field(void **state)
{
    (void)state;
    expect_members_fault("1000000001", MH_MAX);
    expect_members_fault("2147483648", MH_MAX);
    expect_members_fault("9223372036854775807", MH_MAX);
    expect_members_fault("9223372036854775808", MH_MAX);
    expect_members_fault("99999999999999999999999999999999999", MH_MAX);
    expect_members_fault("\"99999999999999999999999999999999\"", MH_MAX);
    expect_members_fault("-1", MH_MIN);
    expect_members_fault("-2147483649", MH_MIN);
    expect_members_fault("-9223372036854775808", MH_MIN);
    expect_members_fault("-9223372036854775809", MH_MIN);
    expect_members_fault("-99999999999999999999999999999999999", MH_MIN);
}

static void numbers_of_dates_and_times_need_their_tag(void **state)
{
    (void)state;
    read_meeting(",\"occurred_at\":{\"long\":1760338800000}");
    assert_int_equal(reading.faults.count, 0);
    assert_true(reading.event.values[MH_FIELD_OCCURRED_AT].number ==
                1760338800000);
    expect_fault(",\"occurred_at\":1760338800000", "/occurred_at", MH_TYPE);
    expect_fault(",\"occurred_at\":{\"int\":1760338800000}", "/occurred_at",
                 MH_TYPE);
    expect_fault(",\"occurred_at\":{\"long\":1.5}", "/occurred_at", MH_TYPE);
    expect_fault(",\"occurred_at\":{\"long\":1760400000000}", "/occurred_at",
                 MH_DAY);
}

static void names_of_no_field_are_pointed_at(void **state)
{
    char more[1024] = ",\"";

    (void)state;
    expect_fault(",\"foo\":null", "/foo", MH_UNKNOWN_FIELD);
    expect_fault(",\"a/~b\":1", "/a~1~0b", MH_UNKNOWN_FIELD);
    expect_fault(",\"\":1", "/", MH_UNKNOWN_FIELD);
    for (int i = 0; i < 100; i++) {
        memcpy(more + 2 + 2 * i, "\xdb\xb1", 2);
    }
    memcpy(more + 202, "\":1", 4);
    read_meeting(more);
    assert_int_equal(reading.faults.count, 1);
    assert_int_equal(strlen(reading.faults.items[0].pointer), 93);
}

static void a_misspelt_name_is_told_what_it_may_mean(void **state)
{
    (void)state;
    expect_fault(",\"member_present\":1", "/member_present", MH_UNKNOWN_FIELD);
    assert_string_equal(reading.faults.items[0].expected,
                        "a field of the type, such as members_present");
    expect_fault(",\"free_text\":1", "/free_text", MH_UNKNOWN_FIELD);
    assert_string_equal(reading.faults.items[0].expected,
                        "a field of the type");
    read_meeting(",\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"op_\":1");
    assert_int_equal(reading.faults.count, 5);
    assert_string_equal(reading.faults.items[4].expected,
                        "a field of the type");
}

static void ids_are_named_or_refused(void **state)
{
    char more[512];

    (void)state;
    read_meeting(",\"event_id\":\"0B1F6A52-3C4D-4E5F-8A9B-0C1D2E3F4A11\"");
    assert_int_equal(reading.faults.count, 0);
    assert_memory_equal(reading.event.values[0].text,
                        "0b1f6a52-3c4d-4e5f-8a9b-0c1d2e3f4a11", 36);
    read_meeting(",\"event_id\":\"reg-no 12/A\"");
    assert_int_equal(reading.faults.count, 0);
    assert_memory_equal(reading.event.values[0].text,
                        "74a1fd16-808e-5f52-a496-cd06c5fbc5b9", 36);
    expect_fault(",\"event_id\":5", "/event_id", MH_TYPE);
    expect_fault(",\"event_id\":99999999999999999999", "/event_id", MH_TYPE);
    expect_fault(",\"event_id\":\"\"", "/event_id", MH_PATTERN);
    memset(more, 'x', sizeof more);
    memcpy(more, ",\"event_id\":\"", 13);
    memcpy(more + 13 + 201, "\"", 2);
    expect_fault(more, "/event_id", MH_PATTERN);
    memcpy(more + 13 + 200, "\"", 2);
    read_meeting(more);
    assert_int_equal(reading.faults.count, 0);
}

static void an_id_of_source_ref_is_that_of_the_contract(void **state)
{
    static const char TEXT[] =
        "{\"event_type\":\"cleanup_held\",\"source_ref\":\"REG/7\","
        "\"occurred_on\":\"1404/07/21\",\"agency_code\":\"governorate\","
        "\"place_code\":\"c1195-001\"}";

    (void)state;
    reading_line(&reading, TEXT, sizeof TEXT - 1);
    assert_memory_equal(reading.event.values[0].text,
                        "931a3cd2-db56-5dbf-a7c9-950ad4df0f84", 36);
}

static void a_value_that_was_refused_is_no_second_fault(void **state)
{
    static const char TEXT[] =
        "{\"event_type\":\"council_meeting_held\",\"source_ref\":5,"
        "\"occurred_on\":20250101,\"agency_code\":[],"
        "\"place_code\":5,\"council_code\":{}}";

    (void)state;
    reading_line(&reading, TEXT, sizeof TEXT - 1);
    assert_int_equal(reading.faults.count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(reading.faults.items[i].code, MH_TYPE);
    }
    assert_string_equal(reading.faults.items[0].pointer, "/occurred_on");
}

static void a_type_may_be_given_beside_the_line(void **state)
{
    static const char TEXT[] = "{\"event_type\":null}";

    (void)state;
    reading_line(&reading, TEXT, sizeof TEXT - 1);
    assert_int_equal(reading.faults.count, 1);
    assert_string_equal(reading.faults.items[0].pointer, "/event_type");
    assert_int_equal(reading.faults.items[0].code, MH_REQUIRED);
    reading.intake.type = world_type(reading.world, "cleanup_held");
    reading_line(&reading, TEXT, sizeof TEXT - 1);
    reading.intake.type = NULL;
    assert_ptr_equal(reading.event.type,
                     world_type(reading.world, "cleanup_held"));
    assert_string_equal(reading.faults.items[0].pointer, "/event_id");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_in_three_scripts),
        cmocka_unit_test(what_is_no_whole_number_is_a_fault_of_its_field),
        cmocka_unit_test(too_large_numbers_are_max_and_min_at_their_field),
        cmocka_unit_test(numbers_of_dates_and_times_need_their_tag),
        cmocka_unit_test(names_of_no_field_are_pointed_at),
        cmocka_unit_test(a_misspelt_name_is_told_what_it_may_mean),
        cmocka_unit_test(ids_are_named_or_refused),
        cmocka_unit_test(an_id_of_source_ref_is_that_of_the_contract),
        cmocka_unit_test(a_value_that_was_refused_is_no_second_fault),
        cmocka_unit_test(a_type_may_be_given_beside_the_line),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
