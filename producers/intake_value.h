/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One given value -> one value of an event, by the kind of its field.
 *
 * Part of intake. Tolerated: numbers as texts of digits in one script (ASCII,
 * Persian, Arabic-Indic), `true` and `false` as texts, days and instants as
 * intake_time.h has them; in a cell also grouped thousands (`1,200`) and TRUE.
 */
#ifndef MAHALLE_INTAKE_VALUE_H
#define MAHALLE_INTAKE_VALUE_H

#include "event.h"
#include "given.h"

/**
 * Read the value of field `field` of `type`.
 * @param given  lent; `value` may point into its text
 * @param value  out; set to MH_VALUE, or to MH_BAD with a fault added
 * @param faults TYPE, ENUM, DATE, MIN, MAX, CHARSET
 */
void intake_value(const struct mh_type *type, int field,
                  const struct given *given, struct mh_value *value,
                  struct mh_faults *faults);

/** Whether it is a sound text. */
bool intake_is_text(const struct given *given);
/** Add a fault at `field` that shows what was given. A spoiled text is CHARSET
 *  whatever `code` is. */
void intake_refuse(const struct mh_type *type, int field, enum mh_code code,
                   const char *expected, const struct given *given,
                   struct mh_faults *faults);

#endif
