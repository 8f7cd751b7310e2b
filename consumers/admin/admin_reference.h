/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Rows of reference data before the database sees them: what the schemas ask
 * of their codes, and days as people write them.
 */
#ifndef MAHALLE_ADMIN_REFERENCE_H
#define MAHALLE_ADMIN_REFERENCE_H

#include "catalogue.h"

enum {
    ADMIN_ROW_DAYS = 2, /* of a place's row */
    ADMIN_DAY_BYTES = 16
};

/**
 * Check a row.
 * @param catalogue lent; has the forms of codes
 * @param params    lent; the cells in the order of the table's columns, NULL
 *                  where empty; a day of either calendar becomes ISO 8601
 * @param days      room for days; must outlive `params`
 * @returns MH_OK, MH_CONTRACT: `err` says why
 */
typedef enum mh_code admin_row_check(const struct mh_catalogue *catalogue,
                                     const char **params,
                                     char (*days)[ADMIN_DAY_BYTES],
                                     struct mh_err *err);

admin_row_check admin_check_agency;
admin_row_check admin_check_place;
admin_row_check admin_check_lookup;

#endif
