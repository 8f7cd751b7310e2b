/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input: a byte that picks a schema, then the body of a record. What decode
 * accepts is encoded again and decodes to the same values; and avro-c, which
 * is safe on accepted bytes only, reads the same values.
 */
#include <avro.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "encode.h"
#include "frame.h"
#include "sample.h"

enum { SCHEMAS_MAX = 128, BUF_BYTES = 1 << 20 };

static struct world *world;
static avro_schema_t published[SCHEMAS_MAX]; /* by position in the catalogue */
static struct mh_buf buf;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed);

static void must(int held)
{
    if (!held) {
        abort();
    }
}

static enum mh_code keep_schema(void *context, const char *path, int version,
                                const char *text, size_t len,
                                struct mh_err *err)
{
    avro_schema_t schema;

    (void)context;
    (void)path;
    (void)version;
    (void)err;
    must(avro_schema_from_json_length(text, len, &schema) == 0);
    for (int i = 0; i < mh_catalogue_count(world->catalogue); i++) {
        const struct mh_type *type = mh_catalogue_at(world->catalogue, i);
        const char *dot = strrchr(type->full_name, '.');

        if (strcmp(dot + 1, avro_schema_name(schema)) == 0) {
            published[i] = schema;
        }
    }
    return MH_OK;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct mh_err err;

    (void)argc;
    (void)argv;
    world = world_open_evolved();
    mh_buf_init(&buf, BUF_BYTES);
    must(mh_catalogue_files(MAHALLE_SCHEMAS_DIR, keep_schema, NULL, &err) ==
         MH_OK);
    return 0;
}

/* Every other schema is a first version read into the second. */
static const struct mh_schema *pick(uint8_t byte, int *type)
{
    const struct mh_type *latest;

    *type = byte / 2 % mh_catalogue_count(world->catalogue);
    latest = mh_catalogue_at(world->catalogue, *type);
    return mh_catalogue_schema(
        world->catalogue, byte % 2 == 0 ? latest->type_id : latest->schema_id);
}

static void compare_scalar(avro_value_t *value, const struct mh_value *ours,
                           enum mh_kind kind)
{
    const char *text = NULL;
    size_t len = 0;
    int64_t big = 0;
    int32_t small = 0;
    int number = 0;

    switch (kind) {
    case MH_KIND_INT:
    case MH_KIND_DATE:
        must(avro_value_get_int(value, &small) == 0 && small == ours->number);
        break;
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        must(avro_value_get_long(value, &big) == 0 && big == ours->number);
        break;
    case MH_KIND_BOOLEAN:
        must(avro_value_get_boolean(value, &number) == 0 &&
             number == ours->number);
        break;
    case MH_KIND_ENUM:
        must(avro_value_get_enum(value, &number) == 0 &&
             number == ours->number);
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        must(avro_value_get_string(value, &text, &len) == 0 &&
             len == ours->len + 1 && memcmp(text, ours->text, len - 1) == 0);
        break;
    }
}

static void compare(avro_schema_t schema, const uint8_t *body, size_t len,
                    const struct mh_event *event, const struct mh_type *writer)
{
    avro_value_iface_t *iface = avro_generic_class_from_schema(schema);
    avro_reader_t reader = avro_reader_memory((const char *)body, (int64_t)len);
    avro_value_t record, field, branch;
    int which;

    must(iface != NULL && avro_generic_value_new(iface, &record) == 0);
    must(avro_value_read(reader, &record) == 0);
    for (int i = 0; i < writer->field_count; i++) {
        must(avro_value_get_by_index(&record, (size_t)i, &field, NULL) == 0);
        if (writer->fields[i].optional) {
            must(avro_value_get_discriminant(&field, &which) == 0 &&
                 (which == 1) == (event->values[i].set == MH_VALUE) &&
                 avro_value_get_current_branch(&field, &branch) == 0);
            field = branch;
        }
        if (event->values[i].set == MH_VALUE) {
            compare_scalar(&field, &event->values[i], writer->fields[i].kind);
        }
    }
    avro_value_decref(&record);
    avro_value_iface_decref(iface);
    avro_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct mh_schema *schema;
    struct mh_event event, back;
    enum mh_code code;
    int field = -2;
    int type;

    if (size < 1) {
        return 0;
    }
    schema = pick(data[0], &type);
    code = mh_decode(schema, data + 1, size - 1, &event, &field);
    must(code == MH_OK || code == MH_DECODE || code == MH_TRAILING);
    must((code == MH_DECODE) == (field >= 0));
    must(field < schema->writer->field_count);
    if (code != MH_OK) {
        return 0;
    }
    if (schema->writer != schema->latest) {
        compare(published[type], data + 1, size - 1, &event, schema->writer);
    }
    mh_buf_reset(&buf);
    mh_encode(&event, &buf);
    schema = mh_catalogue_schema(world->catalogue, event.type->schema_id);
    must(!buf.failed &&
         mh_decode(schema, buf.bytes + MH_FRAME_BYTES, buf.len - MH_FRAME_BYTES,
                   &back, &field) == MH_OK &&
         sample_equal(&event, &back, true));
    return 0;
}

/* Now and then a good record, so that what is behind it is reached. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed)
{
    struct random random = {seed};
    struct mh_event event;
    uint8_t byte = (uint8_t)random_bits(&random);
    int type;

    if (random_chance(&random, 3)) {
        mh_arena_reset(&world->arena);
        sample_event(world, &random, pick(byte, &type)->latest, &event);
        mh_buf_reset(&buf);
        mh_encode(&event, &buf);
        if (buf.len - MH_FRAME_BYTES + 1 <= max) {
            data[0] = byte | 1;
            memcpy(data + 1, buf.bytes + MH_FRAME_BYTES,
                   buf.len - MH_FRAME_BYTES);
            size = buf.len - MH_FRAME_BYTES + 1;
        }
    }
    return LLVMFuzzerMutate(data, size, max);
}
