/* SPDX-License-Identifier: Apache-2.0 */
/* Type, values, identity, defaults, check: in this order, because the id of an
 * event without one is made from its other values. */
#include "intake.h"

#include <string.h>

#include "check.h"
#include "intake_value.h"

enum {
    NAME_PART_MAX = 200 /* bytes of an agency's own id; longer is a fault */
};

static const char EVENT_TYPE[] = "event_type";

/* A fault at a name that is no field: `prefix` and the name, by RFC 6901. */
static void refuse_name(struct mh_faults *faults, enum mh_code code,
                        const char *name, const char *expected, const char *got,
                        size_t got_len)
{
    struct mh_fault *fault =
        mh_fault_add(faults, code, NULL, -1, expected, got, got_len);
    size_t len = 0;

    if (fault == NULL) {
        return;
    }
    fault->pointer[len++] = '/';
    for (; *name != '\0' && len + 3 < sizeof fault->pointer; name++) {
        if (*name == '~' || *name == '/') {
            fault->pointer[len++] = '~';
            fault->pointer[len++] = *name == '~' ? '0' : '1';
        } else {
            fault->pointer[len++] = *name;
        }
    }
    /* cut: not inside a character */
    while (len > 1 && ((unsigned char)*name & 0xC0) == 0x80) {
        name--;
        len--;
    }
    fault->pointer[len] = '\0';
}

/* ------------------------------------------------------------------ type */

static const struct mh_type *find_type(const struct intake *intake,
                                       const json_t *object,
                                       struct mh_faults *faults)
{
    const json_t *json = json_object_get(object, EVENT_TYPE);
    const struct mh_type *type = intake->type;

    if (json == NULL || json_is_null(json)) {
        if (type == NULL) {
            refuse_name(faults, MH_REQUIRED, EVENT_TYPE,
                        "the short name of a type", NULL, 0);
        }
        return type;
    }
    if (!intake_is_text(json)) {
        refuse_name(faults, MH_TYPE, EVENT_TYPE, "a text", NULL, 0);
        return NULL;
    }
    type = mh_catalogue_type(intake->catalogue, json_string_value(json),
                             json_string_length(json));
    if (type == NULL) {
        refuse_name(faults, MH_UNKNOWN_TYPE, EVENT_TYPE,
                    "the short name of a type", json_string_value(json),
                    json_string_length(json));
    }
    return type;
}

/* -------------------------------------------------------------- identity */

/* A value of the text field `i` that may be part of a name. A longer one than
 * any form admits is a fault here, so that names stay bounded. */
static bool nameable(struct mh_event *event, int i, struct mh_faults *faults)
{
    struct mh_value *value = &event->values[i];

    if (value->set == MH_VALUE && value->len > NAME_PART_MAX) {
        value->set = MH_BAD;
        (void)mh_fault_add(faults, MH_PATTERN, event->type, i,
                           "at most 200 bytes", value->text, value->len);
    }
    return value->set == MH_VALUE;
}

static void set_id(struct mh_event *event, const uint8_t *uuid,
                   struct intake_room *room)
{
    mh_uuid_write(uuid, room->id);
    event->values[MH_FIELD_EVENT_ID] = (struct mh_value){
        .text = room->id, .len = MH_UUID_TEXT, .set = MH_VALUE};
}

/* The id that stands for the agency's own `id` or, when that is NULL, for its
 * source_ref. What it needs and cannot have is a fault of that field, so the
 * id is only marked.
 * @returns MH_OK, MH_MEMORY */
static enum mh_code name_id(struct mh_event *event, const char *id,
                            size_t id_len, struct intake_room *room,
                            struct mh_faults *faults)
{
    const struct mh_value *agency = &event->values[MH_FIELD_AGENCY_CODE];
    const struct mh_value *ref = &event->values[MH_FIELD_SOURCE_REF];
    uint8_t uuid[MH_UUID_BYTES];
    uint8_t bytes[4 * NAME_PART_MAX];
    struct mh_buf name = {
        .bytes = bytes, .room = sizeof bytes, .max = sizeof bytes};
    bool usable = nameable(event, MH_FIELD_AGENCY_CODE, faults);

    if (id == NULL) {
        usable = nameable(event, MH_FIELD_SOURCE_REF, faults) && usable;
    }
    if (!usable) {
        event->values[MH_FIELD_EVENT_ID].set = MH_BAD;
        return MH_OK;
    }
    mh_buf_put(&name, agency->text, agency->len);
    mh_buf_byte(&name, 0);
    if (id == NULL) {
        mh_buf_text(&name, event->type->name);
        mh_buf_byte(&name, 0);
        mh_buf_put(&name, ref->text, ref->len);
    } else {
        mh_buf_put(&name, id, id_len);
    }
    if (name.failed || !mh_uuid_name(name.bytes, name.len, uuid)) {
        return MH_MEMORY;
    }
    set_id(event, uuid, room);
    return MH_OK;
}

/* @param json lent; what the event gives as its id; NULL none */
static enum mh_code identify(struct mh_event *event, const json_t *json,
                             struct intake_room *room, struct mh_faults *faults)
{
    struct mh_value *value = &event->values[MH_FIELD_EVENT_ID];
    uint8_t uuid[MH_UUID_BYTES];
    const char *id;
    size_t len;

    if (json == NULL) {
        /* Without source_ref the check finds the id missing. */
        return event->values[MH_FIELD_SOURCE_REF].set == MH_NULL
                   ? MH_OK
                   : name_id(event, NULL, 0, room, faults);
    }
    if (!intake_is_text(json)) {
        value->set = MH_BAD;
        intake_refuse(event->type, MH_FIELD_EVENT_ID, MH_TYPE, "a text", json,
                      faults);
        return MH_OK;
    }
    id = json_string_value(json);
    len = json_string_length(json);
    if (len == 0 || len > NAME_PART_MAX) {
        value->set = MH_BAD;
        intake_refuse(event->type, MH_FIELD_EVENT_ID, MH_PATTERN,
                      "1 to 200 bytes", json, faults);
        return MH_OK;
    }
    if (mh_uuid_read(id, len, uuid)) {
        set_id(event, uuid, room);
        return MH_OK;
    }
    return name_id(event, id, len, room, faults);
}

/* ---------------------------------------------------------------- values */

/* @returns lent; what stands at event_id, NULL when nothing does */
static const json_t *read_values(const json_t *object, struct mh_event *event,
                                 struct mh_faults *faults)
{
    const struct mh_type *type = event->type;
    const json_t *id = NULL;
    const char *name;
    json_t *json;

    /* jansson's iterator changes nothing but has no const */
    json_object_foreach((json_t *)(uintptr_t)object, name, json)
    {
        int field = mh_type_find(type, name, strlen(name));
        const json_t *inner;

        if (field < 0) {
            if (strcmp(name, EVENT_TYPE) != 0) {
                refuse_name(faults, MH_UNKNOWN_FIELD, name,
                            "a field of the type", NULL, 0);
            }
            continue;
        }
        if (json_is_null(json)) {
            continue;
        }
        inner = intake_untag(json, &type->fields[field]);
        if (field == MH_FIELD_EVENT_ID) {
            id = inner;
        } else {
            intake_value(type, field, inner, &event->values[field], faults);
        }
    }
    return id;
}

static void set_defaults(struct mh_event *event, int64_t now_ms)
{
    const struct mh_symbol *op = &event->type->fields[MH_FIELD_OP].symbols[0];
    struct mh_value *values = event->values;

    if (values[MH_FIELD_OP].set == MH_NULL) {
        values[MH_FIELD_OP] = (struct mh_value){.number = MH_OP_ASSERT,
                                                .text = op->name,
                                                .len = op->len,
                                                .set = MH_VALUE};
    }
    if (values[MH_FIELD_REVISION].set == MH_NULL) {
        values[MH_FIELD_REVISION] = (struct mh_value){.set = MH_VALUE};
    }
    if (values[MH_FIELD_POSTED_AT].set == MH_NULL) {
        values[MH_FIELD_POSTED_AT] =
            (struct mh_value){.number = now_ms, .set = MH_VALUE};
    }
}

enum mh_code intake_read(const struct intake *intake, const json_t *object,
                         int64_t now_ms, struct intake_room *room,
                         struct mh_event *event, struct mh_faults *faults)
{
    const json_t *id;
    enum mh_code code;

    event->type = find_type(intake, object, faults);
    event->agency_id = 0;
    if (event->type == NULL) {
        return faults->items[0].code;
    }
    memset(event->values, 0,
           (size_t)event->type->field_count * sizeof event->values[0]);
    id = read_values(object, event, faults);
    set_defaults(event, now_ms);
    code = identify(event, id, room, faults);
    if (code != MH_OK) {
        return code;
    }
    return mh_check(event, intake->reference, faults) ? MH_OK
                                                      : faults->items[0].code;
}
