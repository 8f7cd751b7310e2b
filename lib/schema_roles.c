/* SPDX-License-Identifier: Apache-2.0 */
/* Third step of reading a schema: what type and role ask of each field, and
   what the fields come to together. Fields whose type or role could not be
   read are left alone: that has been reported. */
#include <string.h>

#include "schema_draft.h"

/* Columns that views have beside the fields; a field of that name would
   hide one, or break the view. */
static const char *const TAKEN[] = {
    "event_type",         "events",      "province_code", "county_code",
    "settlement_code",    "j_year",      "j_month",       "withheld",
    "neighbourhood_code", "received_at", "applied_at",    NULL,
};

static bool is_number(const struct mh_field *field)
{
    return field->kind == MH_KIND_INT || field->kind == MH_KIND_LONG;
}

static void check_bounds(struct mh_draft *draft, const struct mh_field *field,
                         const char *pointer)
{
    bool narrow = field->kind == MH_KIND_INT;
    int64_t least = narrow ? INT32_MIN : INT64_MIN;
    int64_t most = narrow ? INT32_MAX : INT64_MAX;

    if (!is_number(field)) {
        if (field->has_min || field->has_max) {
            mh_draft_problem(draft, pointer,
                             "min and max are for int and long");
        }
        return;
    }
    if (field->role == MH_ROLE_MEASURE) {
        least = least < -MH_MEASURE_MAX ? -MH_MEASURE_MAX : least;
        most = most > MH_MEASURE_MAX ? MH_MEASURE_MAX : most;
        if (!field->has_min || !field->has_max) {
            mh_draft_problem(draft, pointer, "a measure needs min and max");
        }
    }
    if ((field->has_min && (field->min < least || field->min > most)) ||
        (field->has_max && (field->max < least || field->max > most))) {
        mh_draft_problem(draft, pointer, "min or max is not within %lld..%lld",
                         (long long)least, (long long)most);
    }
    if (field->has_min && field->has_max && field->min > field->max) {
        mh_draft_problem(draft, pointer, "min is above max");
    }
}

static void check_pattern(struct mh_draft *draft, struct mh_field *field,
                          const char *pointer)
{
    char at[MH_POINTER_MAX];
    struct mh_err err;
    enum mh_code code;

    mh_draft_point(at, pointer, "pattern");
    if (field->kind != MH_KIND_STRING) {
        if (field->pattern_text != NULL &&
            (field->kind != MH_KIND_UUID ||
             strcmp(field->pattern_text, "uuid") != 0)) {
            mh_draft_problem(draft, at, "only for plain strings");
        }
        return;
    }
    if (field->pattern_text == NULL) {
        mh_draft_problem(draft, at, "a string needs a pattern");
        return;
    }
    code = mh_pattern_new(field->pattern_text, &field->pattern, &err);
    if (code == MH_MEMORY) {
        draft->out_of_memory = true;
        return;
    }
    if (code != MH_OK) {
        mh_draft_problem(draft, at, "%s", err.text);
        return;
    }
    if (mh_pattern_match(field->pattern, "", 0)) {
        mh_draft_problem(draft, at, "admits the empty text");
    }
    if (mh_pattern_longest(field->pattern) > MH_CODE_MAX) {
        mh_draft_problem(draft, at, "admits texts longer than %d bytes",
                         MH_CODE_MAX);
    }
    for (int byte = 1; byte < ' '; byte++) {
        if (mh_pattern_admits(field->pattern, (char)byte)) {
            mh_draft_problem(draft, at, "admits control characters");
            break;
        }
    }
    if (field->role == MH_ROLE_DIMENSION &&
        mh_pattern_admits(field->pattern, '|')) {
        mh_draft_problem(draft, at,
                         "a dimension may not admit |, which joins them");
    }
}

static void check_role(struct mh_draft *draft, const struct mh_field *field,
                       const char *pointer)
{
    bool fits = true;

    switch (field->role) {
    case MH_ROLE_MEASURE:
    case MH_ROLE_STATE:
        fits = is_number(field);
        break;
    case MH_ROLE_DIMENSION:
        fits = is_number(field) || field->kind == MH_KIND_STRING ||
               field->kind == MH_KIND_ENUM;
        break;
    case MH_ROLE_KEY:
        fits = field->kind == MH_KIND_STRING;
        break;
    case MH_ROLE_TIME:
        fits = field->kind == MH_KIND_DATE || field->kind == MH_KIND_TIMESTAMP;
        break;
    case MH_ROLE_FLAG:
        fits = field->kind == MH_KIND_BOOLEAN;
        break;
    case MH_ROLE_CONTROL:
        break;
    }
    if (!fits) {
        mh_draft_problem(draft, pointer, "role does not fit the type");
    }
}

static void check_default(struct mh_draft *draft, const json_t *node, int i,
                          const char *pointer)
{
    const json_t *value = json_object_get(node, "default");
    const char *text = json_string_value(value);
    char at[MH_POINTER_MAX];

    mh_draft_point(at, pointer, "default");
    if (i == MH_FIELD_OP) {
        if (text == NULL || strcmp(text, "ASSERT") != 0) {
            mh_draft_problem(draft, at, "not ASSERT");
        }
    } else if (i == MH_FIELD_REVISION) {
        if (!json_is_integer(value) || json_integer_value(value) != 0) {
            mh_draft_problem(draft, at, "not 0");
        }
    } else if (draft->type->fields[i].optional) {
        if (!json_is_null(value)) {
            mh_draft_problem(draft, at,
                             "an optional field needs the default null");
        }
    } else if (value != NULL) {
        mh_draft_problem(draft, at, "only for optional fields");
    }
}

static void check_name(struct mh_draft *draft, const struct mh_field *field,
                       const char *pointer)
{
    for (int k = 0; TAKEN[k] != NULL && field->name != NULL; k++) {
        if (strcmp(TAKEN[k], field->name) == 0) {
            mh_draft_problem(draft, pointer,
                             "the name is taken by a column of the views");
        }
    }
}

/* Bytes of the longest text the field adds to core.daily.dims. */
static size_t dim_bytes(const struct mh_field *field)
{
    size_t longest = 20; /* digits of any number; more than true and false */
    size_t len;

    if (field->kind == MH_KIND_STRING && field->pattern != NULL) {
        len = mh_pattern_longest(field->pattern);
        return len > MH_CODE_MAX ? MH_CODE_MAX : len;
    }
    for (int i = 0; i < field->symbol_count; i++) {
        len = field->symbols[i].len;
        longest = len > longest ? len : longest;
    }
    return longest;
}

static void check_together(struct mh_draft *draft)
{
    const struct mh_type *type = draft->type;
    size_t bytes = MH_CODE_MAX; /* programme_code */
    int measures = 0;

    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];

        if (!draft->role_known[i]) {
            continue;
        }
        measures += field->role == MH_ROLE_MEASURE;
        if (field->role == MH_ROLE_DIMENSION || field->role == MH_ROLE_FLAG) {
            bytes += 1 + dim_bytes(field);
        }
    }
    if (measures > MH_MEASURES_MAX) {
        mh_draft_problem(draft, "/fields", "more than %d measures",
                         MH_MEASURES_MAX);
    }
    if (bytes > MH_DIMS_MAX) {
        mh_draft_problem(draft, "/fields",
                         "dimensions and flags may come to more than %d "
                         "bytes together",
                         MH_DIMS_MAX);
    }
}

void mh_schema_roles(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    char pointer[MH_POINTER_MAX];

    for (int i = 0; i < type->field_count; i++) {
        struct mh_field *field = &type->fields[i];

        mh_draft_point_at(pointer, "/fields", (size_t)i);
        check_name(draft, field, pointer);
        check_default(draft, json_array_get(draft->fields, (size_t)i), i,
                      pointer);
        if (!draft->kind_known[i]) {
            continue;
        }
        check_pattern(draft, field, pointer);
        check_bounds(draft, field, pointer);
        if (draft->role_known[i]) {
            check_role(draft, field, pointer);
        }
        if (i >= MH_ENVELOPE_COUNT && field->kind == MH_KIND_UUID) {
            mh_draft_problem(draft, pointer, "only event_id is a uuid");
        }
    }
    check_together(draft);
}
