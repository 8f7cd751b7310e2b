/* SPDX-License-Identifier: Apache-2.0 */
/* Attributes by a table, data member by member. */
#include "cloud.h"

#include <string.h>

#include "gateway_media.h"
#include "json.h"

static const struct {
    const char *attribute, *field;
} ATTRIBUTES[] = {
    {"id", "event_id"},       {"type", "event_type"}, {"time", "occurred_at"},
    {"revision", "revision"}, {"op", "op"},
};
enum { ATTRIBUTE_COUNT = sizeof ATTRIBUTES / sizeof ATTRIBUTES[0] };

static void add(struct cloud *cloud, const char *name, int field,
                struct given given)
{
    cloud->items[cloud->count++] = (struct given_item){
        .name = name, .name_len = strlen(name), .field = field, .given = given};
}

/* A fault of the attribute itself, which has no field. */
static void refuse(struct mh_faults *faults, enum mh_code code,
                   const char *attribute, const char *expected)
{
    mh_fault_add_name(faults, code, attribute, strlen(attribute), expected,
                      NULL, 0);
}

/* ------------------------------------------------------------- attributes */

static void read_version(const json_t *event, struct mh_faults *faults)
{
    const json_t *version = json_object_get(event, "specversion");

    if (version == NULL) {
        refuse(faults, MH_REQUIRED, "specversion", "1.0");
    } else if (!json_is_string(version) ||
               strcmp(json_string_value(version), "1.0") != 0) {
        refuse(faults, MH_ENUM, "specversion", "1.0");
    }
}

/* `/agencies/CODE`; what CODE may be is the field's to say. */
static void read_source(const json_t *event, struct cloud *cloud,
                        struct mh_faults *faults)
{
    static const char START[] = "/agencies/";
    const size_t start = sizeof START - 1;
    const json_t *source = json_object_get(event, "source");
    const char *text = json_string_value(source);

    if (source == NULL) {
        return; /* then the field is missing, which is said of it */
    }
    if (text == NULL || strncmp(text, START, start) != 0 ||
        text[start] == '\0' || strchr(text + start, '/') != NULL) {
        refuse(faults, MH_SOURCE, "agency_code", "/agencies/ and a code");
    } else {
        add(cloud, "agency_code", MH_FIELD_AGENCY_CODE,
            (struct given){.kind = GIVEN_TEXT,
                           .text = text + start,
                           .len = strlen(text + start)});
    }
}

static void read_attributes(const json_t *event, struct cloud *cloud,
                            struct mh_faults *faults)
{
    read_version(event, faults);
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        const json_t *json = json_object_get(event, ATTRIBUTES[i].attribute);

        if (json != NULL && !json_is_null(json)) {
            add(cloud, ATTRIBUTES[i].field, -1, given_json(json));
        }
    }
    read_source(event, cloud, faults);
}

/* -------------------------------------------------------------------- data */

static bool is_given(const struct cloud *cloud, const char *name)
{
    for (int i = 0; i < cloud->count && i <= ATTRIBUTE_COUNT; i++) {
        if (strcmp(cloud->items[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void read_member(const struct mh_type *type, const char *name,
                        const json_t *json, struct cloud *cloud,
                        struct mh_faults *faults)
{
    int field = type == NULL ? -1 : mh_type_find(type, name, strlen(name));

    if (is_given(cloud, name) || strcmp(name, "event_type") == 0) {
        refuse(faults, MH_UNKNOWN_FIELD, name, "an attribute of the event");
    } else if (cloud->count < CLOUD_ITEMS_MAX) {
        add(cloud, name, field,
            field < 0 ? given_json(json)
                      : given_json_untagged(json, &type->fields[field]));
    } else {
        refuse(faults, MH_UNKNOWN_FIELD, name, "a field of the type");
    }
}

void cloud_read(const struct mh_catalogue *catalogue, const json_t *event,
                struct cloud *cloud, struct mh_faults *faults)
{
    const json_t *named = json_object_get(event, "type");
    json_t *data = json_object_get(event, "data");
    const json_t *media = json_object_get(event, "datacontenttype");
    const struct mh_type *type = NULL;
    const char *name;
    json_t *json;

    cloud->count = 0;
    read_attributes(event, cloud, faults);
    if (json_is_string(named)) {
        type = mh_catalogue_type(catalogue, json_string_value(named),
                                 json_string_length(named));
    }
    if (media != NULL && !json_is_null(media) &&
        !(json_is_string(media) && media_is_json(json_string_value(media)))) {
        refuse(faults, MH_TYPE, "datacontenttype", "application/json");
    }
    if (json_object_get(event, "data_base64") != NULL) {
        refuse(faults, MH_UNKNOWN_FIELD, "data_base64", "data");
    }
    if (data != NULL && !json_is_null(data) && !json_is_object(data)) {
        refuse(faults, MH_TYPE, "data", "an object");
    }
    /* jansson says of what is no object that it has no members */
    json_object_foreach(data, name, json)
    {
        read_member(type, name, json, cloud, faults);
    }
}

/* ---------------------------------------------------------------- the event */

static bool has_fault(const struct mh_faults *faults, enum mh_code code)
{
    for (int i = 0; i < faults->count; i++) {
        if (faults->items[i].code == code) {
            return true;
        }
    }
    return false;
}

/* Of a source that names no agency it is not also said that it is missing. */
static void drop_echo(struct mh_faults *faults)
{
    int kept = 0;

    for (int i = 0; i < faults->count; i++) {
        bool echo = faults->items[i].code == MH_REQUIRED &&
                    faults->items[i].field == MH_FIELD_AGENCY_CODE;

        if (!echo) {
            faults->items[kept++] = faults->items[i];
        }
    }
    faults->count = kept;
}

enum mh_code cloud_intake(const struct intake *intake, const json_t *object,
                          int64_t now_ms, struct cloud *cloud,
                          struct intake_room *room, struct mh_event *event,
                          struct mh_faults *faults)
{
    enum mh_code code;
    bool source_bad;

    cloud_read(intake->catalogue, object, cloud, faults);
    source_bad = has_fault(faults, MH_SOURCE);
    code = intake_items(intake, cloud->items, cloud->count, now_ms, room, event,
                        faults);
    if (source_bad) {
        drop_echo(faults);
    }
    return code;
}

bool cloud_find(const char *text, size_t len, struct mh_buf *scratch,
                json_t **object)
{
    static const char MARK[] = "\"specversion\"";
    struct mh_faults faults
        MH_UNINITIALIZED; /* told by whoever reads it as a flat event */
    json_t *read = NULL;

    faults.count = 0;
    if (memmem(text, len, MARK, sizeof MARK - 1) == NULL ||
        json_read(text, len, scratch, &read, &faults) != MH_OK) {
        return false;
    }
    if (json_object_get(read, "specversion") == NULL) {
        json_decref(read);
        return false;
    }
    *object = read;
    return true;
}
