/* SPDX-License-Identifier: Apache-2.0 */
/* tests/cases as data, and readings of single values that need no case. */
#include "intake.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "digits.h"
#include "frame.h"
#include "intake_time.h"
#include "json.h"

enum { NOW_MS = 1760421600 };

static struct intake intake;
static struct mh_catalogue *catalogue;
static struct mh_reference *reference;

/* One line and what became of it. */
static struct reading {
    struct mh_buf scratch;
    json_t *object;
    struct intake_room room;
    struct mh_event event;
    struct mh_faults faults;
} reading;

static int load(void **state)
{
    struct mh_buf problems;
    struct mh_err err = {0};
    enum mh_code code;

    (void)state;
    mh_buf_init(&problems, 65536);
    mh_buf_init(&reading.scratch, 8 * MH_EVENT_BYTES_MAX);
    code = mh_catalogue_new(&catalogue, &err);
    if (code == MH_OK) {
        code = mh_catalogue_load(catalogue, "../schemas", &problems, &err);
    }
    if (code == MH_OK) {
        code = mh_reference_new(&reference, &err);
    }
    if (code == MH_OK) {
        code = mh_reference_load(reference, "../schemas", &err);
    }
    if (code != MH_OK) {
        print_error("%s\n%s\n", err.text, mh_buf_string(&problems));
    }
    mh_buf_fini(&problems);
    intake = (struct intake){.catalogue = catalogue, .reference = reference};
    return code == MH_OK ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref(reading.object);
    mh_buf_fini(&reading.scratch);
    mh_catalogue_free(catalogue);
    mh_reference_free(reference);
    return 0;
}

static enum mh_code read_line(const char *text, size_t len)
{
    enum mh_code code;

    json_decref(reading.object);
    reading.object = NULL;
    reading.faults.count = 0;
    code = json_read(text, len, &reading.scratch, &reading.object,
                     &reading.faults);
    if (code == MH_OK) {
        code = intake_read(&intake, reading.object, NOW_MS, &reading.room,
                           &reading.event, &reading.faults);
    }
    if (reading.faults.count > 0) {
        assert_int_equal(code, reading.faults.items[0].code);
    } else {
        assert_int_equal(code, MH_OK);
    }
    return code;
}

/* ----------------------------------------------------------------- cases */

static char *read_file(const char *dir, const char *name, const char *file,
                       size_t *len)
{
    char path[512];
    char *text = malloc(100000);
    FILE *from;

    (void)snprintf(path, sizeof path, "%s/%s/%s", dir, name, file);
    from = fopen(path, "rb");
    if (from == NULL || text == NULL) {
        fail_msg("%s", path);
    }
    *len = fread(text, 1, 99999, from);
    text[*len] = '\0';
    (void)fclose(from);
    return text;
}

static void read_input(const char *dir, const char *name)
{
    size_t len;
    char *text = read_file(dir, name, "input.json", &len);

    if (len > 0 && text[len - 1] == '\n') {
        len--;
    }
    (void)read_line(text, len);
    free(text);
}

static void print_faults(const char *name)
{
    for (int i = 0; i < reading.faults.count; i++) {
        print_error("%s: %s %s\n", name, reading.faults.items[i].pointer,
                    mh_code_name(reading.faults.items[i].code));
    }
}

static json_t *read_data(const char *dir, const char *name, const char *file)
{
    size_t len;
    char *text = read_file(dir, name, file, &len);
    json_t *data = json_loadb(text, len, 0, NULL);

    assert_non_null(data);
    free(text);
    return data;
}

/* Whether `value` is what `want` says; days are texts there. */
static bool is_same(const struct mh_field *field, const struct mh_value *value,
                    const json_t *want)
{
    int64_t number = value->number;

    if (want == NULL || json_is_null(want)) {
        return value->set == MH_NULL;
    }
    if (value->set != MH_VALUE) {
        return false;
    }
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        return json_is_integer(want) && json_integer_value(want) == number;
    case MH_KIND_BOOLEAN:
        return json_is_boolean(want) && json_is_true(want) == (number == 1);
    case MH_KIND_DATE:
        return intake_date(json_string_value(want), json_string_length(want),
                           &number) == MH_OK &&
               number == value->number;
    case MH_KIND_ENUM:
        if (strcmp(field->symbols[number].name, json_string_value(want)) != 0) {
            return false;
        }
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        break;
    }
    return json_string_length(want) == value->len &&
           memcmp(json_string_value(want), value->text, value->len) == 0;
}

static int check_accepted(const char *dir, const char *name)
{
    const struct mh_type *type;
    json_t *want;
    int bad = 0;

    read_input(dir, name);
    if (reading.faults.count > 0) {
        print_faults(name);
        return 1;
    }
    type = reading.event.type;
    want = read_data(dir, name, "event.json");
    bad += strcmp(type->name,
                  json_string_value(json_object_get(want, "event_type"))) != 0;
    for (int i = 0; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];
        const json_t *value = json_object_get(want, field->name);

        if (i == MH_FIELD_POSTED_AT && value == NULL) {
            bad += reading.event.values[i].number != NOW_MS;
        } else if (!is_same(field, &reading.event.values[i], value)) {
            print_error("%s: /%s differs\n", name, field->name);
            bad++;
        }
    }
    json_decref(want);
    return bad;
}

static int check_refused(const char *dir, const char *name)
{
    json_t *want = read_data(dir, name, "faults.json");
    int bad;

    read_input(dir, name);
    bad = (int)json_array_size(want) != reading.faults.count;
    for (int i = 0; i < reading.faults.count && !bad; i++) {
        const struct mh_fault *fault = &reading.faults.items[i];
        const json_t *one = json_array_get(want, (size_t)i);

        bad = strcmp(fault->pointer,
                     json_string_value(json_object_get(one, "pointer"))) != 0 ||
              strcmp(mh_code_name(fault->code),
                     json_string_value(json_object_get(one, "code"))) != 0;
    }
    if (bad) {
        print_error("%s: wanted others than:\n", name);
        print_faults(name);
    }
    json_decref(want);
    return bad;
}

static int check_cases(const char *dir,
                       int (*check)(const char *dir, const char *name))
{
    DIR *folder = opendir(dir);
    const struct dirent *entry;
    int count = 0;
    int bad = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] != '.') {
            bad += check(dir, entry->d_name) != 0;
            count++;
        }
    }
    (void)closedir(folder);
    assert_true(count > 40);
    return bad;
}

static void all_accepted_cases_become_their_event(void **state)
{
    (void)state;
    assert_int_equal(check_cases("cases/accept", check_accepted), 0);
}

static void all_refused_cases_have_their_faults(void **state)
{
    (void)state;
    assert_int_equal(check_cases("cases/refuse", check_refused), 0);
}

/* --------------------------------------------------------- single values */

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
    (void)read_line(text, (size_t)len);
}

static void expect_fault(const char *more, const char *pointer,
                         enum mh_code code)
{
    read_meeting(more);
    if (reading.faults.count != 1 ||
        strcmp(reading.faults.items[0].pointer, pointer) != 0 ||
        reading.faults.items[0].code != code) {
        print_faults(more);
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
        print_faults(more);
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
    (void)read_line(TEXT, sizeof TEXT - 1);
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
    (void)read_line(TEXT, sizeof TEXT - 1);
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
    (void)read_line(TEXT, sizeof TEXT - 1);
    assert_int_equal(reading.faults.count, 1);
    assert_string_equal(reading.faults.items[0].pointer, "/event_type");
    assert_int_equal(reading.faults.items[0].code, MH_REQUIRED);
    intake.type = mh_catalogue_type(catalogue, "cleanup_held", 12);
    (void)read_line(TEXT, sizeof TEXT - 1);
    intake.type = NULL;
    assert_ptr_equal(reading.event.type,
                     mh_catalogue_type(catalogue, "cleanup_held", 12));
    assert_string_equal(reading.faults.items[0].pointer, "/event_id");
}

/* ----------------------------------------------------------- day and time */

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
        cmocka_unit_test(all_accepted_cases_become_their_event),
        cmocka_unit_test(all_refused_cases_have_their_faults),
        cmocka_unit_test(numbers_are_read_in_three_scripts),
        cmocka_unit_test(what_is_no_whole_number_is_a_fault_of_its_field),
        cmocka_unit_test(too_large_numbers_are_max_and_min_at_their_field),
        cmocka_unit_test(names_of_no_field_are_pointed_at),
        cmocka_unit_test(ids_are_named_or_refused),
        cmocka_unit_test(an_id_of_source_ref_is_that_of_the_contract),
        cmocka_unit_test(a_value_that_was_refused_is_no_second_fault),
        cmocka_unit_test(a_type_may_be_given_beside_the_line),
        cmocka_unit_test(days_are_read_in_both_calendars),
        cmocka_unit_test(instants_are_read_with_and_without_offset),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
