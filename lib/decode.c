/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One pass over the record, driven by the writer's fields. Each step takes
 * where it stands and returns where the next one begins, or NULL when it
 * cannot go on; it looks before it reads, so hostile bytes cost at most one
 * look at each of them.
 *
 * Branches and lengths are nearly always one byte, which is told by one test.
 * Numbers are of any length, which no processor foresees: they are read as
 * one word, without a test a byte.
 */
#include "decode.h"

#include "word.h"

enum { WORD_BYTES = 8, VARINT_BYTES_MAX = 10 };

struct body {
    const uint8_t *begin;
    const uint8_t *end;
};

static inline int64_t unzigzag(uint64_t bits)
{
    return (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
}

/* A varint, byte by byte; NULL: it ends early or does not fit 64 bits. */
static const uint8_t *read_bytes(const struct body *body, const uint8_t *at,
                                 int64_t *number)
{
    uint64_t bits = 0;

    for (unsigned shift = 0; shift < 7 * VARINT_BYTES_MAX; shift += 7) {
        uint8_t byte;

        if (at == body->end) {
            return NULL;
        }
        byte = *at++;
        if (shift == 63 && (byte & 0x7E) != 0) {
            return NULL;
        }
        bits |= (uint64_t)(byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) {
            *number = unzigzag(bits);
            return at;
        }
    }
    return NULL;
}

/* The next eight bytes; fewer before the end, and then zeros. */
static inline uint64_t next_word(const struct body *body, const uint8_t *at)
{
    size_t left = (size_t)(body->end - at);

    return left >= WORD_BYTES
               ? mh_load_8(at)
               : mh_load_8(body->end - WORD_BYTES) >> 8 * (WORD_BYTES - left);
}

/* A varint of up to eight bytes lies in one word: its end is the first byte
 * without the top bit; then groups of 7 bits are joined two by two. */
static inline const uint8_t *read_long(const struct body *body,
                                       const uint8_t *at, int64_t *number)
{
    uint64_t word, ends;

    if (at == body->end || body->end - body->begin < WORD_BYTES) {
        return read_bytes(body, at, number);
    }
    word = next_word(body, at);
    ends = ~word & MH_EACH_BYTE(0x80);
    if (ends == 0) {
        return read_bytes(body, at, number);
    }
    at += __builtin_ctzll(ends) / 8 + 1;
    word &= (ends ^ (ends - 1)) & MH_EACH_BYTE(0x7f);
    word = (word & UINT64_C(0x007f007f007f007f)) |
           (word & UINT64_C(0x7f007f007f007f00)) >> 1;
    word = (word & UINT64_C(0x00003fff00003fff)) |
           (word & UINT64_C(0x3fff00003fff0000)) >> 2;
    word = (word & UINT64_C(0x000000000fffffff)) |
           (word & UINT64_C(0x0fffffff00000000)) >> 4;
    *number = unzigzag(word);
    return at <= body->end ? at : NULL;
}

static inline const uint8_t *read_int(const struct body *body,
                                      const uint8_t *at, int64_t *number)
{
    at = read_long(body, at, number);
    return at != NULL && *number >= INT32_MIN && *number <= INT32_MAX ? at
                                                                      : NULL;
}

/* A number that is small and not negative: a branch, a symbol, a length. */
static inline const uint8_t *read_small(const struct body *body,
                                        const uint8_t *at, uint64_t *number)
{
    int64_t any;

    if (at < body->end && (*at & 0x81) == 0) {
        *number = *at >> 1;
        return at + 1;
    }
    at = read_bytes(body, at, &any);
    if (at == NULL || any < 0) {
        return NULL;
    }
    *number = (uint64_t)any;
    return at;
}

static inline const uint8_t *read_text(const struct body *body,
                                       const uint8_t *at,
                                       struct mh_value *value)
{
    uint64_t len;

    at = read_small(body, at, &len);
    if (at == NULL || len > (uint64_t)(body->end - at)) {
        return NULL;
    }
    value->text = (const char *)at;
    value->len = (uint32_t)len;
    return at + len;
}

static inline const uint8_t *read_boolean(const struct body *body,
                                          const uint8_t *at, int64_t *number)
{
    if (at == body->end || *at > 1) {
        return NULL;
    }
    *number = *at;
    return at + 1;
}

/* The writer's symbols are the first ones of every later version. */
static inline const uint8_t *read_enum(const struct body *body,
                                       const uint8_t *at,
                                       const struct mh_field *writer,
                                       struct mh_value *value)
{
    uint64_t n;

    at = read_small(body, at, &n);
    if (at == NULL || n >= (uint64_t)writer->symbol_count) {
        return NULL;
    }
    value->number = (int64_t)n;
    value->text = writer->symbols[n].name;
    value->len = writer->symbols[n].len;
    return at;
}

/* One field; NULL stays NULL. Inlined by force: where kind and `optional` are
 * constants, nothing is left but the steps of that kind. */
__attribute__((always_inline)) static inline const uint8_t *read_field(
    const struct body *body, const uint8_t *at, enum mh_kind kind,
    bool optional, const struct mh_field *writer, struct mh_value *value)
{
    if (optional && at != NULL) {
        uint64_t branch;

        at = read_small(body, at, &branch);
        if (at != NULL && branch == 0) {
            value->set = MH_NULL;
            return at;
        }
        at = at != NULL && branch == 1 ? at : NULL;
    }
    if (at == NULL) {
        return NULL;
    }
    value->set = MH_VALUE;
    switch (kind) {
    case MH_KIND_INT:
    case MH_KIND_DATE:
        return read_int(body, at, &value->number);
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        return read_long(body, at, &value->number);
    case MH_KIND_BOOLEAN:
        return read_boolean(body, at, &value->number);
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        return read_text(body, at, value);
    case MH_KIND_ENUM:
        return read_enum(body, at, writer, value);
    }
    return NULL;
}

/* The first fields of every type are the same (schema_envelope.c sees to it):
 * two thirds of a record are read without asking what comes next. */
static const uint8_t *read_envelope(const struct body *body,
                                    const struct mh_field *f,
                                    struct mh_value *v)
{
    const uint8_t *at = body->begin;

    at = read_field(body, at, MH_KIND_UUID, false, f, v);
    at = read_field(body, at, MH_KIND_ENUM, false, ++f, ++v);
    at = read_field(body, at, MH_KIND_INT, false, ++f, ++v);
    at = read_field(body, at, MH_KIND_ENUM, true, ++f, ++v);
    at = read_field(body, at, MH_KIND_DATE, false, ++f, ++v);
    at = read_field(body, at, MH_KIND_TIMESTAMP, true, ++f, ++v);
    at = read_field(body, at, MH_KIND_TIMESTAMP, false, ++f, ++v);
    at = read_field(body, at, MH_KIND_STRING, false, ++f, ++v);
    at = read_field(body, at, MH_KIND_STRING, true, ++f, ++v);
    at = read_field(body, at, MH_KIND_STRING, false, ++f, ++v);
    at = read_field(body, at, MH_KIND_STRING, true, ++f, ++v);
    return read_field(body, at, MH_KIND_STRING, true, ++f, ++v);
}

enum mh_code mh_decode(const struct mh_schema *schema, const uint8_t *bytes,
                       size_t len, struct mh_event *event, int *field)
{
    const struct mh_type *writer = schema->writer;
    const struct mh_type *latest = schema->latest;
    const struct body body = {bytes, bytes + len};
    const uint8_t *at = read_envelope(&body, writer->fields, event->values);
    int i = MH_ENVELOPE_COUNT;

    event->type = latest;
    event->agency_id = 0;
    if (at == NULL) { /* once more, to tell where */
        at = bytes;
        i = 0;
    }
    for (; i < writer->field_count; i++) {
        const struct mh_field *from = &writer->fields[i];

        at = read_field(&body, at, from->kind, from->optional, from,
                        &event->values[i]);
        if (at == NULL) {
            *field = i;
            return MH_DECODE;
        }
    }
    for (; i < latest->field_count; i++) {
        event->values[i].set = MH_NULL;
    }
    *field = -1;
    return at == body.end ? MH_OK : MH_TRAILING;
}
