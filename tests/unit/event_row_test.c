/* SPDX-License-Identifier: Apache-2.0 */
/* A row of core.event by hand; arrays that are not ours. Round trips of all
 * types are part of order_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "event_row.h"
#include "pgbinary.h"
#include "sample.h"
#include "with_world.h"

static void a_row_is_these_columns(void **state)
{
    static const char WANTED[] =
        "\0\0\0\x10\x74\xa1\xfd\x16\x80\x8e\x5f\x52\xa4\x96\xcd\x06\xc5\xfb"
        "\xc5\xb9"                                   /* event_id */
        "\0\0\0\x08\xff\xff\xff\xff\xff\xff\xff\xfe" /* content */
        "\0\0\0\x08\0\0\0\0\0\0\0\x09"               /* offset */
        "\0\0\0\x08\0\0\0\0\0\0\x03\xe8"             /* received_at */
        "\0\0\0\x08\0\0\0\0\0\0\x07\xd0"             /* posted_at */
        "\0\0\0\x08\0\0\0\0\0\0\0\x07"               /* applied_at */
        "\xff\xff\xff\xff"                           /* occurred_at */
        "\0\0\0\4\0\0\0\2"                           /* revision */
        "\0\0\0\4\0\0\x24\xc9"                       /* occurred_on, 9417 */
        "\0\0\0\4\0\0\0\x65"                         /* type_id */
        "\0\0\0\2\0\1"                               /* agency_id */
        "\0\0\0\2\0\x03"                             /* partition */
        "\0\0\0\1\1"                                 /* in_force */
        "\0\0\0\5OTHER"
        "\0\0\0\x09"
        "c1195-012"
        "\0\0\0\x0c"
        "c1195-012-C1"
        "\xff\xff\xff\xff" /* programme_code */
        "\xff\xff\xff\xff" /* source_ref */
        "\0\0\0\x30\0\0\0\1\0\0\0\1\0\0\0\x14\0\0\0\3\0\0\0\1"
        "\xff\xff\xff\xff\0\0\0\x08\0\0\0\0\0\0\0\x05\0\0\0\x08"
        "\xff\xff\xff\xff\xff\xff\xff\xff" /* numbers {,5,-1} */
        "\0\0\0\x1d\0\0\0\1\0\0\0\0\0\0\0\x19\0\0\0\1\0\0\0\1"
        "\0\0\0\5PILOT"; /* codes */
    struct mh_event event;
    struct message message = {.partition = 3, .offset = 9};
    struct version version;
    struct mh_buf buf;

    (void)state;
    sample_plain(world, world_type(world, "council_formed"), &event);
    sample_set(world, &event,
               "op=CORRECT revision=2 correction_reason=OTHER "
               "posted_at=946684800002 council_phase=PILOT women_count=5 "
               "committees_count=-1");
    version = (struct version){.type = event.type,
                               .agency_id = 1,
                               .revision = 2,
                               .occurred_on = 20374,
                               .in_force = true,
                               .content = UINT64_MAX - 1,
                               .values = event.values,
                               .message = &message,
                               .received_ms = 946684800001};
    memcpy(version.id,
           "\x74\xa1\xfd\x16\x80\x8e\x5f\x52"
           "\xa4\x96\xcd\x06\xc5\xfb\xc5\xb9",
           16);
    mh_buf_init(&buf, 4096);
    event_row_write(&buf, &version, 7);
    assert_false(buf.failed);
    assert_int_equal(buf.len, sizeof WANTED - 1);
    assert_memory_equal(buf.bytes, WANTED, sizeof WANTED - 1);
    mh_buf_fini(&buf);
}

static enum mh_code read_numbers(const char *numbers, size_t len,
                                 int32_t type_id, struct version **version)
{
    struct event_row row = {.id = (const uint8_t *)"0123456789abcdef",
                            .type_id = type_id,
                            .place = "24",
                            .place_len = 2,
                            .numbers = numbers,
                            .numbers_len = len};
    struct mh_err err;

    return event_row_read(&row, world->catalogue, &world->arena, version, &err);
}

#define ARRAY "\0\0\0\1\0\0\0\1\0\0\0\x14"

static void arrays_that_are_not_ours_are_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } BAD[] = {
        {"", 0},
        {"\0\0\0\0\0\0\0\0\0\0\0\x14", 12},
        {"\0\0\0\2\0\0\0\0\0\0\0\x14\0\0\0\1\0\0\0\1", 20},
        {ARRAY "\0\0\0\1\0\0\0", 19},
        {ARRAY "\0\0\0\1\0\0\0\1", 20},
        {ARRAY "\0\0\0\1\0\0\0\1\0\0\0", 23},
        {ARRAY "\0\0\0\1\0\0\0\1\0\0\0\x08", 24},
        {ARRAY "\0\0\0\1\0\0\0\1\0\0\0\x08\0\0\0\0\0\0\0", 31},
        {ARRAY "\0\0\0\1\0\0\0\1\0\0\0\4\0\0\0\1", 28},
        {ARRAY "\0\0\0\1\0\0\0\1\xff\xff\xff\xfe", 24},
        {ARRAY "\0\0\0\1\0\0\0\1\x7f\xff\xff\xff", 24},
        {ARRAY "\0\0\0\3\0\0\0\1\xff\xff\xff\xff", 24},
    };
    struct version *version;

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(read_numbers(BAD[i].bytes, BAD[i].len, 101, &version),
                         MH_CONTRACT);
    }
}

static void an_array_may_be_short_or_missing(void **state)
{
    struct version *version;

    (void)state;
    assert_int_equal(read_numbers(NULL, 0, 101, &version), MH_OK);
    for (int i = MH_ENVELOPE_COUNT; i < version->type->field_count; i++) {
        assert_int_equal(version->values[i].set, MH_NULL);
    }
    assert_null(version->message);
    assert_int_equal(version->values[MH_FIELD_PLACE_CODE].len, 2);
    assert_int_equal(version->values[MH_FIELD_PROGRAMME_CODE].set, MH_NULL);
    assert_int_equal(
        read_numbers(ARRAY "\0\0\0\1\0\0\0\1\0\0\0\x08\0\0\0\0\0\0\0\x05", 32,
                     101, &version),
        MH_OK);
    assert_int_equal(version->values[13].number, 5);
    assert_int_equal(version->values[14].set, MH_NULL);
}

static void an_unknown_type_is_refused(void **state)
{
    struct version *version;

    (void)state;
    assert_int_equal(read_numbers(NULL, 0, 9999, &version), MH_CONTRACT);
    assert_int_equal(read_numbers(NULL, 0, -1, &version), MH_CONTRACT);
}

static void a_full_arena_is_said(void **state)
{
    struct event_row row = {.id = (const uint8_t *)"0123456789abcdef",
                            .type_id = 101};
    struct version *version;
    struct mh_arena arena;
    struct mh_err err;

    (void)state;
    mh_arena_init(&arena, 0);
    assert_int_equal(
        event_row_read(&row, world->catalogue, &arena, &version, &err),
        MH_MEMORY);
    mh_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_these_columns),
        cmocka_unit_test(arrays_that_are_not_ours_are_refused),
        cmocka_unit_test(an_array_may_be_short_or_missing),
        cmocka_unit_test(an_unknown_type_is_refused),
        cmocka_unit_test(a_full_arena_is_said),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
