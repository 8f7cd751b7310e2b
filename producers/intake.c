/* SPDX-License-Identifier: Apache-2.0 */
/* Type, values, identity, defaults, check: in this order, because the id of an
 * event without one is made from its other values. */
#include "intake.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "intake_value.h"
#include "nearest.h"

enum {
    NAME_PART_MAX = 200, /* bytes of an agency's own id; longer is a fault */
    SUGGESTIONS_MAX = 4  /* wrong names of an event that get a nearer one */
};

static const char EVENT_TYPE[] = "event_type";
enum { EVENT_TYPE_LEN = sizeof EVENT_TYPE - 1 };

/* An event on its way through intake. */
struct reading {
    const struct intake *intake;
    struct intake_room *room;
    struct mh_event *event;
    struct mh_faults *faults;
    struct given id; /* what stands at event_id; GIVEN_NULL: nothing */
    bool has_id;
    int last;    /* field of the value before; most lines have them in order */
    int unknown; /* names so far that are no field */
};

/* ------------------------------------------------------------------ type */

/* @param given what stands at event_type, or GIVEN_NULL */
static const struct mh_type *find_type(const struct intake *intake,
                                       const struct given *given,
                                       struct mh_faults *faults)
{
    static const char EXPECTED[] = "the short name of a type";
    const struct mh_type *type = intake->type;

    if (given->kind == GIVEN_NULL) {
        if (type == NULL) {
            mh_fault_add_name(faults, MH_REQUIRED, EVENT_TYPE, EVENT_TYPE_LEN,
                              EXPECTED, NULL, 0);
        }
        return type;
    }
    if (!intake_is_text(given)) {
        mh_fault_add_name(faults, MH_TYPE, EVENT_TYPE, EVENT_TYPE_LEN, "a text",
                          NULL, 0);
        return NULL;
    }
    type = mh_catalogue_type(intake->catalogue, given->text, given->len);
    if (type == NULL) {
        mh_fault_add_name(faults, MH_UNKNOWN_TYPE, EVENT_TYPE, EVENT_TYPE_LEN,
                          EXPECTED, given->text, given->len);
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

static enum mh_code identify(struct reading *reading)
{
    struct mh_event *event = reading->event;
    struct mh_value *value = &event->values[MH_FIELD_EVENT_ID];
    const struct given *id = &reading->id;
    uint8_t uuid[MH_UUID_BYTES];

    if (!reading->has_id) {
        /* Without source_ref the check finds the id missing. */
        return event->values[MH_FIELD_SOURCE_REF].set == MH_NULL
                   ? MH_OK
                   : name_id(event, NULL, 0, reading->room, reading->faults);
    }
    if (!intake_is_text(id)) {
        value->set = MH_BAD;
        intake_refuse(event->type, MH_FIELD_EVENT_ID, MH_TYPE, "a text", id,
                      reading->faults);
        return MH_OK;
    }
    if (id->len == 0 || id->len > NAME_PART_MAX) {
        value->set = MH_BAD;
        intake_refuse(event->type, MH_FIELD_EVENT_ID, MH_PATTERN,
                      "1 to 200 bytes", id, reading->faults);
        return MH_OK;
    }
    if (mh_uuid_read(id->text, id->len, uuid)) {
        set_id(event, uuid, reading->room);
        return MH_OK;
    }
    return name_id(event, id->text, id->len, reading->room, reading->faults);
}

/* ---------------------------------------------------------------- values */

static void begin(struct reading *reading)
{
    struct mh_event *event = reading->event;

    event->agency_id = 0;
    memset(event->values, 0,
           (size_t)event->type->field_count * sizeof event->values[0]);
    reading->last = -1;
}

/* The field with this name, -1 when there is none. Most lines have their
 * fields in order, so the search begins behind the one before. */
static int find_field(struct reading *reading, const char *name, size_t len)
{
    const struct mh_type *type = reading->event->type;

    for (int i = reading->last + 1; i < type->field_count; i++) {
        if (type->fields[i].name_len == len &&
            memcmp(type->fields[i].name, name, len) == 0) {
            return i;
        }
    }
    return mh_type_find(type, name, len);
}

static void refuse_name(struct reading *reading, const char *name, size_t len)
{
    const struct mh_type *type = reading->event->type;
    char expected[128] = "a field of the type";
    struct mh_nearest nearest;

    if (len == EVENT_TYPE_LEN && memcmp(name, EVENT_TYPE, len) == 0) {
        return;
    }
    mh_nearest_begin(&nearest, name, len);
    /* a line of many wrong names is no misspelling, but may be an attack */
    if (reading->unknown++ < SUGGESTIONS_MAX) {
        for (int i = 0; i < type->field_count; i++) {
            mh_nearest_offer(&nearest, type->fields[i].name,
                             type->fields[i].name);
        }
    }
    if (nearest.best != NULL) {
        (void)snprintf(expected, sizeof expected,
                       "a field of the type, such as %s", nearest.best);
    }
    mh_fault_add_name(reading->faults, MH_UNKNOWN_FIELD, name, len, expected,
                      NULL, 0);
}

static void take_value(struct reading *reading, int field,
                       const struct given *given)
{
    struct mh_event *event = reading->event;

    reading->last = field;
    if (field == MH_FIELD_EVENT_ID) {
        reading->id = *given;
        reading->has_id = true;
    } else {
        intake_value(event->type, field, given, &event->values[field],
                     reading->faults);
    }
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

/* @returns as intake_read */
static enum mh_code end(struct reading *reading, int64_t now_ms)
{
    enum mh_code code;

    set_defaults(reading->event, now_ms);
    code = identify(reading);
    if (code != MH_OK) {
        return code;
    }
    return mh_check(reading->event, reading->intake->reference, reading->faults)
               ? MH_OK
               : reading->faults->items[0].code;
}

enum mh_code intake_read(const struct intake *intake, const json_t *object,
                         int64_t now_ms, struct intake_room *room,
                         struct mh_event *event, struct mh_faults *faults)
{
    struct reading reading = {
        .intake = intake, .room = room, .event = event, .faults = faults};
    const json_t *named = json_object_get(object, EVENT_TYPE);
    struct given given = {.kind = GIVEN_NULL};
    const char *name;
    json_t *json;

    if (named != NULL) {
        given = given_json(named);
    }
    event->type = find_type(intake, &given, faults);
    if (event->type == NULL) {
        return faults->items[0].code;
    }
    begin(&reading);
    /* jansson's iterator changes nothing but has no const */
    json_object_foreach((json_t *)(uintptr_t)object, name, json)
    {
        int field = find_field(&reading, name, strlen(name));

        if (field < 0) {
            refuse_name(&reading, name, strlen(name));
        } else if (!json_is_null(json)) {
            given = given_json_untagged(json, &event->type->fields[field]);
            take_value(&reading, field, &given);
        }
    }
    return end(&reading, now_ms);
}

enum mh_code intake_items(const struct intake *intake,
                          const struct given_item *items, int count,
                          int64_t now_ms, struct intake_room *room,
                          struct mh_event *event, struct mh_faults *faults)
{
    struct reading reading = {
        .intake = intake, .room = room, .event = event, .faults = faults};
    struct given given = {.kind = GIVEN_NULL};

    for (int i = 0; i < count; i++) {
        if (items[i].name_len == EVENT_TYPE_LEN &&
            memcmp(items[i].name, EVENT_TYPE, EVENT_TYPE_LEN) == 0) {
            given = items[i].given;
            break;
        }
    }
    event->type = find_type(intake, &given, faults);
    if (event->type == NULL) {
        return faults->items[0].code;
    }
    begin(&reading);
    for (int i = 0; i < count; i++) {
        const struct given_item *item = &items[i];
        int field = item->field >= 0
                        ? item->field
                        : find_field(&reading, item->name, item->name_len);

        if (field < 0) {
            refuse_name(&reading, item->name, item->name_len);
        } else if (item->given.kind != GIVEN_NULL) {
            take_value(&reading, field, &item->given);
        }
    }
    return end(&reading, now_ms);
}
