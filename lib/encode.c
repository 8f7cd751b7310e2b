/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mirror of decode.c. Written by hand rather than through avro-c: the
 * steps are the decoder's, and tests hold the bytes against three foreign
 * implementations.
 */
#include "encode.h"

#include <assert.h>

#include "frame.h"

static void put_long(struct mh_buf *buf, int64_t number)
{
    uint64_t bits = ((uint64_t)number << 1) ^ (uint64_t)(number >> 63);
    uint8_t bytes[10];
    size_t len = 0;

    while (bits > 0x7F) {
        bytes[len++] = (uint8_t)(bits | 0x80);
        bits >>= 7;
    }
    bytes[len++] = (uint8_t)bits;
    mh_buf_put(buf, bytes, len);
}

static void put_value(struct mh_buf *buf, const struct mh_field *field,
                      const struct mh_value *value)
{
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_DATE:
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
    case MH_KIND_ENUM:
        put_long(buf, value->number);
        break;
    case MH_KIND_BOOLEAN:
        mh_buf_byte(buf, (uint8_t)value->number);
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        put_long(buf, (int64_t)value->len);
        mh_buf_put(buf, value->text, value->len);
        break;
    }
}

void mh_encode(const struct mh_event *event, struct mh_buf *buf)
{
    const struct mh_type *type = event->type;
    uint8_t frame[MH_FRAME_BYTES];

    mh_frame_write(frame, type->schema_id);
    mh_buf_put(buf, frame, sizeof frame);
    for (int i = 0; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];
        const struct mh_value *value = &event->values[i];

        assert(value->set == MH_VALUE || field->optional);
        if (field->optional) {
            mh_buf_byte(buf, value->set == MH_VALUE ? 2 : 0);
        }
        if (value->set == MH_VALUE) {
            put_value(buf, field, value);
        }
    }
}
