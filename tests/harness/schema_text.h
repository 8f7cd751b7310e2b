/* SPDX-License-Identifier: Apache-2.0 */
/** Published schemas as JSON that a test changes before it is read. */
#ifndef MAHALLE_SCHEMA_TEXT_H
#define MAHALLE_SCHEMA_TEXT_H

#include <jansson.h>

#include "schema.h"

/** A published schema, by its path below events/; given, json_decref. */
json_t *schema_load(const char *file);
/** mh_schema_read on its text. */
enum mh_code schema_read(const json_t *root, struct mh_type **type,
                         struct mh_buf *problems);
/** It is refused, and a line of the problems begins with `line`. */
void schema_assert_refused(const json_t *root, const char *line);

#endif
