/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row is read twice: first the bounds of its cells are found, then cells
 * with doubled quotes, which are rare, are copied without them.
 */
#include "csv.h"

#include <assert.h>
#include <string.h>

enum { ROW_MAX = MH_CSV_COLUMNS_MAX * MH_CSV_CELL_MAX };

void mh_csv_init(struct mh_csv *csv, const char *text, size_t len,
                 char delimiter)
{
    assert(delimiter != '"' && delimiter != '\r' && delimiter != '\n');
    *csv = (struct mh_csv){.text = text, .len = len, .delimiter = delimiter};
    csv->next_line = 1;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        csv->at = 3;
    }
    mh_buf_init(&csv->unquoted, ROW_MAX);
}

void mh_csv_fini(struct mh_csv *csv)
{
    mh_buf_fini(&csv->unquoted);
}

/* Bytes of the line end at `at`: 0, 1 or 2. */
static size_t line_end(const struct mh_csv *csv, size_t at)
{
    if (at < csv->len && csv->text[at] == '\n') {
        return 1;
    }
    return at + 1 < csv->len && csv->text[at] == '\r' &&
                   csv->text[at + 1] == '\n'
               ? 2
               : 0;
}

/* After a fault: go on behind the line where it was found. */
static enum mh_code leave_row(struct mh_csv *csv, size_t at, struct mh_err *err,
                              const char *fault)
{
    const char *end;

    end = at < csv->len ? memchr(csv->text + at, '\n', csv->len - at) : NULL;
    csv->at = end == NULL ? csv->len : (size_t)(end - csv->text) + 1;
    csv->row_len = (size_t)(csv->text + csv->at - csv->row);
    csv->next_line++;
    csv->count = 0;
    return mh_fail(err, MH_CSV, "line %d: %s", csv->line, fault);
}

/* The cell at `*at`, its quotes taken off. @returns what is wrong, or NULL */
static const char *find_cell(struct mh_csv *csv, size_t *at,
                             struct mh_csv_cell *cell, bool *doubled)
{
    const char *text = csv->text;
    size_t i = *at;
    bool closed = false;

    *doubled = false;
    if (i == csv->len || text[i] != '"') {
        while (i < csv->len && text[i] != csv->delimiter && text[i] != '\n' &&
               text[i] != '\r') {
            if (text[i] == '"') {
                *at = i;
                return "a quote inside a cell without quotes";
            }
            i++;
        }
        *cell = (struct mh_csv_cell){text + *at, i - *at};
        *at = i;
        return NULL;
    }
    i++;
    while (i < csv->len && !closed) {
        if (text[i] == '"' && i + 1 < csv->len && text[i + 1] == '"') {
            *doubled = true;
            i++;
        } else if (text[i] == '"') {
            closed = true;
        }
        csv->next_line += text[i] == '\n';
        i++;
    }
    *cell = (struct mh_csv_cell){text + *at + 1, i - *at - 2};
    *at = i;
    return closed ? NULL : "a quote is not closed";
}

/* Copy the cells with doubled quotes, one quote of each pair. */
static bool unquote(struct mh_csv *csv, const bool *doubled)
{
    size_t total = 0;
    char *to;

    for (int i = 0; i < csv->count; i++) {
        total += doubled[i] ? csv->cells[i].len : 0;
    }
    if (total == 0) {
        return true;
    }
    mh_buf_reset(&csv->unquoted);
    to = (char *)mh_buf_grow(&csv->unquoted, total);
    if (to == NULL) {
        return false;
    }
    for (int i = 0; i < csv->count; i++) {
        struct mh_csv_cell cell = csv->cells[i];

        if (!doubled[i]) {
            continue;
        }
        csv->cells[i].text = to;
        for (size_t k = 0; k < cell.len; k++) {
            *to++ = cell.text[k];
            k += cell.text[k] == '"';
        }
        csv->cells[i].len = (size_t)(to - csv->cells[i].text);
    }
    return true;
}

enum mh_code mh_csv_next(struct mh_csv *csv, bool *more, struct mh_err *err)
{
    bool doubled[MH_CSV_COLUMNS_MAX];
    bool again = true;
    size_t at, end;

    for (end = line_end(csv, csv->at); end != 0; end = line_end(csv, csv->at)) {
        csv->at += end;
        csv->next_line++;
    }
    csv->count = 0;
    csv->line = csv->next_line;
    csv->row = csv->text + csv->at;
    csv->row_len = 0;
    if (csv->at == csv->len) {
        *more = false;
        return MH_OK;
    }
    *more = true;
    for (at = csv->at; again; at += again) {
        const char *fault;

        if (csv->count == MH_CSV_COLUMNS_MAX) {
            return leave_row(csv, at, err, "too many cells");
        }
        fault =
            find_cell(csv, &at, &csv->cells[csv->count], &doubled[csv->count]);
        if (fault != NULL) {
            return leave_row(csv, at, err, fault);
        }
        if (csv->cells[csv->count].len > MH_CSV_CELL_MAX) {
            return leave_row(csv, at, err, "a cell is too long");
        }
        csv->count++;
        again = at < csv->len && csv->text[at] == csv->delimiter;
    }
    end = line_end(csv, at);
    if (end == 0 && at < csv->len) {
        return leave_row(csv, at, err,
                         csv->text[at] == '\r'
                             ? "a carriage return without line feed"
                             : "text behind a closing quote");
    }
    if (csv->columns != 0 && csv->count != csv->columns) {
        return leave_row(csv, at, err, "not as many cells as the first row");
    }
    csv->columns = csv->count;
    csv->row_len = (size_t)(csv->text + at - csv->row);
    csv->at = at + end;
    csv->next_line += end != 0;
    return unquote(csv, doubled)
               ? MH_OK
               : mh_fail(err, MH_MEMORY, "no memory for a row");
}
