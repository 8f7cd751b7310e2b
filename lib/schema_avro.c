/* SPDX-License-Identifier: Apache-2.0 */
/* Last step of reading a schema: avro-c, the library that others' programs
   use too, must find the structure that we found. */
#include <avro.h>
#include <errno.h>
#include <string.h>

#include "schema_draft.h"

static avro_schema_t follow(avro_schema_t node)
{
    return is_avro_link(node) ? avro_schema_link_target(node) : node;
}

static bool same_enum(avro_schema_t node, const struct mh_field *field)
{
    if (!is_avro_enum(node) ||
        avro_schema_enum_number_of_symbols(node) != field->symbol_count) {
        return false;
    }
    for (int i = 0; i < field->symbol_count; i++) {
        if (strcmp(avro_schema_enum_get(node, i), field->symbols[i].name) !=
            0) {
            return false;
        }
    }
    return true;
}

static bool same_type(avro_schema_t node, const struct mh_field *field)
{
    if (field->optional) {
        if (!is_avro_union(node) || avro_schema_union_size(node) != 2 ||
            !is_avro_null(avro_schema_union_branch(node, 0))) {
            return false;
        }
        node = avro_schema_union_branch(node, 1);
    }
    node = follow(node);
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_DATE:
        return is_avro_int32(node);
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        return is_avro_int64(node);
    case MH_KIND_BOOLEAN:
        return is_avro_boolean(node);
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        return is_avro_string(node);
    case MH_KIND_ENUM:
        return same_enum(node, field);
    }
    return false;
}

static bool same_name(avro_schema_t node, const struct mh_type *type)
{
    const char *space = avro_schema_namespace(node);
    size_t len = space == NULL ? 0 : strlen(space);

    return len > 0 && strncmp(type->full_name, space, len) == 0 &&
           type->full_name[len] == '.' &&
           strcmp(type->full_name + len + 1, avro_schema_name(node)) == 0;
}

void mh_schema_agree(struct mh_draft *draft, const char *text, size_t len)
{
    const struct mh_type *type = draft->type;
    avro_schema_t schema = NULL;
    char pointer[MH_POINTER_MAX];
    int error = avro_schema_from_json_length(text, len, &schema);

    if (error == ENOMEM) {
        draft->out_of_memory = true;
        return;
    }
    if (error != 0) {
        mh_draft_problem(draft, "", "avro-c: %s", avro_strerror());
        return;
    }
    if (!is_avro_record(schema) || !same_name(schema, type) ||
        avro_schema_record_size(schema) != (size_t)type->field_count) {
        mh_draft_problem(draft, "", "avro-c reads another record in it");
        goto done;
    }
    for (int i = 0; i < type->field_count; i++) {
        const char *name = avro_schema_record_field_name(schema, i);

        if (name == NULL || strcmp(name, type->fields[i].name) != 0 ||
            !same_type(avro_schema_record_field_get_by_index(schema, i),
                       &type->fields[i])) {
            mh_draft_point_at(pointer, "/fields", (size_t)i);
            mh_draft_problem(draft, pointer, "avro-c reads another field");
        }
    }
done:
    avro_schema_decref(schema);
}
