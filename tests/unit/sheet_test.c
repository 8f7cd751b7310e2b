/* SPDX-License-Identifier: Apache-2.0 */
/* Tables through rows, sheet and intake: names of columns, cells, faults. */
#include "sheet.h"

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

#define HEAD "source_ref,occurred_on,agency_code,place_code,council_code"
#define GOOD "N-1,1404/07/21,governorate,c1195-001,c1195-001-C1"

static struct reading reading;
static const struct mh_type *meeting;
static struct sheet sheet;
static char out[4096];

static int load(void **state)
{
    (void)state;
    reading_open(&reading);
    meeting = world_type(reading.world, "council_meeting_held");
    reading.intake.type = meeting;
    return 0;
}

static int unload(void **state)
{
    (void)state;
    reading_close(&reading);
    return 0;
}

/* Faults as LINE POINTER CODE; a good row as LINE ok, with its members. */
static void tell(uint64_t number, const struct mh_event *event)
{
    size_t to = strlen(out);

    for (int i = 0; i < reading.faults.count; i++) {
        to += (size_t)snprintf(out + to, sizeof out - to, "%d %s %s\n",
                               (int)number, reading.faults.items[i].pointer,
                               mh_code_name(reading.faults.items[i].code));
    }
    if (event != NULL && reading.faults.count == 0) {
        int field = mh_type_find(meeting, "members_present", 15);
        const struct mh_value *value = &event->values[field];

        (void)snprintf(out + to, sizeof out - to, "%d ok %d\n", (int)number,
                       value->set == MH_VALUE ? (int)value->number : -1);
    }
}

static void take_row(const struct row *row)
{
    struct intake_room room;
    struct mh_event event;

    reading.faults.count = 0;
    if (row->number == 0) {
        if (sheet_header(&sheet, meeting, row, &reading.faults) != MH_OK) {
            tell(0, NULL);
        }
        return;
    }
    if (sheet_is_blank(row)) {
        return;
    }
    if (sheet_row(&sheet, row, &reading.faults) == MH_OK) {
        enum mh_code code =
            intake_items(&reading.intake, sheet.items, sheet.item_count,
                         READING_NOW_MS, &room, &event, &reading.faults);

        assert_int_equal(code == MH_OK, reading.faults.count == 0);
        tell(row->number, &event);
    } else {
        tell(row->number, NULL);
    }
}

static const char *read_table(const char *text)
{
    char path[SCRATCH_PATH_MAX];
    struct rows *rows = NULL;
    struct mh_err err;

    scratch_file(path, text, strlen(text));
    assert_int_equal(rows_open(path, "UTF-8", &rows, &err), MH_OK);
    (void)unlink(path);
    out[0] = '\0';
    for (;;) {
        enum rows_state state;
        struct row row;

        assert_int_equal(rows_read(rows, 100, &state, &row, &err), MH_OK);
        if (state == ROWS_END) {
            break;
        }
        take_row(&row);
        if (row.number == 0 && out[0] != '\0') {
            break;
        }
    }
    rows_close(rows);
    return out;
}

static void columns_are_named_by_field_or_label_in_any_order(void **state)
{
    (void)state;
    assert_string_equal(read_table(HEAD "\n" GOOD "\n"), "1 ok -1\n");
    assert_string_equal(
        read_table("کد شورا;Source reference;روز وقوع;Agency;place code;"
                   "شمار اعضاي حاضر\n"
                   "c1195-001-C1;N-1;۱۴۰۴/۰۷/۲۱;governorate;c1195-001;۱۲\n"),
        "1 ok 12\n");
    assert_string_equal(
        read_table(
            "Event_Type\t OCCURRED_ON\tشناسه‌رویداد\tagency_code\t"
            "place_code\tcouncil_code\n"
            "council_meeting_held\t2025-10-13\tx 1\tgovernorate\t"
            "c1195-001\tc1195-001-C1\n"),
        "1 ok -1\n");
}

static void a_template_names_every_column(void **state)
{
    struct mh_buf buf;

    (void)state;
    for (int i = 0; i < mh_catalogue_count(reading.world->catalogue); i++) {
        const struct mh_type *type =
            mh_catalogue_at(reading.world->catalogue, i);

        for (int lang = WORDS_FA; lang <= WORDS_EN; lang++) {
            mh_buf_init(&buf, 65536);
            template_put(&buf, type, (enum words_lang)lang);
            assert_memory_equal(buf.bytes, "\xef\xbb\xbf", 3);
            assert_memory_equal(buf.bytes + buf.len - 2, "\r\n", 2);
            meeting = type;
            assert_string_equal(read_table(mh_buf_string(&buf)), "");
            assert_int_equal(sheet.count, type->field_count);
            for (int k = 0; k < sheet.count; k++) {
                assert_int_equal(sheet.columns[k], k);
            }
            mh_buf_fini(&buf);
        }
    }
    meeting = world_type(reading.world, "council_meeting_held");
}

static void expect_expected(const char *table, const char *faults,
                            const char *expected)
{
    assert_string_equal(read_table(table), faults);
    assert_string_equal(reading.faults.items[0].expected, expected);
}

static void wrong_columns_are_named_with_the_nearest(void **state)
{
    (void)state;
    expect_expected(HEAD ",member_present\n",
                    "0 /member_present UNKNOWN_FIELD\n",
                    "a column of the template, such as members_present");
    expect_expected("شمار اعضای حاظر\n", "0 /شمار اعضای حاظر UNKNOWN_FIELD\n",
                    "a column of the template, such as شمار اعضای حاضر");
    expect_expected("a/b~c,free text\n",
                    "0 /a~1b~0c UNKNOWN_FIELD\n0 /free text UNKNOWN_FIELD\n",
                    "a column of the template");
    expect_expected(HEAD ",Day\n", "0 /occurred_on CSV\n", "each column once");
    expect_expected(HEAD ",event type,نوع رویداد\n", "0 /event_type CSV\n",
                    "each column once");
    expect_expected(",,\n", "0  CSV\n", "names of columns in the first row");
    expect_expected("\"a\n", "0  CSV\n",
                    "a row of RFC 4180: a quote is not closed");
    expect_expected("occurred_on,\xed,\xed\n", "0  CHARSET\n",
                    "characters of the set that --charset names");
    expect_expected("\xff,\"\n", "0  CHARSET\n",
                    "characters of the set that --charset names");
}

static void the_apostrophe_before_a_formula_is_none_of_the_data(void **state)
{
    /* what a spreadsheet may drop before it looks: blanks, line ends, marks of
     * direction, a byte order mark, several of them */
    static const char *const LEADS[] = {"",
                                        " ",
                                        "  ",
                                        "\n",
                                        "\xc2\xa0",
                                        "\xe2\x80\x8f",
                                        "\xef\xbb\xbf",
                                        "\xe2\x80\xab \xe2\x80\x8c"};

    (void)state;
    assert_string_equal(read_table(HEAD ",members_present\n" GOOD ",'-5\n" GOOD
                                        ",'5\n" GOOD ",'\xe2\x80\x8f-5\n"),
                        "1 /members_present MIN\n2 /members_present TYPE\n"
                        "3 /members_present MIN\n");
    assert_true(sheet_is_formula("=1", 2));
    assert_true(sheet_is_formula("-1+1", 4));
    for (size_t i = 0; i < sizeof LEADS / sizeof LEADS[0]; i++) {
        char cell[32];
        int len = snprintf(cell, sizeof cell, "%s=1+1", LEADS[i]);

        assert_true(sheet_is_formula(cell, (size_t)len));
        len = snprintf(cell, sizeof cell, "%s12", LEADS[i]);
        assert_false(sheet_is_formula(cell, (size_t)len));
    }
    assert_false(sheet_is_formula("'=1", 3));
    assert_false(sheet_is_formula(" ", 1));
    assert_false(sheet_is_formula("\xe2\x80", 2));
    assert_false(sheet_is_formula("-1.5", 4));
    assert_false(sheet_is_formula("1-1", 3));
    assert_false(sheet_is_formula("", 0));
}

static void what_spreadsheets_leave_behind_says_nothing(void **state)
{
    (void)state;
    assert_string_equal(
        read_table(HEAD ",,\n" GOOD ",,\n" GOOD "\n" GOOD ",, \xc2\xa0,,\n"),
        "1 ok -1\n2 ok -1\n3 ok -1\n");
    assert_string_equal(read_table(HEAD "\n,,,,\n\n , ,,\n" GOOD "\n\n,,,,\n"),
                        "4 ok -1\n");
    assert_string_equal(read_table(HEAD "\n" GOOD ",x\n"), "1  CSV\n");
    assert_string_equal(reading.faults.items[0].expected,
                        "nothing in columns without a name");
    assert_string_equal(read_table(HEAD ",,op\n" GOOD ",x,\n"), "1  CSV\n");
}

static void rows_that_are_too_short_or_broken_are_refused(void **state)
{
    (void)state;
    expect_expected(HEAD ",op\n" GOOD "\n", "1  CSV\n", "6 cells");
    assert_string_equal(reading.faults.items[0].got, "5 cells");
    assert_string_equal(read_table(HEAD "\n\"" GOOD "\n" GOOD "\n"),
                        "1  CSV\n2 ok -1\n");
    assert_string_equal(read_table(HEAD ",op\nN-1\xff\n"), "1  CHARSET\n");
}

static void cells_are_read_as_people_write_them(void **state)
{
    static const char TABLE[] =
        HEAD ",members_present\n" GOOD ",\"1,200\"\n" GOOD ", ۱٬۲۰۰ \n" GOOD
             ",12.5\n" GOOD ",\"12,00\"\n" GOOD ",۲2۰\n" GOOD ",۲۲۰ نفر\n" GOOD
             ",-5\n" GOOD ",\xe2\x80\x8f٢٢٠\n" GOOD ",\xef\xbf\xbd\n" GOOD
             ",\"5\n\"\n";

    (void)state;
    assert_string_equal(
        read_table(TABLE),
        "1 ok 1200\n2 ok 1200\n3 /members_present TYPE\n"
        "4 /members_present TYPE\n5 /members_present TYPE\n"
        "6 /members_present TYPE\n7 /members_present MIN\n8 ok 220\n"
        "9 /members_present CHARSET\n10 ok 5\n");
}

static void true_and_false_are_taken_as_spreadsheets_write_them(void **state)
{
    static const char HEADER[] =
        "source_ref,occurred_on,agency_code,place_code,council_code,"
        "cooperative_code,product_code,is_production\n";
    static const char *const CELLS[] = {"TRUE",  "true", "False",
                                        "FALSE", "yes",  "1"};

    (void)state;
    meeting = world_type(reading.world, "cooperative_launched");
    reading.intake.type = meeting;
    for (size_t i = 0; i < sizeof CELLS / sizeof CELLS[0]; i++) {
        char table[512];
        bool refused;

        (void)snprintf(table, sizeof table,
                       "%sN-1,1404/07/21,governorate,c1195-001,,x,,%s\n",
                       HEADER, CELLS[i]);
        refused = strstr(read_table(table), "/is_production TYPE") != NULL;
        assert_int_equal(refused, i >= 4);
    }
    meeting = world_type(reading.world, "council_meeting_held");
    reading.intake.type = meeting;
}

static void another_type_in_a_row_is_refused(void **state)
{
    (void)state;
    assert_string_equal(
        read_table(HEAD ",event_type\n" GOOD ",cleanup_held\n" GOOD ",\n"),
        "1 /event_type UNKNOWN_TYPE\n2 ok -1\n");
}

static void columns_of_faults_are_passed_over(void **state)
{
    (void)state;
    assert_string_equal(
        read_table(HEAD ",سطر ردشده,علت رد\n" GOOD ",7,بد\n" GOOD "\n"),
        "1 ok -1\n2 ok -1\n");
    assert_string_equal(
        read_table("refused line,Refused Because," HEAD "\n,," GOOD "\n"),
        "1 ok -1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_named_by_field_or_label_in_any_order),
        cmocka_unit_test(a_template_names_every_column),
        cmocka_unit_test(wrong_columns_are_named_with_the_nearest),
        cmocka_unit_test(the_apostrophe_before_a_formula_is_none_of_the_data),
        cmocka_unit_test(what_spreadsheets_leave_behind_says_nothing),
        cmocka_unit_test(rows_that_are_too_short_or_broken_are_refused),
        cmocka_unit_test(cells_are_read_as_people_write_them),
        cmocka_unit_test(true_and_false_are_taken_as_spreadsheets_write_them),
        cmocka_unit_test(another_type_in_a_row_is_refused),
        cmocka_unit_test(columns_of_faults_are_passed_over),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
