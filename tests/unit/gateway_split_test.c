/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies cut into events: where each begins and ends, and what is no body. */
#include "gateway_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 4 };

static struct slice slices[MOST];
static int count;

static enum mh_code cut(const char *text)
{
    count = -1;
    return split_json(text, strlen(text), slices, MOST, &count);
}

static void assert_slice(int i, const char *text)
{
    assert_int_equal(slices[i].len, strlen(text));
    assert_memory_equal(slices[i].text, text, strlen(text));
}

static void one_value_is_one_event(void **state)
{
    (void)state;
    assert_int_equal(cut(" {\"a\":[1,2]} \n"), MH_OK);
    assert_int_equal(count, 1);
    assert_slice(0, "{\"a\":[1,2]}");
    assert_int_equal(cut("\xEF\xBB\xBF{}"), MH_OK);
    assert_slice(0, "{}");
    assert_int_equal(cut("nonsense"), MH_OK);
}

static void an_array_is_cut_at_its_own_commas(void **state)
{
    (void)state;
    assert_int_equal(cut("[ {\"a\":\"],[\\\"\",\"b\":[1,{}]} ,\n{} , 3 ]\t"),
                     MH_OK);
    assert_int_equal(count, 3);
    assert_slice(0, "{\"a\":\"],[\\\"\",\"b\":[1,{}]}");
    assert_slice(1, "{}");
    assert_slice(2, "3");
    assert_int_equal(cut("[1,2,3,4]"), MH_OK);
    assert_int_equal(cut("[1,2,3,4,5]"), MH_TOO_LARGE);
}

static void what_is_no_array_to_its_end_is_no_body(void **state)
{
    static const char *const CASES[] = {
        "",          " ",   "[",    "[]",     "[ ]",  "[,]",   "[1,]",
        "[,1]",      "[1",  "[1,",  "[1]2",   "[1]]", "[{}}]", "[\"]",
        "[\"a\\\"]", "[{]", "[[1]", "[1,,2]", "[1}",  "[{},{", "\xEF\xBB\xBF"};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(cut(CASES[i]), MH_JSON);
    }
}

static void lines_that_are_not_blank_are_events(void **state)
{
    static const char TEXT[] = "\xEF\xBB\xBF{}\r\n\n  \n[1]\n{\"a\":1}";

    (void)state;
    assert_int_equal(split_lines(TEXT, sizeof TEXT - 1, slices, MOST, &count),
                     MH_OK);
    assert_int_equal(count, 3);
    assert_slice(0, "{}");
    assert_slice(1, "[1]");
    assert_slice(2, "{\"a\":1}");
    assert_int_equal(split_lines("\n \n", 3, slices, MOST, &count), MH_JSON);
    assert_int_equal(split_lines("1\n2\n3\n4\n5", 9, slices, MOST, &count),
                     MH_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_value_is_one_event),
        cmocka_unit_test(an_array_is_cut_at_its_own_commas),
        cmocka_unit_test(what_is_no_array_to_its_end_is_no_body),
        cmocka_unit_test(lines_that_are_not_blank_are_events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
