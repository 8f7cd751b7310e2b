/* SPDX-License-Identifier: Apache-2.0 */
/* A table -> events of one type. */
#include <stdlib.h>
#include <string.h>

#include "post.h"
#include "stop.h"

/* The table in hand. */
struct table {
    const char *file;
    struct rows *rows;
    uint64_t first; /* ticket of its first row */
    bool begun;     /* the names of the columns are known */
    bool refused;   /* they are not, so no row can be read */
};

static enum mh_code settle(struct post *post, const struct table *table,
                           const struct row *row, enum mh_code code,
                           struct mh_err *err)
{
    struct line line = {
        .text = row->text, .len = row->len, .number = row->number};

    if (mh_code_act(code) == MH_ACT_REFUSE && post->mend != NULL &&
        table->begun) {
        enum mh_code kept = mend_row(post->mend, row, &post->work.faults, err);

        if (kept != MH_OK) {
            return kept;
        }
    }
    return post_settle(post, code, table->file, &line,
                       table->first | row->number, err);
}

/* The names of the columns by the type that is given, if it is still there: the
 * contract may have been read again without it. */
static enum mh_code read_header(struct post *post, const struct row *row)
{
    static const char NAME[] = "event_type";
    const struct mh_type *type = post->client->intake.type;

    post->work.faults.count = 0;
    if (type != NULL) {
        return sheet_header(&post->sheet, type, row, &post->work.faults);
    }
    mh_fault_add_name(&post->work.faults, MH_UNKNOWN_TYPE, NAME,
                      sizeof NAME - 1, "the short name of a type", NULL, 0);
    return MH_UNKNOWN_TYPE;
}

static enum mh_code take_header(struct post *post, struct table *table,
                                const struct row *row, struct mh_err *err)
{
    enum mh_code code;

    do {
        code = read_header(post, row);
    } while (code != MH_OK && client_renew(post->client, true));
    if (code != MH_OK) {
        table->refused = true;
        return settle(post, table, row, code, err);
    }
    table->begun = true;
    return post->mend == NULL ? MH_OK
                              : mend_header(post->mend, &post->sheet, row,
                                            rows_delimiter(table->rows), err);
}

/* To a gateway, which answers later. @returns given, free; NULL: no memory */
static struct post_row *keep_row(const struct table *table,
                                 const struct row *row)
{
    struct post_row *kept = malloc(sizeof *kept + row->len);

    if (kept != NULL) {
        kept->delimiter = rows_delimiter(table->rows);
        kept->number = row->number;
        kept->len = row->len;
        memcpy(kept->text, row->text, row->len);
    }
    return kept;
}

enum mh_code post_row_mend(struct post *post, const struct post_row *kept,
                           const struct mh_faults *faults, struct mh_err *err)
{
    struct mh_csv csv;
    bool more = false;
    enum mh_code code;

    mh_csv_init(&csv, kept->text, kept->len, kept->delimiter);
    code = mh_csv_next(&csv, &more, err);
    if (code == MH_OK && more) {
        struct row row = {.cells = csv.cells,
                          .count = csv.count,
                          .text = kept->text,
                          .len = kept->len,
                          .number = kept->number};

        code = mend_row(post->mend, &row, faults, err);
    }
    mh_csv_fini(&csv);
    return code;
}

/* Check it and hand it over. */
static enum mh_code send_row(struct post *post, const struct table *table,
                             const struct row *row, struct mh_err *err)
{
    struct label label = post_label(post, table->first | row->number);
    enum mh_code code;

    if (post->options.gateway != NULL && !post->options.dry_run) {
        label.tag = keep_row(table, row);
        if (label.tag == NULL) {
            return mh_fail(err, MH_MEMORY, "a row: out of memory");
        }
    }
    code = client_items(post->client, &post->work, post->sheet.items,
                        post->sheet.item_count, label, CLIENT_FOREVER_MS, err);
    if (code != MH_OK) {
        free(label.tag);
    }
    return code;
}

static enum mh_code take_row(struct post *post, struct table *table,
                             const struct row *row, struct mh_err *err)
{
    enum mh_code code;

    post->work.faults.count = 0;
    if (!table->begun) {
        return take_header(post, table, row, err);
    }
    if (sheet_is_blank(row)) {
        return MH_OK;
    }
    code = sheet_row(&post->sheet, row, &post->work.faults);
    if (code == MH_OK) {
        code = send_row(post, table, row, err);
    }
    return settle(post, table, row, code, err);
}

/* The whole file is in another character set: one fault instead of one a row.
 */
static enum mh_code refuse_file(struct post *post, struct table *table,
                                struct mh_err *err)
{
    static const struct row NOTHING = {.text = ""};
    const char *why = strstr(err->text, ": ");

    table->refused = true;
    post->work.faults.count = 0;
    (void)mh_fault_add(&post->work.faults, MH_CHARSET, NULL, -1,
                       why == NULL ? err->text : why + 2, NULL, 0);
    return settle(post, table, &NOTHING, MH_CHARSET, err);
}

static enum mh_code post_all(struct post *post, struct table *table,
                             struct mh_err *err)
{
    enum mh_code code = MH_OK;

    while (code == MH_OK && !table->refused && !mh_stop_asked()) {
        enum rows_state state;
        struct row row;

        code = rows_read(table->rows, POST_WAIT_MS, &state, &row, err);
        if (code == MH_CHARSET) {
            return refuse_file(post, table, err);
        }
        if (code != MH_OK || state == ROWS_END) {
            return code;
        }
        code = state == ROWS_ROW ? take_row(post, table, &row, err)
                                 : post_idle(post, err);
        progress_show(&post->progress,
                      post->bytes_done + rows_bytes(table->rows));
    }
    return code;
}

enum mh_code post_rows(struct post *post, int index, struct mh_err *err)
{
    struct table table = {.file = mh_options_arg(post->options.all, index),
                          .first = (uint64_t)index << POST_TICKET_LINE_BITS};
    enum mh_code code =
        rows_open(table.file, post->options.charset, &table.rows, err);

    if (code == MH_OK) {
        code = post_all(post, &table, err);
        post->bytes_done += rows_bytes(table.rows);
        rows_close(table.rows);
    }
    return code;
}
