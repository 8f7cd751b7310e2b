/* SPDX-License-Identifier: Apache-2.0 */
/* Keys: buckets, grants, and what is said before any were read. */
#include "gateway_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct keys *keys;

static int open_keys(void **state)
{
    struct mh_err err;

    (void)state;
    return keys_new(1000, &keys, &err) == MH_OK ? 0 : -1;
}

static int close_keys(void **state)
{
    (void)state;
    keys_free(keys);
    return 0;
}

static void a_bucket_holds_a_second_and_at_least_ten(void **state)
{
    struct key slow = {.rate = 2, .tokens = 10};
    struct key fast = {.rate = 100, .tokens = 100};
    struct key free_one = {.rate = 0};

    (void)state;
    assert_int_equal(key_burst(&slow), 10);
    assert_int_equal(key_burst(&fast), 100);
    assert_int_equal(keys_take(keys, &free_one, 100000, 0), 0);
    assert_int_equal(keys_take(keys, &slow, 10, 0), 0);
    assert_int_equal(keys_take(keys, &slow, 1, 0), 1);
    assert_int_equal(keys_take(keys, &slow, 1, 400), 1);
    assert_int_equal(keys_take(keys, &slow, 1, 500), 0);
    assert_int_equal(keys_take(keys, &slow, 4, 500), 3);
    assert_int_equal(keys_take(keys, &slow, 10, 100000), 0);
    assert_int_equal(keys_take(keys, &slow, 1, 100000), 1);
    assert_int_equal(keys_take(keys, &fast, 101, 0), 1);
    assert_int_equal(keys_take(keys, &fast, 100, 0), 0);
}

static void more_than_a_bucket_holds_never_passes(void **state)
{
    struct key slow = {.rate = 2}, fast = {.rate = 100}, free_one = {.rate = 0};

    (void)state;
    assert_true(key_may_count(&slow, 10));
    assert_false(key_may_count(&slow, 11));
    assert_true(key_may_count(&fast, 100));
    assert_false(key_may_count(&fast, 101));
    assert_true(key_may_count(&free_one, 100000));
}

static void a_clock_that_goes_back_gives_nothing(void **state)
{
    struct key key = {.rate = 10, .tokens = 0, .filled_ms = 5000};

    (void)state;
    assert_int_equal(keys_take(keys, &key, 1, 1000), 1);
    assert_int_equal(keys_take(keys, &key, 1, 5000), 1);
    assert_int_equal(keys_take(keys, &key, 1, 5100), 0);
}

static void a_grant_is_a_whole_word(void **state)
{
    char types[] = ",cleanup_held,fund_created,", counties[] = ",2401,";
    char agency[] = "education";
    struct key key = {.agency = agency, .types = types, .counties = counties};
    struct key all = {.agency = NULL};

    (void)state;
    assert_true(key_may_type(&key, "fund_created"));
    assert_false(key_may_type(&key, "fund"));
    assert_false(key_may_type(&key, "cleanup_held,fund_created,x"));
    assert_true(key_may_county(&key, "2401"));
    assert_false(key_may_county(&key, "240"));
    assert_false(key_may_county(&key, NULL));
    assert_true(key_may_agency(&key, "education_x", 9));
    assert_false(key_may_agency(&key, "education_x", 11));
    assert_true(key_may_type(&all, "anything"));
    assert_true(key_may_county(&all, NULL));
    assert_true(key_may_agency(&all, "x", 1));
}

static void before_any_were_read_nobody_is_unknown(void **state)
{
    struct key *key = NULL;

    (void)state;
    assert_int_equal(keys_find(keys, "x", 1, &key), KEYS_BLIND);
    assert_null(key);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_keys, close_keys)
    const struct CMUnitTest tests[] = {
        TEST(a_bucket_holds_a_second_and_at_least_ten),
        TEST(more_than_a_bucket_holds_never_passes),
        TEST(a_clock_that_goes_back_gives_nothing),
        TEST(a_grant_is_a_whole_word),
        TEST(before_any_were_read_nobody_is_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
