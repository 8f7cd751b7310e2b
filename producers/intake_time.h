/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Texts of days and instants -> numbers.
 *
 * Part of intake; for JSON, CSV and headers alike. A day is `2025-10-13` or,
 * with a year from 1300 to 1500, Solar Hijri: `1404-07-21`, `1404/07/21`. An
 * instant is RFC 3339 with either kind of day, `T` or a blank
 * between; without an offset it is on the clock of Tehran. Digits are of one
 * script: ASCII, Persian or Arabic-Indic.
 */
#ifndef MAHALLE_INTAKE_TIME_H
#define MAHALLE_INTAKE_TIME_H

#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

/**
 * @param text   lent; UTF-8
 * @param number out; days since 1970-01-01
 * @returns MH_OK, MH_TYPE (no such form), MH_DATE (no such day)
 * Thread: any. Allocates: no. (Also below.)
 */
MH_MUST enum mh_code intake_date(const char *text, size_t len, int64_t *number);
/** @param number out; ms since 1970-01-01 UTC; finer digits are cut
 *  @returns MH_OK, MH_TYPE, MH_DATE (no such day or time) */
MH_MUST enum mh_code intake_instant(const char *text, size_t len,
                                    int64_t *number);

#endif
