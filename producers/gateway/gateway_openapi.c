/* SPDX-License-Identifier: Apache-2.0 */
/* What is the same for every contract stands in gateway_openapi_text.c; here
 * each type becomes a schema, field by field. */
#include "gateway_openapi.h"

#include <inttypes.h>
#include <string.h>

#include "gateway_openapi_text.h"
#include "json.h"

static void put_text(struct mh_buf *buf, const char *name, const char *text)
{
    mh_buf_format(buf, "\"%s\":", name);
    json_put(buf, text, strlen(text));
}

/* ----------------------------------------------------------------- a field */

static void put_number(struct mh_buf *buf, const struct mh_field *field)
{
    bool is_int = field->kind == MH_KIND_INT;
    int64_t least = field->has_min ? field->min
                    : is_int       ? INT32_MIN
                                   : INT64_MIN;
    int64_t most = field->has_max ? field->max : is_int ? INT32_MAX : INT64_MAX;

    mh_buf_format(buf,
                  "\"type\":[\"integer\",\"string\"%s],\"format\":\"%s\","
                  "\"minimum\":%" PRId64 ",\"maximum\":%" PRId64,
                  field->optional ? ",\"null\"" : "",
                  is_int ? "int32" : "int64", least, most);
}

static void put_symbols(struct mh_buf *buf, const struct mh_field *field)
{
    mh_buf_text(buf, "\"enum\":[");
    for (int i = 0; i < field->symbol_count; i++) {
        mh_buf_format(buf, "%s\"%s\"", i == 0 ? "" : ",",
                      field->symbols[i].name);
    }
    mh_buf_text(buf, field->optional ? ",null]" : "]");
}

static void put_string(struct mh_buf *buf, const struct mh_field *field,
                       const char *format)
{
    mh_buf_format(buf, "\"type\":%s",
                  field->optional ? "[\"string\",\"null\"]" : "\"string\"");
    if (format != NULL) {
        mh_buf_format(buf, ",\"format\":\"%s\"", format);
    }
    if (field->kind == MH_KIND_STRING && field->pattern_text != NULL) {
        mh_buf_text(buf, ",\"pattern\":\"^(");
        for (const char *c = field->pattern_text; *c != '\0'; c++) {
            if (*c == '"' || *c == '\\') {
                mh_buf_byte(buf, '\\');
            }
            mh_buf_byte(buf, (uint8_t)*c);
        }
        mh_buf_text(buf, ")$\"");
    }
}

static void put_kind(struct mh_buf *buf, const struct mh_field *field)
{
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
        put_number(buf, field);
        break;
    case MH_KIND_BOOLEAN:
        mh_buf_format(buf, "\"type\":%s",
                      field->optional ? "[\"boolean\",\"null\"]"
                                      : "\"boolean\"");
        break;
    case MH_KIND_ENUM:
        put_symbols(buf, field);
        break;
    case MH_KIND_DATE: /* also Solar Hijri, so no format of JSON Schema */
    case MH_KIND_STRING:
    case MH_KIND_UUID:
        put_string(buf, field, NULL);
        break;
    case MH_KIND_TIMESTAMP:
        put_string(buf, field, "date-time");
        break;
    }
}

static void put_field(struct mh_buf *buf, const struct mh_field *field)
{
    mh_buf_format(buf, ",\"%s\":{", field->name);
    put_kind(buf, field);
    mh_buf_byte(buf, ',');
    put_text(buf, "title", field->label_en);
    mh_buf_byte(buf, ',');
    put_text(buf, "x-label-fa", field->label_fa);
    mh_buf_byte(buf, ',');
    put_text(buf, "x-unit", field->unit);
    if (field->lookup != NULL) {
        mh_buf_byte(buf, ',');
        put_text(buf, "x-lookup", field->lookup);
    }
    if (field->kind == MH_KIND_DATE) {
        mh_buf_text(buf, ",\"description\":\"Gregorian (2025-10-13) or Solar "
                         "Hijri (1404-07-21, 1404/07/21).\"");
    }
    mh_buf_byte(buf, '}');
}

/* ------------------------------------------------------------------ a type */

/* Fields that an event must have; those with defaults need not be sent. */
static bool is_required(const struct mh_field *field, int i)
{
    return !field->optional && i != MH_FIELD_EVENT_ID && i != MH_FIELD_OP &&
           i != MH_FIELD_REVISION && i != MH_FIELD_POSTED_AT;
}

static bool is_in(const int *list, int count, int wanted)
{
    for (int i = 0; i < count && list[i] >= 0; i++) {
        if (list[i] == wanted) {
            return true;
        }
    }
    return false;
}

static void put_type(struct mh_buf *buf, const struct mh_type *type)
{
    mh_buf_format(buf, "\"%s\":{\"type\":\"object\",", type->name);
    put_text(buf, "title", type->label_en);
    mh_buf_byte(buf, ',');
    put_text(buf, "x-label-fa", type->label_fa);
    mh_buf_format(buf,
                  ",\"x-schema-id\":%u,\"additionalProperties\":false,"
                  "\"properties\":{\"event_type\":{\"const\":\"%s\"}",
                  (unsigned)type->schema_id, type->name);
    for (int i = 0; i < type->field_count; i++) {
        put_field(buf, &type->fields[i]);
    }
    mh_buf_text(buf, "},\"required\":[\"event_type\"");
    for (int i = 0; i < type->field_count; i++) {
        if (is_required(&type->fields[i], i) ||
            is_in(type->required_envelope, MH_ENVELOPE_COUNT, i)) {
            mh_buf_format(buf, ",\"%s\"", type->fields[i].name);
        }
    }
    mh_buf_text(buf, "]}");
}

void openapi_put(struct mh_buf *buf, const struct mh_catalogue *catalogue)
{
    int count = mh_catalogue_count(catalogue);

    mh_buf_text(buf, OPENAPI_BEGIN);
    mh_buf_text(buf, MAHALLE_VERSION);
    mh_buf_text(buf, OPENAPI_PATHS);
    mh_buf_text(buf, OPENAPI_SCHEMAS);
    mh_buf_text(buf, ",\"Event\":{\"description\":\"One event in flat form.\","
                     "\"discriminator\":{\"propertyName\":\"event_type\","
                     "\"mapping\":{");
    for (int i = 0; i < count; i++) {
        const char *name = mh_catalogue_at(catalogue, i)->name;

        mh_buf_format(buf, "%s\"%s\":\"#/components/schemas/%s\"",
                      i == 0 ? "" : ",", name, name);
    }
    mh_buf_text(buf, "}},\"oneOf\":[");
    for (int i = 0; i < count; i++) {
        mh_buf_format(buf, "%s{\"$ref\":\"#/components/schemas/%s\"}",
                      i == 0 ? "" : ",", mh_catalogue_at(catalogue, i)->name);
    }
    mh_buf_text(buf, "]}");
    for (int i = 0; i < count; i++) {
        mh_buf_byte(buf, ',');
        put_type(buf, mh_catalogue_at(catalogue, i));
    }
    mh_buf_text(buf, "}}}\n");
}
