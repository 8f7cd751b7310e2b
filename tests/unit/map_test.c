/* SPDX-License-Identifier: Apache-2.0 */
/* The map of texts: what was added is found, nothing else, up to a bound. */
#include "map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void what_was_added_is_found_and_nothing_else(void **state)
{
    struct mh_map map;
    char key[16];
    int32_t value = 0;

    (void)state;
    mh_map_init(&map, 100000);
    assert_false(mh_map_find(&map, "k1", 2, &value));
    for (int i = 0; i < 20000; i++) {
        int len = snprintf(key, sizeof key, "k%d", i);

        assert_true(mh_map_add(&map, key, (size_t)len, i));
    }
    for (int i = 0; i < 40000; i++) {
        int len = snprintf(key, sizeof key, "k%d", i);

        assert_int_equal(mh_map_find(&map, key, (size_t)len, &value),
                         i < 20000);
        assert_int_equal(value, i < 20000 ? i : 19999);
    }
    assert_true(mh_map_find(&map, "k12", 2, NULL)); /* length counts */
    assert_false(mh_map_find(&map, "", 0, NULL));
    mh_map_fini(&map);
    mh_map_fini(&map);
}

static void the_first_value_of_a_text_stays(void **state)
{
    struct mh_map map;
    int32_t value = 0;

    (void)state;
    mh_map_init(&map, 1);
    assert_true(mh_map_add(&map, "a\0b", 3, 1));
    assert_true(mh_map_add(&map, "a\0b", 3, 2));
    assert_true(mh_map_find(&map, "a\0b", 3, &value));
    assert_int_equal(value, 1);
    mh_map_fini(&map);
}

static void bounds_hold(void **state)
{
    static char large[256];
    struct mh_map map;

    (void)state;
    memset(large, 'x', sizeof large);
    mh_map_init(&map, 2);
    assert_false(mh_map_add(&map, "", 0, 1));
    assert_false(mh_map_add(&map, large, 256, 1));
    assert_true(mh_map_add(&map, large, 255, 1));
    assert_true(mh_map_add(&map, "b", 1, 2));
    assert_false(mh_map_add(&map, "c", 1, 3));
    assert_false(mh_map_find(&map, "c", 1, NULL));
    assert_false(mh_map_find(&map, large, 256, NULL));
    mh_map_fini(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found_and_nothing_else),
        cmocka_unit_test(the_first_value_of_a_text_stays),
        cmocka_unit_test(bounds_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
