/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the record, driven by the writer's fields. A cursor that
 * cannot go on is marked by moving it to NULL; each step looks before it
 * reads, so hostile bytes cost at most one look at each of them.
 */
#include "decode.h"

enum { VARINT_BYTES_MAX = 10 };

struct cursor {
    const uint8_t *at;
    const uint8_t *end;
};

/* A zigzag varint; false: it ends early or does not fit 64 bits. */
static inline bool read_long(struct cursor *in, int64_t *number)
{
    const uint8_t *at = in->at;
    uint64_t bits;
    unsigned shift = 7;

    if (at == in->end) {
        return false;
    }
    bits = *at & 0x7F;
    if ((*at++ & 0x80) != 0) {
        do {
            if (at == in->end || shift > 7 * (VARINT_BYTES_MAX - 1)) {
                return false;
            }
            if (shift == 63 && (*at & 0x7E) != 0) {
                return false;
            }
            bits |= (uint64_t)(*at & 0x7F) << shift;
            shift += 7;
        } while ((*at++ & 0x80) != 0);
    }
    in->at = at;
    *number = (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
    return true;
}

static inline bool read_int(struct cursor *in, int64_t *number)
{
    return read_long(in, number) && *number >= INT32_MIN &&
           *number <= INT32_MAX;
}

static inline bool read_text(struct cursor *in, struct mh_value *value)
{
    int64_t len;

    if (!read_long(in, &len) || len < 0 || len > in->end - in->at) {
        return false;
    }
    value->text = (const char *)in->at;
    value->len = (uint32_t)len;
    in->at += len;
    return true;
}

static inline bool read_boolean(struct cursor *in, int64_t *number)
{
    if (in->at == in->end || *in->at > 1) {
        return false;
    }
    *number = *in->at++;
    return true;
}

static inline bool read_enum(struct cursor *in, const struct mh_field *writer,
                             const struct mh_field *field,
                             struct mh_value *value)
{
    if (!read_int(in, &value->number) || value->number < 0 ||
        value->number >= writer->symbol_count) {
        return false;
    }
    value->text = field->symbols[value->number].name;
    value->len = field->symbols[value->number].len;
    return true;
}

static inline bool read_value(struct cursor *in,
                              const struct mh_field *writer,
                              const struct mh_field *field,
                              struct mh_value *value)
{
    switch (writer->kind) {
    case MH_KIND_INT:
    case MH_KIND_DATE:
        return read_int(in, &value->number);
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        return read_long(in, &value->number);
    case MH_KIND_BOOLEAN:
        return read_boolean(in, &value->number);
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        return read_text(in, value);
    case MH_KIND_ENUM:
        return read_enum(in, writer, field, value);
    }
    return false;
}

enum mh_code mh_decode(const struct mh_schema *schema, const uint8_t *body,
                       size_t len, struct mh_event *event, int *field)
{
    const struct mh_type *writer = schema->writer;
    const struct mh_type *latest = schema->latest;
    struct cursor in = {body, body + len};
    int64_t branch = 1;

    event->type = latest;
    event->agency_id = 0;
    for (int i = 0; i < writer->field_count; i++) {
        const struct mh_field *from = &writer->fields[i];
        struct mh_value *value = &event->values[i];

        if (from->optional) {
            if (!read_long(&in, &branch) || branch < 0 || branch > 1) {
                *field = i;
                return MH_DECODE;
            }
            if (branch == 0) {
                value->set = MH_NULL;
                continue;
            }
        }
        if (!read_value(&in, from, &latest->fields[i], value)) {
            *field = i;
            return MH_DECODE;
        }
        value->set = MH_VALUE;
    }
    for (int i = writer->field_count; i < latest->field_count; i++) {
        event->values[i].set = MH_NULL;
    }
    *field = -1;
    return in.at == in.end ? MH_OK : MH_TRAILING;
}
