/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What stands where a value of an event is expected, whatever the format.
 *
 * Step between the readers of formats (JSON, CSV, headers) and intake: they say
 * what they found, intake says whether the field can have it.
 */
#ifndef MAHALLE_GIVEN_H
#define MAHALLE_GIVEN_H

#include <jansson.h>
#include <stdbool.h>

#include "schema.h"

enum given_kind {
    GIVEN_NULL,
    GIVEN_TEXT,
    GIVEN_CELL,    /**< a text of a sheet: thousands may be grouped, and TRUE
                        and FALSE are how spreadsheets write true and false */
    GIVEN_SPOILED, /**< a text with characters that no text has */
    GIVEN_DIGITS,  /**< a number as text: a fraction, or beyond 18 digits */
    GIVEN_NUMBER,
    GIVEN_TRUE,
    GIVEN_FALSE,
    GIVEN_OBJECT,
    GIVEN_ARRAY
};

struct given {
    enum given_kind kind;
    const char *text; /**< lent, not terminated; texts and GIVEN_DIGITS */
    size_t len;       /**< bytes of `text` */
    int64_t number;   /**< GIVEN_NUMBER */
    bool tagged;      /**< it had the tag of its branch: a number of a date or
                           time counts from 1970, as in Avro */
};

/** A value by name. */
struct given_item {
    const char *name; /**< lent, not terminated */
    size_t name_len;
    int field; /**< of the type, when the reader knows it already; else -1 */
    struct given given;
};

/** @param json lent; must outlive what is returned */
struct given given_json(const json_t *json);
/** Take the tag off a tagged union before: `{"string": "x"}` is `"x"`, when
 *  that is the branch of the field's union. */
struct given given_json_untagged(const json_t *json,
                                 const struct mh_field *field);

#endif
