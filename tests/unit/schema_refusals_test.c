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

#include "schema_text.h"

#define COUNCIL "council/council_formed.v1.avsc"
#define STATUS "council/council_status_changed.v1.avsc"
#define LOANS "social/fund_loans_granted.v1.avsc"

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
     "/eventType: longer than 50 bytes"},
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
        json_t *root = schema_load(REFUSALS[i].file);

        patch(root, REFUSALS[i].pointer, REFUSALS[i].value);
        schema_assert_refused(root, REFUSALS[i].line);
        json_decref(root);
    }
}

static void all_breaches_are_named_at_once(void **state)
{
    json_t *root = schema_load(COUNCIL);

    (void)state;
    patch(root, "/colour", "1");
    patch(root, "/fields/16/type", "\"float\"");
    patch(root, "/fields/14/atMost", "\"nothing\"");
    schema_assert_refused(root, "/colour: unknown property");
    schema_assert_refused(root, "/fields/16/type: neither");
    schema_assert_refused(root, "/fields/14/atMost: names no field");
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_breach_is_named_with_its_pointer),
        cmocka_unit_test(all_breaches_are_named_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
