/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A row is read twice: first the bounds of its cells are found, then cells
 * with doubled quotes, which are rare, are copied without them. Nothing is
 * kept of a row whose end is not there yet: it is read again with more text.
 */
#include "csv.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

void mh_csv_init(struct mh_csv *csv, const char *text, size_t len,
                 char delimiter)
{
    assert(delimiter != '"' && delimiter != '\r' && delimiter != '\n');
    *csv = (struct mh_csv){
        .text = text, .len = len, .last = true, .delimiter = delimiter};
    csv->next_line = 1;
    csv->ends[(unsigned char)delimiter] = true;
    csv->ends['"'] = csv->ends['\r'] = csv->ends['\n'] = true;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        csv->at = 3;
    }
    mh_buf_init(&csv->unquoted, MH_CSV_ROW_MAX);
}

void mh_csv_fini(struct mh_csv *csv)
{
    mh_buf_fini(&csv->unquoted);
}

void mh_csv_feed(struct mh_csv *csv, const char *text, size_t len, bool last)
{
    csv->text = text;
    csv->len = len;
    csv->at = 0;
    csv->last = last;
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

/* Go on behind the line at `at`, also when its end is not there yet. */
static void skip_line(struct mh_csv *csv)
{
    const char *from = csv->text + csv->at;
    const char *end = memchr(from, '\n', csv->len - csv->at);

    csv->skipping = end == NULL;
    csv->at = end == NULL ? csv->len : (size_t)(end - csv->text) + 1;
    csv->next_line += end != NULL;
}

/* Refuse the row, of which only the first line is taken away. */
static enum mh_code refuse(struct mh_csv *csv, const char *problem,
                           struct mh_err *err)
{
    csv->count = 0;
    csv->problem = problem;
    skip_line(csv);
    csv->row_len = (size_t)(csv->text + csv->at - csv->row);
    while (csv->row_len > 0 && (csv->row[csv->row_len - 1] == '\n' ||
                                csv->row[csv->row_len - 1] == '\r')) {
        csv->row_len--;
    }
    return mh_fail(err, MH_CSV, "line %" PRIu64 ": %s", csv->line, problem);
}

/* Where a row has got to. */
struct walk {
    size_t at;
    uint64_t lines; /* line ends inside its cells */
    bool doubled[MH_CSV_COLUMNS_MAX];
};

/* A cell that begins with a quote. @returns what is wrong, or NULL */
static const char *find_quoted(const struct mh_csv *csv, struct walk *walk,
                               struct mh_csv_cell *cell)
{
    const char *text = csv->text;
    size_t i = walk->at + 1;
    bool *doubled = &walk->doubled[csv->count];

    for (; i < csv->len; i++) {
        walk->lines += text[i] == '\n';
        if (text[i] != '"') {
            continue;
        }
        if (i + 1 == csv->len || text[i + 1] != '"') {
            *cell = (struct mh_csv_cell){text + walk->at + 1, i - walk->at - 1};
            walk->at = i + 1;
            return NULL;
        }
        *doubled = true;
        i++;
    }
    walk->at = csv->len;
    return "a quote is not closed";
}

/* The cell at `walk->at`, its quotes taken off. @returns as above */
static const char *find_cell(const struct mh_csv *csv, struct walk *walk,
                             struct mh_csv_cell *cell)
{
    const char *text = csv->text;
    size_t i = walk->at;

    walk->doubled[csv->count] = false;
    if (i < csv->len && text[i] == '"') {
        return find_quoted(csv, walk, cell);
    }
    while (i < csv->len && !csv->ends[(unsigned char)text[i]]) {
        i++;
    }
    *cell = (struct mh_csv_cell){text + walk->at, i - walk->at};
    walk->at = i;
    return i < csv->len && text[i] == '"'
               ? "a quote inside a cell without quotes"
               : NULL;
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

/* Go to the beginning of the next row. @returns false: it is not there yet */
static bool find_row(struct mh_csv *csv)
{
    size_t end;

    if (csv->skipping) {
        skip_line(csv);
    }
    while ((end = line_end(csv, csv->at)) != 0) {
        csv->at += end;
        csv->next_line++;
    }
    csv->count = 0;
    csv->line = csv->next_line;
    csv->row = csv->text + csv->at;
    csv->row_len = 0;
    return csv->at < csv->len;
}

/* Whether the text may go on where the walk has got to. */
static bool is_cut(const struct mh_csv *csv, const struct walk *walk)
{
    size_t left = csv->len - walk->at;

    return !csv->last && csv->len - csv->at <= MH_CSV_ROW_MAX + 1 &&
           (left == 0 || (left == 1 && csv->text[walk->at] == '\r'));
}

/* Find all cells. @returns what is wrong, or NULL; also when the row is cut */
static const char *find_cells(struct mh_csv *csv, struct walk *walk)
{
    bool again = true;

    for (; again; walk->at += again) {
        const char *problem;

        if (csv->count == MH_CSV_COLUMNS_MAX) {
            return "too many cells";
        }
        problem = find_cell(csv, walk, &csv->cells[csv->count]);
        if (problem != NULL) {
            return problem;
        }
        csv->count++;
        again = walk->at < csv->len && csv->text[walk->at] == csv->delimiter;
    }
    if (walk->at == csv->len || line_end(csv, walk->at) > 0) {
        return NULL;
    }
    return csv->text[walk->at] == '\r' ? "a carriage return without line feed"
                                       : "text behind a closing quote";
}

enum mh_code mh_csv_read(struct mh_csv *csv, enum mh_csv_state *state,
                         struct mh_err *err)
{
    struct walk walk;
    const char *problem;

    *state = csv->last ? MH_CSV_END : MH_CSV_MORE;
    if (!find_row(csv)) {
        return MH_OK;
    }
    walk.at = csv->at;
    walk.lines = 0;
    problem = find_cells(csv, &walk);
    if (is_cut(csv, &walk)) {
        *state = MH_CSV_MORE;
        csv->count = 0;
        return MH_OK;
    }
    *state = MH_CSV_ROW;
    if (walk.at - csv->at > MH_CSV_ROW_MAX) {
        return refuse(
            csv, "a row of more than 65536 bytes; is a quote not closed?", err);
    }
    if (problem != NULL) {
        return refuse(csv, problem, err);
    }
    csv->row_len = walk.at - csv->at;
    csv->at = walk.at + line_end(csv, walk.at);
    csv->next_line += walk.lines + (csv->at > walk.at);
    if (!csv->ragged && csv->columns != 0 && csv->count != csv->columns) {
        csv->count = 0;
        csv->problem = "not as many cells as the first row";
        return mh_fail(err, MH_CSV, "line %" PRIu64 ": %s", csv->line,
                       csv->problem);
    }
    csv->columns = csv->count;
    return unquote(csv, walk.doubled)
               ? MH_OK
               : mh_fail(err, MH_MEMORY, "no memory for a row");
}

enum mh_code mh_csv_next(struct mh_csv *csv, bool *more, struct mh_err *err)
{
    enum mh_csv_state state;
    enum mh_code code = mh_csv_read(csv, &state, err);

    *more = state == MH_CSV_ROW;
    return code;
}
