/* SPDX-License-Identifier: Apache-2.0 */
/* dead-letters show: one refused record, its bytes and what can be read of
   them. It prints the contents of an event, which is why only the owner of the
   tables can. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "admin_table.h"
#include "calendar.h"
#include "catalogue.h"
#include "decode.h"
#include "frame.h"

enum {
    PROBLEM_BYTES_MAX = 1024 * 1024,
    RECORD_BYTES_MAX = 64 * 1024 * 1024,
    HEX_WIDTH = 16,
    HEX_BYTES_MAX = 4096 /* more is no help to a person */
};

static void print_hex(const uint8_t *bytes, size_t len)
{
    for (size_t at = 0; at < len; at += HEX_WIDTH) {
        (void)printf("  %04zx ", at);
        for (size_t i = at; i < at + HEX_WIDTH; i++) {
            if (i < len) {
                (void)printf(" %02x", bytes[i]);
            } else {
                (void)printf("   ");
            }
        }
        (void)printf("  ");
        for (size_t i = at; i < len && i < at + HEX_WIDTH; i++) {
            (void)putchar(bytes[i] >= ' ' && bytes[i] < 127 ? bytes[i] : '.');
        }
        (void)putchar('\n');
    }
}

static int nibble(char digit)
{
    return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

/* What encode(..., 'hex') gave; false: out of memory. */
static bool read_hex(const char *hex, struct mh_buf *bytes)
{
    mh_buf_reset(bytes);
    for (; hex != NULL && hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
        mh_buf_byte(bytes, (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1])));
    }
    return !bytes->failed;
}

static void print_day(int64_t day)
{
    struct mh_date date;
    struct mh_date hijri;

    if (day < MH_DAY_MIN || day > MH_DAY_MAX) {
        (void)printf("%" PRId64 " days since 1970", day);
        return;
    }
    date = mh_gregorian_from_day((int32_t)day);
    hijri = mh_jalali_from_day((int32_t)day);
    (void)printf("%04d-%02d-%02d = %04d/%02d/%02d", date.year, date.month,
                 date.day, hijri.year, hijri.month, hijri.day);
}

static void print_instant(int64_t ms)
{
    const int64_t day_ms = 86400000;
    int64_t day = ms / day_ms - (ms % day_ms < 0);
    int64_t of_day = ms - day * day_ms;

    print_day(day);
    (void)printf(" %02d:%02d:%02d.%03dZ", (int)(of_day / 3600000),
                 (int)(of_day / 60000 % 60), (int)(of_day / 1000 % 60),
                 (int)(of_day % 1000));
}

static void print_value(const struct mh_field *field,
                        const struct mh_value *value)
{
    (void)printf("  %-24s ", field->name);
    if (value->set != MH_VALUE) {
        (void)printf("null\n");
        return;
    }
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
        (void)printf("%" PRId64, value->number);
        break;
    case MH_KIND_BOOLEAN:
        (void)printf("%s", value->number != 0 ? "true" : "false");
        break;
    case MH_KIND_DATE:
        print_day(value->number);
        break;
    case MH_KIND_TIMESTAMP:
        print_instant(value->number);
        break;
    case MH_KIND_STRING:
    case MH_KIND_UUID:
    case MH_KIND_ENUM:
        admin_print_bytes(value->text, value->len);
        break;
    }
    (void)putchar('\n');
}

/* What can be read: all of it, or the fields before the one that cannot. */
static void print_event(const struct mh_catalogue *catalogue,
                        const struct mh_buf *value)
{
    const struct mh_schema *schema;
    struct mh_event event;
    uint32_t id = 0;
    int field = -1;
    enum mh_code code = mh_frame_read(value->bytes, value->len, &id);

    if (code != MH_OK) {
        (void)printf("  %s\n", mh_code_text(code));
        return;
    }
    schema = mh_catalogue_schema(catalogue, id);
    if (schema == NULL) {
        (void)printf("  schema %lu: %s\n", (unsigned long)id,
                     mh_code_text(MH_SCHEMA_ID));
        return;
    }
    (void)printf("  schema %lu: %s version %d\n", (unsigned long)id,
                 schema->writer->name, schema->writer->version);
    code = mh_decode(schema, value->bytes + MH_FRAME_BYTES,
                     value->len - MH_FRAME_BYTES, &event, &field);
    for (int i = 0; i < (field < 0 ? event.type->field_count : field); i++) {
        print_value(&event.type->fields[i], &event.values[i]);
    }
    if (code != MH_OK) {
        (void)printf("  %s%s%s\n", mh_code_text(code), field < 0 ? "" : ", at ",
                     field < 0 ? "" : schema->latest->fields[field].name);
    }
}

/* Everything known of the letter but its contents. */
static enum mh_code print_letter(struct database *db, const char *id,
                                 struct mh_err *err)
{
    static const struct {
        const char *title, *sql;
    } TABLES[] = {
        {"Faults",
         "SELECT fault.value ->> 'code' AS code,"
         "       fault.value ->> 'pointer' AS pointer,"
         "       fault.value ->> 'detail' AS detail"
         "  FROM ops.dead_letter,"
         "       jsonb_array_elements(detail) WITH ORDINALITY AS fault"
         " WHERE id = $1::bigint ORDER BY ordinality"},
        {"History",
         "SELECT to_char(acted_at AT TIME ZONE 'Asia/Tehran',"
         "       'YYYY-MM-DD HH24:MI:SS') AS at, acted_by AS who, act, outcome,"
         "       reason, pointer, why"
         "  FROM ops.dead_letter_act WHERE letter_id = $1::bigint ORDER BY id"},
    };
    const char *const params[] = {id};
    enum mh_code code = database_exec(
        db, "dead letter",
        "SELECT id, topic, partition, \"offset\", received_at, dead_at, state,"
        "       event_type, event_id, agency_code, reason, pointer"
        "  FROM ops.dead_letter WHERE id = $1::bigint",
        1, params, err);

    if (code == MH_OK && database_rows(db) == 0) {
        return mh_fail(err, MH_USAGE, "there is no dead letter %s", id);
    }
    if (code == MH_OK) {
        admin_print_row(db, 0);
    }
    for (int i = 0; i < 2 && code == MH_OK; i++) {
        code = database_exec(db, "dead letter", TABLES[i].sql, 1, params, err);
        if (code == MH_OK && database_rows(db) > 0) {
            (void)printf("\n%s:\n", TABLES[i].title);
            admin_print_table(db);
        }
    }
    return code;
}

static enum mh_code print_headers(struct database *db, const char *id,
                                  struct mh_buf *bytes, struct mh_err *err)
{
    const char *const params[] = {id};
    enum mh_code code = database_exec(db, "headers",
                                      "SELECT h ->> 'name', h ->> 'hex'"
                                      "  FROM core.dead_letter_record,"
                                      "       jsonb_array_elements(headers)"
                                      "       WITH ORDINALITY AS e (h, n)"
                                      " WHERE id = $1::bigint ORDER BY n",
                                      1, params, err);

    for (int row = 0; code == MH_OK && row < database_rows(db); row++) {
        (void)printf("%s  ", row == 0 ? "\nHeaders:\n" : "");
        admin_print_text(database_text(db, row, 0));
        (void)printf(": ");
        if (database_text(db, row, 1) == NULL) {
            (void)printf("null\n");
            continue;
        }
        if (!read_hex(database_text(db, row, 1), bytes)) {
            return mh_fail(err, MH_MEMORY, "out of memory");
        }
        admin_print_bytes(bytes->bytes, bytes->len);
        (void)putchar('\n');
    }
    return code;
}

static enum mh_code print_value_bytes(const char *hex,
                                      const struct mh_catalogue *catalogue,
                                      struct mh_buf *bytes, struct mh_err *err)
{
    if (hex == NULL) {
        (void)printf("\nNo value (a tombstone).\n");
        return MH_OK;
    }
    if (!read_hex(hex, bytes)) {
        return mh_fail(err, MH_MEMORY, "out of memory");
    }
    (void)printf("\nValue, %zu bytes:\n", bytes->len);
    print_hex(bytes->bytes,
              bytes->len < HEX_BYTES_MAX ? bytes->len : HEX_BYTES_MAX);
    if (bytes->len > HEX_BYTES_MAX) {
        (void)printf("  and %zu bytes more; dead-letters export has all\n",
                     bytes->len - HEX_BYTES_MAX);
    }
    (void)printf("\nDecoded:\n");
    print_event(catalogue, bytes);
    return MH_OK;
}

static enum mh_code print_record(struct database *db, const char *id,
                                 const struct mh_catalogue *catalogue,
                                 struct mh_err *err)
{
    const char *const params[] = {id};
    struct mh_buf bytes;
    enum mh_code code;

    mh_buf_init(&bytes, RECORD_BYTES_MAX);
    code = print_headers(db, id, &bytes, err);
    if (code == MH_OK) {
        code = database_exec(
            db, "dead letter",
            "SELECT encode(key, 'hex'), encode(value, 'hex')"
            "  FROM core.dead_letter_record WHERE id = $1::bigint",
            1, params, err);
    }
    if (code == MH_OK && database_rows(db) > 0) {
        if (!read_hex(database_text(db, 0, 0), &bytes)) {
            code = mh_fail(err, MH_MEMORY, "out of memory");
        } else {
            (void)printf("\nKey: ");
            admin_print_bytes(bytes.bytes, bytes.len);
            (void)putchar('\n');
            code = print_value_bytes(database_text(db, 0, 1), catalogue, &bytes,
                                     err);
        }
    }
    mh_buf_fini(&bytes);
    return code;
}

enum mh_code admin_dead_letters_show(const struct admin *admin,
                                     struct mh_err *err)
{
    const char *id = admin_arg(admin, 0);
    struct mh_catalogue *catalogue = NULL;
    struct database *db = NULL;
    struct mh_buf problems;
    enum mh_code code;

    if (strspn(id, "0123456789") != strlen(id) || strlen(id) < 1 ||
        strlen(id) > 18) {
        return mh_fail(err, MH_USAGE, "not the id of a dead letter");
    }
    mh_buf_init(&problems, PROBLEM_BYTES_MAX);
    code = mh_catalogue_new(&catalogue, err);
    if (code == MH_OK) {
        code = mh_catalogue_load(catalogue, admin->schemas, &problems, err);
        admin_print_problems(&problems);
    }
    if (code == MH_OK) {
        code = admin_connect(admin, &db, err);
    }
    if (code == MH_OK) {
        code = admin_begin_reading(db, err);
    }
    if (code == MH_OK) {
        code = print_letter(db, id, err);
    }
    if (code == MH_OK) {
        code = print_record(db, id, catalogue, err);
    }
    if (db != NULL) {
        database_rollback(db);
    }
    database_close(db);
    mh_catalogue_free(catalogue);
    mh_buf_fini(&problems);
    return code;
}
