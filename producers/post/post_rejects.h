/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Refused lines of mahalle-post: kept aside with all their faults.
 *
 * A file gets one JSON object a line (CONTRACT of the program: see its man
 * page); without a file standard error gets one short line a fault.
 */
#ifndef MAHALLE_POST_REJECTS_H
#define MAHALLE_POST_REJECTS_H

#include "event.h"
#include "lines.h"

struct rejects;

/**
 * @param path    lent; written anew; NULL: standard error, short
 * @param rejects out; given, rejects_close
 * @returns MH_OK, MH_FILE, MH_MEMORY
 */
MH_MUST enum mh_code rejects_open(const char *path, struct rejects **rejects,
                                  struct mh_err *err);
/** @param file lent; the name it was given as
 *  @returns MH_OK, MH_FILE, MH_MEMORY */
MH_MUST enum mh_code rejects_write(struct rejects *rejects, const char *file,
                                   const struct line *line,
                                   const struct mh_faults *faults,
                                   struct mh_err *err);
void rejects_close(struct rejects *rejects);

#endif
