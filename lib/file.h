/* SPDX-License-Identifier: Apache-2.0 */
/** Whole files into memory, bounded by the buffer they go to. */
#ifndef MAHALLE_FILE_H
#define MAHALLE_FILE_H

#include "buf.h"
#include "mahalle/err.h"

/**
 * Append all of a file to `buf`.
 * @returns MH_OK, MH_FILE (also: larger than the buffer may be), MH_MEMORY;
 *          the buffer may have grown on failure
 */
MH_MUST enum mh_code mh_file_read(const char *path, struct mh_buf *buf,
                                  struct mh_err *err);

#endif
