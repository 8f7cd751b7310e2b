/* SPDX-License-Identifier: Apache-2.0 */
/** Where the contract (events, sql, reference) lies when nobody says so. */
#ifndef MAHALLE_SCHEMAS_DIR_H
#define MAHALLE_SCHEMAS_DIR_H

#include <stdint.h>

enum { MH_SCHEMAS_DIR_MAX = 4096 }; /* bytes of the longest path, and a NUL */

/**
 * @param given lent; what an option says, empty for "find it"
 * @param path  out; room for what is found
 * @returns `given` unless it is empty; else the schemas that were installed
 *          beside libmahalle or the running program, wherever that was put;
 *          else those of the sources it was built from. Lent.
 */
const char *mh_schemas_dir(const char *given, char path[MH_SCHEMAS_DIR_MAX]);

/**
 * A number that changes when files are added to DIR/events or replaced there,
 * and one for the tables of DIR/reference and DIR/reference/loaded; read it
 * before the files. It says nothing about what the change is.
 */
uint64_t mh_schemas_stamp_events(const char *dir);
uint64_t mh_schemas_stamp_reference(const char *dir);

#endif
