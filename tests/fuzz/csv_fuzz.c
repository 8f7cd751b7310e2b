/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a table of events, the whole way of mahalle-post: the first byte
   chooses a character set and a type, the rest is the file. Rows come to their
   end, each is accepted or has its fault, what is accepted encodes and passes
   the check of the other side, and what is refused is a table again. Good
   seeds: tests/fuzz/csv_fuzz. Runs in the root of the tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "charset.h"
#include "check.h"
#include "decode.h"
#include "encode.h"
#include "frame.h"
#include "intake.h"
#include "post_mend.h"
#include "text.h"

static const char *const CHARSETS[] = {"UTF-8", "UTF-16", "windows-1256",
                                       "UTF-16LE"};
static struct intake intake;
static struct sheet sheet;
static struct mh_faults faults;

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    static struct mh_catalogue *catalogue;
    static struct mh_reference *reference;
    struct mh_buf problems;
    struct mh_err err;

    (void)argc;
    (void)argv;
    mh_buf_init(&problems, 1 << 20);
    must(mh_catalogue_new(&catalogue, &err) == MH_OK);
    must(mh_catalogue_load(catalogue, MAHALLE_SCHEMAS_DIR, &problems, &err) ==
         MH_OK);
    must(mh_reference_new(&reference, &err) == MH_OK);
    must(mh_reference_load(reference, MAHALLE_SCHEMAS_DIR, &err) == MH_OK);
    mh_buf_fini(&problems);
    for (int i = 1; i < 4; i++) {
        static struct charset *kept[4];

        /* else iconv loads its tables anew for each input */
        must(charset_new(CHARSETS[i], &kept[i], &err) == MH_OK);
    }
    intake = (struct intake){.catalogue = catalogue, .reference = reference};
    return 0;
}

/* Reads every byte, so that a sanitizer sees what must not be read. */
static void look_at(const char *text, size_t len)
{
    static volatile unsigned char last;

    for (size_t i = 0; i < len; i++) {
        last = (unsigned char)text[i];
    }
    (void)last;
}

/* A table in memory by itself: strict, as reference data is read. */
static void read_table(const char *text, size_t size)
{
    struct mh_csv csv;
    struct mh_err err;
    bool more = true;
    size_t rows = 0;

    mh_csv_init(&csv, text, size, ',');
    while (more) {
        enum mh_code code = mh_csv_next(&csv, &more, &err);

        must(rows++ <= size && (code == MH_OK || code == MH_CSV));
        for (int i = 0; i < csv.count; i++) {
            look_at(csv.cells[i].text, csv.cells[i].len);
        }
        look_at(csv.row, csv.row_len);
    }
    mh_csv_fini(&csv);
}

/* What the consumer makes of the bytes that the producer sends. */
static void compare(const struct mh_event *event)
{
    static struct mh_faults none;
    const struct mh_schema *schema;
    struct mh_event other;
    struct mh_buf value;
    uint32_t id;
    int field;

    mh_buf_init(&value, MH_EVENT_BYTES_MAX);
    mh_encode(event, &value);
    must(!value.failed);
    must(mh_frame_read(value.bytes, value.len, &id) == MH_OK);
    schema = mh_catalogue_schema(intake.catalogue, id);
    must(mh_decode(schema, value.bytes + MH_FRAME_BYTES,
                   value.len - MH_FRAME_BYTES, &other, &field) == MH_OK);
    must(mh_check(&other, intake.reference, &none));
    mh_buf_fini(&value);
}

/* @returns whether the row was refused */
static bool take_row(const struct row *row)
{
    struct intake_room room;
    struct mh_event event;
    enum mh_code code;

    faults.count = 0;
    code = sheet_row(&sheet, row, &faults);
    if (code == MH_OK) {
        code = intake_items(&intake, sheet.items, sheet.item_count,
                            1760421600000, &room, &event, &faults);
    }
    must((code == MH_OK) == (faults.count == 0));
    if (code == MH_OK) {
        compare(&event);
    }
    return code != MH_OK;
}

static void take_rows(struct rows *rows, size_t size)
{
    struct mend *mend = NULL;
    struct mh_err err;
    uint64_t count = 0;

    must(mend_open("/dev/null", WORDS_FA, &mend, &err) == MH_OK);
    for (;;) {
        enum rows_state state;
        struct row row;
        enum mh_code code = rows_read(rows, 0, &state, &row, &err);

        must(code == MH_OK || code == MH_CHARSET);
        if (code != MH_OK || state == ROWS_END) {
            break;
        }
        must(state == ROWS_ROW && count++ <= size);
        look_at(row.text, row.len);
        faults.count = 0;
        if (row.number == 0) {
            if (sheet_header(&sheet, intake.type, &row, &faults) != MH_OK) {
                must(faults.count > 0);
                break;
            }
            must(mend_header(mend, &sheet, &row, rows_delimiter(rows), &err) ==
                 MH_OK);
        } else if (!sheet_is_blank(&row) && take_row(&row)) {
            must(mend_row(mend, &row, &faults, &err) == MH_OK);
        }
    }
    mend_close(mend);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    struct rows *rows = NULL;
    struct mh_err err;
    char path[64];
    int file;

    read_table(text, size);
    if (size == 0) {
        return 0;
    }
    intake.type = mh_catalogue_at(
        intake.catalogue, data[0] / 4 % mh_catalogue_count(intake.catalogue));
    file = memfd_create("csv", MFD_CLOEXEC);
    must(file >= 0);
    must(write(file, data + 1, size - 1) == (ssize_t)size - 1);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    must(rows_open(path, CHARSETS[data[0] % 4], &rows, &err) == MH_OK);
    take_rows(rows, size);
    rows_close(rows);
    (void)close(file);
    return 0;
}
