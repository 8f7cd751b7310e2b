/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Numbers that name a person, found as exact digit runs in a reference text.
 *
 * National ID (10 digits, check digit), mobile number (09 and 9 digits, or
 * 98, 0098 before the 9), bank card (16 digits, Luhn), IBAN (IR and 24
 * digits). A run is exact: no digit before or after it.
 */
#ifndef MAHALLE_PERSONAL_H
#define MAHALLE_PERSONAL_H

#include <stdbool.h>
#include <stddef.h>

/** Whether `text` holds such a number. Thread: any. Allocates: no. */
bool mh_personal_found(const char *text, size_t len);

#endif
