/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema comes to: bounds, hostile texts, and every value where it is
   expected. Single refusals are in schema_refusals_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "schema_text.h"

#define COUNCIL "council/council_formed.v1.avsc"
#define STATUS "council/council_status_changed.v1.avsc"
#define LOANS "social/fund_loans_granted.v1.avsc"
#define FREED "social/prisoners_freed.v1.avsc"

/* Read a text as it stands; free what comes of it. */
static enum mh_code read_text(const char *text, size_t len,
                              struct mh_buf *problems)
{
    struct mh_type *type = NULL;
    struct mh_err err;
    enum mh_code code = mh_schema_read(text, len, &type, problems, &err);

    mh_type_free(type);
    return code;
}

/* Fields `count` times beyond those that are there, copies of field 16. */
static json_t *grow(int count, const char *role)
{
    json_t *root = schema_load(COUNCIL);
    json_t *fields = json_object_get(root, "fields");

    for (int i = 0; i < count; i++) {
        json_t *field = json_deep_copy(json_array_get(fields, 16));
        char name[32];

        (void)snprintf(name, sizeof name, "more_%d", i);
        json_object_set_new(field, "name", json_string(name));
        json_object_set_new(field, "labelFa", json_string(name));
        json_object_set_new(field, "role", json_string(role));
        json_array_append_new(fields, field);
    }
    return root;
}

static void counts_are_bounded(void **state)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    json_t *root = grow(11, "measure");

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(schema_read(root, &type, &problems), MH_OK);
    assert_int_equal(type->measure_count, 12);
    mh_type_free(type);
    json_decref(root);
    root = grow(12, "measure");
    schema_assert_refused(root, "/fields: more than 12 measures");
    json_decref(root);
    root = grow(47, "state");
    assert_int_equal(schema_read(root, &type, &problems), MH_OK);
    assert_int_equal(type->field_count, 64);
    mh_type_free(type);
    json_decref(root);
    root = grow(48, "state");
    schema_assert_refused(root, "/fields: not a list of 1..64 fields");
    json_decref(root);
    root = grow(40, "dimension");
    schema_assert_refused(root,
                          "/fields: dimensions and flags may come to more");
    json_decref(root);
    mh_buf_fini(&problems);
}

static void a_name_of_50_bytes_is_the_longest(void **state)
{
    const char *const longest =
        "tree_planting_in_parks_and_along_the_streets_begun";
    struct mh_buf problems;
    struct mh_type *type = NULL;
    json_t *root = schema_load(COUNCIL);

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    json_object_set_new(root, "eventType", json_string(longest));
    json_object_set_new(
        root, "name",
        json_string("TreePlantingInParksAndAlongTheStreetsBegun"));
    assert_int_equal(schema_read(root, &type, &problems), MH_OK);
    assert_int_equal(strlen(type->name), MH_TYPE_NAME_MAX);
    mh_type_free(type);
    json_object_set_new(root, "eventType", json_sprintf("%s1", longest));
    json_object_set_new(
        root, "name",
        json_string("TreePlantingInParksAndAlongTheStreetsBegun1"));
    schema_assert_refused(root, "/eventType: longer than 50 bytes");
    json_decref(root);
    mh_buf_fini(&problems);
}

static void an_enum_is_bounded_and_may_be_named_again(void **state)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    json_t *root = schema_load(COUNCIL);
    json_t *symbols = json_array();

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    json_array_set_new(
        json_object_get(root, "fields"), 16,
        json_loads(
            "{\"name\":\"phase_before\",\"type\":[\"null\","
            "\"ir.mahalle.CouncilPhase\"],\"default\":null,\"doc\":\"x\","
            "\"unit\":\"code\",\"role\":\"dimension\",\"labelFa\":\"x\","
            "\"labelEn\":\"x\"}",
            0, NULL));
    if (schema_read(root, &type, &problems) != MH_OK) {
        fail_msg("%s", mh_buf_string(&problems));
    }
    assert_int_equal(type->fields[16].kind, MH_KIND_ENUM);
    assert_true(type->fields[16].optional);
    assert_int_equal(type->fields[16].symbol_count, 2);
    assert_string_equal(type->fields[16].symbols[1].name, "REGULAR");
    mh_type_free(type);
    for (int i = 0; i < MH_SYMBOLS_MAX + 1; i++) {
        char name[16];

        (void)snprintf(name, sizeof name, "S%d", i);
        json_array_append_new(symbols, json_string(name));
    }
    json_object_set_new(
        json_object_get(json_array_get(json_object_get(root, "fields"), 12),
                        "type"),
        "symbols", symbols);
    schema_assert_refused(root,
                          "/fields/12/type/symbols: not a list of 1..200");
    json_decref(root);
    mh_buf_fini(&problems);
}

static void hostile_texts_are_refused_before_any_library(void **state)
{
    static const char *const texts[] = {
        "",
        "7",
        "[]",
        "{",
        "{\"a\":1,\"a\":2}",
        "{\"a\":\"\\u0000\"}",
        "\xff",
        "{\"a\":1}{",
    };
    struct mh_buf problems;
    size_t len = MH_SCHEMA_BYTES_MAX + 1;
    char *large = malloc(len);

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        mh_buf_reset(&problems);
        assert_int_equal(read_text(texts[i], strlen(texts[i]), &problems),
                         MH_CONTRACT);
        assert_true(problems.len > 0);
    }
    assert_non_null(large);
    memset(large, '[', len);
    mh_buf_reset(&problems);
    assert_int_equal(read_text(large, len, &problems), MH_CONTRACT);
    assert_string_equal(mh_buf_string(&problems), "larger than 262144 bytes\n");
    mh_buf_reset(&problems);
    assert_int_equal(read_text(large, MH_SCHEMA_DEPTH_MAX + 1, &problems),
                     MH_CONTRACT);
    assert_string_equal(mh_buf_string(&problems), "nested deeper than 12\n");
    mh_buf_fini(&problems);
    free(large);
}

static void a_small_problem_buffer_does_not_hide_the_refusal(void **state)
{
    struct mh_buf problems;

    (void)state;
    mh_buf_init(&problems, 4);
    assert_int_equal(read_text("{}", 2, &problems), MH_CONTRACT);
    assert_true(problems.failed);
    mh_buf_fini(&problems);
}

static void what_is_read_is_what_stands_there(void **state)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    json_t *root = schema_load(LOANS);
    const struct mh_field *amount;

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(schema_read(root, &type, &problems), MH_OK);
    assert_string_equal(type->name, "fund_loans_granted");
    assert_string_equal(type->full_name, "ir.mahalle.social.FundLoansGranted");
    assert_string_equal(type->domain, "social");
    assert_true(type->period && type->sensitive && !type->plan);
    assert_int_equal(type->period_from, 12);
    assert_int_equal(type->entity_key, mh_type_find(type, "fund_code", 9));
    assert_int_equal(type->withhold, mh_type_find(type, "loans_count", 11));
    assert_int_equal(type->withhold_below, 5);
    assert_int_equal(type->coarsest, MH_LEVEL_COUNTY);
    amount = &type->fields[mh_type_find(type, "amount", 6)];
    assert_true(amount->money && amount->has_min && amount->has_max);
    assert_int_equal(amount->requires[0], type -> currency_unit);
    assert_int_equal(amount->requires[1], -1);
    assert_int_equal(amount->measure_slot, 2);
    assert_int_equal(amount->whole_slot, 0);
    assert_int_equal(amount->number_slot, 3);
    assert_int_equal(amount->code_slot, 0);
    assert_int_equal(type->fields[MH_FIELD_AGENCY_CODE].code_slot, 0);
    assert_string_equal(type->fields[MH_FIELD_AGENCY_CODE].lookup,
                        "agency_code");
    assert_string_equal(type->fields[MH_FIELD_PROGRAMME_CODE].lookup,
                        "programme_code");
    assert_int_equal(mh_type_find(type, "amoun", 5), -1);
    assert_int_equal(mh_type_find(type, "", 0), -1);
    mh_type_free(type);
    json_decref(root);
    root = schema_load(FREED);
    assert_int_equal(schema_read(root, &type, &problems), MH_OK);
    assert_int_equal(type->withhold, -1);
    for (int i = 0; i < type->field_count; i++) {
        if (type->fields[i].null_when >= 0) {
            assert_string_equal(type->fields[type->fields[i].null_when].name,
                                "freed_count");
            assert_int_equal(type->fields[i].null_when_at_most, 2);
        }
    }
    mh_type_free(type);
    json_decref(root);
    root = schema_load(STATUS);
    assert_int_equal(schema_read(root, &type, &problems), MH_OK);
    assert_int_equal(type->required_envelope[0], MH_FIELD_COUNCIL_CODE);
    assert_int_equal(type->required_envelope[1], -1);
    assert_int_equal(type->fields[13].required_when, 12);
    for (int i = 0; i < type->fields[12].symbol_count; i++) {
        assert_int_equal(type->fields[13].required_when_is[i],
                         strcmp(type->fields[12].symbols[i].name, "MERGED") ==
                             0);
    }
    mh_type_free(type);
    json_decref(root);
    mh_buf_fini(&problems);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(a_name_of_50_bytes_is_the_longest),
        cmocka_unit_test(an_enum_is_bounded_and_may_be_named_again),
        cmocka_unit_test(hostile_texts_are_refused_before_any_library),
        cmocka_unit_test(a_small_problem_buffer_does_not_hide_the_refusal),
        cmocka_unit_test(what_is_read_is_what_stands_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
