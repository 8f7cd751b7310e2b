/* SPDX-License-Identifier: Apache-2.0 */
/* What of a line reaches jansson, what is refused before, what is written. */
#include "json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frame.h"

static struct mh_faults faults;

static enum mh_code read_bytes(const char *text, size_t len, json_t **object)
{
    struct mh_buf scratch;
    enum mh_code code;

    faults.count = 0;
    *object = NULL;
    mh_buf_init(&scratch, 8 * MH_EVENT_BYTES_MAX);
    code = json_read(text, len, &scratch, object, &faults);
    mh_buf_fini(&scratch);
    if (code == MH_OK) {
        assert_non_null(*object);
        assert_int_equal(faults.count, 0);
    } else {
        assert_null(*object);
        assert_int_equal(faults.count, 1);
        assert_int_equal(faults.items[0].code, code);
        assert_string_equal(faults.items[0].pointer, "");
    }
    return code;
}

static enum mh_code verdict(const char *text)
{
    json_t *object;
    enum mh_code code = read_bytes(text, strlen(text), &object);

    json_decref(object);
    return code;
}

static void an_object_is_read(void **state)
{
    json_t *object;
    const char *text = " {\"a\": 5, \"b\": \"\xdb\xb5\", \"c\": null} ";

    (void)state;
    assert_int_equal(read_bytes(text, strlen(text), &object), MH_OK);
    assert_int_equal(json_integer_value(json_object_get(object, "a")), 5);
    assert_string_equal(json_string_value(json_object_get(object, "b")),
                        "\xdb\xb5");
    assert_true(json_is_null(json_object_get(object, "c")));
    json_decref(object);
}

static void what_is_no_single_object_is_refused(void **state)
{
    static const char *const BAD[] = {"",
                                      "{",
                                      "[]",
                                      "[{}]",
                                      "5",
                                      "\"a\"",
                                      "null",
                                      "{} {}",
                                      "{}x",
                                      "{\"a\":1,}",
                                      "{'a':1}",
                                      "{\"a\":01}",
                                      "{\"a\":+1}",
                                      "{\"a\":.5}",
                                      "{\"a\":1.}",
                                      "{\"a\":-}",
                                      "{\"a\":1e}",
                                      "{\"a\":NaN}",
                                      "{a:1}",
                                      "{\"a\":1 2}",
                                      "{\"a\":1,\"a\":2}",
                                      "{\"a\":\"\\u0000\"}",
                                      "{\"a\":\"\\ud800\"}",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":000000000000000000001}",
                                      "{\"a\":1.5.5}",
                                      "{\"a\":\"",
                                      "{\"a\":\"\\"};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(verdict(BAD[i]), MH_JSON);
    }
}

static void bytes_that_are_no_utf8_are_refused(void **state)
{
    (void)state;
    assert_int_equal(verdict("{\"a\":\"\xc0\x80\"}"), MH_UTF8);
    assert_int_equal(verdict("{\"a\":\"\xff\"}"), MH_UTF8);
    assert_int_equal(verdict("{\"\xed\xa0\x80\":1}"), MH_UTF8);
}

static void a_byte_0_is_refused_wherever_it_is(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } BAD[] = {
        {"\0", 1},
        {"{}\0", 3},
        {"{\"a\":18\0}", 9},
        {"{\"a\":1.5\0}", 10},
        {"{\"a\":\"b\0\"}", 10},
        {"{\"a\0\":1}", 8},
        {"{\"a\":true\0}", 11},
    };
    json_t *object;

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(read_bytes(BAD[i].text, BAD[i].len, &object), MH_JSON);
    }
}

static void size_is_bounded_before_anything_else(void **state)
{
    size_t len = MH_EVENT_BYTES_MAX;
    char *text = malloc(len + 1);
    json_t *object;

    (void)state;
    assert_non_null(text);
    memset(text, ' ', len + 1);
    text[0] = '{';
    text[len - 1] = '}';
    assert_int_equal(read_bytes(text, len, &object), MH_OK);
    json_decref(object);
    text[len] = '\xff';
    assert_int_equal(read_bytes(text, len + 1, &object), MH_TOO_LARGE);
    free(text);
}

static void depth_is_bounded(void **state)
{
    char *text = malloc(40000);

    (void)state;
    assert_non_null(text);
    assert_int_equal(verdict("{\"a\":[[[[[[[1]]]]]]]}"), MH_OK);
    assert_int_equal(verdict("{\"a\":[[[[[[[[1]]]]]]]]}"), MH_JSON);
    /* brackets inside a text do not count */
    assert_int_equal(verdict("{\"a\":\"[[[[[[[[[[\\\"{{{{{{{{{{\"}"), MH_OK);
    memset(text, '[', 39999);
    text[39999] = '\0';
    assert_int_equal(verdict(text), MH_JSON);
    free(text);
}

static const char *number_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    assert_non_null(text);
    assert_int_equal(text[0], JSON_NUMBER);
    return text + 1;
}

static void numbers_that_jansson_would_lose_become_texts(void **state)
{
    json_t *object;
    const char *text = "{\"a\":123456789012345678,\"b\":-1234567890123456789,"
                       "\"c\":1e400,\"d\":-0.5,\"e\":\"1e400\",\"f\":[1.0]}";

    (void)state;
    assert_int_equal(read_bytes(text, strlen(text), &object), MH_OK);
    assert_true(json_integer_value(json_object_get(object, "a")) ==
                123456789012345678);
    assert_string_equal(number_text(object, "b"), "-1234567890123456789");
    assert_string_equal(number_text(object, "c"), "1e400");
    assert_string_equal(number_text(object, "d"), "-0.5");
    assert_string_equal(json_string_value(json_object_get(object, "e")),
                        "1e400");
    json_decref(object);
}

static void a_line_full_of_long_numbers_fits(void **state)
{
    size_t count = 16000;
    char *text = malloc(4 * count + 16);
    json_t *object;
    size_t len;

    (void)state;
    assert_non_null(text);
    memcpy(text, "{\"a\":[", 6);
    len = 6;
    for (size_t i = 0; i < count; i++) {
        memcpy(text + len, "1e1,", 4);
        len += 4;
    }
    memcpy(text + len - 1, "]}", 2);
    assert_int_equal(read_bytes(text, len + 1, &object), MH_OK);
    json_decref(object);
    free(text);
}

static void any_bytes_are_written_as_a_json_string(void **state)
{
    static const char TEXT[] = "a\"\\\t\x01\x7f\xdb\xb5\xff\xc3(\xed\xa0\x80"
                               "\xf0\x9f\x98\x80\xe2\x82";
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 1024);
    json_put(&buf, TEXT, sizeof TEXT - 1);
    assert_string_equal(
        mh_buf_string(&buf),
        "\"a\\\"\\\\\\t\\u0001\\u007f\xdb\xb5\xef\xbf\xbd\xef\xbf\xbd("
        "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xf0\x9f\x98\x80"
        "\xef\xbf\xbd\xef\xbf\xbd\"");
    mh_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_is_read),
        cmocka_unit_test(what_is_no_single_object_is_refused),
        cmocka_unit_test(bytes_that_are_no_utf8_are_refused),
        cmocka_unit_test(a_byte_0_is_refused_wherever_it_is),
        cmocka_unit_test(size_is_bounded_before_anything_else),
        cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(numbers_that_jansson_would_lose_become_texts),
        cmocka_unit_test(a_line_full_of_long_numbers_fits),
        cmocka_unit_test(any_bytes_are_written_as_a_json_string),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
