/* SPDX-License-Identifier: Apache-2.0 */
/* The table of refused rows is a table again, whatever stood in the rows; and
 * faults have words in both languages. */
#include "post_mend.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "reading.h"
#include "scratch.h"
#include "template.h"

static struct reading reading;
static struct sheet sheet;
static char path[SCRATCH_PATH_MAX];
static char text[1 << 20];

static int load(void **state)
{
    (void)state;
    reading_open(&reading);
    scratch_name(path);
    return 0;
}

static int unload(void **state)
{
    (void)state;
    (void)unlink(path);
    reading_close(&reading);
    return 0;
}

static void add_fault(enum mh_code code, int field, const char *expected)
{
    (void)mh_fault_add(&reading.faults, code, sheet.type, field, expected, NULL,
                       0);
}

/* What is in the file after rows with these cells were refused. */
static const char *mend_cells(enum words_lang lang, char delimiter,
                              const struct row *header,
                              const struct row *refused)
{
    struct mend *mend = NULL;
    struct mh_err err;
    FILE *file;
    size_t len;

    assert_int_equal(mend_open(path, lang, &mend, &err), MH_OK);
    assert_int_equal(mend_header(mend, &sheet, header, delimiter, &err), MH_OK);
    assert_int_equal(mend_row(mend, refused, &reading.faults, &err), MH_OK);
    mend_close(mend);
    file = fopen(path, "rb");
    assert_non_null(file);
    len = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[len] = '\0';
    return text;
}

static void read_header(const struct row *header)
{
    reading.faults.count = 0;
    assert_int_equal(sheet_header(&sheet,
                                  world_type(reading.world, "council_formed"),
                                  header, &reading.faults),
                     MH_OK);
}

static void refused_rows_keep_their_cells_and_get_reasons(void **state)
{
    static const struct mh_csv_cell NAMES[] = {
        {"علت رد", 11}, {"Day", 3}, {"شمار زنان عضو", 24}};
    static const struct mh_csv_cell CELLS[] = {{"old", 3},
                                               {"a;\"b\"", 5},
                                               {"\xff"
                                                "x\n",
                                                3}};
    struct row header = {.cells = NAMES, .count = 3, .text = ""};
    struct row row = {.cells = CELLS, .count = 3, .text = "", .number = 12};

    (void)state;
    read_header(&header);
    add_fault(MH_AT_MOST, sheet.columns[2], "members_count 9");
    add_fault(MH_MIN, sheet.columns[2], "at least 0");
    assert_string_equal(
        mend_cells(WORDS_EN, ';', &header, &row),
        "\xef\xbb\xbf"
        "Day;شمار زنان عضو;refused line;refused because\r\n"
        "\"a;\"\"b\"\"\";\"\xef\xbf\xbdx\n\";12;"
        "Women members: the number exceeds the field that bounds it (Members "
        "9) [AT_MOST] | Women members: the number is too small (at least 0) "
        "[MIN]\r\n");
    assert_string_equal(
        mend_cells(WORDS_FA, '\t', &header, &row),
        "\xef\xbb\xbf"
        "Day\tشمار زنان عضو\tسطر ردشده\tعلت رد\r\n"
        "\"a;\"\"b\"\"\"\t\"\xef\xbf\xbdx\n\"\t12\t"
        "شمار زنان عضو: عدد از فیلدی که کران آن است بیشتر است (شمار اعضا 9) "
        "[AT_MOST] | شمار زنان عضو: "
        "عدد کوچک‌تر از حد است (دست‌کم 0) "
        "[MIN]\r\n");
}

static void no_cell_is_run_by_a_spreadsheet(void **state)
{
    static const struct mh_csv_cell NAMES[] = {{"Day", 3}, {"op", 2}};
    static const struct {
        const char *cell, *written;
    } CASES[] = {{"=1+1", "'=1+1"}, {"+A1", "'+A1"},
                 {"-2+3", "'-2+3"}, {"@SUM(1)", "'@SUM(1)"},
                 {"\t=1", "'\t=1"}, {"'=1", "'=1"},
                 {"-", "'-"},       {"-12", "-12"},
                 {"+1.5", "+1.5"},  {"a=1", "a=1"},
                 {"'a", "'a"},      {"", ""}};
    struct row header = {.cells = NAMES, .count = 2, .text = ""};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        const struct mh_csv_cell cells[] = {
            {"x", 1}, {CASES[i].cell, strlen(CASES[i].cell)}};
        struct row row = {.cells = cells, .count = 2, .text = "", .number = 3};
        char expected[64];

        read_header(&header);
        (void)snprintf(expected, sizeof expected, "\nx,%s,3,",
                       CASES[i].written);
        assert_non_null(
            strstr(mend_cells(WORDS_EN, ',', &header, &row), expected));
    }
}

static void what_is_no_row_stands_in_the_first_cell(void **state)
{
    static const struct mh_csv_cell NAMES[] = {{"Day", 3}, {"op", 2}};
    static const struct mh_csv_cell CELLS[] = {{"x", 1}};
    struct row header = {.cells = NAMES, .count = 2, .text = ""};
    struct row rows[] = {
        {.text = "\"x,y", .len = 4, .number = 3, .problem = "no row"},
        {.text = "x", .len = 1, .number = 3, .cells = CELLS, .count = 1}};

    (void)state;
    read_header(&header);
    add_fault(MH_CSV, -1, "2 cells");
    assert_string_equal(
        strchr(mend_cells(WORDS_EN, ',', &header, &rows[0]), '\n') + 1,
        "\"\"\"x,y\",,3,not a row of the table (2 cells) [CSV]\r\n");
    assert_string_equal(
        strchr(mend_cells(WORDS_EN, ',', &header, &rows[1]), '\n') + 1,
        "x,,3,not a row of the table (2 cells) [CSV]\r\n");
}

static void the_longest_row_with_all_faults_fits(void **state)
{
    static char bytes[MH_CSV_ROW_MAX];
    struct mh_csv_cell name = {"op", 2};
    struct mh_csv_cell cell = {bytes, sizeof bytes};
    struct row header = {.cells = &name, .count = 1, .text = ""};
    struct row row = {.cells = &cell, .count = 1, .text = "", .number = 1};
    const char *end;

    (void)state;
    read_header(&header);
    while (reading.faults.count < MH_FAULTS_MAX) {
        add_fault(MH_NULL_WHEN, 0, "op");
    }
    for (int i = 0; i < 2; i++) {
        memset(bytes, i == 0 ? '"' : 0xff, sizeof bytes);
        end = strstr(mend_cells(WORDS_FA, ',', &header, &row), "[NULL_WHEN]");
        assert_non_null(end);
        assert_true(end - text > 2 * MH_CSV_ROW_MAX);
    }
}

static void a_file_that_cannot_be_written_is_said(void **state)
{
    struct mh_csv_cell name = {"op", 2};
    struct row header = {.cells = &name, .count = 1, .text = ""};
    struct mend *mend = NULL;
    struct mh_err err;

    (void)state;
    assert_int_equal(mend_open("/no/such/dir/m", WORDS_FA, &mend, &err),
                     MH_FILE);
    assert_null(mend);
    assert_int_equal(mend_open("/dev/full", WORDS_FA, &mend, &err), MH_OK);
    read_header(&header);
    assert_int_equal(mend_header(mend, &sheet, &header, ',', &err), MH_FILE);
    mend_close(mend);
    mend_close(NULL);
}

/* Letters of English outside names, numbers and codes. */
static bool has_english(const char *sentence)
{
    static const char *const WORDS[] = {" a ",  " the ",    "(a ",     "(the ",
                                        " of ", "at least", "at most", " in "};

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        if (strstr(sentence, WORDS[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static void read_case(const char *name)
{
    static char line[100000];
    char file_path[512];
    size_t len;
    FILE *file;

    (void)snprintf(file_path, sizeof file_path, "cases/refuse/%s/input.json",
                   name);
    file = fopen(file_path, "rb");
    assert_non_null(file);
    len = fread(line, 1, sizeof line, file);
    (void)fclose(file);
    reading_line(&reading, line,
                 len > 0 && line[len - 1] == '\n' ? len - 1 : len);
}

static void every_fault_of_the_cases_is_told_in_persian(void **state)
{
    DIR *folder = opendir("cases/refuse");
    const struct dirent *entry;
    struct mh_buf buf;
    int count = 0;

    (void)state;
    assert_non_null(folder);
    mh_buf_init(&buf, 4096);
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.') {
            continue;
        }
        read_case(entry->d_name);
        for (int i = 0; i < reading.faults.count; i++) {
            const struct mh_fault *fault = &reading.faults.items[i];

            if (fault->code == MH_JSON || fault->code == MH_UTF8) {
                continue; /* of lines, which no table has */
            }
            mh_buf_reset(&buf);
            words_fault(fault, reading.event.type, WORDS_FA, &buf);
            if (has_english(mh_buf_string(&buf))) {
                fail_msg("%s: %s", entry->d_name, mh_buf_string(&buf));
            }
            count++;
        }
    }
    (void)closedir(folder);
    mh_buf_fini(&buf);
    assert_true(count > 40);
}

static void languages_have_names(void **state)
{
    enum words_lang lang = WORDS_EN;

    (void)state;
    assert_true(words_lang_find("fa", &lang));
    assert_int_equal(lang, WORDS_FA);
    assert_true(words_lang_find("en", &lang));
    assert_int_equal(lang, WORDS_EN);
    assert_false(words_lang_find("de", &lang));
    assert_false(words_lang_find("", &lang));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_rows_keep_their_cells_and_get_reasons),
        cmocka_unit_test(no_cell_is_run_by_a_spreadsheet),
        cmocka_unit_test(what_is_no_row_stands_in_the_first_cell),
        cmocka_unit_test(the_longest_row_with_all_faults_fits),
        cmocka_unit_test(a_file_that_cannot_be_written_is_said),
        cmocka_unit_test(every_fault_of_the_cases_is_told_in_persian),
        cmocka_unit_test(languages_have_names),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
