/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The table of a type as a spreadsheet opens it: a row with the names of its
 * columns, to be filled in and posted.
 */
#ifndef MAHALLE_TEMPLATE_H
#define MAHALLE_TEMPLATE_H

#include "words.h"

/**
 * Append a byte order mark, by which spreadsheets know UTF-8, and the header:
 * every field of the type by its label. RFC 4180, ended by CR LF.
 */
void template_put(struct mh_buf *buf, const struct mh_type *type,
                  enum words_lang lang);

/** Append one cell, in quotes where it needs them.
 *  @param delimiter what stands between cells */
void template_cell(struct mh_buf *buf, char delimiter, const char *text,
                   size_t len);

#endif
