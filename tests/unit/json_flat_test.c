/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines go the short way, and that they are what the long way finds. */
#include "json_flat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct given_item items[JSON_FLAT_MAX];
static int count;

static bool is_flat(const char *text)
{
    return json_flat(text, strlen(text), items, &count);
}

static void expect(int at, const char *name, enum given_kind kind)
{
    assert_int_equal(items[at].name_len, strlen(name));
    assert_memory_equal(items[at].name, name, strlen(name));
    assert_int_equal(items[at].given.kind, kind);
    assert_int_equal(items[at].field, -1);
}

static void plain_lines_are_read_where_they_lie(void **state)
{
    static const char TEXT[] =
        " {\"a\":\"x\\u00e9\", \"\" : -12 ,\t\"c\":true,\"d\":false,"
        "\"e\":null,\"f\":999999999999999999,\"g\":0,\"h\":\"\"}\r\n";
    char text[sizeof TEXT];

    (void)state;
    assert_false(is_flat(TEXT)); /* an escape */
    memcpy(text, TEXT, sizeof text);
    memcpy(strchr(text, '\\'), "\xdb\xb1    ", 6);
    assert_true(is_flat(text));
    assert_int_equal(count, 8);
    expect(0, "a", GIVEN_TEXT);
    assert_int_equal(items[0].given.len, 7);
    assert_memory_equal(items[0].given.text, "x\xdb\xb1    ", 7);
    expect(1, "", GIVEN_NUMBER);
    assert_int_equal(items[1].given.number, -12);
    expect(2, "c", GIVEN_TRUE);
    expect(3, "d", GIVEN_FALSE);
    expect(4, "e", GIVEN_NULL);
    expect(5, "f", GIVEN_NUMBER);
    assert_true(items[5].given.number == INT64_C(999999999999999999));
    expect(6, "g", GIVEN_NUMBER);
    expect(7, "h", GIVEN_TEXT);
    assert_int_equal(items[7].given.len, 0);
}

static void everything_else_goes_the_long_way(void **state)
{
    static const char *const OTHERS[] = {
        "",
        "{",
        "{}",
        "[]",
        "5",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{\"a\":1} x",
        "{\"a\":1}}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":{\"int\":1}}",
        "{\"a\":[1]}",
        "{\"a\":1.0}",
        "{\"a\":1e3}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":+1}",
        "{\"a\":1000000000000000000}",
        "{\"a\":tru}",
        "{\"a\":truex}",
        "{\"a\":\"b}",
        "{\"a\":\"\\n\"}",
        "{\"a\":\"\n\"}",
        "{\"\\u0061\":1}",
        "{a:1}",
        "{\"a\":1,\"b\":2,\"a\":3}",
        "{\"\":1,\"\":3}",
        "\xef\xbb\xbf{\"a\":1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        if (is_flat(OTHERS[i])) {
            fail_msg("%s", OTHERS[i]);
        }
    }
    assert_false(json_flat("{\"a\":\"\0\"}", 9, items, &count));
}

static void members_are_bounded_and_each_is_compared(void **state)
{
    char text[4096] = "{";
    size_t len = 1;

    (void)state;
    for (int i = 0; i < JSON_FLAT_MAX; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, "\"n%d\":%d,", i,
                                i);
    }
    text[len - 1] = '}';
    assert_true(is_flat(text));
    assert_int_equal(count, JSON_FLAT_MAX);
    text[len - 1] = ',';
    memcpy(text + len, "\"n1\":1}", 8);
    assert_false(is_flat(text)); /* one too many */
    memcpy(strstr(text, "\"n64\""), "\"n33\"", 5);
    text[len - 1] = '}';
    text[len] = '\0';
    assert_false(is_flat(text)); /* n33 twice */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lines_are_read_where_they_lie),
        cmocka_unit_test(everything_else_goes_the_long_way),
        cmocka_unit_test(members_are_bounded_and_each_is_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
