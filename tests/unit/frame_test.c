/* SPDX-License-Identifier: Apache-2.0 */
/* The five bytes, and what is too short or too long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"

static void a_frame_is_written_and_read(void **state)
{
    static const uint32_t IDS[] = {0, 1, 101, 65536, 0x80000000, UINT32_MAX};
    uint8_t bytes[MH_FRAME_BYTES];
    uint32_t id = 7;

    (void)state;
    for (size_t i = 0; i < sizeof IDS / sizeof IDS[0]; i++) {
        mh_frame_write(bytes, IDS[i]);
        assert_int_equal(mh_frame_read(bytes, sizeof bytes, &id), MH_OK);
        assert_int_equal(id, IDS[i]);
    }
    mh_frame_write(bytes, 0x01020304);
    assert_memory_equal(bytes, "\0\1\2\3\4", 5);
}

static void what_is_no_frame_leaves_the_id(void **state)
{
    uint32_t id = 7;

    (void)state;
    assert_int_equal(mh_frame_read(NULL, 0, &id), MH_FRAME);
    assert_int_equal(mh_frame_read((const uint8_t *)"\0\0\0\0", 4, &id),
                     MH_FRAME);
    assert_int_equal(mh_frame_read((const uint8_t *)"\1\0\0\0\1", 5, &id),
                     MH_FRAME);
    assert_int_equal(id, 7);
}

static void size_is_bounded_before_a_byte_is_read(void **state)
{
    static const uint8_t BYTES[MH_EVENT_BYTES_MAX];
    uint32_t id = 7;

    (void)state;
    assert_int_equal(mh_frame_read(NULL, MH_EVENT_BYTES_MAX + 1, &id),
                     MH_TOO_LARGE);
    assert_int_equal(id, 7);
    assert_int_equal(mh_frame_read(BYTES, MH_EVENT_BYTES_MAX, &id), MH_OK);
    assert_int_equal(id, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_is_written_and_read),
        cmocka_unit_test(what_is_no_frame_leaves_the_id),
        cmocka_unit_test(size_is_bounded_before_a_byte_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
