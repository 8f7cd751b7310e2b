/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a record, written out by hand. Round trips: decode_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "encode.h"
#include "sample.h"
#include "with_world.h"

static void a_record_is_these_bytes(void **state)
{
    static const char WANTED[] =
        "\0\0\0\0\x65"
        "\x48"
        "74a1fd16-808e-5f52-a496-cd06c5fbc5b9"
        "\x02\x0e\x02\x0c" /* op CORRECT, revision 7, reason OTHER */
        "\xac\xbe\x02"     /* 20374 */
        "\x02\x01"         /* occurred_at -1 */
        "\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01" /* posted_at 2^63 - 1 */
        "\x16"
        "governorate"
        "\x02\x04"
        "n1"
        "\x12"
        "c1195-012"
        "\x02\x18"
        "c1195-012-C1"
        "\x00"                     /* programme_code */
        "\x02"                     /* council_phase REGULAR */
        "\x02\xff\xff\xff\xff\x0f" /* members_count -2^31 */
        "\x02\x7f"                 /* women_count -64 */
        "\x02\x80\x01"             /* committees_count 64 */
        "\x00";                    /* officials_present */
    struct mh_event event;
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 4096);
    sample_plain(world, world_type(world, "council_formed"), &event);
    sample_set(world, &event,
               "op=CORRECT revision=7 correction_reason=OTHER "
               "occurred_at=-1 posted_at=9223372036854775807 source_ref=n1 "
               "council_phase=REGULAR members_count=-2147483648 "
               "women_count=-64 committees_count=64");
    mh_encode(&event, &buf);
    assert_int_equal(buf.len, sizeof WANTED - 1);
    assert_memory_equal(buf.bytes, WANTED, sizeof WANTED - 1);
    /* appended, not written over */
    mh_encode(&event, &buf);
    assert_int_equal(buf.len, 2 * (sizeof WANTED - 1));
    mh_buf_fini(&buf);
}

static void a_full_buffer_is_marked(void **state)
{
    struct mh_event event;
    struct mh_buf buf;

    (void)state;
    sample_plain(world, world_type(world, "council_formed"), &event);
    for (size_t max = 0; max < 90; max += 9) {
        mh_buf_init(&buf, max);
        mh_encode(&event, &buf);
        assert_true(buf.failed);
        assert_true(buf.len <= max);
        mh_buf_fini(&buf);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_these_bytes),
        cmocka_unit_test(a_full_buffer_is_marked),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
