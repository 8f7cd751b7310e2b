/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A file or standard input -> rows of a table, in bounded memory.
 *
 * First step of mahalle-post for spreadsheets: character set, byte order mark,
 * separator (`;`, `,` or tab, as the first row has it) and RFC 4180. Knows no
 * event types; the first row is a row as any other, with number 0.
 */
#ifndef MAHALLE_ROWS_H
#define MAHALLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "csv.h"
#include "mahalle/err.h"

struct rows;

enum rows_state {
    ROWS_ROW,  /**< there is a row */
    ROWS_WAIT, /**< nothing came within the time, or a signal did */
    ROWS_END   /**< the last row was given before */
};

struct row {
    const struct mh_csv_cell *cells; /**< lent until the next read */
    int count;
    const char *text;    /**< lent; the row as it stands in UTF-8; CHARSET_BAD
                           where there was no character */
    size_t len;          /**< bytes of `text`; at most MH_CSV_ROW_MAX */
    uint64_t number;     /**< line of the file where it begins, counted from 1
                           behind the first row; 0: the first row */
    const char *problem; /**< static; why this is no row, `count` is 0; NULL */
};

/**
 * @param path    lent; "-" is standard input
 * @param charset lent; as iconv has it
 * @param rows    out; given, rows_close
 * @returns MH_OK, MH_FILE, MH_USAGE (no such character set), MH_MEMORY
 */
MH_MUST enum mh_code rows_open(const char *path, const char *charset,
                               struct rows **rows, struct mh_err *err);
/**
 * @param wait_ms longest wait for input of a pipe
 * @param row     out; set with ROWS_ROW
 * @returns MH_OK, MH_FILE, MH_MEMORY
 *          MH_CHARSET  the file is not in this character set from its first
 *                      byte on; `err` says what to do
 */
MH_MUST enum mh_code rows_read(struct rows *rows, int wait_ms,
                               enum rows_state *state, struct row *row,
                               struct mh_err *err);
/** What stands between cells; known once a row was read. */
char rows_delimiter(const struct rows *rows);
/** Bytes read so far. */
uint64_t rows_bytes(const struct rows *rows);
void rows_close(struct rows *rows);

#endif
