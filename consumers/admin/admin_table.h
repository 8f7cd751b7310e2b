/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Answers of the database on a terminal.
 *
 * What an event said of itself may be among them: whatever could steer the
 * terminal, or turn its text around, is shown as `?`.
 */
#ifndef MAHALLE_ADMIN_TABLE_H
#define MAHALLE_ADMIN_TABLE_H

#include <stddef.h>

#include "database.h"

/** A text of the database; "-" stands for none. */
void admin_print_text(const char *text);
/** The last answer with its column names, each column as wide as it must
 *  be. */
void admin_print_table(const struct database *db);
/** A row of the last answer, one line a column. */
void admin_print_row(const struct database *db, int row);
/** Any bytes: what is not ASCII as it is written in C. */
void admin_print_bytes(const void *bytes, size_t len);

#endif
