/* SPDX-License-Identifier: Apache-2.0 */
/* Values by kind: a table of tags, and one reader a kind. */
#include "intake_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "digits.h"
#include "intake_time.h"
#include "json.h"

/* ------------------------------------------------------------- all kinds */

/* Names of the Avro branch that stands beside null in a field of a kind; an
 * enum's is its full name. */
static const char *const TAGS[] = {
    [MH_KIND_INT] = "int",         [MH_KIND_LONG] = "long",
    [MH_KIND_BOOLEAN] = "boolean", [MH_KIND_DATE] = "int",
    [MH_KIND_TIMESTAMP] = "long",  [MH_KIND_STRING] = "string",
    [MH_KIND_UUID] = "string",     [MH_KIND_ENUM] = NULL,
};

const json_t *intake_untag(const json_t *json, const struct mh_field *field)
{
    const char *tag =
        field->kind == MH_KIND_ENUM ? field->enum_name : TAGS[field->kind];
    void *at;

    if (!field->optional || !json_is_object(json) ||
        json_object_size(json) != 1) {
        return json;
    }
    /* jansson's iterator changes nothing but takes no const */
    at = json_object_iter((json_t *)(uintptr_t)json);
    return strcmp(json_object_iter_key(at), tag) == 0
               ? json_object_iter_value(at)
               : json;
}

static bool is_number_text(const json_t *json)
{
    return json_is_string(json) && json_string_length(json) > 1 &&
           json_string_value(json)[0] == JSON_NUMBER;
}

bool intake_is_text(const json_t *json)
{
    return json_is_string(json) && !is_number_text(json);
}

void intake_refuse(const struct mh_type *type, int field, enum mh_code code,
                   const char *expected, const json_t *json,
                   struct mh_faults *faults)
{
    char number[24];
    const char *got;
    size_t len;

    if (json_is_string(json)) {
        got = json_string_value(json) + is_number_text(json);
        len = json_string_length(json) - is_number_text(json);
    } else {
        got = json_is_object(json)    ? "an object"
              : json_is_array(json)   ? "an array"
              : json_is_true(json)    ? "true"
              : json_is_false(json)   ? "false"
              : json_is_null(json)    ? "null"
              : json_is_integer(json) ? number
                                      : "a number";
        if (json_is_integer(json)) {
            (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
                           json_integer_value(json));
        }
        len = strlen(got);
    }
    (void)mh_fault_add(faults, code, type, field, expected, got, len);
}

/* --------------------------------------------------------- whole numbers */

/* @returns MH_OK, MH_TYPE (not digits), MH_MIN or MH_MAX (beyond 64 bits) */
static enum mh_code read_digits(const char *text, size_t len, int64_t *number)
{
    bool minus = len > 0 && text[0] == '-';
    enum digits_script script = DIGITS_ANY;
    enum mh_code code = MH_OK;
    size_t at = minus;
    int64_t sum = 0;

    if (at == len) {
        return MH_TYPE;
    }
    while (at < len) {
        int digit = digits_take(text, len, &at, &script);

        if (digit < 0) {
            return MH_TYPE;
        }
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum)) {
            code = minus ? MH_MIN : MH_MAX;
        }
    }
    /* summed below zero, where there is one number more */
    if (code == MH_OK && !minus && sum == INT64_MIN) {
        code = MH_MAX;
    }
    *number = minus ? sum : code == MH_OK ? -sum : 0;
    return code;
}

static void refuse_range(const struct mh_type *type, int field,
                         enum mh_code code, const json_t *json,
                         struct mh_faults *faults)
{
    const struct mh_field *rule = &type->fields[field];
    bool is_int = rule->kind == MH_KIND_INT;
    int64_t least = rule->has_min ? rule->min : is_int ? INT32_MIN : INT64_MIN;
    int64_t most = rule->has_max ? rule->max : is_int ? INT32_MAX : INT64_MAX;
    char expected[40];

    if (code == MH_MIN) {
        (void)snprintf(expected, sizeof expected, "at least %" PRId64, least);
    } else {
        (void)snprintf(expected, sizeof expected, "at most %" PRId64, most);
    }
    intake_refuse(type, field, code, expected, json, faults);
}

static bool read_number(const struct mh_type *type, int field,
                        const json_t *json, struct mh_value *value,
                        struct mh_faults *faults)
{
    enum mh_code code = MH_TYPE;
    int64_t number = 0;

    if (json_is_integer(json)) {
        number = json_integer_value(json);
        code = MH_OK;
    } else if (json_is_string(json)) {
        size_t skip = is_number_text(json);

        code = read_digits(json_string_value(json) + skip,
                           json_string_length(json) - skip, &number);
    }
    if (code == MH_OK && type->fields[field].kind == MH_KIND_INT) {
        code = number < INT32_MIN   ? MH_MIN
               : number > INT32_MAX ? MH_MAX
                                    : MH_OK;
    }
    if (code == MH_TYPE) {
        intake_refuse(type, field, MH_TYPE, "a whole number", json, faults);
    } else if (code != MH_OK) {
        refuse_range(type, field, code, json, faults);
    } else {
        value->number = number;
    }
    return code == MH_OK;
}

static bool read_boolean(const struct mh_type *type, int field,
                         const json_t *json, struct mh_value *value,
                         struct mh_faults *faults)
{
    const char *text = json_is_string(json) ? json_string_value(json) : "";

    if (json_is_true(json) || strcmp(text, "true") == 0) {
        value->number = 1;
    } else if (json_is_false(json) || strcmp(text, "false") == 0) {
        value->number = 0;
    } else {
        intake_refuse(type, field, MH_TYPE, "true or false", json, faults);
        return false;
    }
    return true;
}

/* ----------------------------------------------------------------- texts */

static bool read_text(const struct mh_type *type, int field, const json_t *json,
                      struct mh_value *value, struct mh_faults *faults)
{
    if (!intake_is_text(json)) {
        intake_refuse(type, field, MH_TYPE, "a text", json, faults);
        return false;
    }
    value->text = json_string_value(json);
    value->len = (uint32_t)json_string_length(json);
    return true;
}

static void refuse_symbol(const struct mh_type *type, int field,
                          const json_t *json, struct mh_faults *faults)
{
    static const char MORE[] = "...";
    const struct mh_field *rule = &type->fields[field];
    char expected[128];
    size_t len = 0;

    for (int i = 0; i < rule->symbol_count; i++) {
        const struct mh_symbol *symbol = &rule->symbols[i];

        if (len + symbol->len + 1 + sizeof MORE > sizeof expected) {
            memcpy(expected + len, MORE, sizeof MORE);
            len += sizeof MORE;
            break;
        }
        memcpy(expected + len, symbol->name, symbol->len);
        len += symbol->len;
        expected[len++] = ' ';
    }
    expected[len > 0 ? len - 1 : 0] = '\0';
    intake_refuse(type, field, MH_ENUM, expected, json, faults);
}

static bool read_symbol(const struct mh_type *type, int field,
                        const json_t *json, struct mh_value *value,
                        struct mh_faults *faults)
{
    const struct mh_field *rule = &type->fields[field];

    if (!intake_is_text(json)) {
        intake_refuse(type, field, MH_TYPE, "a text", json, faults);
        return false;
    }
    for (int i = 0; i < rule->symbol_count; i++) {
        const struct mh_symbol *symbol = &rule->symbols[i];

        if (symbol->len == json_string_length(json) &&
            memcmp(symbol->name, json_string_value(json), symbol->len) == 0) {
            value->number = i;
            value->text = symbol->name;
            value->len = symbol->len;
            return true;
        }
    }
    refuse_symbol(type, field, json, faults);
    return false;
}

static bool read_moment(const struct mh_type *type, int field,
                        const json_t *json, struct mh_value *value,
                        struct mh_faults *faults)
{
    bool is_day = type->fields[field].kind == MH_KIND_DATE;
    enum mh_code code = MH_TYPE;
    const char *expected;

    if (intake_is_text(json)) {
        code = (is_day ? intake_date : intake_instant)(
            json_string_value(json), json_string_length(json), &value->number);
    }
    if (code == MH_OK) {
        return true;
    }
    if (code == MH_DATE) {
        expected = is_day ? "a day that exists" : "a time that exists";
    } else {
        expected = is_day ? "a date as 2025-10-13 or 1404-07-21"
                          : "a time as 2025-10-13T08:30:00+03:30";
    }
    intake_refuse(type, field, code, expected, json, faults);
    return false;
}

/* ------------------------------------------------------------------- all */

void intake_value(const struct mh_type *type, int field, const json_t *json,
                  struct mh_value *value, struct mh_faults *faults)
{
    static bool (*const READ[])(const struct mh_type *, int, const json_t *,
                                struct mh_value *, struct mh_faults *) = {
        [MH_KIND_INT] = read_number,       [MH_KIND_LONG] = read_number,
        [MH_KIND_BOOLEAN] = read_boolean,  [MH_KIND_DATE] = read_moment,
        [MH_KIND_TIMESTAMP] = read_moment, [MH_KIND_STRING] = read_text,
        [MH_KIND_UUID] = read_text,        [MH_KIND_ENUM] = read_symbol,
    };
    bool good =
        READ[type->fields[field].kind](type, field, json, value, faults);

    value->set = good ? MH_VALUE : MH_BAD;
}
