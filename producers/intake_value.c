/* SPDX-License-Identifier: Apache-2.0 */
/* Values by kind: one reader a kind. */
#include "intake_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "digits.h"
#include "intake_time.h"

/* ------------------------------------------------------------- all kinds */

bool intake_is_text(const struct given *given)
{
    return given->kind == GIVEN_TEXT || given->kind == GIVEN_CELL;
}

void intake_refuse(const struct mh_type *type, int field, enum mh_code code,
                   const char *expected, const struct given *given,
                   struct mh_faults *faults)
{
    static const char *const NAMES[] = {[GIVEN_NULL] = "null",
                                        [GIVEN_TRUE] = "true",
                                        [GIVEN_FALSE] = "false",
                                        [GIVEN_OBJECT] = "an object",
                                        [GIVEN_ARRAY] = "an array"};
    char number[24];
    const char *got = given->text;
    size_t len = given->len;

    switch (given->kind) {
    case GIVEN_SPOILED:
        code = MH_CHARSET;
        expected = "a text without spoiled characters";
        got = NULL;
        break;
    case GIVEN_NUMBER:
        (void)snprintf(number, sizeof number, "%" PRId64, given->number);
        got = number;
        len = strlen(number);
        break;
    case GIVEN_NULL:
    case GIVEN_TRUE:
    case GIVEN_FALSE:
    case GIVEN_OBJECT:
    case GIVEN_ARRAY:
        got = NAMES[given->kind];
        len = strlen(got);
        break;
    case GIVEN_TEXT:
    case GIVEN_CELL:
    case GIVEN_DIGITS:
        break;
    }
    (void)mh_fault_add(faults, code, type, field, expected, got, len);
}

/* --------------------------------------------------------- whole numbers */

/* Take one mark of thousands: `,` or U+066C. */
static bool take_mark(const char *text, size_t len, size_t *at)
{
    if (text[*at] == ',') {
        *at += 1;
        return true;
    }
    if (len - *at >= 2 && memcmp(text + *at, "\xd9\xac", 2) == 0) {
        *at += 2;
        return true;
    }
    return false;
}

/* How digits stand between marks of thousands: 1 to 3, then always 3. */
struct groups {
    int marks;
    int digits; /* since the last mark */
};

static bool group_ends(const struct groups *groups)
{
    return groups->marks == 0 || groups->digits == 3;
}

/* @returns whether there is a mark, and where one may be */
static bool next_group(const char *text, size_t len, size_t *at,
                       struct groups *groups)
{
    if (!group_ends(groups) || groups->digits == 0 || groups->digits > 3 ||
        !take_mark(text, len, at)) {
        return false;
    }
    groups->marks++;
    groups->digits = 0;
    return true;
}

/* @returns MH_OK, MH_TYPE (not digits), MH_MIN or MH_MAX (beyond 64 bits) */
static enum mh_code read_digits(const char *text, size_t len, bool grouped,
                                int64_t *number)
{
    struct groups groups = {0, 0};
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
            if (!grouped || !next_group(text, len, &at, &groups)) {
                return MH_TYPE;
            }
            continue;
        }
        groups.digits++;
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum)) {
            code = minus ? MH_MIN : MH_MAX;
        }
    }
    if (!group_ends(&groups)) {
        return MH_TYPE;
    }
    /* summed below zero, where there is one number more */
    if (code == MH_OK && !minus && sum == INT64_MIN) {
        code = MH_MAX;
    }
    *number = minus ? sum : code == MH_OK ? -sum : 0;
    return code;
}

static void refuse_range(const struct mh_type *type, int field,
                         enum mh_code code, const struct given *given,
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
    intake_refuse(type, field, code, expected, given, faults);
}

static bool read_number(const struct mh_type *type, int field,
                        const struct given *given, struct mh_value *value,
                        struct mh_faults *faults)
{
    enum mh_code code = MH_TYPE;
    int64_t number = 0;

    if (given->kind == GIVEN_NUMBER) {
        number = given->number;
        code = MH_OK;
    } else if (intake_is_text(given) || given->kind == GIVEN_DIGITS) {
        code = read_digits(given->text, given->len, given->kind == GIVEN_CELL,
                           &number);
    }
    if (code == MH_OK && type->fields[field].kind == MH_KIND_INT) {
        code = number < INT32_MIN   ? MH_MIN
               : number > INT32_MAX ? MH_MAX
                                    : MH_OK;
    }
    if (code == MH_TYPE) {
        intake_refuse(type, field, MH_TYPE, "a whole number", given, faults);
    } else if (code != MH_OK) {
        refuse_range(type, field, code, given, faults);
    } else {
        value->number = number;
    }
    return code == MH_OK;
}

/* Whether the text is `word`, which is in small letters. */
static bool is_word(const struct given *given, const char *word)
{
    size_t len = strlen(word);

    return given->len == len && (given->kind == GIVEN_CELL
                                     ? strncasecmp(given->text, word, len) == 0
                                     : given->kind == GIVEN_TEXT &&
                                           memcmp(given->text, word, len) == 0);
}

static bool read_boolean(const struct mh_type *type, int field,
                         const struct given *given, struct mh_value *value,
                         struct mh_faults *faults)
{
    if (given->kind == GIVEN_TRUE || is_word(given, "true")) {
        value->number = 1;
    } else if (given->kind == GIVEN_FALSE || is_word(given, "false")) {
        value->number = 0;
    } else {
        intake_refuse(type, field, MH_TYPE, "true or false", given, faults);
        return false;
    }
    return true;
}

/* ----------------------------------------------------------------- texts */

static bool read_text(const struct mh_type *type, int field,
                      const struct given *given, struct mh_value *value,
                      struct mh_faults *faults)
{
    if (!intake_is_text(given)) {
        intake_refuse(type, field, MH_TYPE, "a text", given, faults);
        return false;
    }
    value->text = given->text;
    value->len = (uint32_t)given->len;
    return true;
}

static void refuse_symbol(const struct mh_type *type, int field,
                          const struct given *given, struct mh_faults *faults)
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
    intake_refuse(type, field, MH_ENUM, expected, given, faults);
}

static bool read_symbol(const struct mh_type *type, int field,
                        const struct given *given, struct mh_value *value,
                        struct mh_faults *faults)
{
    const struct mh_field *rule = &type->fields[field];

    if (!intake_is_text(given)) {
        intake_refuse(type, field, MH_TYPE, "a text", given, faults);
        return false;
    }
    for (int i = 0; i < rule->symbol_count; i++) {
        const struct mh_symbol *symbol = &rule->symbols[i];

        if (symbol->len == given->len &&
            memcmp(symbol->name, given->text, symbol->len) == 0) {
            value->number = i;
            value->text = symbol->name;
            value->len = symbol->len;
            return true;
        }
    }
    refuse_symbol(type, field, given, faults);
    return false;
}

static bool read_moment(const struct mh_type *type, int field,
                        const struct given *given, struct mh_value *value,
                        struct mh_faults *faults)
{
    bool is_day = type->fields[field].kind == MH_KIND_DATE;
    enum mh_code code = MH_TYPE;
    const char *expected;

    if (given->kind == GIVEN_NUMBER && given->tagged) {
        value->number = given->number;
        code = MH_OK;
    } else if (intake_is_text(given)) {
        code = (is_day ? intake_date : intake_instant)(given->text, given->len,
                                                       &value->number);
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
    intake_refuse(type, field, code, expected, given, faults);
    return false;
}

/* ------------------------------------------------------------------- all */

void intake_value(const struct mh_type *type, int field,
                  const struct given *given, struct mh_value *value,
                  struct mh_faults *faults)
{
    static bool (*const READ[])(const struct mh_type *, int,
                                const struct given *, struct mh_value *,
                                struct mh_faults *) = {
        [MH_KIND_INT] = read_number,       [MH_KIND_LONG] = read_number,
        [MH_KIND_BOOLEAN] = read_boolean,  [MH_KIND_DATE] = read_moment,
        [MH_KIND_TIMESTAMP] = read_moment, [MH_KIND_STRING] = read_text,
        [MH_KIND_UUID] = read_text,        [MH_KIND_ENUM] = read_symbol,
    };
    bool good =
        READ[type->fields[field].kind](type, field, given, value, faults);

    value->set = good ? MH_VALUE : MH_BAD;
}
