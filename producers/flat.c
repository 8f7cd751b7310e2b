/* SPDX-License-Identifier: Apache-2.0 */
/* Values by their kinds; texts are looked into only for the names in them. */
#include "flat.h"

#include <inttypes.h>
#include <string.h>

#include "calendar.h"
#include "frame.h"
#include "json.h"
#include "json_flat.h"
#include "send_headers.h"
#include "text.h"

static const char EVENT_TYPE[] = "event_type";
static const char SPEC_VERSION[] = "specversion";

/* ----------------------------------------------------------------- writing */

static void put_value(const struct mh_field *field,
                      const struct mh_value *value, struct mh_buf *buf)
{
    char time[SEND_TIME_BYTES];
    struct mh_date date;

    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
        mh_buf_format(buf, "%" PRId64, value->number);
        break;
    case MH_KIND_BOOLEAN:
        mh_buf_text(buf, value->number != 0 ? "true" : "false");
        break;
    case MH_KIND_DATE:
        date = mh_gregorian_from_day((int32_t)value->number);
        mh_buf_format(buf, "\"%04d-%02d-%02d\"", date.year, date.month,
                      date.day);
        break;
    case MH_KIND_TIMESTAMP:
        send_headers_time(value->number, time);
        mh_buf_format(buf, "\"%s\"", time);
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
    case MH_KIND_ENUM:
        json_put(buf, value->text, value->len);
        break;
    }
}

void flat_put(const struct mh_event *event, bool posted_at, struct mh_buf *buf)
{
    const struct mh_type *type = event->type;

    mh_buf_format(buf, "{\"%s\":\"%s\"", EVENT_TYPE, type->name);
    for (int i = 0; i < type->field_count; i++) {
        if (event->values[i].set == MH_VALUE &&
            (posted_at || i != MH_FIELD_POSTED_AT)) {
            mh_buf_format(buf, ",\"%s\":", type->fields[i].name);
            put_value(&type->fields[i], &event->values[i], buf);
        }
    }
    mh_buf_byte(buf, '}');
}

/* ----------------------------------------------------------------- copying */

/* What is to be known of an object. */
struct look {
    bool typed, empty;
    struct flat_look about;
};

uint64_t flat_key(const char *text, size_t len)
{
    uint64_t key = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        key ^= c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
        key *= UINT64_C(1099511628211);
    }
    return key;
}

/* A name that says which event it is, or which version of it. */
static void look_at_value(struct look *look, const char *name, size_t len,
                          const struct given *given)
{
    static const char *const IDS[] = {"source_ref", "id", "event_id"};

    for (int i = 0; i < 3; i++) { /* the id goes before what stands for it */
        if (strlen(IDS[i]) == len && memcmp(IDS[i], name, len) == 0 &&
            given->kind == GIVEN_TEXT && (i > 0 || look->about.key == 0)) {
            look->about.key = flat_key(given->text, given->len);
        }
    }
    if (len == 8 && memcmp(name, "revision", 8) == 0) {
        look->about.later =
            given->kind != GIVEN_NULL &&
            !(given->kind == GIVEN_NUMBER && given->number == 0);
    }
}

static bool is_name(const struct given_item *item, const char *name, size_t len)
{
    return item->name_len == len && memcmp(item->name, name, len) == 0;
}

/* Of a tagged union, as {"string": "x"}, what it holds. */
static const json_t *untag(json_t *value)
{
    return json_object_size(value) == 1
               ? json_object_iter_value(json_object_iter(value))
               : value;
}

static enum mh_code look_at(const char *text, size_t len,
                            struct mh_buf *scratch, struct look *look,
                            struct mh_faults *faults)
{
    struct given_item items[JSON_FLAT_MAX] MH_UNINITIALIZED;
    json_t *object = NULL, *value;
    const char *name;
    enum mh_code code;
    int count;

    *look = (struct look){.typed = false};
    if (len <= MH_EVENT_BYTES_MAX && mh_text_is_utf8(text, len) &&
        json_flat(text, len, items, &count)) {
        for (int i = 0; i < count; i++) {
            look->typed = look->typed ||
                          is_name(&items[i], EVENT_TYPE, sizeof EVENT_TYPE - 1);
            look->about.cloud =
                look->about.cloud ||
                is_name(&items[i], SPEC_VERSION, sizeof SPEC_VERSION - 1);
            look_at_value(look, items[i].name, items[i].name_len,
                          &items[i].given);
        }
        look->empty = count == 0;
        return MH_OK;
    }
    code = json_read(text, len, scratch, &object, faults);
    if (code == MH_OK) {
        look->typed = json_object_get(object, EVENT_TYPE) != NULL;
        look->about.cloud = json_object_get(object, SPEC_VERSION) != NULL;
        look->empty = json_object_size(object) == 0;
        json_object_foreach(object, name, value)
        {
            struct given given = given_json(untag(value));

            look_at_value(look, name, strlen(name), &given);
        }
        json_decref(object);
    }
    return code;
}

enum mh_code flat_copy(const char *text, size_t len, const char *type,
                       struct mh_buf *scratch, struct mh_buf *buf, bool clouds,
                       struct flat_look *about, struct mh_faults *faults)
{
    struct look look;
    size_t start = buf->len;
    enum mh_code code = look_at(text, len, scratch, &look, faults);

    if (code != MH_OK) {
        return code;
    }
    look.about.cloud = clouds && look.about.cloud;
    *about = look.about;
    if (type != NULL && !look.typed && !look.about.cloud) {
        /* it is an object, so there is a brace */
        about->added_at =
            (size_t)((const char *)memchr(text, '{', len) - text) + 1;
        mh_buf_put(buf, text, about->added_at);
        mh_buf_format(buf, "\"%s\":", EVENT_TYPE);
        json_put(buf, type, strlen(type));
        mh_buf_text(buf, look.empty ? "" : ",");
        about->added = buf->len - start - about->added_at;
    }
    mh_buf_put(buf, text + about->added_at, len - about->added_at);
    if (buf->failed) {
        return MH_MEMORY;
    }
    /* In texts there are none, and between values one blank is as good. */
    for (size_t i = start; i < buf->len; i++) {
        if (buf->bytes[i] == '\n' || buf->bytes[i] == '\r') {
            buf->bytes[i] = '\t';
        }
    }
    return MH_OK;
}
