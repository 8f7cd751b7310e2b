/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One JSON value -> one value of an event, by the kind of its field.
 *
 * Part of intake. Tolerated: a union's branch with its tag (`{"int": 5}`),
 * numbers as texts of digits in one script (ASCII, Persian, Arabic-Indic),
 * `true` and `false` as texts, days and instants as intake_time.h has them.
 */
#ifndef MAHALLE_INTAKE_VALUE_H
#define MAHALLE_INTAKE_VALUE_H

#include <jansson.h>

#include "event.h"

/**
 * Take the tag off a tagged union: `{"string": "x"}` is `"x"`.
 * @returns lent; `json` itself when it is not the branch of the field's union
 */
const json_t *intake_untag(const json_t *json, const struct mh_field *field);

/**
 * Read the value of field `field` of `type`.
 * @param json   lent; not null, without tag; `value` may point into it
 * @param value  out; set to MH_VALUE, or to MH_BAD with a fault added
 * @param faults TYPE, ENUM, DATE, MIN, MAX
 */
void intake_value(const struct mh_type *type, int field, const json_t *json,
                  struct mh_value *value, struct mh_faults *faults);

/** Whether `json` is a text; not one that stands for a number. */
bool intake_is_text(const json_t *json);
/** Add a fault at `field` that shows what `json` holds. */
void intake_refuse(const struct mh_type *type, int field, enum mh_code code,
                   const char *expected, const json_t *json,
                   struct mh_faults *faults);

#endif
