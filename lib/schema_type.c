/* SPDX-License-Identifier: Apache-2.0 */
/* A schema that has been read: its fields by name, and its end. */
#include "schema.h"

#include <stdlib.h>
#include <string.h>

void mh_type_free(struct mh_type *type)
{
    if (type == NULL) {
        return;
    }
    for (int i = 0; i < type->field_count; i++) {
        struct mh_field *field = &type->fields[i];

        for (int s = 0; s < field->symbol_count; s++) {
            free(field->symbols[s].name);
        }
        free(field->symbols);
        mh_pattern_free(field->pattern);
        free(field->pattern_text);
        free(field->enum_name);
        free(field->lookup);
        free(field->label_en);
        free(field->label_fa);
        free(field->unit);
        free(field->name);
    }
    free(type->fields);
    free(type->entity);
    free(type->label_en);
    free(type->label_fa);
    free(type->domain);
    free(type->full_name);
    free(type->name);
    free(type);
}

int mh_type_find(const struct mh_type *type, const char *name, size_t len)
{
    for (int i = 0; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];

        if (field->name_len == len && len > 0 &&
            memcmp(field->name, name, len) == 0) {
            return i;
        }
    }
    return -1;
}
