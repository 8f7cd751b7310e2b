/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Names of options and what is printed from their table; used by options.c.
 */
#ifndef MAHALLE_OPTIONS_TABLE_H
#define MAHALLE_OPTIONS_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "options.h"

enum { MH_OPTION_NAME_MAX = 64 }; /* bytes of the longest name, and a NUL */

/** What every program has: config, kafka, print-config, help, version. */
extern const struct mh_option mh_options_common[];

/** The option with this name in a table, NULL when there is none; lent. */
const struct mh_option *mh_option_find(const struct mh_option *table,
                                       const char *name, size_t len);
/** The name in a table, or of the common ones, that is most like `name`;
 *  NULL when none is. Lent. */
const char *mh_option_nearest(const struct mh_option *table, const char *name,
                              size_t len);
/** Name of the environment variable, as MAHALLE_BATCH_SIZE. */
void mh_option_variable(const char *name, char variable[MH_OPTION_NAME_MAX]);

/** The text of --help. */
void mh_options_help(const struct mh_program *program, FILE *out);
/** The text of --print-config: a configuration with all defaults. */
void mh_options_example(const struct mh_program *program, FILE *out);

#endif
