/* SPDX-License-Identifier: Apache-2.0 */
/* Cells are written as they were, but for bytes that were no character, and for
 * what a spreadsheet would run: the row may come from somebody else. */
#include "post_mend.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "template.h"
#include "text.h"

enum {
    /* A row, each byte of it replaced or doubled, and its faults. */
    MEND_MAX = 4 * MH_CSV_ROW_MAX + MH_FAULTS_MAX * 1024,
    WHY_MAX = MH_FAULTS_MAX * 1024
};

struct mend {
    struct output output;
    enum words_lang lang;
    const struct sheet *sheet; /* lent */
    char delimiter;
    struct mh_buf buf;
    struct mh_buf cell; /* a text before it is quoted */
};

enum mh_code mend_open(const char *path, enum words_lang lang,
                       struct mend **mend, struct mh_err *err)
{
    struct mend *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "%s: out of memory", path);
    }
    code = output_open(path, &made->output, err);
    if (code != MH_OK) {
        free(made);
        return code;
    }
    made->lang = lang;
    mh_buf_init(&made->buf, MEND_MAX);
    mh_buf_init(&made->cell, 3 * MH_CSV_ROW_MAX + WHY_MAX);
    *mend = made;
    return MH_OK;
}

void mend_close(struct mend *mend)
{
    if (mend == NULL) {
        return;
    }
    output_close(&mend->output);
    mh_buf_fini(&mend->cell);
    mh_buf_fini(&mend->buf);
    free(mend);
}

/* Append `cell` as the next one of the row. */
static void put_cell(struct mend *mend, bool first)
{
    if (!first) {
        mh_buf_byte(&mend->buf, (uint8_t)mend->delimiter);
    }
    if (mend->cell.failed) {
        mend->buf.failed = true;
        return;
    }
    template_cell(&mend->buf, mend->delimiter, mh_buf_string(&mend->cell),
                  mend->cell.len);
    mh_buf_reset(&mend->cell);
}

static void put_text(struct mend *mend, const char *text, size_t len,
                     bool first)
{
    size_t at = 0;

    if (sheet_is_formula(text, len)) {
        mh_buf_byte(&mend->cell, '\'');
    }
    if (mh_text_is_utf8(text, len)) {
        mh_buf_put(&mend->cell, text, len);
        at = len;
    }
    while (at < len) {
        size_t bytes = mh_text_character(text + at, len - at);

        if (bytes == 0) {
            mh_buf_text(&mend->cell, "\xEF\xBF\xBD");
            at++;
        } else {
            mh_buf_put(&mend->cell, text + at, bytes);
            at += bytes;
        }
    }
    put_cell(mend, first);
}

/* Cells of the row in the columns of the sheet; extras are left out. */
static void put_cells(struct mend *mend, const struct row *row)
{
    const struct sheet *sheet = mend->sheet;
    bool whole = row->problem == NULL && row->count >= sheet->count;
    bool first = true;

    for (int i = 0; i < sheet->count; i++) {
        if (sheet->columns[i] == SHEET_EXTRA) {
            continue;
        }
        if (whole) {
            put_text(mend, row->cells[i].text, row->cells[i].len, first);
        } else {
            put_text(mend, row->text, first ? row->len : 0, first);
        }
        first = false;
    }
}

enum mh_code mend_header(struct mend *mend, const struct sheet *sheet,
                         const struct row *row, char delimiter,
                         struct mh_err *err)
{
    mend->sheet = sheet;
    mend->delimiter = delimiter;
    mh_buf_reset(&mend->buf);
    mh_buf_text(&mend->buf, "\xEF\xBB\xBF");
    put_cells(mend, row);
    for (int i = 0; i < SHEET_EXTRA_COUNT; i++) {
        mh_buf_text(&mend->cell,
                    sheet_extra_name((enum sheet_extra)i, mend->lang));
        put_cell(mend, false);
    }
    mh_buf_text(&mend->buf, "\r\n");
    return output_write(&mend->output, &mend->buf, err);
}

enum mh_code mend_row(struct mend *mend, const struct row *row,
                      const struct mh_faults *faults, struct mh_err *err)
{
    mh_buf_reset(&mend->buf);
    put_cells(mend, row);
    mh_buf_format(&mend->cell, "%" PRIu64, row->number);
    put_cell(mend, false);
    for (int i = 0; i < faults->count; i++) {
        mh_buf_text(&mend->cell, i == 0 ? "" : " | ");
        words_fault(&faults->items[i], mend->sheet->type, mend->lang,
                    &mend->cell);
    }
    put_cell(mend, false);
    mh_buf_text(&mend->buf, "\r\n");
    return output_write(&mend->output, &mend->buf, err);
}
