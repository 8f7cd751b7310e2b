/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Rows of a table -> named values of one event type.
 *
 * Step between rows and intake. The first row names the columns, each by the
 * field's name or a label in Persian or English, in any order and mixed; an
 * empty cell is null. Spreadsheets leave empty columns and rows at the end:
 * these say nothing. Columns of faults (post_sheet.h) are passed over, so that
 * a table of refused rows can be mended and posted as it is.
 */
#ifndef MAHALLE_SHEET_H
#define MAHALLE_SHEET_H

#include "event.h"
#include "given.h"
#include "persian.h"
#include "rows.h"
#include "words.h"

/** Columns of a table of refused rows that are no fields. */
enum sheet_extra { SHEET_LINE, SHEET_FAULTS, SHEET_EXTRA_COUNT };
/** Name of such a column. Static. */
const char *sheet_extra_name(enum sheet_extra extra, enum words_lang lang);

/** What a column holds, when it is no field. */
enum {
    SHEET_NAMES = 3, /* of a field: by itself, labels */

    SHEET_EMPTY = -1, /**< it has no name: its cells must be empty */
    SHEET_TYPE = -2,  /**< event_type */
    SHEET_EXTRA = -3  /**< passed over */
};

struct sheet {
    const struct mh_type *type;      /**< lent */
    const char *charset;             /**< lent; what the faults name */
    int columns[MH_CSV_COLUMNS_MAX]; /**< a field, or one of the above */
    int width;                       /**< of `columns` */
    int count; /**< of them, up to the last that rows must have */
    char keys[MH_FIELDS_MAX][SHEET_NAMES][PERSIAN_KEY_MAX]; /**< of names */
    struct given_item items[MH_FIELDS_MAX]; /**< of the row read last */
    int item_count;
    char room[MH_CSV_ROW_MAX]; /**< texts of the items that were changed */
};

/**
 * Find the fields that the first row names.
 * @param faults lent; UNKNOWN_FIELD with the nearest name, CSV for a column
 *               that is there twice and for what is no row, CHARSET
 * @returns MH_OK, or the code of the first fault: no row can be read
 */
MH_MUST enum mh_code sheet_header(struct sheet *sheet,
                                  const struct mh_type *type,
                                  const struct row *row,
                                  struct mh_faults *faults);
/** Whether a row says nothing at all. */
bool sheet_is_blank(const struct row *row);
/**
 * Make the items of a row; they point into it.
 * @param faults lent; UNKNOWN_TYPE when the row is of another type
 * @returns MH_OK: intake decides, also with a fault of that kind
 *          MH_CSV, MH_CHARSET: the row cannot be told apart into values, a
 *          fault says why
 */
MH_MUST enum mh_code sheet_row(struct sheet *sheet, const struct row *row,
                               struct mh_faults *faults);

/**
 * Whether a spreadsheet would take the text of a cell for a formula: it begins
 * as one, behind what nobody sees, and is no plain number. Such a cell is written behind an apostrophe,
 * which sheet_row leaves out again.
 */
bool sheet_is_formula(const char *text, size_t len);

#endif
