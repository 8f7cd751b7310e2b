/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The table of refused rows: the same columns, and behind them what is wrong,
 * to be mended in a spreadsheet and posted again.
 *
 * In UTF-8 with a byte order mark, with the separator of the table it comes
 * from. A row that could not be told apart into cells stands in the first one.
 */
#ifndef MAHALLE_POST_MEND_H
#define MAHALLE_POST_MEND_H

#include "sheet.h"

struct mend;

/**
 * @param path lent; written anew
 * @param mend out; given, mend_close
 * @returns MH_OK, MH_FILE, MH_MEMORY
 */
MH_MUST enum mh_code mend_open(const char *path, enum words_lang lang,
                               struct mend **mend, struct mh_err *err);
/** Write the first row. @param sheet lent; of that row; for all that follow
 *  @returns MH_OK, MH_FILE, MH_MEMORY; also below */
MH_MUST enum mh_code mend_header(struct mend *mend, const struct sheet *sheet,
                                 const struct row *row, char delimiter,
                                 struct mh_err *err);
MH_MUST enum mh_code mend_row(struct mend *mend, const struct row *row,
                              const struct mh_faults *faults,
                              struct mh_err *err);
void mend_close(struct mend *mend);

#endif
