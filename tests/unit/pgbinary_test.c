/* SPDX-License-Identifier: Apache-2.0 */
/* PostgreSQL's binary forms, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pgbinary.h"

static struct mh_buf buf;

#define HOLDS(wanted) holds(wanted, sizeof wanted - 1)

static void holds(const char *wanted, size_t len)
{
    assert_false(buf.failed);
    assert_int_equal(buf.len, len);
    assert_memory_equal(buf.bytes, wanted, len);
    mh_buf_reset(&buf);
}

static void values_have_length_and_bytes(void **state)
{
    (void)state;
    pg_put_null(&buf);
    HOLDS("\xff\xff\xff\xff");
    pg_put_bool(&buf, true);
    HOLDS("\0\0\0\1\1");
    pg_put_bool(&buf, false);
    HOLDS("\0\0\0\1\0");
    pg_put_int2(&buf, -2);
    HOLDS("\0\0\0\2\xff\xfe");
    pg_put_int4(&buf, 0x01020304);
    HOLDS("\0\0\0\4\1\2\3\4");
    pg_put_int8(&buf, INT64_MIN);
    HOLDS("\0\0\0\x08\x80\0\0\0\0\0\0\0");
    pg_put_bytes(&buf, "ab", 2);
    HOLDS("\0\0\0\2ab");
    pg_put_bytes(&buf, NULL, 0);
    HOLDS("\0\0\0\0");
}

static void a_copy_has_head_rows_and_end(void **state)
{
    (void)state;
    pg_copy_begin(&buf);
    HOLDS("PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0");
    pg_copy_row(&buf, 20);
    HOLDS("\0\x14");
    pg_copy_end(&buf);
    HOLDS("\xff\xff");
}

static void arrays_have_dimension_and_elements(void **state)
{
    size_t held;

    (void)state;
    held = pg_hold_len(&buf);
    pg_array_begin(&buf, PG_OID_INT8, 2, true);
    pg_put_int8(&buf, 1);
    pg_put_null(&buf);
    pg_patch_len(&buf, held);
    HOLDS("\0\0\0\x24\0\0\0\1\0\0\0\1\0\0\0\x14\0\0\0\2\0\0\0\1"
          "\0\0\0\x08\0\0\0\0\0\0\0\1\xff\xff\xff\xff");
    held = pg_hold_len(&buf);
    pg_array_begin(&buf, PG_OID_TEXT, 0, false);
    pg_patch_len(&buf, held);
    HOLDS("\0\0\0\x0c\0\0\0\0\0\0\0\0\0\0\0\x19");
}

static void days_and_instants_count_from_2000(void **state)
{
    (void)state;
    assert_int_equal(pg_date(10957), 0);
    assert_int_equal(pg_date(0), -10957);
    assert_int_equal(pg_unix_day(0), 10957);
    assert_int_equal(pg_unix_day(pg_date(-17818)), -17818);
    assert_int_equal(pg_timestamp(946684800000), 0);
    assert_int_equal(pg_timestamp(946684800001), 1000);
    assert_int_equal(pg_timestamp(0), -946684800000000);
}

static void numbers_are_read_back(void **state)
{
    (void)state;
    assert_int_equal(pg_get_int2("\xff\xfe"), -2);
    assert_int_equal(pg_get_int4("\x80\0\0\0"), INT32_MIN);
    assert_int_equal(pg_get_int8("\x7f\xff\xff\xff\xff\xff\xff\xff"),
                     INT64_MAX);
}

static void a_full_buffer_swallows_the_rest(void **state)
{
    struct mh_buf small;
    size_t held;

    (void)state;
    mh_buf_init(&small, 3);
    held = pg_hold_len(&small);
    pg_array_begin(&small, PG_OID_INT8, 1, false);
    pg_put_int8(&small, 1);
    pg_put_int4(&small, 1);
    pg_put_int2(&small, 1);
    pg_put_bool(&small, true);
    pg_put_null(&small);
    pg_put_bytes(&small, "abc", 3);
    pg_copy_begin(&small);
    pg_copy_row(&small, 1);
    pg_patch_len(&small, held);
    assert_true(small.failed);
    mh_buf_fini(&small);
}

static int open_buf(void **state)
{
    (void)state;
    mh_buf_init(&buf, 4096);
    return 0;
}

static int close_buf(void **state)
{
    (void)state;
    mh_buf_fini(&buf);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_have_length_and_bytes),
        cmocka_unit_test(a_copy_has_head_rows_and_end),
        cmocka_unit_test(arrays_have_dimension_and_elements),
        cmocka_unit_test(days_and_instants_count_from_2000),
        cmocka_unit_test(numbers_are_read_back),
        cmocka_unit_test(a_full_buffer_swallows_the_rest),
    };

    return cmocka_run_group_tests(tests, open_buf, close_buf);
}
