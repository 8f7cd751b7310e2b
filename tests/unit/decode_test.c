/* SPDX-License-Identifier: Apache-2.0 */
/* Well-formed bytes of every type come back; malformed ones name the field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "decode.h"
#include "encode.h"
#include "frame.h"
#include "sample.h"
#include "with_world.h"

enum { ROUNDS = 200, PHASE = MH_ENVELOPE_COUNT, MEMBERS, WOMEN };

/* A record of council_formed up to, not including, council_phase. */
static const uint8_t HEAD[] =
    "\x48"
    "74a1fd16-808e-5f52-a496-cd06c5fbc5b9" /* event_id */
    "\x00\x00\x00"                         /* op revision reason */
    "\xac\xbe\x02"                         /* occurred_on 20374 */
    "\x00\x02"                             /* occurred_at, posted_at */
    "\x02"
    "a" /* agency_code */
    "\x00\x02"
    "p" /* source_ref, place_code */
    "\x02\x02"
    "q"     /* council_code */
    "\x00"; /* programme_code */

static enum mh_code decode(const void *tail, size_t len, struct mh_event *event,
                           int *field)
{
    static uint8_t body[1024];
    const struct mh_schema *schema = mh_catalogue_schema(world->catalogue, 101);

    memcpy(body, HEAD, sizeof HEAD - 1);
    memcpy(body + sizeof HEAD - 1, tail, len);
    return mh_decode(schema, body, sizeof HEAD - 1 + len, event, field);
}

#define GOOD(tail) good(tail, sizeof tail - 1)
#define BAD(tail, code, at) bad(tail, sizeof tail - 1, code, at)

static int64_t good(const void *tail, size_t len)
{
    struct mh_event event;
    int field = 7;

    assert_int_equal(decode(tail, len, &event, &field), MH_OK);
    assert_int_equal(field, -1);
    return event.values[MEMBERS].set == MH_VALUE ? event.values[MEMBERS].number
                                                 : -99;
}

static void bad(const void *tail, size_t len, enum mh_code code, int at)
{
    struct mh_event event;
    int field = -7;

    assert_int_equal(decode(tail, len, &event, &field), code);
    assert_int_equal(field, at);
}

static void a_record_by_hand_is_read(void **state)
{
    struct mh_event event;
    int field;

    (void)state;
    assert_int_equal(
        decode("\x02\x02\x08\x02\x07\x00\x02\x00", 8, &event, &field), MH_OK);
    assert_string_equal(event.type->name, "council_formed");
    assert_int_equal(event.agency_id, 0);
    assert_int_equal(event.values[MH_FIELD_EVENT_ID].len, 36);
    assert_int_equal(event.values[MH_FIELD_OP].number, MH_OP_ASSERT);
    assert_memory_equal(event.values[MH_FIELD_OP].text, "ASSERT", 6);
    assert_int_equal(event.values[MH_FIELD_OCCURRED_ON].number, 20374);
    assert_int_equal(event.values[MH_FIELD_POSTED_AT].number, 1);
    assert_int_equal(event.values[MH_FIELD_SOURCE_REF].set, MH_NULL);
    assert_memory_equal(event.values[PHASE].text, "REGULAR", 7);
    assert_int_equal(event.values[PHASE].len, 7);
    assert_int_equal(event.values[MEMBERS].number, 4);
    assert_int_equal(event.values[WOMEN].number, -4);
    assert_int_equal(event.values[WOMEN + 1].set, MH_NULL);
    assert_int_equal(event.values[WOMEN + 2].number, 0);
}

static void varints_may_be_padded_to_10_bytes(void **state)
{
    (void)state;
    assert_int_equal(GOOD("\x00\x00\x00\x00\x00"), -99);
    assert_int_equal(GOOD("\x80\x00\x00\x00\x00\x00"), -99);
    assert_int_equal(
        GOOD("\x00\x02\x82\x80\x80\x80\x80\x80\x80\x80\x80\x00\x00\x00\x00"),
        1);
    BAD("\x00\x02\x82\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00\x00\x00\x00",
        MH_DECODE, MEMBERS);
    /* a tenth byte holds one bit */
    BAD("\x00\x02\x82\x80\x80\x80\x80\x80\x80\x80\x80\x02\x00\x00\x00",
        MH_DECODE, MEMBERS);
    BAD("\x00\x02\x82\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00\x00\x00",
        MH_DECODE, MEMBERS);
}

static void ints_stay_within_32_bits(void **state)
{
    (void)state;
    assert_int_equal(GOOD("\x00\x02\xfe\xff\xff\xff\x0f\x00\x00\x00"),
                     INT32_MAX);
    assert_int_equal(GOOD("\x00\x02\xff\xff\xff\xff\x0f\x00\x00\x00"),
                     INT32_MIN);
    BAD("\x00\x02\x80\x80\x80\x80\x10\x00\x00\x00", MH_DECODE, MEMBERS);
    BAD("\x00\x02\x81\x80\x80\x80\x10\x00\x00\x00", MH_DECODE, MEMBERS);
    BAD("\x00\x02\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x00\x00",
        MH_DECODE, MEMBERS);
}

static void indexes_and_branches_exist(void **state)
{
    (void)state;
    BAD("\x04\x00\x00\x00\x00", MH_DECODE, PHASE);
    BAD("\x01\x00\x00\x00\x00", MH_DECODE, PHASE);
    /* 2^32 is not 0 */
    BAD("\x80\x80\x80\x80\x20\x00\x00\x00\x00", MH_DECODE, PHASE);
    BAD("\x00\x04\x00\x00\x00\x00", MH_DECODE, MEMBERS);
    BAD("\x00\x01\x00\x00\x00\x00", MH_DECODE, MEMBERS);
    BAD("\x00\x80\x80\x80\x80\x20\x00\x00\x00\x00", MH_DECODE, MEMBERS);
}

static void bytes_end_where_the_record_ends(void **state)
{
    static const uint8_t TAIL[] = "\x02\x02\x08\x02\x07\x00\x02\x0e";
    const struct mh_schema *schema = mh_catalogue_schema(world->catalogue, 101);
    uint8_t body[sizeof HEAD + sizeof TAIL];
    struct mh_event event;
    int field = 0;

    (void)state;
    memcpy(body, HEAD, sizeof HEAD - 1);
    memcpy(body + sizeof HEAD - 1, TAIL, sizeof TAIL);
    for (size_t len = 0; len < sizeof HEAD + sizeof TAIL - 2; len++) {
        int last = field;

        assert_int_equal(mh_decode(schema, body, len, &event, &field),
                         MH_DECODE);
        assert_true(field >= last && field < schema->latest->field_count);
    }
    BAD("\x00\x00\x00\x00\x00\x00", MH_TRAILING, -1);
    BAD("", MH_DECODE, PHASE);
    BAD("\x80", MH_DECODE, PHASE);
}

static void lengths_stay_within_the_record(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
    } IDS[] = {{"\x01", 1},
               {"\x04"
                "a",
                2},
               {"\x03"
                "a",
                2},
               {"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                "a",
                11},
               {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
                "a",
                11},
               {"\x80\x80\x80\x80\x20"
                "a",
                6},
               {"\x80\x80\x80\x80\x40"
                "a",
                6},
               {"\x80", 1},
               {"", 0}};
    struct mh_event event;
    int field;

    (void)state;
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        field = -7;
        assert_int_equal(mh_decode(mh_catalogue_schema(world->catalogue, 101),
                                   (const uint8_t *)IDS[i].bytes, IDS[i].len,
                                   &event, &field),
                         MH_DECODE);
        assert_int_equal(field, MH_FIELD_EVENT_ID);
    }
}

static void booleans_are_0_or_1(void **state)
{
    const struct mh_type *type = world_type(world, "governors_meeting_held");
    const struct mh_schema *schema =
        mh_catalogue_schema(world->catalogue, type->schema_id);
    struct mh_buf buf;
    struct mh_event event, back;
    int field;

    (void)state;
    assert_int_equal(type->fields[12].kind, MH_KIND_BOOLEAN);
    mh_buf_init(&buf, 4096);
    sample_plain(world, type, &event);
    event.values[12] = (struct mh_value){.set = MH_VALUE, .number = 1};
    mh_encode(&event, &buf);
    assert_int_equal(buf.bytes[buf.len - 1], 1);
    assert_int_equal(
        mh_decode(schema, buf.bytes + 5, buf.len - 5, &back, &field), MH_OK);
    assert_int_equal(back.values[12].number, 1);
    buf.bytes[buf.len - 1] = 2;
    assert_int_equal(
        mh_decode(schema, buf.bytes + 5, buf.len - 5, &back, &field),
        MH_DECODE);
    assert_int_equal(field, 12);
    assert_int_equal(
        mh_decode(schema, buf.bytes + 5, buf.len - 6, &back, &field),
        MH_DECODE);
    mh_buf_fini(&buf);
}

static void random_events_of_all_types_come_back(void **state)
{
    struct random random = {random_seed()};
    struct mh_event event, back;
    struct mh_buf buf;
    uint32_t id;
    int field;

    (void)state;
    mh_buf_init(&buf, 1 << 16);
    for (int n = 0; n < ROUNDS; n++) {
        mh_arena_reset(&world->arena);
        for (int t = 0; t < mh_catalogue_count(world->catalogue); t++) {
            sample_event(world, &random, mh_catalogue_at(world->catalogue, t),
                         &event);
            mh_buf_reset(&buf);
            mh_encode(&event, &buf);
            assert_int_equal(mh_frame_read(buf.bytes, buf.len, &id), MH_OK);
            assert_int_equal(id, event.type->schema_id);
            assert_int_equal(
                mh_decode(mh_catalogue_schema(world->catalogue, id),
                          buf.bytes + MH_FRAME_BYTES, buf.len - MH_FRAME_BYTES,
                          &back, &field),
                MH_OK);
            assert_true(sample_equal(&event, &back, true));
        }
    }
    mh_buf_fini(&buf);
}

static void a_first_version_is_read_into_the_second(void **state)
{
    struct world *evolved = world_open_evolved();
    struct random random = {random_seed()};
    struct mh_event event, back;
    struct mh_buf buf;
    int field;

    (void)state;
    mh_buf_init(&buf, 1 << 16);
    for (int t = 0; t < mh_catalogue_count(world->catalogue); t++) {
        const struct mh_type *type = mh_catalogue_at(world->catalogue, t);
        const struct mh_schema *schema =
            mh_catalogue_schema(evolved->catalogue, type->schema_id);

        sample_event(world, &random, type, &event);
        mh_buf_reset(&buf);
        mh_encode(&event, &buf);
        memset(&back, 0xFF, sizeof back);
        assert_int_equal(mh_decode(schema, buf.bytes + MH_FRAME_BYTES,
                                   buf.len - MH_FRAME_BYTES, &back, &field),
                         MH_OK);
        assert_ptr_equal(back.type, world_type(evolved, type->name));
        assert_ptr_not_equal(schema->writer, schema->latest);
        assert_int_equal(back.type->field_count, type->field_count + 2);
        assert_int_equal(back.values[type->field_count].set, MH_NULL);
        assert_int_equal(back.values[type->field_count + 1].set, MH_NULL);
        back.type = type;
        assert_true(sample_equal(&event, &back, true));
    }
    mh_buf_fini(&buf);
    world_close(evolved);
}

/* The symbol that only the second version has is beyond the first's. */
static void a_later_symbol_needs_the_later_version(void **state)
{
    struct world *evolved = world_open_evolved();
    const struct mh_type *type = world_type(evolved, "council_formed");
    struct mh_event event, back;
    struct mh_buf buf;
    int field;

    (void)state;
    mh_buf_init(&buf, 4096);
    sample_plain(evolved, type, &event);
    sample_set(evolved, &event, "council_phase=LATER");
    mh_encode(&event, &buf);
    assert_int_equal(
        mh_decode(mh_catalogue_schema(evolved->catalogue, 101 + WORLD_NEXT_ID),
                  buf.bytes + 5, buf.len - 5, &back, &field),
        MH_OK);
    assert_memory_equal(back.values[PHASE].text, "LATER", 5);
    assert_int_equal(mh_decode(mh_catalogue_schema(evolved->catalogue, 101),
                               buf.bytes + 5, buf.len - 5, &back, &field),
                     MH_DECODE);
    assert_int_equal(field, PHASE);
    mh_buf_fini(&buf);
    world_close(evolved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_by_hand_is_read),
        cmocka_unit_test(varints_may_be_padded_to_10_bytes),
        cmocka_unit_test(ints_stay_within_32_bits),
        cmocka_unit_test(indexes_and_branches_exist),
        cmocka_unit_test(bytes_end_where_the_record_ends),
        cmocka_unit_test(lengths_stay_within_the_record),
        cmocka_unit_test(booleans_are_0_or_1),
        cmocka_unit_test(random_events_of_all_types_come_back),
        cmocka_unit_test(a_first_version_is_read_into_the_second),
        cmocka_unit_test(a_later_symbol_needs_the_later_version),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
