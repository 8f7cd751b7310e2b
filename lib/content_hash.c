/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content is written in a canonical form and hashed at once: for each
 * field that is not null, in order of names, its name, a NUL, and its value
 * (texts and symbols with their length, numbers in 8 bytes). Lengths make the
 * form unambiguous. Texts are bounded by the record, so the form is too.
 */
#include "content_hash.h"

#include <string.h>
#include <xxhash.h>

#include "frame.h"
#include "uuid.h"

enum {
    /* every text at most once, plus name and fixed part a field */
    FORM_BYTES_MAX = MH_EVENT_BYTES_MAX + MH_FIELDS_MAX * 96
};

static inline size_t put(uint8_t *form, size_t at, const void *bytes,
                         size_t len)
{
    memcpy(form + at, bytes, len);
    return at + len;
}

uint64_t mh_content_hash(const struct mh_event *event)
{
    const struct mh_type *type = event->type;
    uint8_t form[FORM_BYTES_MAX];
    size_t len = put(form, 0, type->name, strlen(type->name) + 1);

    for (int n = 0; n < type->field_count; n++) {
        int i = type->by_name[n];
        const struct mh_field *field = &type->fields[i];
        const struct mh_value *value = &event->values[i];

        if (value->set != MH_VALUE || i == MH_FIELD_POSTED_AT) {
            continue;
        }
        len = put(form, len, field->name, field->name_len + 1);
        if (i == MH_FIELD_EVENT_ID) {
            len = put(form, len, event->id, MH_UUID_BYTES);
        } else if (field->kind == MH_KIND_STRING ||
                   field->kind == MH_KIND_ENUM) {
            len = put(form, len, &value->len, sizeof value->len);
            len = put(form, len, value->text, value->len);
        } else {
            len = put(form, len, &value->number, sizeof value->number);
        }
    }
    return XXH3_64bits(form, len);
}
