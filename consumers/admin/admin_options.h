/* SPDX-License-Identifier: Apache-2.0 */
/** Options of mahalle-admin, and which of them each group of commands has. */
#ifndef MAHALLE_ADMIN_OPTIONS_H
#define MAHALLE_ADMIN_OPTIONS_H

#include "options.h"

/**
 * The program with all its options; when help is asked for, as its page is to
 * show it: of the group that is named, or of all commands in short.
 * Static.
 */
const struct mh_program *admin_options_program(int argc, char **argv);

#endif
