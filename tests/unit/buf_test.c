/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers: growing, the bound, and what is left after a failure. */
#include "buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void pieces_come_one_behind_the_other(void **state)
{
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 100);
    mh_buf_put(&buf, "ab", 2);
    mh_buf_text(&buf, "cd");
    mh_buf_byte(&buf, 'e');
    mh_buf_put(&buf, NULL, 0);
    mh_buf_format(&buf, "%d-%s", 42, "x");
    memcpy(mh_buf_grow(&buf, 2), "yz", 2);
    assert_false(buf.failed);
    assert_string_equal(mh_buf_string(&buf), "abcde42-xyz");
    assert_int_equal(buf.len, 11);
    mh_buf_fini(&buf);
    mh_buf_fini(&buf);
    assert_null(buf.bytes);
}

static void an_empty_buffer_is_an_empty_string(void **state)
{
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 1);
    assert_string_equal(mh_buf_string(&buf), "");
    assert_int_equal(buf.len, 0);
    mh_buf_fini(&buf);
    mh_buf_init(&buf, 0);
    assert_string_equal(mh_buf_string(&buf), "");
    mh_buf_fini(&buf);
}

static void it_grows_to_the_bound_and_not_beyond(void **state)
{
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 1000);
    for (int i = 0; i < 1000; i++) {
        mh_buf_byte(&buf, (uint8_t)i);
    }
    assert_false(buf.failed);
    assert_int_equal(buf.len, 1000);
    mh_buf_byte(&buf, 'x');
    assert_true(buf.failed);
    assert_int_equal(buf.len, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(buf.bytes[i], (uint8_t)i);
    }
    mh_buf_fini(&buf);
}

static void after_a_failure_it_stays_failed_until_reset(void **state)
{
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 400);
    mh_buf_text(&buf, "kept");
    assert_null(mh_buf_grow(&buf, 400));
    assert_true(buf.failed);
    assert_null(mh_buf_grow(&buf, 300)); /* would fit, but must allocate */
    assert_int_equal(buf.len, 4);
    mh_buf_reset(&buf);
    assert_false(buf.failed);
    mh_buf_text(&buf, "new");
    assert_string_equal(mh_buf_string(&buf), "new");
    mh_buf_fini(&buf);
}

static void absurd_lengths_do_not_overflow(void **state)
{
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, SIZE_MAX);
    mh_buf_text(&buf, "kept");
    assert_null(mh_buf_grow(&buf, SIZE_MAX - 2));
    assert_true(buf.failed);
    assert_string_equal((mh_buf_reset(&buf), mh_buf_string(&buf)), "");
    mh_buf_fini(&buf);
}

static void a_formatted_piece_over_its_bound_fails_whole(void **state)
{
    static char large[2000];
    struct mh_buf buf;

    (void)state;
    memset(large, 'x', sizeof large - 1);
    mh_buf_init(&buf, 5000);
    mh_buf_format(&buf, "%s", large);
    assert_true(buf.failed);
    assert_int_equal(buf.len, 0);
    mh_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_one_behind_the_other),
        cmocka_unit_test(an_empty_buffer_is_an_empty_string),
        cmocka_unit_test(it_grows_to_the_bound_and_not_beyond),
        cmocka_unit_test(after_a_failure_it_stays_failed_until_reset),
        cmocka_unit_test(absurd_lengths_do_not_overflow),
        cmocka_unit_test(a_formatted_piece_over_its_bound_fails_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
