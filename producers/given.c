/* SPDX-License-Identifier: Apache-2.0 */
/* Values of jansson's as given ones; the other readers make theirs themselves.
 */
#include "given.h"

#include <string.h>

#include "json.h"

/* Names of the Avro branch that stands beside null in a field of a kind; an
 * enum's is its full name. */
static const char *const TAGS[] = {
    [MH_KIND_INT] = "int",         [MH_KIND_LONG] = "long",
    [MH_KIND_BOOLEAN] = "boolean", [MH_KIND_DATE] = "int",
    [MH_KIND_TIMESTAMP] = "long",  [MH_KIND_STRING] = "string",
    [MH_KIND_UUID] = "string",     [MH_KIND_ENUM] = NULL,
};

static struct given given_string(const json_t *json)
{
    struct given given = {.kind = GIVEN_TEXT,
                          .text = json_string_value(json),
                          .len = json_string_length(json)};

    if (given.len > 1 && given.text[0] == JSON_NUMBER) {
        given.kind = GIVEN_DIGITS;
        given.text++;
        given.len--;
    }
    return given;
}

struct given given_json(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_STRING:
        return given_string(json);
    case JSON_INTEGER:
        return (struct given){.kind = GIVEN_NUMBER,
                              .number = json_integer_value(json)};
    case JSON_REAL: /* json.h makes texts of them */
        return (struct given){.kind = GIVEN_DIGITS, .text = ".", .len = 1};
    case JSON_TRUE:
        return (struct given){.kind = GIVEN_TRUE};
    case JSON_FALSE:
        return (struct given){.kind = GIVEN_FALSE};
    case JSON_NULL:
        return (struct given){.kind = GIVEN_NULL};
    case JSON_OBJECT:
        return (struct given){.kind = GIVEN_OBJECT};
    case JSON_ARRAY:
        break;
    }
    return (struct given){.kind = GIVEN_ARRAY};
}

struct given given_json_untagged(const json_t *json,
                                 const struct mh_field *field)
{
    const char *tag =
        field->kind == MH_KIND_ENUM ? field->enum_name : TAGS[field->kind];
    struct given given;
    void *at;

    if (!field->optional || !json_is_object(json) ||
        json_object_size(json) != 1) {
        return given_json(json);
    }
    /* jansson's iterator changes nothing but takes no const */
    at = json_object_iter((json_t *)(uintptr_t)json);
    if (strcmp(json_object_iter_key(at), tag) != 0) {
        return given_json(json);
    }
    given = given_json(json_object_iter_value(at));
    given.tagged = true;
    return given;
}
