/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What people read: faults and tables of a type, in Persian or English.
 *
 * For agencies; programs read codes and pointers.
 */
#ifndef MAHALLE_WORDS_H
#define MAHALLE_WORDS_H

#include "event.h"

enum words_lang { WORDS_FA, WORDS_EN };

/** @param name lent; "fa" or "en". @returns false: another */
bool words_lang_find(const char *name, enum words_lang *lang);
/** Name of a field in this language; lent by `field`. */
const char *words_field(const struct mh_field *field, enum words_lang lang);
/** What the fault's code means. Static. */
const char *words_code(enum mh_code code, enum words_lang lang);
/**
 * Append one sentence: the field, what is wrong, what would be right, the code.
 * It never repeats what was there.
 * @param type lent; of the event; NULL: not known
 */
void words_fault(const struct mh_fault *fault, const struct mh_type *type,
                 enum words_lang lang, struct mh_buf *buf);

#endif
