/* SPDX-License-Identifier: Apache-2.0 */
/* Both sides have the same binary form, so equal is equal bytes; only what
   differs is read. */
#include "verify_compare.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "event_row.h"
#include "page_text.h"
#include "pgbinary.h"
#include "uuid.h"

enum { HASH_BYTES = 32 /* SHA-256 */, HASH_SHOWN = 8 };

static const char *const NAMES[EVENT_ROW_COLUMNS] = {
    "event_id",       "content",           "offset",      "received_at",
    "posted_at",      "applied_at",        "occurred_at", "revision",
    "occurred_on",    "type_id",           "agency_id",   "partition",
    "in_force",       "correction_reason", "place_code",  "council_code",
    "programme_code", "source_ref",        "numbers",     "codes",
};

/* -------------------------------------------------------------------- values */

static void put_id(const char *name, const void *bytes)
{
    uint8_t id[MH_UUID_BYTES];
    char text[MH_UUID_TEXT + 1];

    memcpy(id, bytes, sizeof id);
    mh_uuid_write(id, text);
    verify_put(name, text);
}

static void put_day(const char *name, int64_t day)
{
    char iso[PAGE_ISO];

    if (day < MH_DAY_MIN || day > MH_DAY_MAX) {
        verify_put_number(name, day);
        return;
    }
    page_iso(iso, (int32_t)day);
    verify_put(name, iso);
}

static void put_text(const char *name, const char *bytes, size_t len)
{
    char text[256];

    (void)snprintf(text, sizeof text, "%.*s", (int)len, bytes);
    verify_put(name, text);
}

static void put_value(const char *name, const struct mh_field *field,
                      const struct mh_value *value)
{
    if (value->set != MH_VALUE) {
        verify_put(name, NULL);
    } else if (field->code_slot > 0 || field->kind == MH_KIND_STRING) {
        put_text(name, value->text, value->len);
    } else {
        verify_put_number(name, value->number);
    }
}

static void put_column(const char *name, enum stored_column column,
                       const char *bytes, size_t len)
{
    char text[32];

    if (bytes == NULL) {
        verify_put(name, NULL);
        return;
    }
    switch (column) {
    case STORED_EVENT_ID:
        put_id(name, bytes);
        break;
    case STORED_CONTENT:
        (void)snprintf(text, sizeof text, "%016" PRIx64,
                       (uint64_t)pg_get_int8(bytes));
        verify_put(name, text);
        break;
    case STORED_OFFSET:
    case STORED_RECEIVED_AT:
    case STORED_POSTED_AT:
    case STORED_APPLIED_AT:
    case STORED_OCCURRED_AT:
        verify_put_number(name, pg_get_int8(bytes));
        break;
    case STORED_REVISION:
    case STORED_TYPE_ID:
        verify_put_number(name, pg_get_int4(bytes));
        break;
    case STORED_OCCURRED_ON:
        put_day(name, pg_unix_day(pg_get_int4(bytes)));
        break;
    case STORED_AGENCY_ID:
    case STORED_PARTITION:
        verify_put_number(name, pg_get_int2(bytes));
        break;
    case STORED_IN_FORCE:
        verify_put(name, *bytes != 0 ? "true" : "false");
        break;
    case STORED_NUMBERS: /* fields that cannot be read */
    case STORED_CODES:
        verify_put(name, "unreadable");
        break;
    case STORED_CORRECTION_REASON:
    case STORED_PLACE_CODE:
    case STORED_COUNCIL_CODE:
    case STORED_PROGRAMME_CODE:
    case STORED_SOURCE_REF:
    case STORED_AGENCY_CODE:
    case STORED_EVENT_TYPE:
        put_text(name, bytes, len);
        break;
    }
}

/* ---------------------------------------------------------------- what about */

static void put_version(const struct version *version)
{
    const struct mh_field *fields = version->type->fields;
    const struct mh_value *values = version->values;

    verify_put("type", version->type->name);
    put_day("day", version->occurred_on);
    put_value("place", &fields[MH_FIELD_PLACE_CODE],
              &values[MH_FIELD_PLACE_CODE]);
    put_value("agency", &fields[MH_FIELD_AGENCY_CODE],
              &values[MH_FIELD_AGENCY_CODE]);
    put_id("event_id", version->id);
    verify_put_number("revision", version->revision);
    verify_put_number("partition", version->message->partition);
    verify_put_number("offset", version->message->offset);
}

void compare_missing(struct verify *verify, const struct version *version,
                     const char *column, const char *what, const char *expected)
{
    verify_begin(verify, "core.event");
    put_version(version);
    verify_put("column", column);
    verify_put("stored", what);
    verify_put("expected", expected);
    verify_end();
}

void compare_stranger(struct verify *verify, const struct stored *stored,
                      const char *what, const char *expected)
{
    static const struct {
        const char *name;
        enum stored_column column;
    } ABOUT[] = {
        {"type", STORED_EVENT_TYPE},     {"day", STORED_OCCURRED_ON},
        {"place", STORED_PLACE_CODE},    {"agency", STORED_AGENCY_CODE},
        {"event_id", STORED_EVENT_ID},   {"revision", STORED_REVISION},
        {"partition", STORED_PARTITION}, {"offset", STORED_OFFSET},
    };

    verify_begin(verify, "core.event");
    for (size_t i = 0; i < sizeof ABOUT / sizeof ABOUT[0]; i++) {
        size_t len;
        const char *bytes = stored_bytes(stored, ABOUT[i].column, &len);

        put_column(ABOUT[i].name, ABOUT[i].column, bytes, len);
    }
    verify_put("column", "record");
    verify_put("stored", what);
    verify_put("expected", expected);
    verify_end();
}

/* ------------------------------------------------------------------- fields */

static bool is_same(const struct mh_field *field, const struct mh_value *a,
                    const struct mh_value *b)
{
    if (a->set != MH_VALUE || b->set != MH_VALUE) {
        return (a->set == MH_VALUE) == (b->set == MH_VALUE);
    }
    return field->code_slot > 0
               ? a->len == b->len && memcmp(a->text, b->text, a->len) == 0
               : a->number == b->number;
}

static struct event_row read_row(const struct stored *stored)
{
    struct event_row row = {.revision = 0};
    size_t len;

    row.id = (const uint8_t *)stored_bytes(stored, STORED_EVENT_ID, &len);
    row.type_id = pg_get_int4(stored_bytes(stored, STORED_TYPE_ID, &len));
    row.place = stored_bytes(stored, STORED_PLACE_CODE, &len);
    row.place_len = (uint32_t)len;
    row.numbers = stored_bytes(stored, STORED_NUMBERS, &row.numbers_len);
    row.codes = stored_bytes(stored, STORED_CODES, &row.codes_len);
    return row;
}

/* The fields of the type that an array holds. @returns false: it cannot be
 * read as the type's */
static bool tell_fields(struct verify *verify, const struct stored *stored,
                        const struct version *version, bool codes,
                        const struct mh_catalogue *catalogue,
                        struct mh_arena *arena)
{
    struct event_row row = read_row(stored);
    const struct mh_type *type = version->type;
    struct version *found;
    struct mh_err err;
    bool told = false;

    if (row.type_id != (int32_t)type->type_id ||
        event_row_read(&row, catalogue, arena, &found, &err) != MH_OK) {
        return false;
    }
    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];

        if ((field->code_slot > 0) == codes &&
            !is_same(field, &found->values[i], &version->values[i])) {
            verify_begin(verify, "core.event");
            put_version(version);
            verify_put("column", field->name);
            put_value("stored", field, &found->values[i]);
            put_value("expected", field, &version->values[i]);
            verify_end();
            told = true;
        }
    }
    return told;
}

/* ---------------------------------------------------------------------- rows */

static void tell_column(struct verify *verify, const struct version *version,
                        enum stored_column column, const char *bytes,
                        size_t len, const char *expected, size_t expected_len)
{
    verify_begin(verify, "core.event");
    put_version(version);
    verify_put("column", NAMES[column]);
    put_column("stored", column, bytes, len);
    put_column("expected", column, expected, expected_len);
    verify_end();
}

enum mh_code compare_version(struct verify *verify, const struct stored *stored,
                             const struct version *version,
                             const struct mh_catalogue *catalogue,
                             struct mh_arena *arena, struct mh_buf *row,
                             struct mh_err *err)
{
    size_t at = 0;

    mh_buf_reset(row);
    event_row_write(row, version, 0);
    if (row->failed) {
        return mh_fail(err, MH_MEMORY, "a row is too large");
    }
    for (int c = 0; c < EVENT_ROW_COLUMNS; c++) {
        enum stored_column column = (enum stored_column)c;
        int32_t size = pg_get_int4((const char *)row->bytes + at);
        const char *expected =
            size < 0 ? NULL : (const char *)row->bytes + at + 4;
        size_t expected_len = size < 0 ? 0 : (size_t)size;
        size_t len;
        const char *bytes = stored_bytes(stored, column, &len);
        bool arrays = column == STORED_NUMBERS || column == STORED_CODES;

        at += 4 + expected_len;
        if (column == STORED_APPLIED_AT ||
            ((bytes == NULL) == (expected == NULL) && len == expected_len &&
             (bytes == NULL || memcmp(bytes, expected, len) == 0))) {
            continue;
        }
        if (!arrays || !tell_fields(verify, stored, version,
                                    column == STORED_CODES, catalogue, arena)) {
            tell_column(verify, version, column, bytes, len, expected,
                        expected_len);
        }
    }
    return MH_OK;
}

/* ------------------------------------------------------------------- letters */

static void put_hash(const char *name, const uint8_t *hash)
{
    char text[2 * HASH_SHOWN + 1];

    for (int i = 0; hash != NULL && i < HASH_SHOWN; i++) {
        (void)snprintf(text + 2 * (size_t)i, 3, "%02x", hash[i]);
    }
    verify_put(name, hash == NULL ? NULL : text);
}

/* What a replay would take must be what came. */
static enum mh_code compare_bytes(struct verify *verify,
                                  const struct message *message,
                                  const char *column, const uint8_t *stored,
                                  const uint8_t *bytes, size_t len,
                                  struct mh_err *err)
{
    uint8_t hash[EVP_MAX_MD_SIZE];

    if (bytes != NULL &&
        EVP_Digest(bytes, len, hash, NULL, EVP_sha256(), NULL) != 1) {
        return mh_fail(err, MH_MEMORY, "no memory for a hash");
    }
    if ((bytes == NULL) != (stored == NULL) ||
        (bytes != NULL && memcmp(hash, stored, HASH_BYTES) != 0)) {
        verify_begin(verify, "core.dead_letter_record");
        verify_put_number("partition", message->partition);
        verify_put_number("offset", message->offset);
        verify_put("column", column);
        put_hash("stored", stored);
        put_hash("expected", bytes == NULL ? NULL : hash);
        verify_end();
    }
    return MH_OK;
}

enum mh_code compare_letter(struct verify *verify,
                            const struct stored_letter *letter,
                            const struct message *message, struct mh_err *err)
{
    enum mh_code code = compare_bytes(verify, message, "key", letter->key,
                                      message->key, message->key_len, err);

    return code == MH_OK
               ? compare_bytes(verify, message, "value", letter->value,
                               message->value, message->value_len, err)
               : code;
}
