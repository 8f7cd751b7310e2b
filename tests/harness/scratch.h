/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Files and folders of a test: new, private, in /tmp. Who asks for one removes
 * it. Whatever fails ends the test program.
 */
#ifndef MAHALLE_SCRATCH_H
#define MAHALLE_SCRATCH_H

#include <stddef.h>

enum { SCRATCH_PATH_MAX = 64 };

/** A name that nothing has yet. */
void scratch_name(char path[static SCRATCH_PATH_MAX]);
/** A new file of these bytes. */
void scratch_file(char path[static SCRATCH_PATH_MAX], const void *bytes,
                  size_t len);
/** A new empty folder. */
void scratch_folder(char path[static SCRATCH_PATH_MAX]);

#endif
