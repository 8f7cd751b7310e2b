/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two rooms: `raw` for bytes as they come, `text` for UTF-8, what lies between
 * `start` and `end` was not read as rows yet. Files in UTF-8 are read into
 * `text` at once.
 */
#include "rows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "charset.h"
#include "input.h"

enum {
    TEXT_ROOM = 4 * MH_CSV_ROW_MAX,
    RAW_ROOM = 32 * 1024,
    MARK_BYTES = 4 /* of the longest byte order mark */
};

_Static_assert(TEXT_ROOM > 2 * MH_CSV_ROW_MAX, "room to look for a row's end");

struct rows {
    struct input input;
    const char *name;        /* lent; of the character set */
    struct charset *charset; /* owned; NULL: UTF-8 */
    struct mh_csv csv;
    bool marked;          /* the first bytes were looked at */
    bool begun;           /* the separator is known */
    bool ended;           /* all bytes are in `text` */
    uint64_t first_lines; /* lines up to the end of the first row */
    size_t start, end;    /* of what `text` holds */
    size_t raw_len;       /* bytes in `raw` */
    char raw[RAW_ROOM];
    char text[TEXT_ROOM];
};

enum mh_code rows_open(const char *path, const char *charset,
                       struct rows **rows, struct mh_err *err)
{
    struct rows *made = malloc(sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "%s: out of memory", path);
    }
    made->name = charset;
    made->charset = NULL;
    made->marked = made->begun = made->ended = false;
    made->first_lines = 0;
    made->start = made->end = made->raw_len = 0;
    code = charset_is_utf8(charset) ? MH_OK
                                    : charset_new(charset, &made->charset, err);
    if (code == MH_OK) {
        code = input_open(path, &made->input, err);
    }
    if (code != MH_OK) {
        charset_free(made->charset);
        free(made);
        return code;
    }
    mh_csv_init(&made->csv, "", 0, ',');
    *rows = made;
    return MH_OK;
}

void rows_close(struct rows *rows)
{
    if (rows == NULL) {
        return;
    }
    mh_csv_fini(&rows->csv);
    charset_free(rows->charset);
    input_close(&rows->input);
    free(rows);
}

char rows_delimiter(const struct rows *rows)
{
    return rows->csv.delimiter;
}

uint64_t rows_bytes(const struct rows *rows)
{
    return rows->input.bytes;
}

/* ----------------------------------------------------------------- bytes */

/* Move what was not read to the front. */
static void make_room(struct rows *rows)
{
    memmove(rows->text, rows->text + rows->start, rows->end - rows->start);
    rows->end -= rows->start;
    rows->start = 0;
}

static void convert(struct rows *rows)
{
    const char *from = rows->raw;

    rows->end += charset_convert(rows->charset, &from, &rows->raw_len,
                                 rows->input.at_end, rows->text + rows->end,
                                 TEXT_ROOM - rows->end);
    memmove(rows->raw, from, rows->raw_len);
}

/* Whether the first bytes can be of this character set. */
static enum mh_code check_mark(struct rows *rows, struct mh_err *err)
{
    bool direct = rows->charset == NULL;
    const char *problem =
        charset_problem(rows->name, direct ? rows->text : rows->raw,
                        direct ? rows->end : rows->raw_len);

    rows->marked = true;
    return problem == NULL
               ? MH_OK
               : mh_fail(err, MH_CHARSET, "%s: %s", rows->input.path, problem);
}

/* @param came out; whether there is more than before, or nothing will be */
static enum mh_code fill(struct rows *rows, int wait_ms, bool *came,
                         struct mh_err *err)
{
    bool direct = rows->charset == NULL;
    size_t before = rows->end - rows->start;
    enum mh_code code = MH_OK;
    size_t len;

    *came = false;
    make_room(rows);
    assert(rows->end < TEXT_ROOM);
    if (!rows->input.at_end && (direct || rows->raw_len < RAW_ROOM)) {
        code = direct
                   ? input_read(&rows->input, rows->text + rows->end,
                                TEXT_ROOM - rows->end, wait_ms, &len, came, err)
                   : input_read(&rows->input, rows->raw + rows->raw_len,
                                RAW_ROOM - rows->raw_len, wait_ms, &len, came,
                                err);
        if (code != MH_OK) {
            return code;
        }
        *(direct ? &rows->end : &rows->raw_len) += len;
    }
    if (!rows->marked &&
        (rows->input.bytes >= MARK_BYTES || rows->input.at_end)) {
        code = check_mark(rows, err);
    }
    if (!direct && rows->marked) {
        convert(rows);
    }
    rows->ended = rows->input.at_end && rows->raw_len == 0;
    *came = *came || rows->ended || rows->end > before;
    return code;
}

/* ------------------------------------------------------------- beginning */

/* The first row as far as it is there. @returns whether its end is */
static bool find_first_row(const struct rows *rows, size_t *len)
{
    bool quoted = false;
    size_t at = rows->start;

    for (; at < rows->end; at++) {
        char byte = rows->text[at];

        quoted ^= byte == '"';
        if (byte == '\n' && !quoted) {
            break;
        }
    }
    *len = at - rows->start;
    return at < rows->end || rows->ended || *len > MH_CSV_ROW_MAX;
}

/* What stands most often in the first row, outside quotes. */
static char find_delimiter(const char *text, size_t len)
{
    static const char ANY[] = {'\t', ';', ','};
    size_t counts[sizeof ANY] = {0};
    bool quoted = false;
    size_t best = sizeof ANY - 1;

    for (size_t at = 0; at < len; at++) {
        quoted ^= text[at] == '"';
        for (size_t i = 0; i < sizeof ANY; i++) {
            counts[i] += !quoted && text[at] == ANY[i];
        }
    }
    for (size_t i = 0; i < sizeof ANY; i++) {
        best = counts[i] > counts[best] ? i : best;
    }
    return ANY[best];
}

/* The separator that spreadsheets name in a first line `sep=;`.
 * @returns '\0': it is no such line */
static char named_delimiter(const char *text, size_t len)
{
    static const char MARK[] = "\xEF\xBB\xBF", NAME[] = "sep=";
    const size_t mark = sizeof MARK - 1, name = sizeof NAME - 1;
    size_t at = len >= mark && memcmp(text, MARK, mark) == 0 ? mark : 0;
    bool quoted = at < len && text[at] == '"';
    char found;

    at += quoted;
    if (len < at + name + 1 || strncasecmp(text + at, NAME, name) != 0) {
        return '\0';
    }
    found = text[at + name];
    at += name + 1;
    at += quoted && at < len && text[at] == '"';
    at += at < len && text[at] == '\r';
    return at == len && strchr("\t;,", found) != NULL ? found : '\0';
}

/* Begin with the rows as soon as the first one is there. */
static void begin(struct rows *rows)
{
    char delimiter;
    size_t len;

    if (!rows->marked || !find_first_row(rows, &len)) {
        return;
    }
    delimiter = named_delimiter(rows->text, len);
    if (delimiter == '\0') {
        delimiter = find_delimiter(rows->text, len);
    } else {
        rows->start = len < rows->end ? len + 1 : len;
        make_room(rows);
    }
    mh_csv_fini(&rows->csv);
    mh_csv_init(&rows->csv, rows->text, rows->end, delimiter);
    rows->csv.last = rows->ended;
    rows->csv.ragged = true;
    rows->begun = true;
}

/* ------------------------------------------------------------------ rows */

static void make_row(struct rows *rows, bool refused, struct row *row)
{
    const struct mh_csv *csv = &rows->csv;
    bool first = rows->first_lines == 0;

    if (first) {
        rows->first_lines = csv->next_line - 1;
    }
    *row = (struct row){.cells = csv->cells,
                        .count = csv->count,
                        .text = csv->row,
                        .len = csv->row_len < MH_CSV_ROW_MAX ? csv->row_len
                                                             : MH_CSV_ROW_MAX,
                        .number = first ? 0 : csv->line - rows->first_lines,
                        .problem = refused ? csv->problem : NULL};
}

enum mh_code rows_read(struct rows *rows, int wait_ms, enum rows_state *state,
                       struct row *row, struct mh_err *err)
{
    for (;;) {
        enum mh_csv_state found = MH_CSV_MORE;
        enum mh_code code = MH_OK;
        bool came;

        if (rows->begun) {
            code = mh_csv_read(&rows->csv, &found, err);
        }
        if (code != MH_OK && code != MH_CSV) {
            return code;
        }
        if (found == MH_CSV_ROW) {
            make_row(rows, code != MH_OK, row);
            *state = ROWS_ROW;
            return MH_OK;
        }
        if (found == MH_CSV_END) {
            *state = ROWS_END;
            return MH_OK;
        }
        rows->start += rows->csv.at;
        code = fill(rows, wait_ms, &came, err);
        if (code != MH_OK) {
            return code;
        }
        if (rows->begun) {
            mh_csv_feed(&rows->csv, rows->text, rows->end, rows->ended);
        } else {
            begin(rows);
        }
        if (!came) {
            *state = ROWS_WAIT;
            return MH_OK;
        }
    }
}
