/* SPDX-License-Identifier: Apache-2.0 */
/* What a type shares with the others of its catalogue: the rules of the
 * envelope, and no id. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue.h"
#include "schema_text.h"

#define STATUS "council/council_status_changed.v1.avsc"
#define FORMED "council/council_formed.v1.avsc"
#define RULES "min, max, pattern or lookup of "

/* One property of council_formed becomes another. */
static const struct {
    int field; /* of `fields`; -1 the record itself */
    const char *property, *value;
    const char *line; /* of the problems; NULL: its own business */
} CHANGES[] = {
    {-1, "labelEn", "\"Formed\"", NULL},
    {7, "labelEn", "\"Office\"", NULL},
    {2, "max", "7", "/fields/2: " RULES "revision are not those of "},
    {8, "pattern", "\"[a-z]{1,9}\"", "/fields/8: " RULES "source_ref"},
    {-1, "schemaId", "102",
     "/schemaId: 102 is taken by council_status_changed, version 1"},
};

static void add(struct mh_catalogue *catalogue, const json_t *root,
                const char *line)
{
    char *text = json_dumps(root, JSON_COMPACT);
    struct mh_buf problems;
    struct mh_err err;

    assert_non_null(text);
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(
        mh_catalogue_add(catalogue, text, strlen(text), 1, &problems, &err),
        line == NULL ? MH_OK : MH_CONTRACT);
    if (line != NULL && strstr(mh_buf_string(&problems), line) == NULL) {
        fail_msg("expected '%s':\n%s", line, mh_buf_string(&problems));
    }
    mh_buf_fini(&problems);
    free(text);
}

static void the_second_type_has_the_envelope_of_the_first(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CHANGES / sizeof CHANGES[0]; i++) {
        struct mh_catalogue *catalogue;
        struct mh_err err;
        json_t *first = schema_load(STATUS);
        json_t *second = schema_load(FORMED);
        json_t *changed = second;

        if (CHANGES[i].field >= 0) {
            changed = json_array_get(json_object_get(second, "fields"),
                                     (size_t)CHANGES[i].field);
        }
        json_object_set_new(
            changed, CHANGES[i].property,
            json_loads(CHANGES[i].value, JSON_DECODE_ANY, NULL));
        assert_int_equal(mh_catalogue_new(&catalogue, &err), MH_OK);
        add(catalogue, first, NULL);
        add(catalogue, second, CHANGES[i].line);
        assert_int_equal(mh_catalogue_count(catalogue),
                         CHANGES[i].line == NULL ? 2 : 1);
        mh_catalogue_free(catalogue);
        json_decref(second);
        json_decref(first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_second_type_has_the_envelope_of_the_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
