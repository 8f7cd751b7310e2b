/* SPDX-License-Identifier: Apache-2.0 */
/* Fourth step of reading a schema: rules that name other fields, of fields
   and of the record. What could not be read before is left alone: that has
   been reported. */
#include <stdlib.h>
#include <string.h>

#include "schema_draft.h"

/* By position: what the check counts on. */
static const char *const CURRENCIES[] = {"IRR_CURRENT", "IRR_NEW"};
enum { CURRENCY_COUNT = sizeof CURRENCIES / sizeof CURRENCIES[0] };

static bool is_number(const struct mh_field *field)
{
    return field->kind == MH_KIND_INT || field->kind == MH_KIND_LONG;
}

/* Index of the field that `node` names; -1 and a problem at `pointer`. */
static int find_named(struct mh_draft *draft, const json_t *node, int self,
                      const char *pointer)
{
    const char *name = json_string_value(node);
    int found = -1;

    if (name != NULL) {
        found = mh_type_find(draft->type, name, strlen(name));
    }
    if (found < 0) {
        mh_draft_problem(draft, pointer, "names no field of this record");
    } else if (found == self) {
        mh_draft_problem(draft, pointer, "names its own field");
        found = -1;
    }
    return found;
}

static void read_names(struct mh_draft *draft, const json_t *node, int self,
                       int names[MH_NAMES_MAX], const char *pointer)
{
    size_t count = json_array_size(node);
    int used = 0;
    char at[MH_POINTER_MAX];

    names[0] = -1;
    if (node == NULL) {
        return;
    }
    if (count < 1 || count > MH_NAMES_MAX) {
        mh_draft_problem(draft, pointer, "not a list of 1..%d fields",
                         MH_NAMES_MAX);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        int found;

        mh_draft_point_at(at, pointer, i);
        found = find_named(draft, json_array_get(node, i), self, at);
        for (int k = 0; k < used && found >= 0; k++) {
            if (names[k] == found) {
                mh_draft_problem(draft, at, "named twice");
                found = -1;
            }
        }
        if (found >= 0) {
            names[used++] = found;
        }
    }
    if (used < MH_NAMES_MAX) {
        names[used] = -1;
    }
}

static void read_lookup(struct mh_draft *draft, const json_t *node, int i,
                        const char *pointer)
{
    struct mh_field *field = &draft->type->fields[i];
    const json_t *lookup = json_object_get(node, "lookup");
    const char *list = json_string_value(lookup);
    char at[MH_POINTER_MAX];

    if (lookup == NULL) {
        return;
    }
    mh_draft_point(at, pointer, "lookup");
    if (json_is_true(lookup)) {
        list = field->name;
    } else if (list == NULL || strcmp(list, "agency_code") != 0) {
        mh_draft_problem(draft, at, "neither true nor \"agency_code\"");
        return;
    }
    if (draft->kind_known[i] && field->kind != MH_KIND_STRING) {
        mh_draft_problem(draft, at, "only for strings");
        return;
    }
    if (list != NULL) {
        field->lookup = strdup(list);
        draft->out_of_memory |= field->lookup == NULL;
    }
}

static void read_at_most(struct mh_draft *draft, const json_t *node, int i,
                         const char *pointer)
{
    struct mh_field *field = &draft->type->fields[i];
    const json_t *rule = json_object_get(node, "atMost");
    char at[MH_POINTER_MAX];

    field->at_most = -1;
    if (rule == NULL) {
        return;
    }
    mh_draft_point(at, pointer, "atMost");
    field->at_most = find_named(draft, rule, i, at);
    if (field->at_most >= 0 && draft->kind_known[i] &&
        draft->kind_known[field->at_most] &&
        (!is_number(field) ||
         !is_number(&draft->type->fields[field->at_most]))) {
        mh_draft_problem(draft, at, "compares int and long only");
    }
}

static void read_required_when(struct mh_draft *draft, const json_t *node,
                               int i, const char *pointer)
{
    static const struct mh_property table[] = {
        {"field", true}, {"is", true}, {NULL, false}};
    struct mh_field *field = &draft->type->fields[i];
    json_t *rule = json_object_get(node, "requiredWhen");
    const json_t *is = json_object_get(rule, "is");
    const struct mh_field *other;
    char at[MH_POINTER_MAX];

    field->required_when = -1;
    if (rule == NULL) {
        return;
    }
    mh_draft_point(at, pointer, "requiredWhen");
    mh_draft_properties(draft, rule, table, at);
    if (draft->kind_known[i] && !field->optional) {
        mh_draft_problem(draft, at, "the field is required always");
    }
    field->required_when =
        find_named(draft, json_object_get(rule, "field"), i, at);
    if (field->required_when < 0) {
        return;
    }
    if (!draft->kind_known[field->required_when]) {
        return;
    }
    other = &draft->type->fields[field->required_when];
    if (other->kind != MH_KIND_ENUM || json_array_size(is) == 0) {
        mh_draft_problem(draft, at, "needs an enum and a list of symbols");
        return;
    }
    for (size_t k = 0; k < json_array_size(is); k++) {
        const char *name = json_string_value(json_array_get(is, k));
        int s = 0;

        while (s < other->symbol_count &&
               (name == NULL || strcmp(other->symbols[s].name, name) != 0)) {
            s++;
        }
        if (s == other->symbol_count) {
            mh_draft_problem(draft, at, "is: no symbol of that enum");
        } else {
            field->required_when_is[s] = true;
        }
    }
}

static void read_null_when(struct mh_draft *draft, const json_t *node, int i,
                           const char *pointer)
{
    static const struct mh_property table[] = {
        {"field", true}, {"atMost", true}, {NULL, false}};
    struct mh_field *field = &draft->type->fields[i];
    json_t *rule = json_object_get(node, "nullWhen");
    char at[MH_POINTER_MAX];

    field->null_when = -1;
    if (rule == NULL) {
        return;
    }
    mh_draft_point(at, pointer, "nullWhen");
    mh_draft_properties(draft, rule, table, at);
    if (draft->kind_known[i] && !field->optional) {
        mh_draft_problem(draft, at, "the field can never be null");
    }
    (void)mh_draft_number(draft, rule, "atMost", &field->null_when_at_most, at);
    field->null_when = find_named(draft, json_object_get(rule, "field"), i, at);
    if (field->null_when >= 0 && draft->kind_known[field->null_when] &&
        !is_number(&draft->type->fields[field->null_when])) {
        mh_draft_problem(draft, at, "compares int and long only");
    }
}

static void check_money(struct mh_draft *draft, struct mh_field *field,
                        const char *pointer)
{
    int unit = draft->type->currency_unit;
    bool named = false;

    if (field->unit == NULL || strcmp(field->unit, "rial") != 0) {
        return;
    }
    field->money = field->role == MH_ROLE_MEASURE;
    for (int k = 0; k < MH_NAMES_MAX && field->requires[k] >= 0; k++) {
        named |= field->requires[k] == unit;
    }
    if (!named) {
        mh_draft_problem(draft, pointer, "money must require currency_unit");
    }
}

static void read_rules(struct mh_draft *draft, int i)
{
    struct mh_field *field = &draft->type->fields[i];
    const json_t *node = json_array_get(draft->fields, (size_t)i);
    char pointer[MH_POINTER_MAX];
    char at[MH_POINTER_MAX];

    mh_draft_point_at(pointer, "/fields", (size_t)i);
    mh_draft_point(at, pointer, "requires");
    read_names(draft, json_object_get(node, "requires"), i, field->requires,
               at);
    mh_draft_point(at, pointer, "requiresAny");
    read_names(draft, json_object_get(node, "requiresAny"), i,
               field->requires_any, at);
    read_at_most(draft, node, i, pointer);
    read_required_when(draft, node, i, pointer);
    read_null_when(draft, node, i, pointer);
    read_lookup(draft, node, i, pointer);
    check_money(draft, field, pointer);
}

static void find_currency(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    const struct mh_field *unit;
    bool same;
    char at[MH_POINTER_MAX];

    type->currency_unit = mh_type_find(type, "currency_unit", 13);
    if (type->currency_unit < 0 || !draft->kind_known[type->currency_unit]) {
        return;
    }
    unit = &type->fields[type->currency_unit];
    same = unit->kind == MH_KIND_ENUM && unit->symbol_count == CURRENCY_COUNT;
    for (int i = 0; same && i < CURRENCY_COUNT; i++) {
        same = strcmp(unit->symbols[i].name, CURRENCIES[i]) == 0;
    }
    if (!same) {
        mh_draft_point_at(at, "/fields", (size_t)type->currency_unit);
        mh_draft_problem(draft, at, "symbols are not IRR_CURRENT, IRR_NEW");
    }
}

static void find_period(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    const struct mh_field *from;

    type->period_from = mh_type_find(type, "period_from", 11);
    if (!type->period) {
        if (type->period_from >= 0) {
            mh_draft_problem(draft, "/reporting",
                             "period_from is for PERIOD_TOTAL only");
        }
        return;
    }
    if (type->period_from < 0) {
        mh_draft_problem(draft, "/reporting",
                         "PERIOD_TOTAL needs the field period_from");
        return;
    }
    from = &type->fields[type->period_from];
    if (draft->kind_known[type->period_from] &&
        (from->kind != MH_KIND_DATE || from->optional)) {
        mh_draft_problem(draft, "/reporting",
                         "period_from is not a date that is always there");
    }
}

static void find_entity(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    const json_t *key = json_object_get(draft->root, "entityKey");

    type->entity_key = -1;
    if ((key == NULL) != (json_object_get(draft->root, "entity") == NULL)) {
        mh_draft_problem(draft, "/entityKey",
                         "entity and entityKey belong together");
    }
    if (key == NULL) {
        return;
    }
    type->entity_key = find_named(draft, key, -1, "/entityKey");
    if (type->entity_key >= 0 && draft->role_known[type->entity_key] &&
        type->fields[type->entity_key].role != MH_ROLE_KEY) {
        mh_draft_problem(draft, "/entityKey", "the field's role is not key");
    }
}

static void find_withhold(struct mh_draft *draft)
{
    static const struct mh_property table[] = {
        {"measure", true}, {"below", true}, {NULL, false}};
    struct mh_type *type = draft->type;
    json_t *rule = json_object_get(draft->root, "withhold");
    const json_t *measure = json_object_get(rule, "measure");

    type->withhold = -1;
    if (rule == NULL) {
        return;
    }
    if (!type->sensitive) {
        mh_draft_problem(draft, "/withhold", "only for sensitive types");
    }
    if (!json_is_object(rule)) {
        mh_draft_problem(draft, "/withhold", "not an object");
        return;
    }
    mh_draft_properties(draft, rule, table, "/withhold");
    if (mh_draft_number(draft, rule, "below", &type->withhold_below,
                        "/withhold") &&
        (type->withhold_below < 1 || type->withhold_below > INT32_MAX)) {
        mh_draft_problem(draft, "/withhold/below", "not within 1..%d",
                         INT32_MAX);
    }
    if (measure == NULL) {
        return;
    }
    type->withhold = find_named(draft, measure, -1, "/withhold/measure");
    if (type->withhold >= 0 && draft->role_known[type->withhold] &&
        type->fields[type->withhold].role != MH_ROLE_MEASURE) {
        mh_draft_problem(draft, "/withhold/measure", "no measure");
    }
}

void mh_schema_rules(struct mh_draft *draft)
{
    find_currency(draft);
    for (int i = 0; i < draft->type->field_count; i++) {
        read_rules(draft, i);
    }
    find_period(draft);
    find_entity(draft);
    find_withhold(draft);
}
