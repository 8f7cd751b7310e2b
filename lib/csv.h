/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Rows of a table in text: RFC 4180, strictly.
 *
 * Works on a text in memory, which it never changes. Both line ends are taken
 * (CRLF, LF), a byte order mark at the start is skipped, empty lines are no
 * rows. Every row has as many cells as the first one. Knows nothing of headers
 * or charsets: cells are the bytes that stand there.
 */
#ifndef MAHALLE_CSV_H
#define MAHALLE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "mahalle/err.h"

enum {
    MH_CSV_COLUMNS_MAX = 128,   /* twice the fields of an event */
    MH_CSV_CELL_MAX = 64 * 1024 /* bytes as they stand in the text */
};

struct mh_csv_cell {
    const char *text; /**< lent until the next row; not terminated */
    size_t len;       /**< bytes, without quotes */
};

struct mh_csv {
    const char *text; /**< lent; the whole table */
    size_t len;       /**< bytes */
    size_t at;        /**< bytes read so far */
    char delimiter;   /**< between cells; neither quote nor line end */
    int columns;      /**< cells of the first row; 0 before it */
    int line;         /**< line of the text where the row begins, from 1 */
    int next_line;    /**< line of the text at `at` */
    const char *row;  /**< lent; the row as it stands, without line end */
    size_t row_len;   /**< bytes */
    struct mh_csv_cell cells[MH_CSV_COLUMNS_MAX]; /**< `count` of them */
    int count;
    struct mh_buf unquoted; /**< cells that had doubled quotes */
};

void mh_csv_init(struct mh_csv *csv, const char *text, size_t len,
                 char delimiter);
void mh_csv_fini(struct mh_csv *csv);

/**
 * Read the next row.
 * @param more out; false: there was none, the text is at its end
 * @returns MH_OK
 *          MH_CSV     not a row, `err` says why; `line` and `row` name it and
 *                     the next call goes on behind its line
 *          MH_MEMORY
 */
MH_MUST enum mh_code mh_csv_next(struct mh_csv *csv, bool *more,
                                 struct mh_err *err);

#endif
