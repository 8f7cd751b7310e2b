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
        {"a,b\n\"c\n\"d,e\nf,g\n", "a|b/!!f|g/"},
        {"a,b\n\"c,d\ne,f\ng,h\n", "a|b/!e|f/g|h/"},
        {"a,b\n\"c,d\ne,f\ng,\"h\"\n", "a|b/!e|f/g|h/"},
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

static void columns_and_rows_are_bounded(void **state)
{
    static char text[MH_CSV_ROW_MAX + 10];
    int count;

    (void)state;
    memset(text, ',', sizeof text);
    assert_int_equal(read_row(text, MH_CSV_COLUMNS_MAX - 1, &count), MH_OK);
    assert_int_equal(count, MH_CSV_COLUMNS_MAX);
    assert_int_equal(read_row(text, MH_CSV_COLUMNS_MAX, &count), MH_CSV);
    memset(text, 'x', sizeof text);
    assert_int_equal(read_row(text, MH_CSV_ROW_MAX, &count), MH_OK);
    assert_int_equal(read_row(text, MH_CSV_ROW_MAX + 1, &count), MH_CSV);
    text[0] = '"';
    assert_int_equal(read_row(text, MH_CSV_ROW_MAX, &count), MH_CSV);
    text[MH_CSV_ROW_MAX - 1] = '"';
    assert_int_equal(read_row(text, MH_CSV_ROW_MAX, &count), MH_OK);
}

static void a_ragged_table_may_have_any_count_of_cells(void **state)
{
    static const char TEXT[] = "a,b\nc\nd,e,f";
    struct mh_csv csv;
    struct mh_err err;
    bool more;

    (void)state;
    mh_csv_init(&csv, TEXT, sizeof TEXT - 1, ',');
    csv.ragged = true;
    for (int i = 0; i < 3; i++) {
        static const int COUNTS[] = {2, 1, 3};

        assert_int_equal(mh_csv_next(&csv, &more, &err), MH_OK);
        assert_true(more);
        assert_int_equal(csv.count, COUNTS[i]);
    }
    mh_csv_fini(&csv);
}

/* All of `text` in pieces of `step` bytes; the same form as read_all. */
static const char *read_pieces(const char *text, size_t len, size_t step)
{
    static char out[512];
    struct mh_csv csv;
    struct mh_err err;
    enum mh_csv_state state = MH_CSV_MORE;
    size_t start = 0;
    size_t end = len < 3 ? len : 3; /* a byte order mark is seen at once */
    size_t to = 0;

    mh_csv_init(&csv, text, end, ',');
    csv.last = end == len;
    while (state != MH_CSV_END) {
        enum mh_code code = mh_csv_read(&csv, &state, &err);

        if (code != MH_OK) {
            out[to++] = '!';
        } else if (state == MH_CSV_MORE) {
            assert_true(end < len);
            start += csv.at;
            end = end + step < len ? end + step : len;
            mh_csv_feed(&csv, text + start, end - start, end == len);
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

static void pieces_of_any_size_give_the_same_rows(void **state)
{
    static const char *const TEXTS[] = {
        "",
        ("\xef\xbb\xbf"
         "a,b\r\nc,d\r\n\r\n\r\n"),
        "a,b\r\n\"c\"\"\r\nd\",\"\"\r\n",
        "a,b\nc\rd,e\nf,g\r",
        "a,b\n\"c\"d,e\nf,g",
        "a,b\n\"c,d\ne,f\ng,h\n",
        "a,b\n\"c\n\"d,e\nf,g\n",
        "\n\n\r\n\"\"\"\",x\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        char *want = strdup(read_all(TEXTS[i], ','));

        for (size_t step = 1; step < 12; step++) {
            assert_string_equal(read_pieces(TEXTS[i], strlen(TEXTS[i]), step),
                                want);
        }
        free(want);
    }
}

/* A line without an end is refused once, however long, and then left. */
static void an_endless_line_is_refused_in_bounded_memory(void **state)
{
    static char piece[2 * MH_CSV_ROW_MAX];
    static const char END[] = "x\na,b\n";
    struct mh_csv csv;
    struct mh_err err;
    enum mh_csv_state got;

    (void)state;
    memset(piece, 'x', sizeof piece);
    mh_csv_init(&csv, piece, sizeof piece, ',');
    csv.last = false;
    assert_int_equal(mh_csv_read(&csv, &got, &err), MH_CSV);
    assert_int_equal(csv.at, sizeof piece);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mh_csv_read(&csv, &got, &err), MH_OK);
        assert_int_equal(got, MH_CSV_MORE);
        assert_int_equal(csv.at, sizeof piece);
        mh_csv_feed(&csv, piece, sizeof piece, false);
    }
    mh_csv_feed(&csv, END, sizeof END - 1, true);
    assert_int_equal(mh_csv_read(&csv, &got, &err), MH_OK);
    assert_int_equal(got, MH_CSV_ROW);
    assert_int_equal(csv.line, 2);
    assert_int_equal(csv.count, 2);
    mh_csv_fini(&csv);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_read),
        cmocka_unit_test(what_is_no_row_is_refused_and_the_next_one_read),
        cmocka_unit_test(a_row_knows_its_line_and_its_text),
        cmocka_unit_test(columns_and_rows_are_bounded),
        cmocka_unit_test(a_ragged_table_may_have_any_count_of_cells),
        cmocka_unit_test(pieces_of_any_size_give_the_same_rows),
        cmocka_unit_test(an_endless_line_is_refused_in_bounded_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
