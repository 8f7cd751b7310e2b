/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a schema, step by step: size and depth before any library sees the
   text, then the properties (schema_record, _fields, _envelope, _roles,
   _rules), then avro-c as the second reader of the same text. avro-c drops
   logical types and defaults and is not hardened, so it judges only what has
   passed, and must find the same structure. */
#include "schema.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "content_hash.h"
#include "place.h"
#include "schema_draft.h"

static bool depth_is_fine(const char *text, size_t len)
{
    int depth = 0;
    bool in_text = false;

    for (size_t i = 0; i < len; i++) {
        if (in_text) {
            if (text[i] == '\\') {
                i++;
            } else if (text[i] == '"') {
                in_text = false;
            }
        } else if (text[i] == '"') {
            in_text = true;
        } else if (text[i] == '{' || text[i] == '[') {
            if (++depth > MH_SCHEMA_DEPTH_MAX) {
                return false;
            }
        } else if (text[i] == '}' || text[i] == ']') {
            depth--;
        }
    }
    return true;
}

static void start_fields(struct mh_draft *draft)
{
    json_t *fields = json_object_get(draft->root, "fields");
    size_t count = json_array_size(fields);

    if (count < 1 || count > MH_FIELDS_MAX) {
        if (fields != NULL) {
            mh_draft_problem(draft, "/fields", "not a list of 1..%d fields",
                             MH_FIELDS_MAX);
        }
        return;
    }
    draft->type->fields = calloc(count, sizeof *draft->type->fields);
    if (draft->type->fields == NULL) {
        draft->out_of_memory = true;
        return;
    }
    draft->fields = fields;
    draft->type->field_count = (int)count;
}

static bool required_by_envelope(const struct mh_type *type, int i)
{
    const int *at = type->required_envelope;

    while (*at >= 0 && *at != i) {
        at++;
    }
    return *at == i;
}

/* So the check compares every number with two bounds, whatever its kind. */
static void bound_field(struct mh_field *field, bool is_occurred_at)
{
    int64_t least = INT64_MIN;
    int64_t most = INT64_MAX;

    if (field->kind == MH_KIND_DATE) {
        least = MH_DAY_MIN;
        most = MH_DAY_MAX;
    } else if (field->kind == MH_KIND_TIMESTAMP && !is_occurred_at) {
        least = mh_tehran_instant_ms(MH_DAY_MIN, 0);
        most = mh_tehran_instant_ms(MH_DAY_MAX + 1, 0) - 1;
    }
    field->min = field->has_min ? field->min : least;
    field->max = field->has_max ? field->max : most;
}

static enum mh_form find_form(const char *pattern)
{
    return pattern == NULL                            ? MH_FORM_PATTERN
           : strcmp(pattern, MH_PLACE_PATTERN) == 0   ? MH_FORM_PLACE
           : strcmp(pattern, MH_COUNCIL_PATTERN) == 0 ? MH_FORM_COUNCIL
                                                      : MH_FORM_PATTERN;
}

/* What the check need not find out for each record; the type is free of
 * faults. */
static void mark_fields(struct mh_type *type)
{
    for (int i = 0; i < type->field_count; i++) {
        struct mh_field *field = &type->fields[i];

        bound_field(field, i == MH_FIELD_OCCURRED_AT);
        field->form = find_form(field->pattern_text);
        field->seed = mh_content_seed(field->name, field->name_len);
        field->may_lack =
            field->optional && field->required_when < 0 &&
            !(i < MH_ENVELOPE_COUNT && required_by_envelope(type, i));
        field->related = field->at_most >= 0 || field->null_when >= 0 ||
                         field->requires[0] >= 0 || field->requires_any[0] >= 0;
        field->plain = field->kind != MH_KIND_STRING &&
                       field->kind != MH_KIND_UUID && !field->money &&
                       !field->related;
    }
}

/* A part and its whole make a share, which is of the facts that carry both: the
 * sum of that whole has a slot of its own. These come from the end, so that a
 * measure that is appended later moves none; without room there is none. The
 * name of its column in SQL must fit. */
static void number_wholes(struct mh_type *type)
{
    int slot = MH_MEASURES_MAX;

    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        struct mh_field *part = &type->fields[i];
        const struct mh_field *whole =
            part->at_most < 0 ? NULL : &type->fields[part->at_most];

        if (whole != NULL && part->measure_slot > 0 &&
            whole->measure_slot > 0 && slot > type->measure_count &&
            whole->name_len + 6 + part->name_len <= 63) {
            part->whole_slot = slot--;
        }
    }
}

/* Slots; the type is free of faults. */
static void number_fields(struct mh_type *type)
{
    for (int i = 0; i < type->field_count; i++) {
        struct mh_field *field = &type->fields[i];

        if (i < MH_ENVELOPE_COUNT) {
            continue;
        }
        if (field->kind == MH_KIND_STRING || field->kind == MH_KIND_ENUM) {
            field->code_slot = ++type->code_count;
        } else {
            field->number_slot = ++type->number_count;
        }
        if (field->role == MH_ROLE_MEASURE) {
            field->measure_slot = ++type->measure_count;
        }
    }
    number_wholes(type);
}

static void read_root(struct mh_draft *draft, const char *text, size_t len)
{
    mh_schema_record(draft);
    start_fields(draft);
    if (draft->fields != NULL) {
        mh_schema_fields(draft);
        mh_schema_envelope(draft);
        mh_schema_roles(draft);
        mh_schema_rules(draft);
    }
    if (draft->problem_count == 0 && !draft->out_of_memory) {
        mh_schema_agree(draft, text, len);
    }
}

enum mh_code mh_schema_read(const char *text, size_t len, struct mh_type **type,
                            struct mh_buf *problems, struct mh_err *err)
{
    struct mh_draft *draft = calloc(1, sizeof *draft);
    json_error_t error;
    json_t *root = NULL;
    enum mh_code code = MH_MEMORY;

    if (draft == NULL ||
        (draft->type = calloc(1, sizeof *draft->type)) == NULL) {
        goto done;
    }
    draft->problems = problems;
    if (len > MH_SCHEMA_BYTES_MAX) {
        mh_draft_problem(draft, "", "larger than %d bytes",
                         MH_SCHEMA_BYTES_MAX);
    } else if (!depth_is_fine(text, len)) {
        mh_draft_problem(draft, "", "nested deeper than %d",
                         MH_SCHEMA_DEPTH_MAX);
    } else {
        root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
        if (root == NULL && error.text[0] == '\0') {
            goto done; /* no memory for the parser itself */
        }
        if (root == NULL) {
            mh_draft_problem(draft, "", "line %d: %s", error.line, error.text);
        } else if (!json_is_object(root)) {
            mh_draft_problem(draft, "", "not a JSON object");
        } else {
            draft->root = root;
            read_root(draft, text, len);
        }
    }
    if (draft->out_of_memory) {
        goto done;
    }
    if (draft->problem_count > 0) {
        code =
            mh_fail(err, MH_CONTRACT, "schema has %d problem%s",
                    draft->problem_count, draft->problem_count == 1 ? "" : "s");
        goto done;
    }
    number_fields(draft->type);
    mark_fields(draft->type);
    *type = draft->type;
    draft->type = NULL;
    code = MH_OK;
done:
    if (code == MH_MEMORY) {
        (void)mh_fail(err, MH_MEMORY, "out of memory reading a schema");
    }
    json_decref(root);
    if (draft != NULL) {
        mh_type_free(draft->type);
    }
    free(draft);
    return code;
}
