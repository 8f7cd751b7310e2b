/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a file of rejects can be read again, whatever the line was. */
#include "post_rejects.h"
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

static char path[SCRATCH_PATH_MAX];

/* The object that a refused `text` with `faults` leaves in the file. */
static json_t *reject(const char *text, size_t len,
                      const struct mh_faults *faults)
{
    struct line line = {.text = text, .len = len, .number = 7};
    struct rejects *rejects = NULL;
    struct mh_err err;
    json_t *object;

    scratch_name(path);
    assert_int_equal(rejects_open(path, &rejects, &err), MH_OK);
    assert_int_equal(
        rejects_write(rejects, "dir/\"a\".ndjson", &line, faults, &err), MH_OK);
    object = json_load_file(path, 0, NULL); /* before it is closed */
    assert_non_null(object);
    rejects_close(rejects);
    (void)unlink(path);
    return object;
}

static void a_refused_line_is_kept_with_all_its_faults(void **state)
{
    static struct mh_faults faults;
    static const char TEXT[] = "{\"a\":\"\xdb\xb1\"}";
    const json_t *error;
    json_t *object;

    (void)state;
    (void)mh_fault_add(&faults, MH_JSON, NULL, -1, "", NULL, 0);
    (void)mh_fault_add(&faults, MH_TYPE, NULL, -1, "a \"text\"", "x\n", 2);
    object = reject(TEXT, sizeof TEXT - 1, &faults);
    assert_int_equal(json_object_size(object), 4);
    assert_string_equal(json_string_value(json_object_get(object, "file")),
                        "dir/\"a\".ndjson");
    assert_int_equal(json_integer_value(json_object_get(object, "line")), 7);
    assert_string_equal(json_string_value(json_object_get(object, "input")),
                        TEXT);
    assert_int_equal(json_array_size(json_object_get(object, "errors")), 2);
    error = json_array_get(json_object_get(object, "errors"), 0);
    assert_int_equal(json_object_size(error), 5);
    assert_string_equal(json_string_value(json_object_get(error, "pointer")),
                        "");
    assert_string_equal(json_string_value(json_object_get(error, "code")),
                        "JSON");
    assert_true(json_is_null(json_object_get(error, "expected")));
    assert_true(json_is_null(json_object_get(error, "got")));
    error = json_array_get(json_object_get(object, "errors"), 1);
    assert_string_equal(json_string_value(json_object_get(error, "expected")),
                        "a \"text\"");
    assert_string_equal(json_string_value(json_object_get(error, "got")),
                        "x\n");
    json_decref(object);
}

static void the_longest_line_of_the_worst_bytes_fits(void **state)
{
    static struct mh_faults faults;
    static char text[LINES_KEPT_MAX];
    json_t *object;

    (void)state;
    while (mh_fault_add(&faults, MH_TYPE, NULL, -1, "\x01\x01\x01", "\x01\x01",
                        2) != NULL) {
    }
    memset(text, 0x01, sizeof text);
    object = reject(text, sizeof text, &faults);
    assert_int_equal(json_array_size(json_object_get(object, "errors")),
                     MH_FAULTS_MAX);
    json_decref(object);
    memset(text, 0xff, sizeof text);
    object = reject(text, sizeof text, &faults);
    assert_int_equal(json_string_length(json_object_get(object, "input")),
                     3 * LINES_KEPT_MAX);
    json_decref(object);
}

static void a_file_that_cannot_be_written_is_said(void **state)
{
    static const struct mh_faults FAULTS = {0};
    static const struct line LINE = {.text = "x", .len = 1, .number = 1};
    struct rejects *rejects = NULL;
    struct mh_err err;

    (void)state;
    assert_int_equal(rejects_open("/no/such/dir/r", &rejects, &err), MH_FILE);
    assert_null(rejects);
    assert_int_equal(rejects_open("/dev/full", &rejects, &err), MH_OK);
    assert_int_equal(rejects_write(rejects, "a", &LINE, &FAULTS, &err),
                     MH_FILE);
    rejects_close(rejects);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_line_is_kept_with_all_its_faults),
        cmocka_unit_test(the_longest_line_of_the_worst_bytes_fits),
        cmocka_unit_test(a_file_that_cannot_be_written_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
