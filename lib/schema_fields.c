/* SPDX-License-Identifier: Apache-2.0 */
/* Second step of reading a schema: each field by itself, its type first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema_draft.h"

static const struct mh_property FIELD[] = {
    {"name", true},      {"type", true},         {"doc", true},
    {"default", false},  {"unit", true},         {"role", true},
    {"labelFa", true},   {"labelEn", true},      {"min", false},
    {"max", false},      {"pattern", false},     {"atMost", false},
    {"requires", false}, {"requiresAny", false}, {"requiredWhen", false},
    {"nullWhen", false}, {"lookup", false},      {NULL, false},
};

static const struct mh_property ENUM[] = {
    {"type", true},    {"name", true},     {"namespace", true}, {"doc", true},
    {"symbols", true}, {"labelsFa", true}, {"labelsEn", true},  {NULL, false},
};

static const struct mh_property LOGICAL[] = {
    {"type", true},
    {"logicalType", true},
    {NULL, false},
};

static const struct {
    const char *type;
    const char *logical; /* NULL none */
    enum mh_kind kind;
} KINDS[] = {
    {"int", NULL, MH_KIND_INT},
    {"long", NULL, MH_KIND_LONG},
    {"boolean", NULL, MH_KIND_BOOLEAN},
    {"int", "date", MH_KIND_DATE},
    {"long", "timestamp-millis", MH_KIND_TIMESTAMP},
    {"string", NULL, MH_KIND_STRING},
    {"string", "uuid", MH_KIND_UUID},
};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

/* In the order of enum mh_role. */
static const char *const ROLES[] = {"measure", "state", "dimension", "key",
                                    "time",    "flag",  "control",   NULL};

static bool is_symbol(const char *text)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t len = strlen(text);

    return len >= 1 && len <= 63 && (*text < '0' || *text > '9') &&
           strspn(text, letters) == len;
}

static struct mh_symbol *new_symbols(struct mh_draft *draft, int count)
{
    struct mh_symbol *symbols = calloc((size_t)count, sizeof *symbols);

    draft->out_of_memory |= symbols == NULL;
    return symbols;
}

static void add_symbol(struct mh_draft *draft, struct mh_field *field,
                       const char *name)
{
    struct mh_symbol *symbol = &field->symbols[field->symbol_count];

    symbol->name = strdup(name);
    if (symbol->name == NULL) {
        draft->out_of_memory = true;
        return;
    }
    symbol->len = (uint32_t)strlen(name);
    field->symbol_count++;
}

static void check_labels(struct mh_draft *draft, json_t *node, const char *name,
                         const struct mh_field *field, const char *pointer)
{
    json_t *labels = json_object_get(node, name);
    struct mh_property table[MH_SYMBOLS_MAX + 1] = {{NULL, false}};
    char at[MH_POINTER_MAX];

    if (labels == NULL) {
        return;
    }
    mh_draft_point(at, pointer, name);
    if (!json_is_object(labels)) {
        mh_draft_problem(draft, at, "not an object");
        return;
    }
    for (int i = 0; i < field->symbol_count; i++) {
        table[i] = (struct mh_property){field->symbols[i].name, true};
    }
    mh_draft_properties(draft, labels, table, at);
    for (int i = 0; i < field->symbol_count; i++) {
        (void)mh_draft_text(draft, labels, field->symbols[i].name, MH_LABEL_MAX,
                            at);
    }
}

static void read_symbols(struct mh_draft *draft, struct mh_field *field,
                         json_t *node, const char *pointer)
{
    const json_t *symbols = json_object_get(node, "symbols");
    size_t count = json_array_size(symbols);
    char list[MH_POINTER_MAX];
    char at[MH_POINTER_MAX];

    mh_draft_point(list, pointer, "symbols");
    if (count < 1 || count > MH_SYMBOLS_MAX) {
        if (symbols != NULL) {
            mh_draft_problem(draft, list, "not a list of 1..%d symbols",
                             MH_SYMBOLS_MAX);
        }
        return;
    }
    field->symbol_count = 0; /* those that have their name */
    field->symbols = new_symbols(draft, (int)count);
    if (field->symbols == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(symbols, i));

        mh_draft_point_at(at, list, i);
        if (name == NULL || !is_symbol(name)) {
            mh_draft_problem(draft, at, "not an ASCII name");
            continue;
        }
        for (int k = 0; k < field->symbol_count; k++) {
            if (strcmp(field->symbols[k].name, name) == 0) {
                mh_draft_problem(draft, at, "symbol is there twice");
            }
        }
        add_symbol(draft, field, name);
    }
}

/* The field before field `i` that has the enum; NULL: none. */
static const struct mh_field *find_enum(const struct mh_type *type, int i,
                                        const char *full_name)
{
    for (int k = 0; k < i; k++) {
        const struct mh_field *field = &type->fields[k];

        if (field->enum_name != NULL &&
            strcmp(field->enum_name, full_name) == 0) {
            return field;
        }
    }
    return NULL;
}

static void read_enum(struct mh_draft *draft, int i, json_t *node,
                      const char *pointer)
{
    struct mh_field *field = &draft->type->fields[i];
    const char *name;
    const char *space;
    char at[MH_POINTER_MAX];

    mh_draft_properties(draft, node, ENUM, pointer);
    (void)mh_draft_text(draft, node, "doc", MH_DOC_MAX, pointer);
    name = mh_draft_text(draft, node, "name", 63, pointer);
    space = mh_draft_text(draft, node, "namespace", 80, pointer);
    if (name != NULL && (!is_symbol(name) || *name < 'A' || *name > 'Z')) {
        mh_draft_point(at, pointer, "name");
        mh_draft_problem(draft, at, "not [A-Z][A-Za-z0-9_]{0,62}");
    }
    if (space != NULL && strcmp(space, "ir.mahalle") != 0 &&
        (strncmp(space, "ir.mahalle.", 11) != 0 || !mh_is_name(space + 11))) {
        mh_draft_point(at, pointer, "namespace");
        mh_draft_problem(draft, at, "neither ir.mahalle nor below it");
    }
    if (name != NULL && space != NULL) {
        if (asprintf(&field->enum_name, "%s.%s", space, name) < 0) {
            field->enum_name = NULL;
            draft->out_of_memory = true;
        } else if (find_enum(draft->type, i, field->enum_name) != NULL) {
            mh_draft_problem(draft, pointer,
                             "defined twice; give only its full name");
        }
    }
    read_symbols(draft, field, node, pointer);
    check_labels(draft, node, "labelsFa", field, pointer);
    check_labels(draft, node, "labelsEn", field, pointer);
    field->kind = MH_KIND_ENUM;
    draft->kind_known[i] = true;
}

/* A name instead of a type: an enum that an earlier field defines. */
static void read_reference(struct mh_draft *draft, int i, const char *name,
                           const char *pointer)
{
    struct mh_field *field = &draft->type->fields[i];
    const struct mh_field *from = find_enum(draft->type, i, name);
    const char *own = draft->type->full_name;

    if (from != NULL) {
        field->enum_name = strdup(name);
        draft->out_of_memory |= field->enum_name == NULL;
        field->symbols = new_symbols(draft, from->symbol_count + 1);
        for (int s = 0; field->symbols != NULL && s < from->symbol_count; s++) {
            add_symbol(draft, field, from->symbols[s].name);
        }
        field->kind = MH_KIND_ENUM;
        draft->kind_known[i] = true;
        return;
    }
    if (own != NULL &&
        (strcmp(own, name) == 0 || strcmp(strrchr(own, '.') + 1, name) == 0)) {
        mh_draft_problem(draft, pointer, "recursion is not allowed");
        return;
    }
    mh_draft_problem(draft, pointer,
                     "neither int, long, boolean, string nor the full name "
                     "of an enum given before");
}

static bool read_kind(struct mh_draft *draft, int i, const char *name,
                      const char *logical)
{
    for (int k = 0; k < KIND_COUNT; k++) {
        bool same = logical == NULL || KINDS[k].logical == NULL
                        ? logical == KINDS[k].logical
                        : strcmp(KINDS[k].logical, logical) == 0;

        if (same && strcmp(KINDS[k].type, name) == 0) {
            draft->type->fields[i].kind = KINDS[k].kind;
            draft->kind_known[i] = true;
            return true;
        }
    }
    return false;
}

static void read_branch(struct mh_draft *draft, int i, json_t *node,
                        const char *pointer)
{
    const char *name = json_string_value(node);
    const char *logical;

    if (name != NULL) {
        if (!read_kind(draft, i, name, NULL)) {
            read_reference(draft, i, name, pointer);
        }
        return;
    }
    name = json_string_value(json_object_get(node, "type"));
    if (name == NULL) {
        mh_draft_problem(draft, pointer, "not a type allowed here");
        return;
    }
    if (strcmp(name, "enum") == 0) {
        read_enum(draft, i, node, pointer);
        return;
    }
    mh_draft_properties(draft, node, LOGICAL, pointer);
    logical = json_string_value(json_object_get(node, "logicalType"));
    if (logical == NULL || !read_kind(draft, i, name, logical)) {
        mh_draft_problem(draft, pointer,
                         "neither an enum nor a date, timestamp-millis or "
                         "uuid on its base type");
    }
}

void mh_schema_field_type(struct mh_draft *draft, int i, json_t *node,
                          const char *pointer)
{
    const char *first;
    char at[MH_POINTER_MAX];

    if (!json_is_array(node)) {
        read_branch(draft, i, node, pointer);
        return;
    }
    first = json_string_value(json_array_get(node, 0));
    if (json_array_size(node) != 2 || first == NULL ||
        strcmp(first, "null") != 0) {
        mh_draft_problem(draft, pointer,
                         "a union must be null and one type, null first");
        return;
    }
    draft->type->fields[i].optional = true;
    mh_draft_point_at(at, pointer, 1);
    read_branch(draft, i, json_array_get(node, 1), at);
}

static void read_name(struct mh_draft *draft, int i, json_t *node,
                      const char *pointer)
{
    struct mh_type *type = draft->type;
    struct mh_field *field = &type->fields[i];
    char at[MH_POINTER_MAX];

    mh_draft_point(at, pointer, "name");
    field->name = mh_draft_copy(draft, node, "name", 63, pointer);
    if (field->name == NULL) {
        return;
    }
    field->name_len = (uint32_t)strlen(field->name);
    if (!mh_is_name(field->name)) {
        mh_draft_problem(draft, at, "not [a-z][a-z0-9_]{1,62}");
    }
    for (int k = 0; k < i; k++) {
        if (type->fields[k].name != NULL &&
            strcmp(type->fields[k].name, field->name) == 0) {
            mh_draft_problem(draft, at, "name is there twice");
        }
    }
}

void mh_schema_fields(struct mh_draft *draft)
{
    struct mh_type *type = draft->type;
    char pointer[MH_POINTER_MAX];
    char at[MH_POINTER_MAX];

    for (int i = 0; i < type->field_count; i++) {
        json_t *node = json_array_get(draft->fields, (size_t)i);
        struct mh_field *field = &type->fields[i];
        int role;

        mh_draft_point_at(pointer, "/fields", (size_t)i);
        if (!json_is_object(node)) {
            mh_draft_problem(draft, pointer, "not an object");
            continue;
        }
        mh_draft_properties(draft, node, FIELD, pointer);
        read_name(draft, i, node, pointer);
        field->label_fa =
            mh_draft_copy(draft, node, "labelFa", MH_LABEL_MAX, pointer);
        field->label_en =
            mh_draft_copy(draft, node, "labelEn", MH_LABEL_MAX, pointer);
        (void)mh_draft_text(draft, node, "doc", MH_DOC_MAX, pointer);
        field->unit = mh_draft_copy(draft, node, "unit", MH_LABEL_MAX, pointer);
        role = mh_draft_word(draft, node, "role", ROLES, pointer);
        if (role >= 0) {
            field->role = (enum mh_role)role;
            draft->role_known[i] = true;
        }
        if (json_object_get(node, "type") != NULL) {
            mh_draft_point(at, pointer, "type");
            mh_schema_field_type(draft, i, json_object_get(node, "type"), at);
        }
        field->has_min =
            mh_draft_number(draft, node, "min", &field->min, pointer);
        field->has_max =
            mh_draft_number(draft, node, "max", &field->max, pointer);
        field->pattern_text =
            mh_draft_copy(draft, node, "pattern", MH_LABEL_MAX, pointer);
    }
}
