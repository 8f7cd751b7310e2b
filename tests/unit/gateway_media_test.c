/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of requests: content types, languages, tokens, escapes. */
#include "gateway_media.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void each_form_of_body_has_its_names(void **state)
{
    static const struct {
        const char *text;
        enum media media;
    } CASES[] = {
        {"application/json", MEDIA_JSON},
        {" Application/JSON ; charset=UTF-8", MEDIA_JSON},
        {"application/json;charset=\"utf-8\"", MEDIA_JSON},
        {"application/json; profile=x; charset=utf-8", MEDIA_JSON},
        {"application/json; charset=windows-1256", MEDIA_UNKNOWN},
        {"application/json; charset", MEDIA_UNKNOWN},
        {"application/x-ndjson", MEDIA_LINES},
        {"application/cloudevents+json; charset=utf-8", MEDIA_CLOUD},
        {"application/cloudevents-batch+json", MEDIA_CLOUDS},
        {"application/cloudevents+avro", MEDIA_UNKNOWN},
        {"application/jsonx", MEDIA_UNKNOWN},
        {"text/plain", MEDIA_UNKNOWN},
        {"", MEDIA_UNKNOWN},
        {NULL, MEDIA_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(media_read(CASES[i].text), CASES[i].media);
    }
    assert_true(media_is_json(NULL));
    assert_true(media_is_json("application/vnd.x+json"));
    assert_true(media_is_json("text/json; charset=utf-8"));
    assert_false(media_is_json("application/xml"));
    assert_false(media_is_json("+json"));
}

static void the_language_with_the_greatest_weight_wins(void **state)
{
    static const struct {
        const char *text;
        enum words_lang language;
    } CASES[] = {
        {NULL, WORDS_EN},
        {"", WORDS_EN},
        {"fa", WORDS_FA},
        {"fa-IR, fa;q=0.9, en;q=0.8", WORDS_FA},
        {"en-GB,fa;q=0.5", WORDS_EN},
        {"de, fa;q=0.3, en;q=0.2", WORDS_FA},
        {"fa;q=0", WORDS_EN},
        {"fa;q=0.001", WORDS_FA},
        {"en;q=0.1, *;q=0.5", WORDS_FA},
        {"*", WORDS_EN},
        {"far", WORDS_EN},
        {", ,;;q=,fa ; q=0.7", WORDS_FA},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(media_language(CASES[i].text), CASES[i].language);
    }
}

static void names_of_headers_are_tokens(void **state)
{
    (void)state;
    assert_true(media_is_token("Content-Type", 12));
    assert_false(media_is_token("Content-Length ", 15));
    assert_false(media_is_token("a\0b", 3));
    assert_false(media_is_token("", 0));
}

static void escapes_are_decoded_or_refused(void **state)
{
    char out[8];

    (void)state;
    assert_int_equal(media_unescape("a%2Fb", 5, out, sizeof out), 3);
    assert_string_equal(out, "a/b");
    assert_int_equal(media_unescape("%d8%A8", 6, out, sizeof out), 2);
    assert_string_equal(out, "\xD8\xA8");
    assert_int_equal(media_unescape("%00", 3, out, sizeof out), SIZE_MAX);
    assert_int_equal(media_unescape("%2", 2, out, sizeof out), SIZE_MAX);
    assert_int_equal(media_unescape("%zz", 3, out, sizeof out), SIZE_MAX);
    assert_int_equal(media_unescape("12345678", 8, out, sizeof out), SIZE_MAX);
    assert_int_equal(media_unescape("1234567", 7, out, sizeof out), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_of_body_has_its_names),
        cmocka_unit_test(the_language_with_the_greatest_weight_wins),
        cmocka_unit_test(names_of_headers_are_tokens),
        cmocka_unit_test(escapes_are_decoded_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
