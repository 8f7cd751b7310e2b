/* SPDX-License-Identifier: Apache-2.0 */
/** Files that mahalle-post writes anew: what is in them is always whole. */
#ifndef MAHALLE_OUTPUT_H
#define MAHALLE_OUTPUT_H

#include "buf.h"
#include "mahalle/err.h"

struct output {
    const char *path; /**< lent; NULL: standard error */
    int fd;
};

/** @param path lent; NULL: standard error. @returns MH_OK, MH_FILE */
MH_MUST enum mh_code output_open(const char *path, struct output *output,
                                 struct mh_err *err);
/** Write the buffer, all of it. @returns MH_OK, MH_FILE, MH_MEMORY (it had
 *  failed) */
MH_MUST enum mh_code output_write(const struct output *output,
                                  const struct mh_buf *buf, struct mh_err *err);
void output_close(struct output *output);

#endif
