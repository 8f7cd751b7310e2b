/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Rows of a table in text: RFC 4180, strictly.
 *
 * Works on a text in memory, which it never changes; a longer table is read
 * piece by piece (mh_csv_feed). Both line ends are taken (CRLF, LF), a byte
 * order mark at the start is skipped, empty lines are no rows. Every row has as
 * many cells as the first one, unless `ragged` is set. Knows nothing of headers
 * or charsets: cells are the bytes that stand there.
 */
#ifndef MAHALLE_CSV_H
#define MAHALLE_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "mahalle/err.h"

enum {
    MH_CSV_COLUMNS_MAX = 128,  /* twice the fields of an event */
    MH_CSV_ROW_MAX = 64 * 1024 /* bytes as they stand in the text; an event has
                                  no more */
};

struct mh_csv_cell {
    const char *text; /**< lent until the next row; not terminated */
    size_t len;       /**< bytes, without quotes */
};

struct mh_csv {
    const char *text;    /**< lent; the table, or a piece of it */
    size_t len;          /**< bytes */
    size_t at;           /**< bytes read so far */
    bool last;           /**< nothing follows `text` */
    bool ragged;         /**< rows may differ in their count of cells; set by
                              the caller */
    bool skipping;       /**< inside a line that was refused, at its end on */
    int columns;         /**< cells of the first row; 0 before it */
    uint64_t line;       /**< line of the table where the row begins, from 1 */
    uint64_t next_line;  /**< line of the table at `at` */
    const char *row;     /**< lent; the row as it stands, without line end; of
                              what is no row, its first line */
    size_t row_len;      /**< bytes */
    const char *problem; /**< static; of the row that was refused last */
    struct mh_csv_cell cells[MH_CSV_COLUMNS_MAX]; /**< `count` of them */
    int count;
    char delimiter;         /**< between cells; neither quote nor line end */
    bool ends[256];         /**< bytes that end a cell without quotes */
    struct mh_buf unquoted; /**< cells that had doubled quotes */
};

enum mh_csv_state {
    MH_CSV_ROW,
    MH_CSV_MORE, /**< the row goes on behind `text`: feed more */
    MH_CSV_END
};

/** A whole table. */
void mh_csv_init(struct mh_csv *csv, const char *text, size_t len,
                 char delimiter);
void mh_csv_fini(struct mh_csv *csv);
/**
 * Give another piece, which begins with what was not read (text + at on).
 * @param text lent until the next piece
 * @param last nothing follows; also what makes the first piece the first
 */
void mh_csv_feed(struct mh_csv *csv, const char *text, size_t len, bool last);

/**
 * Read the next row.
 * @param state out; set with MH_OK. MH_CSV_MORE does not come when `last`, nor
 *              when more than MH_CSV_ROW_MAX + 1 bytes are left
 * @returns MH_OK
 *          MH_CSV     not a row, `err` and `problem` say why; `line` and `row`
 *                     name it and the next call goes on behind that line, so
 *                     that one stray quote costs one line
 *          MH_MEMORY
 */
MH_MUST enum mh_code mh_csv_read(struct mh_csv *csv, enum mh_csv_state *state,
                                 struct mh_err *err);
/** The same for a whole table. @param more out; false: no row is left */
MH_MUST enum mh_code mh_csv_next(struct mh_csv *csv, bool *more,
                                 struct mh_err *err);

#endif
