/* SPDX-License-Identifier: Apache-2.0 */
/* Ends of line, blank and overlong lines, marks at the start. */
#include "lines.h"
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

static struct lines *open_with(const char *text, size_t len)
{
    struct lines *lines = NULL;
    struct mh_err err;

    scratch_file(path, text, len);
    assert_int_equal(lines_open(path, &lines, &err), MH_OK);
    return lines;
}

static void expect(struct lines *lines, uint64_t number, const char *text)
{
    enum lines_state state;
    struct line line;
    struct mh_err err;

    assert_int_equal(lines_read(lines, 100, &state, &line, &err), MH_OK);
    assert_int_equal(state, LINES_LINE);
    assert_int_equal(line.number, number);
    assert_int_equal(line.len, strlen(text));
    assert_memory_equal(line.text, text, line.len);
}

static void expect_end(struct lines *lines)
{
    enum lines_state state;
    struct line line;
    struct mh_err err;

    for (int i = 0; i < 2; i++) {
        assert_int_equal(lines_read(lines, 100, &state, &line, &err), MH_OK);
        assert_int_equal(state, LINES_END);
    }
    lines_close(lines);
    (void)unlink(path);
}

static void ends_of_line_may_be_mixed_and_the_last_may_lack(void **state)
{
    static const char TEXT[] = "a\nb\r\n\n \t\r\nc d\r\r\n\re";
    struct lines *lines = open_with(TEXT, sizeof TEXT - 1);

    (void)state;
    expect(lines, 1, "a");
    expect(lines, 2, "b");
    expect(lines, 5, "c d\r");
    expect(lines, 6, "\re");
    assert_int_equal(lines_bytes(lines), sizeof TEXT - 1);
    expect_end(lines);
}

static void an_empty_file_has_no_line(void **state)
{
    (void)state;
    expect_end(open_with("", 0));
    expect_end(open_with("\n\n", 2));
    expect_end(open_with("\xef\xbb\xbf", 3));
}

static void a_mark_is_no_part_of_the_first_line_only(void **state)
{
    static const char TEXT[] = "\xef\xbb\xbf{\n\xef\xbb\xbf{\n";
    struct lines *lines = open_with(TEXT, sizeof TEXT - 1);

    (void)state;
    expect(lines, 1, "{");
    expect(lines, 2, "\xef\xbb\xbf{");
    expect_end(lines);
}

/* A line of `len` bytes between two short ones. */
static void try_length(size_t len)
{
    char *text = malloc(len + 4);
    struct lines *lines;
    enum lines_state state;
    struct line line;
    struct mh_err err;

    assert_non_null(text);
    memcpy(text, "a\n", 2);
    memset(text + 2, 'x', len);
    memcpy(text + 2 + len, "\nb", 2);
    lines = open_with(text, len + 4);
    expect(lines, 1, "a");
    assert_int_equal(lines_read(lines, 100, &state, &line, &err), MH_OK);
    assert_int_equal(state, LINES_LINE);
    assert_int_equal(line.number, 2);
    assert_int_equal(line.len, len < LINES_KEPT_MAX ? len : LINES_KEPT_MAX);
    assert_int_equal(line.text[line.len - 1], 'x');
    expect(lines, 3, "b");
    expect_end(lines);
    free(text);
}

static void an_overlong_line_is_one_line_cut(void **state)
{
    (void)state;
    for (int around = -2; around <= 2; around++) {
        try_length((size_t)(LINES_KEPT_MAX + around));
        try_length((size_t)(4 * 65536 + around));
    }
    try_length(3000000);
}

static void lines_over_the_edge_of_the_room_are_whole(void **state)
{
    enum { COUNT = 30000 };
    char *text = malloc(COUNT * 40);
    struct lines *lines;
    size_t len = 0;

    (void)state;
    assert_non_null(text);
    for (int i = 0; i < COUNT; i++) {
        len += (size_t)snprintf(text + len, 40, "%0*d\n", 1 + i % 37, i);
    }
    lines = open_with(text, len);
    for (int i = 0; i < COUNT; i++) {
        char want[40];

        (void)snprintf(want, sizeof want, "%0*d", 1 + i % 37, i);
        expect(lines, (uint64_t)i + 1, want);
    }
    expect_end(lines);
    free(text);
}

static void a_quiet_pipe_waits_and_is_read_when_it_speaks(void **state)
{
    struct lines *lines = NULL;
    enum lines_state got;
    struct line line;
    struct mh_err err;
    FILE *writer;

    (void)state;
    scratch_name(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    writer = fopen(path, "r+");
    assert_non_null(writer);
    assert_int_equal(lines_open(path, &lines, &err), MH_OK);
    assert_int_equal(lines_read(lines, 0, &got, &line, &err), MH_OK);
    assert_int_equal(got, LINES_WAIT);
    assert_true(fputs("a\nb", writer) >= 0);
    assert_int_equal(fflush(writer), 0);
    expect(lines, 1, "a");
    assert_int_equal(lines_read(lines, 0, &got, &line, &err), MH_OK);
    assert_int_equal(got, LINES_WAIT);
    assert_int_equal(fclose(writer), 0);
    expect(lines, 2, "b");
    expect_end(lines);
}

static void what_cannot_be_read_is_said(void **state)
{
    struct lines *lines = NULL;
    enum lines_state got;
    struct line line;
    struct mh_err err;

    (void)state;
    assert_int_equal(lines_open("/no/such/file", &lines, &err), MH_FILE);
    assert_null(lines);
    assert_int_equal(lines_open("/", &lines, &err), MH_OK);
    assert_int_equal(lines_read(lines, 0, &got, &line, &err), MH_FILE);
    lines_close(lines);
    lines_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_of_line_may_be_mixed_and_the_last_may_lack),
        cmocka_unit_test(an_empty_file_has_no_line),
        cmocka_unit_test(a_mark_is_no_part_of_the_first_line_only),
        cmocka_unit_test(an_overlong_line_is_one_line_cut),
        cmocka_unit_test(lines_over_the_edge_of_the_room_are_whole),
        cmocka_unit_test(a_quiet_pipe_waits_and_is_read_when_it_speaks),
        cmocka_unit_test(what_cannot_be_read_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
