/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The content is written in a canonical form and hashed: for each field that
 * is not null, in order of names, its name, a NUL, and its value (texts and
 * symbols with their length, numbers in 8 bytes). Lengths make the form
 * unambiguous. Nearly every form is short enough to be hashed in one go; a
 * longer one goes through XXH3's stream, which gives the same number.
 */
#include "content_hash.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "uuid.h"

enum { FORM_BYTES = 1024 }; /* of the forms we have none is longer */

struct form {
    size_t len;           /* bytes that wait in `bytes` */
    XXH3_state_t *stream; /* NULL until a form is longer */
    uint8_t bytes[FORM_BYTES];
};

static void put(struct form *form, XXH3_state_t *stream, const void *bytes,
                size_t len)
{
    if (len > sizeof form->bytes - form->len) {
        if (form->stream == NULL) {
            form->stream = stream;
            (void)XXH3_64bits_reset(stream);
        }
        (void)XXH3_64bits_update(stream, form->bytes, form->len);
        form->len = 0;
        if (len > sizeof form->bytes) {
            (void)XXH3_64bits_update(stream, bytes, len);
            return;
        }
    }
    memcpy(form->bytes + form->len, bytes, len);
    form->len += len;
}

uint64_t mh_content_hash(const struct mh_event *event)
{
    const struct mh_type *type = event->type;
    XXH3_state_t stream;
    struct form form;

    form.len = 0;
    form.stream = NULL;
    put(&form, &stream, type->name, strlen(type->name) + 1);
    for (int n = 0; n < type->field_count; n++) {
        int i = type->by_name[n];
        const struct mh_field *field = &type->fields[i];
        const struct mh_value *value = &event->values[i];

        if (value->set != MH_VALUE || i == MH_FIELD_POSTED_AT) {
            continue;
        }
        put(&form, &stream, field->name, field->name_len + 1);
        if (i == MH_FIELD_EVENT_ID) {
            put(&form, &stream, event->id, MH_UUID_BYTES);
        } else if (field->kind == MH_KIND_STRING ||
                   field->kind == MH_KIND_ENUM) {
            put(&form, &stream, &value->len, sizeof value->len);
            put(&form, &stream, value->text, value->len);
        } else {
            put(&form, &stream, &value->number, sizeof value->number);
        }
    }
    if (form.stream == NULL) {
        return XXH3_64bits(form.bytes, form.len);
    }
    (void)XXH3_64bits_update(&stream, form.bytes, form.len);
    return XXH3_64bits_digest(&stream);
}
