/* SPDX-License-Identifier: Apache-2.0 */
/* Charts of the governor's page: zero, one and many values, huge ones, both
   directions. */
#include "page_chart.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char drawn[64 * 1024];

static const char *keep(struct mh_buf *out)
{
    assert_false(out->failed);
    (void)memcpy(drawn, mh_buf_string(out), out->len + 1);
    mh_buf_fini(out);
    return drawn;
}

static const char *bar(enum page_lang lang, int64_t value, int64_t most)
{
    struct mh_buf out;

    mh_buf_init(&out, sizeof drawn - 1);
    page_bar(&out, lang, value, most);
    return keep(&out);
}

static const char *columns(enum page_lang lang, const int64_t *values,
                           int count, bool roomy)
{
    struct page_columns chart = {values, count, 7, 100, roomy ? 2 : 3, roomy};
    struct mh_buf out;

    mh_buf_init(&out, sizeof drawn - 1);
    page_columns(&out, lang, &chart);
    return keep(&out);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;

    while ((text = strstr(text, part)) != NULL) {
        count++;
        text += strlen(part);
    }
    return count;
}

#define RECT(x, width)                                                      \
    "<svg class=\"bar\" width=\"100%\" height=\"12\" aria-hidden=\"true\">" \
    "<rect class=\"f\" x=\"" x "%\" width=\"" width                         \
    "%\" height=\"12\"/></svg>"

static void bars_grow_from_where_reading_begins(void **state)
{
    (void)state;
    assert_string_equal(bar(PAGE_EN, 5, 20), RECT("0.00", "25.00"));
    assert_string_equal(bar(PAGE_FA, 5, 20), RECT("75.00", "25.00"));
    assert_string_equal(bar(PAGE_FA, 20, 20), RECT("0.00", "100.00"));
}

static void nothing_has_no_bar_and_little_has_one(void **state)
{
    (void)state;
    assert_null(strstr(bar(PAGE_EN, 0, 0), "<rect"));
    assert_null(strstr(bar(PAGE_EN, 0, 20), "<rect"));
    assert_null(strstr(bar(PAGE_EN, -5, 20), "<rect"));
    assert_string_equal(bar(PAGE_EN, 1, INT64_MAX), RECT("0.00", "0.40"));
    assert_string_equal(bar(PAGE_EN, INT64_MAX, INT64_MAX),
                        RECT("0.00", "100.00"));
}

static void a_year_of_nothing_is_a_line_with_months(void **state)
{
    static const int64_t NOTHING[12] = {0};
    const char *svg = columns(PAGE_EN, NOTHING, 12, false);

    (void)state;
    assert_null(strstr(svg, "<rect"));
    assert_int_equal(count_of(svg, "<line"), 1);
    assert_int_equal(count_of(svg, "<text"), 4);
    assert_non_null(strstr(svg, ">Mehr<"));
    assert_non_null(strstr(svg, ">Tir<"));
    assert_non_null(strstr(svg, ">Farvardin<"));
    assert_non_null(strstr(svg, ">Dey<"));
}

static void one_month_stands_alone(void **state)
{
    static const int64_t ONE[1] = {3};
    const char *svg = columns(PAGE_FA, ONE, 1, true);

    (void)state;
    assert_int_equal(count_of(svg, "<rect"), 1);
    assert_non_null(strstr(svg, ">۳<"));
    assert_non_null(strstr(svg, ">مهر<"));
}

static void the_last_month_is_hatched_and_time_goes_with_the_text(void **state)
{
    static const int64_t TWO[2] = {10, 5};
    const char *svg = columns(PAGE_EN, TWO, 2, true);

    (void)state;
    assert_non_null(strstr(svg, "<rect class=\"f\" x=\"8.33%\" width="
                                "\"33.34%\" y=\"16\" height=\"66\"/>"));
    assert_non_null(strstr(svg, "<rect class=\"h\" x=\"58.33%\" width="
                                "\"33.34%\" y=\"49\" height=\"33\"/>"));
    svg = columns(PAGE_FA, TWO, 2, true);
    assert_non_null(strstr(svg, "<rect class=\"f\" x=\"58.33%\""));
    assert_non_null(strstr(svg, "<rect class=\"h\" x=\"8.33%\""));
}

static void numbers_that_do_not_fit_leave_only_the_highest(void **state)
{
    static const int64_t SMALL[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6};
    static const int64_t HUNDREDS[12] = {100, 101, 102, 103, 104, 105,
                                         106, 107, 108, 109, 110, 104};
    static const int64_t HUGE_ONES[12] = {1, 2, 3, 4, 5,         6,
                                          7, 8, 9, 1, INT64_MAX, 2};
    const char *svg = columns(PAGE_EN, SMALL, 12, false);

    (void)state;
    assert_int_equal(count_of(svg, "class=\"v\""), 12);
    svg = columns(PAGE_EN, HUNDREDS, 12, false);
    assert_int_equal(count_of(svg, "class=\"v\""), 2);
    assert_int_equal(count_of(svg, "class=\"dense\""), 10);
    svg = columns(PAGE_EN, HUGE_ONES, 12, false);
    assert_int_equal(count_of(svg, "<text"), 1 + 4);
    assert_non_null(strstr(svg, "text-anchor=\"end\""));
    assert_non_null(strstr(svg, ">9,223,372,036,854,775,807<"));
    assert_int_equal(count_of(svg, "<rect"), 12);
    assert_int_equal(count_of(svg, "height=\"1\"/>"), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bars_grow_from_where_reading_begins),
        cmocka_unit_test(nothing_has_no_bar_and_little_has_one),
        cmocka_unit_test(a_year_of_nothing_is_a_line_with_months),
        cmocka_unit_test(one_month_stands_alone),
        cmocka_unit_test(the_last_month_is_hatched_and_time_goes_with_the_text),
        cmocka_unit_test(numbers_that_do_not_fit_leave_only_the_highest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
