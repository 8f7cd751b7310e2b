/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Reference data as the check needs it: which agencies, places and codes are
 * known. Filled once from CSV files or the database, then only read.
 */
#ifndef MAHALLE_REFERENCE_H
#define MAHALLE_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

struct mh_reference;

MH_MUST enum mh_code mh_reference_new(struct mh_reference **reference,
                                      struct mh_err *err);
void mh_reference_free(struct mh_reference *reference);
/** Adding what is there already changes nothing. @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code mh_reference_add_agency(struct mh_reference *reference,
                                             const char *code,
                                             int32_t agency_id);
MH_MUST enum mh_code mh_reference_add_place(struct mh_reference *reference,
                                            const char *code);
MH_MUST enum mh_code mh_reference_add_lookup(struct mh_reference *reference,
                                             const char *list,
                                             const char *code);
/** Read agencies.csv, places.csv and lookups.csv in DIR/reference, and each in
 *  DIR/reference/loaded if it is there: what the database knew when
 *  mahalle-admin last changed it. Agencies are numbered from 1, as they come.
 *  @returns MH_OK, MH_FILE, MH_CONTRACT, MH_MEMORY */
MH_MUST enum mh_code mh_reference_load(struct mh_reference *reference,
                                       const char *dir, struct mh_err *err);

/** Number of the agency, 0 when unknown. Thread: any (also below). */
int32_t mh_reference_agency(const struct mh_reference *reference,
                            const char *code, size_t len);
/** Whether province, county, city or village `code` is known. */
bool mh_reference_place(const struct mh_reference *reference, const char *code,
                        size_t len);
bool mh_reference_lookup(const struct mh_reference *reference, const char *list,
                         const char *code, size_t len);

#endif
