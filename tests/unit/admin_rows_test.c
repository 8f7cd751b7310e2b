/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows of reference data an event could name, and days as people write
   them. */
#include "admin_reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "buf.h"

static struct mh_catalogue *catalogue;
static char days[ADMIN_ROW_DAYS][ADMIN_DAY_BYTES];

static int load(void **state)
{
    struct mh_buf problems;
    struct mh_err err;
    enum mh_code code;

    (void)state;
    mh_buf_init(&problems, 1 << 16);
    code = mh_catalogue_new(&catalogue, &err);
    if (code == MH_OK) {
        code =
            mh_catalogue_load(catalogue, MAHALLE_SCHEMAS_DIR, &problems, &err);
    }
    mh_buf_fini(&problems);
    return code != MH_OK;
}

static int unload(void **state)
{
    (void)state;
    mh_catalogue_free(catalogue);
    return 0;
}

static void expect_refused(admin_row_check *check, const char *first,
                           const char *second, const char *why)
{
    const char *params[] = {first, second, "x", "x"};
    struct mh_err err = {MH_OK, ""};

    assert_int_equal(check(catalogue, params, days, &err), MH_CONTRACT);
    if (strstr(err.text, why) == NULL) {
        fail_msg("%s is not in: %s", why, err.text);
    }
}

static void codes_have_the_form_that_schemas_ask_for(void **state)
{
    const char *agency[] = {"school_renovation", "x", "x"};
    const char *code[] = {"product_code", "TENT", "x", "x"};
    struct mh_err err;

    (void)state;
    assert_int_equal(admin_check_agency(catalogue, agency, days, &err), MH_OK);
    assert_int_equal(admin_check_lookup(catalogue, code, days, &err), MH_OK);
    expect_refused(admin_check_agency, "Bad Agency", NULL,
                   "code Bad Agency has not the form of agency_code: [a-z]");
    expect_refused(admin_check_agency, NULL, NULL, "agency_code is empty");
    expect_refused(admin_check_lookup, "product_code", "tent house",
                   "code tent house has not the form of product_code: ");
    expect_refused(admin_check_lookup, "product_code", NULL, "code is empty");
    expect_refused(admin_check_lookup, NULL, "TENT", "list is empty");
}

static void a_list_that_no_field_reads_is_a_slip(void **state)
{
    (void)state;
    expect_refused(admin_check_lookup, "produkt_code", "TENT",
                   "no field reads a list produkt_code; lists: ");
    expect_refused(admin_check_lookup, "produkt_code", "TENT", "product_code");
    expect_refused(admin_check_lookup, "agency_code", "culture",
                   "agencies have a table of their own");
}

static void expect_day(const char *written, const char *iso)
{
    const char *params[14] = {NULL};
    struct mh_err err = {MH_OK, ""};

    for (int column = 7; column <= 8; column++) {
        params[7] = params[8] = NULL;
        params[column] = written;
        if (iso == NULL) {
            assert_int_equal(admin_check_place(catalogue, params, days, &err),
                             MH_CONTRACT);
            assert_non_null(
                strstr(err.text, column == 7 ? "valid_from " : "valid_to "));
            continue;
        }
        assert_int_equal(admin_check_place(catalogue, params, days, &err),
                         MH_OK);
        assert_string_equal(params[column], iso);
    }
}

static void days_are_read_in_either_calendar(void **state)
{
    const char *params[14] = {NULL};
    struct mh_err err;

    (void)state;
    expect_day("1400-01-01", "2021-03-21");
    expect_day("1404/07/21", "2025-10-13");
    expect_day("2025-10-13", "2025-10-13");
    expect_day("1300-01-01", "1921-03-21");
    expect_day("1500-12-29", "2122-03-20");
    expect_day("1921-03-20", NULL);
    expect_day("2122-03-21", NULL);
    expect_day("1404-12-30", NULL); /* not a leap year */
    expect_day("infinity", NULL);
    expect_day("today", NULL);
    assert_int_equal(admin_check_place(catalogue, params, days, &err), MH_OK);
    assert_null(params[7]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_have_the_form_that_schemas_ask_for),
        cmocka_unit_test(a_list_that_no_field_reads_is_a_slip),
        cmocka_unit_test(days_are_read_in_either_calendar),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
