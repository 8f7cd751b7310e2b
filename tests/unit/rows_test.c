/* SPDX-License-Identifier: Apache-2.0 */
/* Character sets, separators, lines and bounds of a table in a file. */
#include "rows.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char path[SCRATCH_PATH_MAX];
static char out[1 << 20];

static struct rows *open_with(const char *text, size_t len, const char *charset)
{
    struct rows *rows = NULL;
    struct mh_err err;

    scratch_file(path, text, len);
    assert_int_equal(rows_open(path, charset, &rows, &err), MH_OK);
    (void)unlink(path);
    return rows;
}

/* All rows as NUMBER:CELL|CELL/, what is no row as NUMBER:!, bytes that were
 * no character as `?`; a file that is refused as its text. */
static const char *read_all(struct rows *rows)
{
    size_t to = 0;
    struct mh_err err;

    for (;;) {
        enum rows_state state;
        struct row row;
        enum mh_code code = rows_read(rows, 100, &state, &row, &err);

        if (code == MH_CHARSET) {
            (void)snprintf(out, sizeof out, "%s", strchr(err.text, ' ') + 1);
            break;
        }
        assert_int_equal(code, MH_OK);
        assert_int_not_equal(state, ROWS_WAIT);
        if (state == ROWS_END) {
            break;
        }
        to += (size_t)snprintf(out + to, sizeof out - to, "%d:%s",
                               (int)row.number, row.problem ? "!" : "");
        for (int i = 0; i < row.count; i++) {
            assert_true(to + row.cells[i].len + 100 < sizeof out);
            for (size_t k = 0; k < row.cells[i].len; k++) {
                char byte = row.cells[i].text[k];

                out[to++] = byte == '\xff' ? '?' : byte;
            }
            out[to++] = i + 1 < row.count ? '|' : '/';
        }
        out[to] = '\0';
    }
    rows_close(rows);
    return out;
}

static const char *read_text(const char *text, size_t len, const char *charset)
{
    out[0] = '\0';
    return read_all(open_with(text, len, charset));
}

#define READ(text, charset) read_text(text, sizeof(text) - 1, charset)

static void the_separator_is_what_the_first_row_has(void **state)
{
    (void)state;
    assert_string_equal(READ("a,b;c\n1,2\n", "UTF-8"), "0:a|b;c/1:1|2/");
    assert_string_equal(READ("a;b;c\n1;2,3\n", "UTF-8"), "0:a|b|c/1:1|2,3/");
    assert_string_equal(READ("a\tb\n1,2\t3\n", "utf8"), "0:a|b/1:1,2|3/");
    assert_string_equal(READ("\"a,b,c\";d\n1;2\n", "UTF-8"),
                        "0:a,b,c|d/1:1|2/");
    assert_string_equal(READ("a\n1\n", "UTF-8"), "0:a/1:1/");
    assert_string_equal(READ("", "UTF-8"), "");
    assert_string_equal(READ("\xef\xbb\xbf", "UTF-8"), "");
    assert_string_equal(READ("\xef\xbb\xbf"
                             "a;b",
                             "UTF-8"),
                        "0:a|b/");
}

static void a_first_line_may_name_the_separator(void **state)
{
    (void)state;
    assert_string_equal(READ("sep=;\r\na;b,c,d\r\n1;2\r\n", "UTF-8"),
                        "0:a|b,c,d/1:1|2/");
    assert_string_equal(READ("\xef\xbb\xbfSEP=,\na,b;c;d\n1,2", "UTF-8"),
                        "0:a|b;c;d/1:1|2/");
    assert_string_equal(READ("\"sep=\t\"\na\tb;c;d\n", "UTF-8"), "0:a|b;c;d/");
    assert_string_equal(READ("\xff\xfes\0e\0p\0=\0;\0\n\0a\0;\0b\0", "UTF-16"),
                        "0:a|b/");
    assert_string_equal(READ("sep=;", "UTF-8"), "");
    assert_string_equal(READ("sep=;x\n1;2\n", "UTF-8"), "0:sep=|x/1:1|2/");
    assert_string_equal(READ("sep=x\n1\n", "UTF-8"), "0:sep=x/1:1/");
}

static void lines_are_counted_behind_the_first_row(void **state)
{
    (void)state;
    assert_string_equal(READ("\n\nh,i\na,b\n\n\"c\nd\",e\nf,\"\ng,h", "UTF-8"),
                        "0:h|i/1:a|b/3:c\nd|e/5:!6:g|h/");
    assert_string_equal(READ("\"h\ni\",j\r\na,b\r\n", "UTF-8"),
                        "0:h\ni|j/1:a|b/");
    assert_string_equal(READ("\"h,i\na,b\n", "UTF-8"), "0:!1:a|b/");
}

static void other_character_sets_become_utf_8(void **state)
{
    (void)state;
    assert_string_equal(READ("\xff\xfe"
                             "a\0;\0\xcc\x06\n\0"
                             "1\0;\0"
                             "2\0",
                             "UTF-16"),
                        "0:a|\xdb\x8c/1:1|2/");
    assert_string_equal(READ("\xfe\xff"
                             "\0a\0;\x06\xcc\0\n\0"
                             "1\0;\0"
                             "2",
                             "utf-16"),
                        "0:a|\xdb\x8c/1:1|2/");
    assert_string_equal(READ("a\0;\0\xcc\x06", "UTF-16LE"), "0:a|\xdb\x8c/");
    assert_string_equal(READ("\xe3\xed;a\n\x98;b\n", "windows-1256"),
                        "0:\xd9\x85\xd9\x8a|a/1:\xda\xa9|b/");
    assert_string_equal(READ("a;\xe9\n", "ISO-8859-1"), "0:a|\xc3\xa9/");
}

static void what_is_no_character_is_found_in_its_place(void **state)
{
    (void)state;
    assert_string_equal(READ("a,b\xff\nc,d\n", "UTF-8"), "0:a|b?/1:c|d/");
    /* half a surrogate pair, and half a unit at the end */
    assert_string_equal(READ("\xff\xfe"
                             "a\0;\0\x00\xd8"
                             "b\0\n\0"
                             "c\0;",
                             "UTF-16"),
                        "0:a|?b/1:c?/");
    assert_string_equal(READ("a,\xff"
                             "b\n",
                             "ASCII"),
                        "0:a|?b/");
}

static void a_file_of_another_character_set_is_told_so(void **state)
{
    (void)state;
    assert_string_equal(
        READ("\xff\xfe"
             "a\0\n\0",
             "UTF-8"),
        "the file begins with the mark of UTF-16: --charset UTF-16");
    assert_string_equal(
        READ("\xef\xbb\xbf"
             "a",
             "windows-1256"),
        "the file begins with the mark of UTF-8: --charset UTF-8");
    assert_string_equal(READ("a\0,\0", "UTF-16"),
                        "a byte order mark, or --charset UTF-16LE");
    assert_string_equal(READ("a", "UTF-16"),
                        "a byte order mark, or --charset UTF-16LE");
}

static void an_unknown_character_set_is_refused(void **state)
{
    static const char *const BAD[] = {"", "no-such-set", "ASCII//TRANSLIT",
                                      "UTF-8//IGNORE"};
    struct rows *rows = NULL;
    struct mh_err err;

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_int_equal(rows_open("/dev/null", BAD[i], &rows, &err), MH_USAGE);
    }
    assert_int_equal(rows_open("/no/such/file", "UTF-8", &rows, &err), MH_FILE);
    assert_int_equal(rows_open("/no/such/file", "UTF-16", &rows, &err),
                     MH_FILE);
    assert_null(rows);
    rows_close(NULL);
}

/* Longer than the rooms; the same in another character set. */
static void rows_over_the_edge_of_the_room_are_whole(void **state)
{
    enum { COUNT = 20000 };
    char *text = malloc(COUNT * 30);
    char *wide = malloc(COUNT * 60 + 2);
    size_t len = 0;
    char *want;

    (void)state;
    assert_non_null(text);
    assert_non_null(wide);
    for (int i = 0; i < COUNT; i++) {
        len += (size_t)snprintf(text + len, 30, "%0*d,b\n", 1 + i % 17, i);
    }
    want = strdup(read_text(text, len, "UTF-8"));
    assert_true(strlen(want) > 300000);
    memcpy(wide, "\xff\xfe", 2);
    for (size_t i = 0; i < len; i++) {
        wide[2 + 2 * i] = text[i];
        wide[3 + 2 * i] = '\0';
    }
    assert_string_equal(read_text(wide, 2 * len + 2, "UTF-16"), want);
    free(want);
    free(wide);
    free(text);
}

static void an_endless_row_costs_itself_alone(void **state)
{
    size_t len = 1000000;
    char *text = malloc(len);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text, "a,b\n", 4);
    memcpy(text + len - 5, "\nc,d\n", 5);
    assert_string_equal(read_text(text, len, "UTF-8"), "0:a|b/1:!2:c|d/");
    text[4] = '"';
    assert_string_equal(read_text(text, len, "UTF-8"), "0:a|b/1:!2:c|d/");
    free(text);
}

static void a_quiet_pipe_waits(void **state)
{
    struct rows *rows = NULL;
    enum rows_state got;
    struct row row;
    struct mh_err err;
    FILE *writer;

    (void)state;
    scratch_name(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    writer = fopen(path, "r+");
    assert_non_null(writer);
    assert_int_equal(rows_open(path, "UTF-8", &rows, &err), MH_OK);
    assert_int_equal(rows_read(rows, 0, &got, &row, &err), MH_OK);
    assert_int_equal(got, ROWS_WAIT);
    assert_true(fputs("a;", writer) >= 0);
    assert_int_equal(fflush(writer), 0);
    assert_int_equal(rows_read(rows, 0, &got, &row, &err), MH_OK);
    assert_int_equal(got, ROWS_WAIT);
    assert_true(fputs("b\nc;d\n", writer) >= 0);
    assert_int_equal(fflush(writer), 0);
    assert_int_equal(rows_read(rows, 100, &got, &row, &err), MH_OK);
    assert_int_equal(got, ROWS_ROW);
    assert_int_equal(row.count, 2);
    assert_int_equal(rows_delimiter(rows), ';');
    assert_int_equal(rows_bytes(rows), 8);
    assert_int_equal(fclose(writer), 0);
    (void)unlink(path);
    assert_string_equal(read_all(rows), "1:c|d/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_separator_is_what_the_first_row_has),
        cmocka_unit_test(a_first_line_may_name_the_separator),
        cmocka_unit_test(lines_are_counted_behind_the_first_row),
        cmocka_unit_test(other_character_sets_become_utf_8),
        cmocka_unit_test(what_is_no_character_is_found_in_its_place),
        cmocka_unit_test(a_file_of_another_character_set_is_told_so),
        cmocka_unit_test(an_unknown_character_set_is_refused),
        cmocka_unit_test(rows_over_the_edge_of_the_room_are_whole),
        cmocka_unit_test(an_endless_row_costs_itself_alone),
        cmocka_unit_test(a_quiet_pipe_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
