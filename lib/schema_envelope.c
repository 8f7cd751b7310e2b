/* SPDX-License-Identifier: Apache-2.0 */
/* The twelve fields that start every type: the same everywhere, so that code
   and tables may rely on their places. Their labels are the schema's
   own business; that their rules are those of the other types, the catalogue
   sees to. */
#include <string.h>

#include "schema_draft.h"

static const struct {
    const char *name;
    enum mh_kind kind;
    enum mh_role role;
    bool optional;
} ENVELOPE[MH_ENVELOPE_COUNT] = {
    {"event_id", MH_KIND_UUID, MH_ROLE_CONTROL, false},
    {"op", MH_KIND_ENUM, MH_ROLE_CONTROL, false},
    {"revision", MH_KIND_INT, MH_ROLE_CONTROL, false},
    {"correction_reason", MH_KIND_ENUM, MH_ROLE_CONTROL, true},
    {"occurred_on", MH_KIND_DATE, MH_ROLE_TIME, false},
    {"occurred_at", MH_KIND_TIMESTAMP, MH_ROLE_TIME, true},
    {"posted_at", MH_KIND_TIMESTAMP, MH_ROLE_CONTROL, false},
    {"agency_code", MH_KIND_STRING, MH_ROLE_DIMENSION, false},
    {"source_ref", MH_KIND_STRING, MH_ROLE_CONTROL, true},
    {"place_code", MH_KIND_STRING, MH_ROLE_DIMENSION, false},
    {"council_code", MH_KIND_STRING, MH_ROLE_KEY, true},
    {"programme_code", MH_KIND_STRING, MH_ROLE_DIMENSION, true},
};

/* In the order of enum mh_op. */
static const char *const OPS[] = {"ASSERT", "CORRECT", "RETRACT"};
enum { OP_COUNT = sizeof OPS / sizeof OPS[0] };

static void check_ops(struct mh_draft *draft)
{
    const struct mh_field *op = &draft->type->fields[MH_FIELD_OP];
    bool same = op->symbol_count == OP_COUNT;

    for (int i = 0; same && i < OP_COUNT; i++) {
        same = strcmp(op->symbols[i].name, OPS[i]) == 0;
    }
    if (!same) {
        mh_draft_problem(draft, "/fields/1/type",
                         "symbols are not ASSERT, CORRECT, RETRACT");
    }
}

static void check_required(struct mh_draft *draft)
{
    const json_t *list = json_object_get(draft->root, "requiredEnvelope");
    int count = 0;
    char at[MH_POINTER_MAX];

    if (list != NULL && !json_is_array(list)) {
        mh_draft_problem(draft, "/requiredEnvelope", "not a list");
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        int field = MH_ENVELOPE_COUNT;

        mh_draft_point_at(at, "/requiredEnvelope", i);
        for (field = 0; name != NULL && field < MH_ENVELOPE_COUNT; field++) {
            if (strcmp(ENVELOPE[field].name, name) == 0) {
                break;
            }
        }
        if (name == NULL || field == MH_ENVELOPE_COUNT ||
            !ENVELOPE[field].optional || field == MH_FIELD_CORRECTION_REASON) {
            mh_draft_problem(draft, at, "no optional field of the envelope");
            continue;
        }
        for (int k = 0; k < count; k++) {
            if (draft->type->required_envelope[k] == field) {
                mh_draft_problem(draft, at, "named twice");
                field = -1;
                break;
            }
        }
        if (field >= 0) {
            draft->type->required_envelope[count++] = field;
        }
    }
    if (count < MH_ENVELOPE_COUNT) {
        draft->type->required_envelope[count] = -1;
    }
}

void mh_schema_envelope(struct mh_draft *draft)
{
    const struct mh_type *type = draft->type;
    char pointer[MH_POINTER_MAX];

    for (int i = 0; i < MH_ENVELOPE_COUNT; i++) {
        const struct mh_field *field = &type->fields[i];

        mh_draft_point_at(pointer, "/fields", (size_t)i);
        if (i >= type->field_count || field->name == NULL ||
            strcmp(field->name, ENVELOPE[i].name) != 0) {
            mh_draft_problem(draft, pointer,
                             "here the envelope's field %s is expected",
                             ENVELOPE[i].name);
            continue;
        }
        if (draft->kind_known[i] && (field->kind != ENVELOPE[i].kind ||
                                     field->optional != ENVELOPE[i].optional)) {
            mh_draft_problem(draft, pointer,
                             "type is not that of the envelope");
        } else if (i == MH_FIELD_OP && draft->kind_known[i]) {
            check_ops(draft);
        }
        if (draft->role_known[i] && field->role != ENVELOPE[i].role) {
            mh_draft_problem(draft, pointer,
                             "role is not that of the envelope");
        }
    }
    check_required(draft);
}
