/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays hold as many elements as are needed for the last value that is
 * there; an array without any value is NULL.
 */
#include "event_row.h"

#include <string.h>

#include "pgbinary.h"

static void put_text(struct mh_buf *buf, const struct mh_value *value)
{
    if (value->set == MH_VALUE) {
        pg_put_bytes(buf, value->text, value->len);
    } else {
        pg_put_null(buf);
    }
}

static void put_instant(struct mh_buf *buf, const struct mh_value *value)
{
    if (value->set == MH_VALUE) {
        pg_put_int8(buf, pg_timestamp(value->number));
    } else {
        pg_put_null(buf);
    }
}

static int slot_of(const struct mh_field *field, bool codes)
{
    return codes ? field->code_slot : field->number_slot;
}

/* Length of the array up to its last value, and whether one is missing. */
static int array_len(const struct version *version, bool codes, bool *nulls)
{
    const struct mh_type *type = version->type;
    int last = 0;
    int present = 0;

    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        int slot = slot_of(&type->fields[i], codes);

        if (slot > 0 && version->values[i].set == MH_VALUE) {
            last = slot;
            present++;
        }
    }
    *nulls = present < last;
    return last;
}

static void put_array(struct mh_buf *buf, const struct version *version,
                      bool codes)
{
    const struct mh_type *type = version->type;
    bool nulls;
    int len = array_len(version, codes, &nulls);
    size_t held;

    if (len == 0) {
        pg_put_null(buf);
        return;
    }
    held = pg_hold_len(buf);
    pg_array_begin(buf, codes ? PG_OID_TEXT : PG_OID_INT8, len, nulls);
    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        const struct mh_value *value = &version->values[i];
        int slot = slot_of(&type->fields[i], codes);

        if (slot == 0 || slot > len) {
            continue;
        }
        if (codes) {
            put_text(buf, value);
        } else if (value->set == MH_VALUE) {
            pg_put_int8(buf, value->number);
        } else {
            pg_put_null(buf);
        }
    }
    pg_patch_len(buf, held);
}

void event_row_write(struct mh_buf *buf, const struct version *version,
                     int64_t applied_at)
{
    const struct mh_value *values = version->values;

    pg_put_bytes(buf, version->id, sizeof version->id);
    pg_put_int8(buf, (int64_t)version->content);
    pg_put_int8(buf, version->message->offset);
    pg_put_int8(buf, pg_timestamp(version->received_ms));
    put_instant(buf, &values[MH_FIELD_POSTED_AT]);
    pg_put_int8(buf, applied_at);
    put_instant(buf, &values[MH_FIELD_OCCURRED_AT]);
    pg_put_int4(buf, version->revision);
    pg_put_int4(buf, pg_date(version->occurred_on));
    pg_put_int4(buf, (int32_t)version->type->type_id);
    pg_put_int2(buf, version->agency_id);
    pg_put_int2(buf, version->message->partition);
    pg_put_bool(buf, version->in_force);
    put_text(buf, &values[MH_FIELD_CORRECTION_REASON]);
    put_text(buf, &values[MH_FIELD_PLACE_CODE]);
    put_text(buf, &values[MH_FIELD_COUNCIL_CODE]);
    put_text(buf, &values[MH_FIELD_PROGRAMME_CODE]);
    put_text(buf, &values[MH_FIELD_SOURCE_REF]);
    put_array(buf, version, false);
    put_array(buf, version, true);
}

/* ------------------------------------------------------------------ reading */

static const struct mh_type *find_type(const struct mh_catalogue *catalogue,
                                       int32_t type_id)
{
    const struct mh_schema *first =
        mh_catalogue_schema(catalogue, (uint32_t)type_id);

    return first == NULL ? NULL : first->latest;
}

static void set_text(struct mh_value *value, const char *text, uint32_t len)
{
    if (text != NULL) {
        value->set = MH_VALUE;
        value->text = text;
        value->len = len;
    }
}

/* A symbol's position is needed for currency_unit only, but true for all. */
static void set_symbol(struct mh_value *value, const struct mh_field *field)
{
    for (int i = 0; i < field->symbol_count; i++) {
        if (field->symbols[i].len == value->len &&
            memcmp(field->symbols[i].name, value->text, value->len) == 0) {
            value->number = i;
        }
    }
}

/* Element `slot` of an array; false: the bytes are not an array of ours. */
static bool get_element(const char *array, size_t len, int slot,
                        struct mh_value *value, bool code)
{
    size_t at = 20;
    int count;

    value->set = MH_NULL;
    if (array == NULL) {
        return true;
    }
    if (len < 20 || pg_get_int4(array) != 1) {
        return false;
    }
    count = pg_get_int4(array + 12);
    for (int i = 1; i <= count && i <= slot; i++) {
        int32_t size = at + 4 <= len ? pg_get_int4(array + at) : -2;

        at += 4;
        if (size < -1 || (size > 0 && (size_t)size > len - at)) {
            return false;
        }
        if (i == slot && size >= 0) {
            value->set = MH_VALUE;
            value->text = array + at;
            value->len = (uint32_t)size;
            if (!code) {
                if (size != 8) {
                    return false;
                }
                value->number = pg_get_int8(array + at);
            }
        }
        at += size > 0 ? (size_t)size : 0;
    }
    return true;
}

static bool read_fields(const struct event_row *row, const struct mh_type *type,
                        struct mh_value *values)
{
    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];
        bool read = field->code_slot > 0
                        ? get_element(row->codes, row->codes_len,
                                      field->code_slot, &values[i], true)
                        : get_element(row->numbers, row->numbers_len,
                                      field->number_slot, &values[i], false);

        if (!read) {
            return false;
        }
        if (values[i].set == MH_VALUE && field->kind == MH_KIND_ENUM) {
            set_symbol(&values[i], field);
        }
    }
    return true;
}

enum mh_code event_row_read(const struct event_row *row,
                            const struct mh_catalogue *catalogue,
                            struct mh_arena *arena, struct version **version,
                            struct mh_err *err)
{
    const struct mh_type *type = find_type(catalogue, row->type_id);
    struct mh_value *values;
    size_t size;

    if (type == NULL) {
        return mh_fail(err, MH_CONTRACT,
                       "core.event names type %d, which has "
                       "no schema",
                       row->type_id);
    }
    size = sizeof *values * (size_t)type->field_count;
    values = mh_arena_take(arena, size);
    *version = mh_arena_take(arena, sizeof **version);
    if (values == NULL || *version == NULL) {
        return mh_fail(err, MH_MEMORY, "batch is out of memory");
    }
    memset(values, 0, size);
    set_text(&values[MH_FIELD_PLACE_CODE], row->place, row->place_len);
    set_text(&values[MH_FIELD_PROGRAMME_CODE], row->programme,
             row->programme_len);
    if (!read_fields(row, type, values)) {
        return mh_fail(err, MH_CONTRACT,
                       "core.event holds an array that is "
                       "not ours, type %s",
                       type->name);
    }
    **version = (struct version){
        .type = type,
        .agency_id = row->agency_id,
        .revision = row->revision,
        .occurred_on = row->occurred_on,
        .posted_on = row->posted_on,
        .in_force = row->in_force,
        .content = row->content,
        .values = values,
    };
    memcpy((*version)->id, row->id, sizeof(*version)->id);
    return MH_OK;
}
