/* SPDX-License-Identifier: Apache-2.0 */
/* dead-letters list, show: what was refused, and why. `show` prints the
   contents of an event, which is why only the owner of the tables can. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "calendar.h"
#include "catalogue.h"
#include "decode.h"
#include "frame.h"

enum { COLUMNS_MAX = 12, PROBLEM_BYTES_MAX = 1024 * 1024, HEX_WIDTH = 16 };

static const char *or_dash(const char *text)
{
    return text == NULL || *text == '\0' ? "-" : text;
}

static const char *cell(const struct database *db, int row, int column)
{
    return or_dash(row < 0 ? database_column(db, column)
                           : database_text(db, row, column));
}

/* The last answer as a table. What an event said of itself is among it, so
   whatever is not ASCII is not shown. */
static void print_table(const struct database *db)
{
    int widths[COLUMNS_MAX] = {0};
    int columns = database_columns(db);

    for (int row = -1; row < database_rows(db); row++) {
        for (int c = 0; c < columns; c++) {
            int len = (int)strlen(cell(db, row, c));

            widths[c] = len > widths[c] ? len : widths[c];
        }
    }
    for (int row = -1; row < database_rows(db); row++) {
        for (int c = 0; c < columns; c++) {
            const char *text = cell(db, row, c);
            int len = (int)strlen(text);

            for (; *text != '\0'; text++) {
                (void)putchar(*text >= ' ' && *text < 127 ? *text : '?');
            }
            (void)printf("%*s", c + 1 < columns ? widths[c] - len + 2 : 0, "");
        }
        (void)putchar('\n');
    }
}

#define CHOSEN                                             \
    " FROM ops.dead_letter WHERE ($1 = '' OR reason = $1)" \
    " AND ($2 = '' OR state = $2) AND ($3 = '' OR agency_code = $3)"

/* A word that no letter can have is a slip, not a list without letters. */
static enum mh_code check_choice(const char *reason, const char *state,
                                 struct mh_err *err)
{
    if (*reason != '\0' && mh_code_find(reason) == MH_CODE_COUNT) {
        return mh_fail(err, MH_USAGE, "there is no reason %s", reason);
    }
    if (*state != '\0' && strcmp(state, "open") != 0 &&
        strcmp(state, "replayed") != 0 && strcmp(state, "parked") != 0) {
        return mh_fail(err, MH_USAGE,
                       "there is no state %s: open, replayed or parked", state);
    }
    return MH_OK;
}

enum mh_code admin_dead_letters_list(const struct admin *admin,
                                     struct mh_err *err)
{
    char limit[24];
    const char *const params[] = {
        mh_options_text(admin->options, "reason"),
        mh_options_text(admin->options, "state"),
        mh_options_text(admin->options, "agency"),
        limit,
    };
    struct database *db = NULL;
    enum mh_code code = check_choice(params[0], params[1], err);

    if (code == MH_OK) {
        code = admin_connect(admin, &db, err);
    }
    if (code != MH_OK) {
        return code;
    }
    (void)snprintf(limit, sizeof limit, "%" PRId64,
                   mh_options_number(admin->options, "limit"));
    code = admin_begin_reading(db, err);
    if (code == MH_OK) {
        code = database_exec(
            db, "dead letters",
            "SELECT id, to_char(received_at AT TIME ZONE 'Asia/Tehran',"
            "       'YYYY-MM-DD HH24:MI:SS') AS received, partition AS part,"
            "       \"offset\", reason, pointer, event_type, agency_code,"
            "       event_id, state" CHOSEN
            " ORDER BY id DESC LIMIT $4::bigint",
            4, params, err);
    }
    if (code == MH_OK) {
        print_table(db);
        code = database_exec(
            db, "dead letters",
            "SELECT count(*) AS letters, reason, state" CHOSEN
            " GROUP BY reason, state ORDER BY count(*) DESC, reason, state",
            3, params, err);
    }
    if (code == MH_OK) {
        (void)printf("\n");
        print_table(db);
    }
    database_rollback(db);
    database_close(db);
    return code;
}

/* Bytes from outside on a terminal: everything but ASCII as it is written in
   C. */
static void print_bytes(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte >= ' ' && byte < 127 && byte != '\\') {
            (void)putchar(byte);
        } else {
            (void)printf("\\x%02x", byte);
        }
    }
}

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
        print_bytes(value->text, value->len);
        break;
    }
    (void)putchar('\n');
}

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
    if (code != MH_OK) {
        (void)printf("  %s%s%s\n", mh_code_text(code), field < 0 ? "" : ", at ",
                     field < 0 ? "" : schema->latest->fields[field].name);
        return;
    }
    for (int i = 0; i < event.type->field_count; i++) {
        print_value(&event.type->fields[i], &event.values[i]);
    }
}

static enum mh_code print_letter(struct database *db, const char *id,
                                 struct mh_err *err)
{
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
    for (int c = 0; code == MH_OK && c < database_columns(db); c++) {
        const char *text = cell(db, 0, c);

        (void)printf("%-12s ", database_column(db, c));
        print_bytes(text, strlen(text));
        (void)putchar('\n');
    }
    if (code == MH_OK) {
        code = database_exec(
            db, "dead letter",
            "SELECT fault.value ->> 'code' AS code,"
            "       fault.value ->> 'pointer' AS pointer,"
            "       fault.value ->> 'detail' AS detail"
            "  FROM ops.dead_letter,"
            "       jsonb_array_elements(detail) WITH ORDINALITY AS fault"
            " WHERE id = $1::bigint ORDER BY ordinality",
            1, params, err);
    }
    if (code == MH_OK) {
        (void)printf("\nFaults:\n");
        print_table(db);
    }
    return code;
}

static enum mh_code print_record(struct database *db, const char *id,
                                 const struct mh_catalogue *catalogue,
                                 struct mh_err *err)
{
    const char *const params[] = {id};
    struct mh_buf bytes;
    enum mh_code code =
        database_exec(db, "dead letter",
                      "SELECT encode(key, 'hex'), encode(value, 'hex'), headers"
                      "  FROM core.dead_letter_record WHERE id = $1::bigint",
                      1, params, err);

    if (code != MH_OK || database_rows(db) == 0) {
        return code;
    }
    mh_buf_init(&bytes, 64 * 1024 * 1024);
    if (!read_hex(database_text(db, 0, 0), &bytes)) {
        code = mh_fail(err, MH_MEMORY, "out of memory");
        goto done;
    }
    (void)printf("\nKey: ");
    print_bytes((const char *)bytes.bytes, bytes.len);
    (void)printf("\nHeaders: ");
    print_bytes(database_text(db, 0, 2), strlen(database_text(db, 0, 2)));
    if (database_text(db, 0, 1) == NULL) {
        (void)printf("\n\nNo value (a tombstone).\n");
        goto done;
    }
    if (!read_hex(database_text(db, 0, 1), &bytes)) {
        code = mh_fail(err, MH_MEMORY, "out of memory");
        goto done;
    }
    (void)printf("\n\nValue, %zu bytes:\n", bytes.len);
    print_hex(bytes.bytes, bytes.len);
    (void)printf("\nDecoded:\n");
    print_event(catalogue, &bytes);
done:
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
