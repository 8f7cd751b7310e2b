/* SPDX-License-Identifier: Apache-2.0 */
/* The list of codes: names are a contract, acts and exits fit together. */
#include "mahalle/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_names_of_faults_are_those_of_the_contract(void **state)
{
    static const char *const NAMES[] = {
        "FRAME",        "SCHEMA_ID",      "DECODE",    "TRAILING",
        "UTF8",         "TOO_LARGE",      "REQUIRED",  "UNKNOWN_FIELD",
        "UNKNOWN_TYPE", "TYPE",           "ENUM",      "MIN",
        "MAX",          "PATTERN",        "AT_MOST",   "REQUIRES",
        "REQUIRES_ANY", "REQUIRED_WHEN",  "NULL_WHEN", "LOOKUP",
        "FINEST_PLACE", "COARSEST_PLACE", "PLACE",     "COUNCIL",
        "AGENCY",       "PERSONAL",       "OP",        "DATE",
        "DAY",          "PERIOD",         "CONFLICT",  "FUTURE",
        "GRANT",        "SOURCE",         "CHARSET",   "JSON",
        "CSV"};
    const int count = sizeof NAMES / sizeof NAMES[0];

    (void)state;
    for (int i = 0; i < count; i++) {
        enum mh_code code = mh_code_find(NAMES[i]);

        assert_int_not_equal(code, MH_CODE_COUNT);
        assert_string_equal(mh_code_name(code), NAMES[i]);
        assert_int_equal(mh_code_act(code), MH_ACT_REFUSE);
        assert_int_equal(mh_code_exit(code), 1);
    }
}

static void every_code_says_what_it_is_and_how_a_program_ends(void **state)
{
    (void)state;
    for (int i = 0; i < MH_CODE_COUNT; i++) {
        enum mh_code code = (enum mh_code)i;
        int exit_code = mh_code_exit(code);

        assert_int_equal(mh_code_find(mh_code_name(code)), code);
        assert_true(strlen(mh_code_text(code)) > 3);
        assert_true((exit_code >= 0 && exit_code <= 5) || exit_code == 70);
        assert_int_equal(exit_code == 0, mh_code_act(code) == MH_ACT_NONE);
        assert_int_equal(exit_code == 1, mh_code_act(code) == MH_ACT_REFUSE);
        assert_int_equal(mh_code_text_fa(code) != NULL,
                         mh_code_act(code) == MH_ACT_REFUSE);
    }
    assert_int_equal(mh_code_find("ok"), MH_CODE_COUNT);
    assert_int_equal(mh_code_find(""), MH_CODE_COUNT);
}

static void a_failure_carries_its_code_and_a_text_that_is_cut(void **state)
{
    static char large[2000];
    struct mh_err err;

    (void)state;
    memset(large, 'x', sizeof large - 1);
    assert_int_equal(mh_fail(&err, MH_FILE, "open %s: %d", "a", 2), MH_FILE);
    assert_int_equal(err.code, MH_FILE);
    assert_string_equal(err.text, "open a: 2");
    assert_int_equal(mh_fail(&err, MH_BUG, "%s", large), MH_BUG);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_names_of_faults_are_those_of_the_contract),
        cmocka_unit_test(every_code_says_what_it_is_and_how_a_program_ends),
        cmocka_unit_test(a_failure_carries_its_code_and_a_text_that_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
