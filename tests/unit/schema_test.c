/* SPDX-License-Identifier: Apache-2.0 */
/* What a schema may say: every refusal once, each from a published schema
   with one thing changed, so that only that one thing can be the reason. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "schema.h"

#define EVENTS MAHALLE_SCHEMAS_DIR "/events/"
#define COUNCIL "council/council_formed.v1.avsc"
#define STATUS "council/council_status_changed.v1.avsc"
#define LOANS "social/fund_loans_granted.v1.avsc"
#define FREED "social/prisoners_freed.v1.avsc"

static json_t *load(const char *file)
{
    char path[512];
    json_t *root;

    (void)snprintf(path, sizeof path, "%s%s", EVENTS, file);
    root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    return root;
}

/* The member `token` of `node`, by name or by position. */
static json_t *member(json_t *node, const char *token)
{
    if (json_is_array(node)) {
        return json_array_get(node, strtoul(token, NULL, 10));
    }
    return json_object_get(node, token);
}

/* Put `value` (JSON; NULL = remove; "+..." = append to the list) there. */
static void patch(json_t *root, const char *pointer, const char *value)
{
    char tokens[256];
    char *token = tokens + 1;
    char *next;
    json_t *node = root;
    json_t *fresh = NULL;

    (void)snprintf(tokens, sizeof tokens, "%s", pointer);
    while ((next = strchr(token, '/')) != NULL) {
        *next = '\0';
        node = member(node, token);
        assert_non_null(node);
        token = next + 1;
    }
    if (value != NULL) {
        fresh = json_loads(value + (*value == '+'),
                           JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        assert_non_null(fresh);
    }
    if (fresh == NULL) {
        assert_int_equal(json_is_array(node)
                             ? json_array_remove(node, strtoul(token, NULL, 10))
                             : json_object_del(node, token),
                         0);
    } else if (*value == '+') {
        assert_int_equal(json_array_append_new(member(node, token), fresh), 0);
    } else if (json_is_array(node)) {
        assert_int_equal(
            json_array_set_new(node, strtoul(token, NULL, 10), fresh), 0);
    } else {
        assert_int_equal(json_object_set_new(node, token, fresh), 0);
    }
}

static enum mh_code read_json(const json_t *root, struct mh_type **type,
                              struct mh_buf *problems)
{
    struct mh_err err;
    char *text = json_dumps(root, JSON_COMPACT);
    enum mh_code code;

    assert_non_null(text);
    code = mh_schema_read(text, strlen(text), type, problems, &err);
    if (code != MH_OK) {
        assert_int_equal(err.code, code);
    }
    free(text);
    return code;
}

static void assert_refused(json_t *root, const char *line)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    const char *found;

    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(read_json(root, &type, &problems), MH_CONTRACT);
    assert_null(type);
    found = strstr(mh_buf_string(&problems), line);
    if (found == NULL) {
        fail_msg("expected '%s' in:\n%s", line, mh_buf_string(&problems));
    }
    assert_true(found == mh_buf_string(&problems) || found[-1] == '\n');
    mh_buf_fini(&problems);
}

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

struct refusal {
    const char *file, *pointer, *value, *line;
};

#define DATE "{\"type\":\"int\",\"logicalType\":\"date\"}"
#define NOT_A_TYPE "neither int, long, boolean, string nor"
#define A_NAME "not [a-z][a-z0-9_]{1,62}"

static const struct refusal REFUSALS[] = {
    /* the record */
    {COUNCIL, "/colour", "1", "/colour: unknown property"},
    {COUNCIL, "/a~b", "1", "/a~0b: unknown property"},
    {COUNCIL, "/doc", NULL, "/doc: missing"},
    {COUNCIL, "/doc", "7", "/doc: not a text"},
    {COUNCIL, "/labelFa", "\"\"", "/labelFa: empty"},
    {COUNCIL, "/labelEn", "\"a\\nb\"", "/labelEn: control character"},
    {COUNCIL, "/type", "\"error\"", "/type: none of the words"},
    {COUNCIL, "/name", "\"Councilformed\"", "/name: not CouncilFormed"},
    {COUNCIL, "/eventType", "\"Council\"", "/eventType: not [a-z]"},
    {COUNCIL, "/eventType", "\"event\"", "/eventType: the name is taken"},
    {COUNCIL, "/eventType",
     "\"a123456789a123456789a123456789a123456789a123456789a12345\"",
     "/eventType: longer than 55 bytes"},
    {COUNCIL, "/namespace", "\"org.mahalle.council\"", "/namespace: not ir."},
    {COUNCIL, "/namespace", "\"ir.mahalle.a.b\"", "/namespace: not ir."},
    {COUNCIL, "/schemaId", "0", "/schemaId: not within 1..2147483647"},
    {COUNCIL, "/schemaId", "2147483648", "/schemaId: not within"},
    {COUNCIL, "/schemaId", "1.0", "/schemaId: not a whole number"},
    {COUNCIL, "/kind", "\"wish\"", "/kind: none of the words"},
    {COUNCIL, "/reporting", "\"DAILY\"", "/reporting: none of the words"},
    {COUNCIL, "/finestPlace", "\"street\"", "/finestPlace: none of"},
    {COUNCIL, "/finestPlace", "\"county\"", "/finestPlace: coarser than"},
    {COUNCIL, "/sensitive", "\"yes\"", "/sensitive: neither true nor"},
    {COUNCIL, "/requiredEnvelope", "\"council_code\"",
     "/requiredEnvelope: not a list"},
    {COUNCIL, "/requiredEnvelope/0", "\"members_count\"",
     "/requiredEnvelope/0: no optional field of the envelope"},
    {COUNCIL, "/requiredEnvelope/0", "\"correction_reason\"",
     "/requiredEnvelope/0: no optional field of the envelope"},
    {COUNCIL, "/requiredEnvelope", "+\"council_code\"",
     "/requiredEnvelope/1: named twice"},
    {COUNCIL, "/entity", "\"Council\"", "/entity: " A_NAME},
    {COUNCIL, "/entity", NULL, "/entityKey: entity and entityKey belong"},
    {COUNCIL, "/entityKey", "\"nothing\"", "/entityKey: names no field"},
    {COUNCIL, "/entityKey", "\"members_count\"",
     "/entityKey: the field's role is not key"},
    {COUNCIL, "/withhold", "{\"measure\":\"officials_present\",\"below\":5}",
     "/withhold: only for sensitive types"},
    {LOANS, "/withhold", "5", "/withhold: not an object"},
    {LOANS, "/withhold/above", "5", "/withhold/above: unknown property"},
    {LOANS, "/withhold/below", "0", "/withhold/below: not within"},
    {LOANS, "/withhold/measure", "\"fund_code\"",
     "/withhold/measure: no measure"},
    {LOANS, "/withhold/measure", "\"nothing\"",
     "/withhold/measure: names no field"},
    {COUNCIL, "/reporting", "\"PERIOD_TOTAL\"",
     "/reporting: PERIOD_TOTAL needs the field period_from"},
    {LOANS, "/reporting", "\"SINGLE\"",
     "/reporting: period_from is for PERIOD_TOTAL only"},
    {LOANS, "/fields/12/type", "[\"null\"," DATE "]",
     "/reporting: period_from is not a date that is always there"},
    /* types */
    {COUNCIL, "/fields", "{}", "/fields: not a list of 1..64 fields"},
    {COUNCIL, "/fields", "+5", "/fields/17: not an object"},
    {COUNCIL, "/fields/16/type", "\"float\"", "/fields/16/type: " NOT_A_TYPE},
    {COUNCIL, "/fields/16/type", "[\"null\",\"double\"]",
     "/fields/16/type/1: " NOT_A_TYPE},
    {COUNCIL, "/fields/16/type", "\"bytes\"", "/fields/16/type: " NOT_A_TYPE},
    {COUNCIL, "/fields/16/type", "\"CouncilFormed\"",
     "/fields/16/type: recursion is not allowed"},
    {COUNCIL, "/fields/16/type",
     "[\"null\",\"ir.mahalle.council."
     "CouncilFormed\"]",
     "/fields/16/type/1: recursion is not allowed"},
    {COUNCIL, "/fields/16/type", "\"CouncilPhase\"",
     "/fields/16/type: " NOT_A_TYPE},
    {COUNCIL, "/fields/16/type",
     "{\"type\":\"fixed\",\"name\":\"F\","
     "\"size\":5}",
     "/fields/16/type: neither an enum nor a date"},
    {COUNCIL, "/fields/16/type", "{\"type\":\"map\",\"values\":\"int\"}",
     "/fields/16/type: neither an enum nor a date"},
    {COUNCIL, "/fields/16/type", "{\"type\":\"array\",\"items\":\"int\"}",
     "/fields/16/type: neither an enum nor a date"},
    {COUNCIL, "/fields/16/type",
     "{\"type\":\"record\",\"name\":\"R\","
     "\"fields\":[]}",
     "/fields/16/type: neither an enum nor a date"},
    {COUNCIL, "/fields/16/type",
     "{\"type\":\"long\",\"logicalType\":"
     "\"date\"}",
     "/fields/16/type: neither an enum nor a date"},
    {COUNCIL, "/fields/16/type", "{\"type\":\"int\"}",
     "/fields/16/type/logicalType: missing"},
    {COUNCIL, "/fields/16/type", "{\"type\":{\"type\":\"int\"}}",
     "/fields/16/type: not a type allowed here"},
    {COUNCIL, "/fields/16/type", "[\"int\",\"null\"]",
     "/fields/16/type: a union must be null and one type"},
    {COUNCIL, "/fields/16/type", "[\"null\",\"int\",\"long\"]",
     "/fields/16/type: a union must be null and one type"},
    {COUNCIL, "/fields/16/type", "[\"null\",[\"null\",\"int\"]]",
     "/fields/16/type/1: not a type allowed here"},
    {COUNCIL, "/fields/16/type", NULL, "/fields/16/type: missing"},
    {COUNCIL, "/fields/12/type/name", "\"phase\"",
     "/fields/12/type/name: not [A-Z]"},
    {COUNCIL, "/fields/12/type/name", "\"Op\"",
     "/fields/12/type: defined twice"},
    {COUNCIL, "/fields/12/type/namespace", "\"com.example\"",
     "/fields/12/type/namespace: neither ir.mahalle"},
    {COUNCIL, "/fields/12/type/doc", NULL, "/fields/12/type/doc: missing"},
    {COUNCIL, "/fields/12/type/aliases", "[]",
     "/fields/12/type/aliases: unknown property"},
    {COUNCIL, "/fields/12/type/symbols", "[]",
     "/fields/12/type/symbols: not a list of 1..200 symbols"},
    {COUNCIL, "/fields/12/type/symbols/1", "\"\\u067e\"",
     "/fields/12/type/symbols/1: not an ASCII name"},
    {COUNCIL, "/fields/12/type/symbols/1", "\"A|B\"",
     "/fields/12/type/symbols/1: not an ASCII name"},
    {COUNCIL, "/fields/12/type/symbols/1", "\"PILOT\"",
     "/fields/12/type/symbols/1: symbol is there twice"},
    {COUNCIL, "/fields/12/type/labelsFa/PILOT", NULL,
     "/fields/12/type/labelsFa/PILOT: missing"},
    {COUNCIL, "/fields/12/type/labelsEn/THIRD", "\"x\"",
     "/fields/12/type/labelsEn/THIRD: unknown property"},
    {COUNCIL, "/fields/12/type/labelsEn", "[]",
     "/fields/12/type/labelsEn: not an object"},
    /* fields */
    {COUNCIL, "/fields/16/order", "\"ignore\"",
     "/fields/16/order: unknown property"},
    {COUNCIL, "/fields/16/doc", NULL, "/fields/16/doc: missing"},
    {COUNCIL, "/fields/16/unit", NULL, "/fields/16/unit: missing"},
    {COUNCIL, "/fields/16/labelFa", NULL, "/fields/16/labelFa: missing"},
    {COUNCIL, "/fields/16/labelEn", NULL, "/fields/16/labelEn: missing"},
    {COUNCIL, "/fields/16/role", NULL, "/fields/16/role: missing"},
    {COUNCIL, "/fields/16/role", "\"fact\"", "/fields/16/role: none of"},
    {COUNCIL, "/fields/16/name", "\"Officials\"", "/fields/16/name: " A_NAME},
    {COUNCIL, "/fields/16/name", "\"women_count\"",
     "/fields/16/name: name is there twice"},
    {COUNCIL, "/fields/16/name", "\"county_code\"",
     "/fields/16: the name is taken by a column"},
    {COUNCIL, "/fields/16/labelFa", "\"شمار اعضا\"",
     "/fields/16/labelFa: as that of another field"},
    {COUNCIL, "/fields/16/default", NULL,
     "/fields/16/default: an optional field needs the default null"},
    {COUNCIL, "/fields/16/default", "0",
     "/fields/16/default: an optional field needs the default null"},
    {COUNCIL, "/fields/12/default", "\"PILOT\"",
     "/fields/12/default: only for optional fields"},
    {COUNCIL, "/fields/16/min", NULL,
     "/fields/16: a measure needs min and max"},
    {COUNCIL, "/fields/16/min", "0.5", "/fields/16/min: not a whole number"},
    {COUNCIL, "/fields/16/min", "1000000001", "/fields/16: min is above max"},
    {COUNCIL, "/fields/16/max", "2147483648",
     "/fields/16: min or max is not within -2147483648..2147483647"},
    {LOANS, "/fields/15/max", "100000000000001",
     "/fields/15: min or max is not within -100000000000000.."},
    {COUNCIL, "/fields/12/min", "0",
     "/fields/12: min and max are for int and long"},
    {COUNCIL, "/fields/16/role", "\"flag\"",
     "/fields/16: role does not fit the type"},
    {COUNCIL, "/fields/12/role", "\"measure\"",
     "/fields/12: role does not fit the type"},
    {COUNCIL, "/fields/16/role", "\"time\"",
     "/fields/16: role does not fit the type"},
    {LOANS, "/fields/13/pattern", NULL,
     "/fields/13/pattern: a string needs a pattern"},
    {LOANS, "/fields/13/pattern", "\"[a-\"", "/fields/13/pattern: "},
    {LOANS, "/fields/13/pattern", "\"(?i)a\"", "/fields/13/pattern: "},
    {LOANS, "/fields/13/pattern", "\"[a-z]*\"",
     "/fields/13/pattern: admits the empty text"},
    {LOANS, "/fields/13/pattern", "\"[a-z]+\"",
     "/fields/13/pattern: admits texts longer than 200 bytes"},
    {COUNCIL, "/fields/11/pattern", "\"[A-Z\\\\|]{2,9}\"",
     "/fields/11/pattern: a dimension may not admit |"},
    {COUNCIL, "/fields/16/pattern", "\"[0-9]\"",
     "/fields/16/pattern: only for plain strings"},
    {LOANS, "/fields/13/lookup", "\"places\"",
     "/fields/13/lookup: neither true nor"},
    {COUNCIL, "/fields/16/lookup", "true",
     "/fields/16/lookup: only for strings"},
    {LOANS, "/fields/13/type",
     "{\"type\":\"string\",\"logicalType\":"
     "\"uuid\"}",
     "/fields/13: only event_id is a uuid"},
    /* rules that name fields */
    {COUNCIL, "/fields/14/atMost", "\"nothing\"",
     "/fields/14/atMost: names no field"},
    {COUNCIL, "/fields/14/atMost", "\"women_count\"",
     "/fields/14/atMost: names its own field"},
    {COUNCIL, "/fields/14/atMost", "\"council_phase\"",
     "/fields/14/atMost: compares int and long only"},
    {COUNCIL, "/fields/14/atMost", "\"occurred_on\"",
     "/fields/14/atMost: compares int and long only"},
    {COUNCIL, "/fields/14/requires", "\"members_count\"",
     "/fields/14/requires: not a list of 1..4 fields"},
    {COUNCIL, "/fields/14/requires", "[\"nothing\"]",
     "/fields/14/requires/0: names no field"},
    {COUNCIL, "/fields/14/requires", "[\"op\",\"op\"]",
     "/fields/14/requires/1: named twice"},
    {COUNCIL, "/fields/14/requiresAny", "[]",
     "/fields/14/requiresAny: not a list of 1..4 fields"},
    {COUNCIL, "/fields/14/requiresAny", "[5]",
     "/fields/14/requiresAny/0: names no field"},
    {STATUS, "/fields/13/requiredWhen/is", "[\"NOTHING\"]",
     "/fields/13/requiredWhen: is: no symbol of that enum"},
    {STATUS, "/fields/13/requiredWhen/is", "[]",
     "/fields/13/requiredWhen: needs an enum and a list of symbols"},
    {STATUS, "/fields/13/requiredWhen/field", "\"revision\"",
     "/fields/13/requiredWhen: needs an enum and a list of symbols"},
    {STATUS, "/fields/13/requiredWhen/not", "[]",
     "/fields/13/requiredWhen/not: unknown property"},
    {STATUS, "/fields/13/type", "\"string\"",
     "/fields/13/requiredWhen: the field is required always"},
    {COUNCIL, "/fields/14/nullWhen",
     "{\"field\":\"council_phase\",\"atMost\":2}",
     "/fields/14/nullWhen: compares int and long only"},
    {COUNCIL, "/fields/14/nullWhen", "{\"field\":\"members_count\"}",
     "/fields/14/nullWhen/atMost: missing"},
    {COUNCIL, "/fields/12/nullWhen",
     "{\"field\":\"members_count\",\"atMost\":2}",
     "/fields/12/nullWhen: the field can never be null"},
    {LOANS, "/fields/15/requires", NULL,
     "/fields/15: money must require currency_unit"},
    {LOANS, "/fields/16/type/symbols", "[\"IRR_NEW\",\"IRR_CURRENT\"]",
     "/fields/16: symbols are not IRR_CURRENT, IRR_NEW"},
    /* the envelope */
    {COUNCIL, "/fields/8", NULL,
     "/fields/8: here the envelope's field source_ref is expected"},
    {COUNCIL, "/fields/5/type", DATE,
     "/fields/5: type is not that of the envelope"},
    {COUNCIL, "/fields/7/type", "[\"null\",\"string\"]",
     "/fields/7: type is not that of the envelope"},
    {COUNCIL, "/fields/2/type", "\"long\"",
     "/fields/2: type is not that of the envelope"},
    {COUNCIL, "/fields/2/default", "1", "/fields/2/default: not 0"},
    {COUNCIL, "/fields/1/default", "\"RETRACT\"",
     "/fields/1/default: not ASSERT"},
    {COUNCIL, "/fields/1/type/symbols", "[\"ASSERT\",\"RETRACT\",\"CORRECT\"]",
     "/fields/1/type: symbols are not ASSERT, CORRECT, RETRACT"},
    {COUNCIL, "/fields/10/role", "\"control\"",
     "/fields/10: role is not that of the envelope"},
};

static void each_breach_is_named_with_its_pointer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof REFUSALS / sizeof REFUSALS[0]; i++) {
        json_t *root = load(REFUSALS[i].file);

        patch(root, REFUSALS[i].pointer, REFUSALS[i].value);
        assert_refused(root, REFUSALS[i].line);
        json_decref(root);
    }
}

static void all_breaches_are_named_at_once(void **state)
{
    json_t *root = load(COUNCIL);

    (void)state;
    patch(root, "/colour", "1");
    patch(root, "/fields/16/type", "\"float\"");
    patch(root, "/fields/14/atMost", "\"nothing\"");
    assert_refused(root, "/colour: unknown property");
    assert_refused(root, "/fields/16/type: neither");
    assert_refused(root, "/fields/14/atMost: names no field");
    json_decref(root);
}

/* Fields `count` times beyond those that are there, copies of field 16. */
static json_t *grow(int count, const char *role)
{
    json_t *root = load(COUNCIL);
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
    assert_int_equal(read_json(root, &type, &problems), MH_OK);
    assert_int_equal(type->measure_count, 12);
    mh_type_free(type);
    json_decref(root);
    root = grow(12, "measure");
    assert_refused(root, "/fields: more than 12 measures");
    json_decref(root);
    root = grow(47, "state");
    assert_int_equal(read_json(root, &type, &problems), MH_OK);
    assert_int_equal(type->field_count, 64);
    mh_type_free(type);
    json_decref(root);
    root = grow(48, "state");
    assert_refused(root, "/fields: not a list of 1..64 fields");
    json_decref(root);
    root = grow(40, "dimension");
    assert_refused(root, "/fields: dimensions and flags may come to more");
    json_decref(root);
    mh_buf_fini(&problems);
}

static void an_enum_is_bounded_and_may_be_named_again(void **state)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    json_t *root = load(COUNCIL);
    json_t *symbols = json_array();

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    patch(root, "/fields/16",
          "{\"name\":\"phase_before\",\"type\":[\"null\","
          "\"ir.mahalle.CouncilPhase\"],\"default\":null,\"doc\":\"x\","
          "\"unit\":\"code\",\"role\":\"dimension\",\"labelFa\":\"x\","
          "\"labelEn\":\"x\"}");
    if (read_json(root, &type, &problems) != MH_OK) {
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
    assert_refused(root, "/fields/12/type/symbols: not a list of 1..200");
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
    json_t *root = load(LOANS);
    const struct mh_field *amount;

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(read_json(root, &type, &problems), MH_OK);
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
    assert_int_equal(amount->number_slot, 3);
    assert_int_equal(amount->code_slot, 0);
    assert_int_equal(type->fields[MH_FIELD_AGENCY_CODE].code_slot, 0);
    assert_string_equal(type->fields[MH_FIELD_AGENCY_CODE].lookup,
                        "agency_code");
    assert_string_equal(type->fields[MH_FIELD_PROGRAMME_CODE].lookup,
                        "programme_code");
    for (int i = 1; i < type->field_count; i++) {
        assert_true(strcmp(type->fields[type->by_name[i - 1]].name,
                           type->fields[type->by_name[i]].name) < 0);
    }
    assert_int_equal(mh_type_find(type, "amoun", 5), -1);
    assert_int_equal(mh_type_find(type, "", 0), -1);
    mh_type_free(type);
    json_decref(root);
    root = load(FREED);
    assert_int_equal(read_json(root, &type, &problems), MH_OK);
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
    root = load(STATUS);
    assert_int_equal(read_json(root, &type, &problems), MH_OK);
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
        cmocka_unit_test(each_breach_is_named_with_its_pointer),
        cmocka_unit_test(all_breaches_are_named_at_once),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(an_enum_is_bounded_and_may_be_named_again),
        cmocka_unit_test(hostile_texts_are_refused_before_any_library),
        cmocka_unit_test(a_small_problem_buffer_does_not_hide_the_refusal),
        cmocka_unit_test(what_is_read_is_what_stands_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
