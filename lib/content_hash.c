/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sum, modulo 2^64, of a hash for each value, and one for the type. Every
 * value is hashed under the seed of its field, so the same value in another
 * field is another term, a null is no term, and the order does not matter: a
 * field that a later version adds changes nothing while it is null.
 */
#include "content_hash.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "uuid.h"

static uint64_t hash_value(const struct mh_event *event, int i)
{
    const struct mh_field *field = &event->type->fields[i];
    const struct mh_value *value = &event->values[i];

    if (i == MH_FIELD_EVENT_ID) {
        return XXH3_64bits_withSeed(event->id, MH_UUID_BYTES, field->seed);
    }
    if (field->kind == MH_KIND_STRING) {
        return XXH3_64bits_withSeed(value->text, value->len, field->seed);
    }
    /* a symbol, too: its position never changes */
    return XXH3_64bits_withSeed(&value->number, sizeof value->number,
                                field->seed);
}

uint64_t mh_content_hash(const struct mh_event *event)
{
    const struct mh_type *type = event->type;
    uint64_t sum = XXH3_64bits(type->name, strlen(type->name));

    for (int i = 0; i < type->field_count; i++) {
        if (event->values[i].set == MH_VALUE && i != MH_FIELD_POSTED_AT) {
            sum += hash_value(event, i);
        }
    }
    return sum;
}

uint64_t mh_content_seed(const char *name, size_t len)
{
    return XXH3_64bits(name, len);
}
