/* SPDX-License-Identifier: Apache-2.0 */
/* What is JSON and what is not, whatever it says. */
#include "json_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_value_is_a_text(void **state)
{
    static const char *const TEXTS[] = {
        "7",
        "-0.5e+3",
        "1E9",
        "0",
        "\"\"",
        "\"\\u00e9\\\"\\/\"",
        "true",
        "false",
        " null\n",
        "[]",
        "{}",
        "[ ]",
        "[[],{},[[1 , 2]]]",
        "{\"a\":1,\"a\":{\"b\":[{}]}}",
        "{ \"a\" : [ 1 , \"x\" ] , \"b\" : null }\t",
        "\"\\ud800\""};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        assert_true(json_is_text(TEXTS[i], strlen(TEXTS[i])));
    }
}

static void all_else_is_none(void **state)
{
    static const char *const TEXTS[] = {
        "",           " ",         "hello",
        "tru",        "truex",     "01",
        "-",          "+1",        ".5",
        "1.",         "1e",        "1e+",
        "0x1",        "NaN",       "'a'",
        "\"",         "\"a",       "\"\\\"",
        "\"\\x\"",    "\"\\u00\"", "\"\\u00g0\"",
        "\"\t\"",     "[",         "]",
        "[1",         "[1,",       "[1,]",
        "[,1]",       "[1 2]",     "[1}",
        "{",          "}",         "{]",
        "{\"a\"}",    "{\"a\":}",  "{\"a\":1,}",
        "{a:1}",      "{1:1}",     "{\"a\" 1}",
        "{,}",        "1 2",       "[]]",
        "{}{}",       "[[1]",      "{\"a\":[}]",
        "\"a\"\"b\"", "[tru]",     "nul"};

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        assert_false(json_is_text(TEXTS[i], strlen(TEXTS[i])));
    }
    assert_false(json_is_text("1\0", 2));
    assert_false(json_is_text("[\"\0\"]", 5));
}

static void deep_ones_are_texts(void **state)
{
    enum { DEEP = JSON_FORM_DEPTH };
    char text[2 * DEEP + 2];

    (void)state;
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    assert_true(json_is_text(text, 2 * (size_t)DEEP));
    assert_false(json_is_text(text, 2 * (size_t)DEEP - 1));
    memset(text, '[', sizeof text);
    assert_true(json_is_text(text, sizeof text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_is_a_text),
        cmocka_unit_test(all_else_is_none),
        cmocka_unit_test(deep_ones_are_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
