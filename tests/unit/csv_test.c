/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of RFC 4180: what is taken, what is refused, and where it goes on. */
#include "csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* All rows: cells between `|`, rows between `/`, a fault as `!`. */
static const char *read_all(const char *text, char delimiter)
{
    static char out[512];
    struct mh_csv csv;
    struct mh_err err;
    bool more = true;
    size_t to = 0;

    mh_csv_init(&csv, text, strlen(text), delimiter);
    while (more) {
        enum mh_code code = mh_csv_next(&csv, &more, &err);

        if (code != MH_OK) {
            assert_int_equal(code, MH_CSV);
            out[to++] = '!';
        }
        for (int i = 0; i < csv.count; i++) {
            memcpy(out + to, csv.cells[i].text, csv.cells[i].len);
            to += csv.cells[i].len;
            out[to++] = i + 1 < csv.count ? '|' : '/';
        }
    }
    out[to] = '\0';
    mh_csv_fini(&csv);
    return out;
}

static void rows_are_read(void **state)
{
    static const struct {
        const char *text, *rows;
    } CASES[] = {
        {"", ""},
        {"\xef\xbb\xbf", ""},
        {"\n\r\n\n", ""},
        {"a", "a/"},
        {"a,b\n", "a|b/"},
        {"\xef\xbb\xbf"
         "a,b\r\nc,d\r\n",
         "a|b/c|d/"},
        {"a,b\nc,d", "a|b/c|d/"},
        {"a,b\n\nc,d\n\n", "a|b/c|d/"},
        {",\n,", "|/|/"},
        {"\"a\",\"\"\n", "a|/"},
        {"\"a,b\",\"c\nd\"\r\n", "a,b|c\nd/"},
        {"\"a\"\"b\",\"\"\"\"\n", "a\"b|\"/"},
        {"\"\"\"\",x,\"\"\"y\"\"\"", "\"|x|\"y\"/"},
        {"a , b\n", "a | b/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_string_equal(read_all(CASES[i].text, ','), CASES[i].rows);
    }
    assert_string_equal(read_all("a;b,c\td", ';'), "a|b,c\td/");
    assert_string_equal(read_all("a;b,c\td", '\t'), "a;b,c|d/");
}

static void what_is_no_row_is_refused_and_the_next_one_read(void **state)
{
    static const struct {
        const char *text, *rows;
    } CASES[] = {
        {"a,b\nc\nd,e\n", "a|b/!d|e/"},
        {"a,b\nc,d,e\nf,g\n", "a|b/!f|g/"},
        {"a,b\nc\"d,e\nf,g\n", "a|b/!f|g/"},
        {"a,b\n\"c\"d,e\nf,g\n", "a|b/!f|g/"},
        {"a,b\n\"c\n\"d,e\nf,g\n", "a|b/!f|g/"},
        {"a,b\nc\rd,e\nf,g\n", "a|b/!f|g/"},
        {"a,b\nc,d\r", "a|b/!"},
        {"a,b\n\"c", "a|b/!"},
        {"a,b\n\"", "a|b/!"},
        {"a,b\n\"c\"\"", "a|b/!"},
        {"\"a\" ,b\nc,d\n", "!c|d/"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_string_equal(read_all(CASES[i].text, ','), CASES[i].rows);
    }
}

static void a_row_knows_its_line_and_its_text(void **state)
{
    static const char TEXT[] = "h,i\n\n\"a\r\nb\",1\nc\nd,\"\"\"2\"\n";
    struct mh_csv csv;
    struct mh_err err;
    bool more;

    (void)state;
    mh_csv_init(&csv, TEXT, sizeof TEXT - 1, ',');
    assert_int_equal(mh_csv_next(&csv, &more, &err), MH_OK);
    assert_int_equal(csv.line, 1);
    assert_int_equal(csv.columns, 2);
    assert_int_equal(mh_csv_next(&csv, &more, &err), MH_OK);
    assert_int_equal(csv.line, 3);
    assert_int_equal(csv.row_len, 8);
    assert_memory_equal(csv.row, "\"a\r\nb\",1", 8);
    assert_int_equal(mh_csv_next(&csv, &more, &err), MH_CSV);
    assert_int_equal(csv.line, 5);
    assert_memory_equal(csv.row, "c", 1);
    assert_string_equal(err.text, "line 5: not as many cells as the first row");
    assert_int_equal(mh_csv_next(&csv, &more, &err), MH_OK);
    assert_int_equal(csv.line, 6);
    assert_true(more);
    assert_int_equal(mh_csv_next(&csv, &more, &err), MH_OK);
    assert_false(more);
    mh_csv_fini(&csv);
}

static enum mh_code read_row(const char *text, size_t len, int *count)
{
    struct mh_csv csv;
    struct mh_err err;
    bool more;
    enum mh_code code;

    mh_csv_init(&csv, text, len, ',');
    code = mh_csv_next(&csv, &more, &err);
    *count = csv.count;
    mh_csv_fini(&csv);
    return code;
}

static void columns_and_cells_are_bounded(void **state)
{
    static char text[MH_CSV_CELL_MAX + 10];
    int count;

    (void)state;
    memset(text, ',', sizeof text);
    assert_int_equal(read_row(text, MH_CSV_COLUMNS_MAX - 1, &count), MH_OK);
    assert_int_equal(count, MH_CSV_COLUMNS_MAX);
    assert_int_equal(read_row(text, MH_CSV_COLUMNS_MAX, &count), MH_CSV);
    memset(text, 'x', sizeof text);
    assert_int_equal(read_row(text, MH_CSV_CELL_MAX, &count), MH_OK);
    assert_int_equal(read_row(text, MH_CSV_CELL_MAX + 1, &count), MH_CSV);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(what_is_no_row_is_refused_and_the_next_one_read),
        cmocka_unit_test(a_row_knows_its_line_and_its_text),
        cmocka_unit_test(columns_and_cells_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
