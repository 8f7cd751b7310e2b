/* SPDX-License-Identifier: Apache-2.0 */
/* Reference data: by hand and from files, and files that are wrong. */
#include "reference.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char AGENCIES[] = "agency_code,label_fa,label_en\n"
                               "governorate,\"a, b\",Governorate\n"
                               "education,x,Education\n";
static const char PLACES[] =
    "level,place_code,name_fa,valid_from\n"
    "province,24,x,\ncounty,2409,x,\ndistrict,240901,x,\ncity,c1198,x,\n"
    "city,c1198,y,2020-01-01\nrural_district,24090102,x,\n"
    "village,v000268,x,\nneighbourhood,c1198-001,x,\n";
static const char LOOKUPS[] = "list,code,label_fa\n"
                              "product_code,CLOTHING,x\n"
                              "product_code,OTHER,x\n";

static char dir[SCRATCH_PATH_MAX];

static const char *path_of(const char *file)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/reference/%s", dir, file);
    return path;
}

static void write_file(const char *file, const char *text)
{
    FILE *out = fopen(path_of(file), "w");

    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static int write_all(void **state)
{
    (void)state;
    write_file("agencies.csv", AGENCIES);
    write_file("places.csv", PLACES);
    write_file("lookups.csv", LOOKUPS);
    return 0;
}

static bool knows_place(const struct mh_reference *reference, const char *code)
{
    return mh_reference_place(reference, code, strlen(code));
}

static struct mh_reference *make(void)
{
    struct mh_reference *reference = NULL;
    struct mh_err err;

    assert_int_equal(mh_reference_new(&reference, &err), MH_OK);
    return reference;
}

static void what_was_added_is_known(void **state)
{
    struct mh_reference *reference = make();

    (void)state;
    assert_int_equal(mh_reference_agency(reference, "education", 9), 0);
    assert_int_equal(mh_reference_add_agency(reference, "education", 7), MH_OK);
    assert_int_equal(mh_reference_add_agency(reference, "education", 8), MH_OK);
    assert_int_equal(mh_reference_agency(reference, "education", 9), 7);
    assert_int_equal(mh_reference_agency(reference, "education", 8), 0);
    assert_int_equal(mh_reference_add_place(reference, "2409"), MH_OK);
    assert_true(knows_place(reference, "2409"));
    assert_false(knows_place(reference, "24"));
    assert_int_equal(mh_reference_add_lookup(reference, "a", "bc"), MH_OK);
    assert_true(mh_reference_lookup(reference, "a", "bc", 2));
    assert_false(mh_reference_lookup(reference, "ab", "c", 1));
    assert_false(mh_reference_lookup(reference, "b", "bc", 2));
    assert_true(mh_reference_lookup(reference, "agency_code", "education", 9));
    mh_reference_free(reference);
    mh_reference_free(NULL);
}

static void files_are_read_by_the_names_of_their_columns(void **state)
{
    struct mh_reference *reference = make();
    struct mh_err err = {.text = ""};

    (void)state;
    assert_int_equal(mh_reference_load(reference, dir, &err), MH_OK);
    assert_int_equal(mh_reference_agency(reference, "governorate", 11), 1);
    assert_int_equal(mh_reference_agency(reference, "education", 9), 2);
    assert_true(knows_place(reference, "24"));
    assert_true(knows_place(reference, "2409"));
    assert_true(knows_place(reference, "c1198"));
    assert_true(knows_place(reference, "v000268"));
    assert_false(knows_place(reference, "240901"));
    assert_false(knows_place(reference, "24090102"));
    assert_true(mh_reference_lookup(reference, "product_code", "CLOTHING", 8));
    assert_false(mh_reference_lookup(reference, "product_code", "CLOTH", 5));
    mh_reference_free(reference);
}

static void wrong_files_are_named_with_line_and_cause(void **state)
{
    static const struct {
        const char *file, *text, *cause;
    } CASES[] = {
        {"agencies.csv", "", "no column agency_code"},
        {"agencies.csv", "code\na\n", "no column agency_code"},
        {"agencies.csv", "agency_code\n\"\"\n", "line 2: agency_code is empty"},
        {"agencies.csv", "agency_code\n\xff\n", "not UTF-8"},
        {"agencies.csv", "agency_code\na,b\n", "line 2: not as many cells"},
        {"agencies.csv",
         "agency_code\n"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
         "line 2: agency_code is too long"},
        {"places.csv", "place_code,level\n24,land\n", "line 2: unknown level"},
        {"places.csv", "place_code\n24\n", "no column level"},
        {"lookups.csv", "list,code\na,\n", "line 2: code is empty"},
        {"lookups.csv", "list,code\n\"a,b\n", "a quote is not closed"},
    };

    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct mh_reference *reference = make();
        struct mh_err err;

        write_all(state);
        write_file(CASES[i].file, CASES[i].text);
        assert_int_equal(mh_reference_load(reference, dir, &err), MH_CONTRACT);
        if (strstr(err.text, CASES[i].cause) == NULL ||
            strstr(err.text, CASES[i].file) == NULL) {
            fail_msg("%s: %s", CASES[i].cause, err.text);
        }
        mh_reference_free(reference);
    }
}

static int write_kept(void **state)
{
    write_all(state);
    return mkdir(path_of("loaded"), 0700);
}

static int remove_kept(void **state)
{
    (void)state;
    (void)unlink(path_of("loaded/agencies.csv"));
    (void)unlink(path_of("loaded/places.csv"));
    (void)unlink(path_of("loaded/.places.csv.new"));
    (void)unlink(path_of("loaded/other.csv"));
    return rmdir(path_of("loaded"));
}

static void what_the_database_knew_is_read_as_well(void **state)
{
    struct mh_reference *reference = make();
    struct mh_err err = {.text = ""};

    (void)state;
    write_file("loaded/places.csv", "source,level,place_code\nx,village,v9\n");
    write_file("loaded/agencies.csv", "label_fa,agency_code\nx,culture\n");
    write_file("loaded/.places.csv.new", "cut off");
    write_file("loaded/other.csv", "no table at all");
    assert_int_equal(mh_reference_load(reference, dir, &err), MH_OK);
    assert_true(knows_place(reference, "v9"));
    assert_true(knows_place(reference, "v000268"));
    assert_int_equal(mh_reference_agency(reference, "education", 9), 2);
    assert_int_equal(mh_reference_agency(reference, "culture", 7), 3);
    assert_true(mh_reference_lookup(reference, "agency_code", "culture", 7));
    mh_reference_free(reference);
}

static void a_kept_file_without_its_columns_is_said(void **state)
{
    struct mh_reference *reference = make();
    struct mh_err err;

    (void)state;
    write_file("loaded/places.csv", "place_code,name_fa\nv9,x\n");
    assert_int_equal(mh_reference_load(reference, dir, &err), MH_CONTRACT);
    assert_non_null(strstr(err.text, "loaded/places.csv: no column level"));
    mh_reference_free(reference);
}

static void a_missing_file_is_said(void **state)
{
    struct mh_reference *reference = make();
    struct mh_err err;

    (void)state;
    assert_int_equal(unlink(path_of("lookups.csv")), 0);
    assert_int_equal(mh_reference_load(reference, dir, &err), MH_FILE);
    assert_non_null(strstr(err.text, "lookups.csv"));
    mh_reference_free(reference);
}

static int make_dir(void **state)
{
    (void)state;
    scratch_folder(dir);
    return mkdir(path_of(""), 0700);
}

static int remove_dir(void **state)
{
    (void)state;
    (void)unlink(path_of("agencies.csv"));
    (void)unlink(path_of("places.csv"));
    (void)unlink(path_of("lookups.csv"));
    return rmdir(path_of("")) != 0 || rmdir(dir) != 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_known),
        cmocka_unit_test_setup(files_are_read_by_the_names_of_their_columns,
                               write_all),
        cmocka_unit_test_setup(wrong_files_are_named_with_line_and_cause,
                               write_all),
        cmocka_unit_test_setup_teardown(what_the_database_knew_is_read_as_well,
                                        write_kept, remove_kept),
        cmocka_unit_test_setup_teardown(a_kept_file_without_its_columns_is_said,
                                        write_kept, remove_kept),
        cmocka_unit_test_setup(a_missing_file_is_said, write_all),
    };

    return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
