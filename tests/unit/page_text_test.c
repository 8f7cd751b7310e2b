/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the governor's page: nothing becomes markup, digits and days are
   those of the language, no number is too large. */
#include "page_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "page_words.h"

typedef void number_writer(struct mh_buf *out, enum page_lang lang,
                           const char *number);

/* What is written; lent until the next call. */
static const char *written(number_writer *write, enum page_lang lang,
                           const char *number)
{
    static char text[4096];
    struct mh_buf out;

    mh_buf_init(&out, sizeof text - 1);
    write(&out, lang, number);
    assert_false(out.failed);
    (void)memcpy(text, mh_buf_string(&out), out.len + 1);
    mh_buf_fini(&out);
    return text;
}

static void escape(struct mh_buf *out, enum page_lang lang, const char *text)
{
    (void)lang;
    page_escape(out, text);
}

static void day(struct mh_buf *out, enum page_lang lang, const char *text)
{
    page_day(out, lang, (int32_t)strtol(text, NULL, 10));
}

static void weekday(struct mh_buf *out, enum page_lang lang, const char *text)
{
    page_weekday(out, lang, (int32_t)strtol(text, NULL, 10));
}

static void text_never_becomes_markup(void **state)
{
    (void)state;
    assert_string_equal(written(escape, PAGE_EN, ""), "");
    assert_string_equal(written(escape, PAGE_EN, "<b a=\"1\" c='2'>&amp;"),
                        "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
    assert_string_equal(written(escape, PAGE_EN, "نیر 12"), "نیر 12");
    assert_string_equal(written(escape, PAGE_EN, "a\x01\x1b\x7f\tb"),
                        "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\tb");
}

static void numbers_of_any_length_are_grouped(void **state)
{
    static const struct {
        const char *number, *persian, *english;
    } CASES[] = {
        {"0", "۰", "0"},
        {"7", "۷", "7"},
        {"999", "۹۹۹", "999"},
        {"1000", "۱٬۰۰۰", "1,000"},
        {"1234567", "۱٬۲۳۴٬۵۶۷", "1,234,567"},
        {"-1234", "\u200e−۱٬۲۳۴", "−1,234"},
        {"12.50", "۱۲٫۵۰", "12.50"},
        {"123456789012345678901234567890",
         "۱۲۳٬۴۵۶٬۷۸۹٬۰۱۲٬۳۴۵٬۶۷۸٬۹۰۱٬۲۳۴٬۵۶۷٬۸۹۰",
         "123,456,789,012,345,678,901,234,567,890"},
        {"", "", ""},
        {"—", "—", "—"},
        {"NaN", "NaN", "NaN"},
        {"1.", "1.", "1."},
        {"1<2", "1&lt;2", "1&lt;2"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        assert_string_equal(written(page_number, PAGE_FA, CASES[i].number),
                            CASES[i].persian);
        assert_string_equal(written(page_number, PAGE_EN, CASES[i].number),
                            CASES[i].english);
    }
}

static void a_change_shows_its_sign(void **state)
{
    (void)state;
    assert_string_equal(written(page_change, PAGE_EN, "0"), "0");
    assert_string_equal(written(page_change, PAGE_EN, "12"), "+12");
    assert_string_equal(written(page_change, PAGE_EN, "-3"), "−3");
    assert_string_equal(written(page_change, PAGE_FA, "12"), "\u200e+۱۲");
    assert_string_equal(written(page_change, PAGE_FA, "-3"), "\u200e−۳");
}

static void counts_of_all_sizes(void **state)
{
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, 256);
    page_count(&out, PAGE_EN, INT64_MIN);
    mh_buf_byte(&out, ' ');
    page_count(&out, PAGE_EN, INT64_MAX);
    assert_string_equal(mh_buf_string(&out), "−9,223,372,036,854,775,808 "
                                             "9,223,372,036,854,775,807");
    mh_buf_fini(&out);
}

static void days_in_both_languages(void **state)
{
    (void)state; /* 20374 = 2025-10-13, a Monday */
    assert_string_equal(written(day, PAGE_FA, "20374"),
                        "۲۱\u00a0مهر\u00a0۱۴۰۴");
    assert_string_equal(written(day, PAGE_EN, "20374"),
                        "13\u00a0Oct\u00a02025 (21\u00a0Mehr\u00a01404)");
    assert_string_equal(written(weekday, PAGE_FA, "20374"),
                        "دوشنبه ۲۱\u00a0مهر\u00a0۱۴۰۴");
    assert_string_equal(
        written(weekday, PAGE_EN, "0"),
        "Thursday 1\u00a0Jan\u00a01970 (11\u00a0Dey\u00a01348)");
    assert_string_equal(
        written(weekday, PAGE_EN, "-1"),
        "Wednesday 31\u00a0Dec\u00a01969 (10\u00a0Dey\u00a01348)");
}

static void dates_are_read(void **state)
{
    static const char *const GOOD[] = {"2025-10-13", "2025/10/13",
                                       "1404-07-21", "1404/7/21",
                                       "۱۴۰۴/۰۷/۲۱", "۲۰۲۵-۱۰-۱۳"};
    static const char *const BAD[] = {
        "",           "2025",        "2025-10",     "2025-10-13 ",
        "2025-10/13", "2025-10-32",  "1404-12-30",  "1404/13/01",
        "20250-10-1", "2025--10-13", "2025-10-13x", " 2025-10-13",
        "-1404-1-1",  "today",       "1404.07.21",  "\xdb",
    };
    int32_t read = 0;

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++) {
        assert_true(page_read_day(GOOD[i], &read));
        assert_int_equal(read, 20374);
    }
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        assert_false(page_read_day(BAD[i], &read));
    }
}

static void a_month_before_is_the_same_day_or_the_last(void **state)
{
    static const struct {
        struct mh_date day, before;
    } CASES[] = {
        {{1404, 7, 21}, {1404, 6, 21}},  {{1404, 1, 1}, {1403, 12, 1}},
        {{1404, 1, 31}, {1403, 12, 30}}, {{1405, 1, 31}, {1404, 12, 29}},
        {{1404, 7, 30}, {1404, 6, 30}},  {{1404, 8, 1}, {1404, 7, 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int32_t of = 0;
        int32_t before = 0;

        assert_true(mh_jalali_to_day(CASES[i].day, &of));
        assert_true(mh_jalali_to_day(CASES[i].before, &before));
        assert_int_equal(page_month_before(of), before);
    }
}

static void every_sentence_has_two_languages(void **state)
{
    (void)state;
    for (int i = 0; i < PAGE_WORD_COUNT; i++) {
        const char *persian = page_word(PAGE_FA, (enum page_word)i);
        const char *english = page_word(PAGE_EN, (enum page_word)i);

        assert_true(*persian != '\0' && *english != '\0');
        assert_int_equal(strchr(persian, '@') == NULL,
                         strchr(english, '@') == NULL);
        assert_null(strpbrk(persian, "0123456789"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_never_becomes_markup),
        cmocka_unit_test(numbers_of_any_length_are_grouped),
        cmocka_unit_test(a_change_shows_its_sign),
        cmocka_unit_test(counts_of_all_sizes),
        cmocka_unit_test(days_in_both_languages),
        cmocka_unit_test(dates_are_read),
        cmocka_unit_test(a_month_before_is_the_same_day_or_the_last),
        cmocka_unit_test(every_sentence_has_two_languages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
