/* SPDX-License-Identifier: Apache-2.0 */
/* A record becomes a version or a letter that names what can be trusted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "content_hash.h"
#include "encode.h"
#include "frame.h"
#include "sample.h"
#include "verdict.h"

enum { ARENA_BYTES = 4 * 1024 * 1024, LETTER_BYTES = 4096 };

static struct world *world;
static struct mh_arena arena;
static struct mh_buf buf;
static struct version *version;
static struct letter *letter;

static void read_bytes(const void *bytes, size_t len)
{
    static struct message message;

    message = (struct message){
        .offset = 5, .at_ms = 77, .value = bytes, .value_len = len};
    mh_arena_reset(&arena);
    assert_int_equal(verdict_read(&message, world->catalogue, world->reference,
                                  &arena, &version, &letter),
                     MH_OK);
    assert_true((version == NULL) != (letter == NULL));
    assert_ptr_equal(version != NULL ? version->message : letter->message,
                     &message);
}

/* A plain event of the type after the edits. */
static void read_event(const char *type, const char *edits)
{
    struct mh_event event;

    sample_plain(world, world_type(world, type), &event);
    sample_set(world, &event, edits);
    mh_buf_reset(&buf);
    mh_encode(&event, &buf);
    read_bytes(buf.bytes, buf.len);
}

static void expect_letter(const char *reason, const char *pointer,
                          const char *type, const char *agency, bool id)
{
    assert_non_null(letter);
    assert_string_equal(mh_code_name(letter->reason), reason);
    assert_string_equal(letter->pointer, pointer);
    assert_true((letter->event_id != NULL) == id);
    if (type == NULL) {
        assert_null(letter->event_type);
    } else {
        assert_string_equal(letter->event_type, type);
    }
    if (agency == NULL) {
        assert_null(letter->agency_code);
    } else {
        assert_string_equal(letter->agency_code, agency);
    }
}

static void a_good_record_is_a_version(void **state)
{
    struct mh_event event;

    (void)state;
    read_event("council_formed", "revision=3 op=RETRACT "
                                 "correction_reason=PRIVACY members_count=9");
    assert_non_null(version);
    assert_string_equal(version->type->name, "council_formed");
    assert_memory_equal(version->id, "\x74\xa1\xfd\x16\x80\x8e\x5f\x52", 8);
    assert_int_equal(version->agency_id, 1);
    assert_int_equal(version->revision, 3);
    assert_int_equal(version->occurred_on, 20374);
    assert_false(version->in_force);
    assert_int_equal(version->received_ms, 77);
    sample_plain(world, version->type, &event);
    sample_set(world, &event,
               "revision=3 op=RETRACT "
               "correction_reason=PRIVACY members_count=9");
    assert_true(version->content == mh_content_hash(&event));
    memcpy(event.values, version->values,
           sizeof *event.values * (size_t)event.type->field_count);
    assert_int_equal(
        event.values[mh_type_find(event.type, "members_count", 13)].number, 9);
    read_event("council_formed", "revision=1 op=CORRECT "
                                 "correction_reason=OTHER");
    assert_true(version->in_force);
}

static void what_is_no_frame_tells_nothing(void **state)
{
    (void)state;
    read_bytes(NULL, 0);
    expect_letter("FRAME", "", NULL, NULL, false);
    read_bytes("", 0);
    expect_letter("FRAME", "", NULL, NULL, false);
    read_bytes("\0\0\0\0", 4);
    expect_letter("FRAME", "", NULL, NULL, false);
    read_bytes("\1\0\0\0\x65", 5);
    expect_letter("FRAME", "", NULL, NULL, false);
    read_bytes("\0\xff\xff\xff\xff", 5);
    expect_letter("SCHEMA_ID", "", NULL, NULL, false);
    read_bytes("\0\0\0\0\0x", 6);
    expect_letter("SCHEMA_ID", "", NULL, NULL, false);
}

static void an_oversized_record_is_not_looked_at(void **state)
{
    uint8_t *bytes = calloc(1, MH_EVENT_BYTES_MAX + 1);

    (void)state;
    assert_non_null(bytes);
    bytes[4] = 101;
    read_bytes(bytes, MH_EVENT_BYTES_MAX + 1);
    expect_letter("TOO_LARGE", "", NULL, NULL, false);
    read_bytes(bytes, MH_EVENT_BYTES_MAX);
    /* 65 KiB of zeros: empty texts, nulls, and a tail */
    expect_letter("TRAILING", "", "council_formed", NULL, false);
    free(bytes);
}

static void bytes_that_do_not_follow_name_type_and_field(void **state)
{
    (void)state;
    read_bytes("\0\0\0\0\x65", 5);
    expect_letter("DECODE", "/event_id", "council_formed", NULL, false);
    read_event("council_formed", "");
    read_bytes(buf.bytes, buf.len - 1);
    expect_letter("DECODE", "/officials_present", "council_formed", NULL,
                  false);
    mh_buf_byte(&buf, 0);
    read_bytes(buf.bytes, buf.len);
    expect_letter("TRAILING", "", "council_formed", NULL, false);
}

static void a_fault_leaves_id_and_agency_readable(void **state)
{
    (void)state;
    read_event("council_formed", "members_count=-1");
    expect_letter("MIN", "/members_count", "council_formed", "governorate",
                  true);
    assert_memory_equal(letter->event_id, "\x74\xa1\xfd\x16\x80\x8e", 6);
    read_event("council_formed", "agency_code=nobody members_count=-1");
    expect_letter("AGENCY", "/agency_code", "council_formed", "nobody", true);
    read_event("council_formed", "agency_code=No-body");
    expect_letter("PATTERN", "/agency_code", "council_formed", NULL, true);
    read_event("council_formed", "event_id=no-uuid members_count=-1");
    expect_letter("PATTERN", "/event_id", "council_formed", "governorate",
                  false);
}

static void the_detail_holds_all_faults_and_no_contents(void **state)
{
    json_t *detail, *fault;

    (void)state;
    read_event("council_formed", "agency_code=nobody members_count=-77 "
                                 "source_ref=0084575948 event_id=nonsense");
    detail = json_loads(letter->detail, 0, NULL);
    assert_int_equal(json_array_size(detail), 4);
    fault = json_array_get(detail, 2);
    assert_int_equal(json_object_size(fault), 3);
    assert_string_equal(json_string_value(json_object_get(fault, "pointer")),
                        "/source_ref");
    assert_string_equal(json_string_value(json_object_get(fault, "code")),
                        "PERSONAL");
    assert_non_null(json_string_value(json_object_get(fault, "detail")));
    assert_null(strstr(letter->detail, "0084575948"));
    assert_null(strstr(letter->detail, "nonsense"));
    assert_null(strstr(letter->detail, "nobody"));
    assert_null(strstr(letter->detail, "-77"));
    json_decref(detail);
}

/* Every text wrong, every number out of range: a whole batch of the worst
 * records must fit the room that batch.c gives each of them. */
static void the_worst_letter_fits_its_share_of_a_batch(void **state)
{
    struct mh_event event;
    size_t largest = 0;

    (void)state;
    for (int t = 0; t < mh_catalogue_count(world->catalogue); t++) {
        const struct mh_type *type = mh_catalogue_at(world->catalogue, t);
        struct mh_arena room;
        struct message message = {.offset = 0};

        sample_plain(world, type, &event);
        for (int i = 0; i < type->field_count; i++) {
            struct mh_value *value = &event.values[i];
            bool text = type->fields[i].kind == MH_KIND_STRING ||
                        type->fields[i].kind == MH_KIND_UUID;

            if (type->fields[i].kind == MH_KIND_ENUM) {
                value->set = type->fields[i].optional ? MH_NULL : value->set;
                continue;
            }
            value->set = MH_VALUE;
            value->number = INT32_MIN;
            value->number += i == MH_FIELD_OCCURRED_ON;
            value->text = text ? "!" : NULL;
            value->len = text ? 1 : 0;
            if (type->fields[i].kind == MH_KIND_BOOLEAN) {
                value->number = 1;
            } else if (type->fields[i].kind == MH_KIND_TIMESTAMP) {
                value->number = INT64_MAX;
            }
        }
        mh_buf_reset(&buf);
        mh_encode(&event, &buf);
        message.value = buf.bytes;
        message.value_len = buf.len;
        mh_arena_init(&room, ARENA_BYTES);
        assert_int_equal(verdict_read(&message, world->catalogue,
                                      world->reference, &room, &version,
                                      &letter),
                         MH_OK);
        assert_non_null(letter);
        if (room.used > largest) {
            largest = room.used;
        }
        mh_arena_fini(&room);
    }
    assert_in_range(largest, 1, LETTER_BYTES);
}

static void a_full_arena_is_said(void **state)
{
    struct mh_arena small;
    struct message message;

    (void)state;
    mh_arena_init(&small, 0);
    read_event("council_formed", "");
    message = (struct message){.value = buf.bytes, .value_len = buf.len};
    assert_int_equal(verdict_read(&message, world->catalogue, world->reference,
                                  &small, &version, &letter),
                     MH_MEMORY);
    message.value_len--;
    assert_int_equal(verdict_read(&message, world->catalogue, world->reference,
                                  &small, &version, &letter),
                     MH_MEMORY);
    assert_null(verdict_letter(&message, MH_CONFLICT, NULL, &small));
    read_event("council_formed", "members_count=-1");
    message = (struct message){.value = buf.bytes, .value_len = buf.len};
    assert_int_equal(verdict_read(&message, world->catalogue, world->reference,
                                  &small, &version, &letter),
                     MH_MEMORY);
    mh_arena_fini(&small);
}

static void a_letter_can_be_written_for_a_version(void **state)
{
    struct message message = {.offset = 9};
    struct version *conflicting;

    (void)state;
    read_event("council_formed", "");
    conflicting = version;
    letter = verdict_letter(&message, MH_CONFLICT, conflicting, &arena);
    expect_letter("CONFLICT", "", "council_formed", "governorate", true);
    letter = verdict_letter(&message, MH_CONFLICT, NULL, &arena);
    expect_letter("CONFLICT", "", NULL, NULL, false);
}

static int open_world(void **state)
{
    (void)state;
    world = world_open();
    mh_arena_init(&arena, ARENA_BYTES);
    mh_buf_init(&buf, 1 << 20);
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(world);
    mh_arena_fini(&arena);
    mh_buf_fini(&buf);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_record_is_a_version),
        cmocka_unit_test(what_is_no_frame_tells_nothing),
        cmocka_unit_test(an_oversized_record_is_not_looked_at),
        cmocka_unit_test(bytes_that_do_not_follow_name_type_and_field),
        cmocka_unit_test(a_fault_leaves_id_and_agency_readable),
        cmocka_unit_test(the_detail_holds_all_faults_and_no_contents),
        cmocka_unit_test(the_worst_letter_fits_its_share_of_a_batch),
        cmocka_unit_test(a_full_arena_is_said),
        cmocka_unit_test(a_letter_can_be_written_for_a_version),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
