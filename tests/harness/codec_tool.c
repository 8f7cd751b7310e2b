/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mh-codec-tool: our codec for tests in other languages. Lines in, lines out.
 *
 *   encode  flat JSON -> the record as it would go to Kafka, in hex
 *   decode  hex -> JSON of all fields by name, in field order; null where
 *           there is none, dates YYYY-MM-DD, instants in milliseconds;
 *           before the check, so also of events that break a rule
 *   check   the same, but faults of the check are refused too
 *
 * A line that is refused gives `!CODE pointer` of its first fault.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "check.h"
#include "decode.h"
#include "encode.h"
#include "frame.h"
#include "intake.h"
#include "json.h"
#include "text.h"

enum { BYTES_MAX = 16 * 1024 * 1024 };

static const int64_t NOW_MS = 1760360400000; /* 2025-10-13; posted_at */

struct tool {
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct mh_buf out;
    struct mh_buf bytes; /* a record, or scratch of the JSON reader */
    struct mh_faults faults;
    bool check;
};

static void refuse(struct tool *tool, enum mh_code code, const char *pointer)
{
    mh_buf_reset(&tool->out);
    mh_buf_format(&tool->out, "!%s %s", mh_code_name(code), pointer);
}

static void refuse_first(struct tool *tool)
{
    refuse(tool, tool->faults.items[0].code, tool->faults.items[0].pointer);
}

/* ------------------------------------------------------------------ encode */

static void encode(struct tool *tool, const char *line, size_t len)
{
    const struct intake intake = {tool->catalogue, tool->reference, NULL};
    struct intake_room room;
    struct mh_event event;
    json_t *object = NULL;
    enum mh_code code =
        json_read(line, len, &tool->bytes, &object, &tool->faults);

    if (code == MH_OK) {
        code =
            intake_read(&intake, object, NOW_MS, &room, &event, &tool->faults);
    }
    if (code == MH_OK) {
        mh_buf_reset(&tool->bytes);
        mh_encode(&event, &tool->bytes);
        for (size_t i = 0; i < tool->bytes.len; i++) {
            mh_buf_format(&tool->out, "%02x", tool->bytes.bytes[i]);
        }
    } else {
        refuse_first(tool);
    }
    json_decref(object);
}

/* ------------------------------------------------------------------ decode */

static void put_date(struct mh_buf *out, int32_t day)
{
    struct mh_date date = mh_gregorian_from_day(day);

    mh_buf_format(out, "\"%04d-%02d-%02d\"", date.year, date.month, date.day);
}

static void put_value(struct tool *tool, const struct mh_field *field,
                      const struct mh_value *value)
{
    struct mh_buf *out = &tool->out;

    if (value->set != MH_VALUE) {
        mh_buf_text(out, "null");
        return;
    }
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
    case MH_KIND_TIMESTAMP:
        mh_buf_format(out, "%" PRId64, value->number);
        break;
    case MH_KIND_BOOLEAN:
        mh_buf_text(out, value->number ? "true" : "false");
        break;
    case MH_KIND_DATE:
        put_date(out, (int32_t)value->number);
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
    case MH_KIND_ENUM:
        json_put(out, value->text, value->len);
        break;
    }
}

static bool is_text_bad(const struct mh_field *field,
                        const struct mh_value *value)
{
    return value->set == MH_VALUE &&
           (field->kind == MH_KIND_STRING || field->kind == MH_KIND_UUID) &&
           !mh_text_is_utf8(value->text, value->len);
}

static void put_event(struct tool *tool, const struct mh_event *event)
{
    const struct mh_type *type = event->type;
    char pointer[96];

    mh_buf_format(&tool->out, "{\"event_type\": \"%s\"", type->name);
    for (int i = 0; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];

        if (is_text_bad(field, &event->values[i])) {
            (void)snprintf(pointer, sizeof pointer, "/%s", field->name);
            refuse(tool, MH_UTF8, pointer);
            return;
        }
        mh_buf_format(&tool->out, ", \"%s\": ", field->name);
        put_value(tool, field, &event->values[i]);
    }
    mh_buf_byte(&tool->out, '}');
}

static int read_nibble(char c)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *at = c == '\0' ? NULL : strchr(DIGITS, c);

    return at == NULL ? -1 : (int)(at - DIGITS);
}

static enum mh_code read_record(struct tool *tool, struct mh_event *event,
                                char pointer[static 96])
{
    const struct mh_schema *schema;
    uint32_t id;
    int field;
    enum mh_code code = mh_frame_read(tool->bytes.bytes, tool->bytes.len, &id);

    if (code != MH_OK) {
        return code;
    }
    schema = mh_catalogue_schema(tool->catalogue, id);
    if (schema == NULL) {
        return MH_SCHEMA_ID;
    }
    code = mh_decode(schema, tool->bytes.bytes + MH_FRAME_BYTES,
                     tool->bytes.len - MH_FRAME_BYTES, event, &field);
    if (code != MH_OK && field >= 0) {
        (void)snprintf(pointer, 96, "/%s", schema->latest->fields[field].name);
    }
    return code;
}

static void decode(struct tool *tool, const char *line, size_t len)
{
    struct mh_event event;
    char pointer[96] = "";
    enum mh_code code;

    mh_buf_reset(&tool->bytes);
    for (size_t i = 0; i + 1 < len; i += 2) {
        int high = read_nibble(line[i]);
        int low = read_nibble(line[i + 1]);

        if (high < 0 || low < 0) {
            fprintf(stderr, "mh-codec-tool: not hex\n");
            exit(2);
        }
        mh_buf_byte(&tool->bytes, (uint8_t)(high << 4 | low));
    }
    code = read_record(tool, &event, pointer);
    if (code != MH_OK) {
        refuse(tool, code, pointer);
    } else if (tool->check &&
               !mh_check(&event, tool->reference, &tool->faults)) {
        refuse_first(tool);
    } else {
        put_event(tool, &event);
    }
}

/* -------------------------------------------------------------------- lines */

static enum mh_code open_tool(struct tool *tool, struct mh_err *err)
{
    const char *dir = getenv("MAHALLE_SCHEMAS");
    enum mh_code code = mh_catalogue_new(&tool->catalogue, err);

    dir = dir == NULL ? MAHALLE_SCHEMAS_DIR : dir;
    mh_buf_init(&tool->out, BYTES_MAX);
    mh_buf_init(&tool->bytes, BYTES_MAX);
    if (code == MH_OK) {
        code = mh_catalogue_load(tool->catalogue, dir, &tool->out, err);
    }
    if (code == MH_OK) {
        code = mh_reference_new(&tool->reference, err);
    }
    return code == MH_OK ? mh_reference_load(tool->reference, dir, err) : code;
}

int main(int argc, char **argv)
{
    static struct tool tool;
    const char *verb = argc == 2 ? argv[1] : "";
    struct mh_err err;
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    tool.check = strcmp(verb, "check") == 0;
    if (!tool.check && strcmp(verb, "decode") != 0 &&
        strcmp(verb, "encode") != 0) {
        fprintf(stderr, "usage: mh-codec-tool encode|decode|check\n");
        return 2;
    }
    if (open_tool(&tool, &err) != MH_OK) {
        fprintf(stderr, "mh-codec-tool: %s\n", err.text);
        return mh_code_exit(err.code);
    }
    while ((len = getline(&line, &room, stdin)) > 0) {
        size_t text = (size_t)len - (line[len - 1] == '\n');

        mh_buf_reset(&tool.out);
        tool.faults.count = 0;
        if (*verb == 'e') {
            encode(&tool, line, text);
        } else {
            decode(&tool, line, text);
        }
        puts(mh_buf_string(&tool.out));
    }
    free(line);
    mh_buf_fini(&tool.out);
    mh_buf_fini(&tool.bytes);
    mh_catalogue_free(tool.catalogue);
    mh_reference_free(tool.reference);
    return 0;
}
