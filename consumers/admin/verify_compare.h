/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A version as PostgreSQL has it beside what its record says.
 *
 * Part of verify. Differences are told column by column, and field by field
 * where a column holds several.
 */
#ifndef MAHALLE_VERIFY_COMPARE_H
#define MAHALLE_VERIFY_COMPARE_H

#include "arena.h"
#include "buf.h"
#include "catalogue.h"
#include "message.h"
#include "verify_stored.h"

/** Tell how the current version differs from what the record says.
 *  @param arena lent; what it has is not needed any more when this returns
 *  @param row   lent; room for a row
 *  @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code compare_version(struct verify *verify,
                                     const struct stored *stored,
                                     const struct version *version,
                                     const struct mh_catalogue *catalogue,
                                     struct mh_arena *arena, struct mh_buf *row,
                                     struct mh_err *err);
/** Tell of the current version that no record says it. */
void compare_stranger(struct verify *verify, const struct stored *stored,
                      const char *what, const char *expected);
/** Tell of a record that what it calls for is not there. */
void compare_missing(struct verify *verify, const struct version *version,
                     const char *column, const char *what,
                     const char *expected);
/** Tell how the bytes kept for a dead letter differ from its record: a replay
 *  would take them. @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code compare_letter(struct verify *verify,
                                    const struct stored_letter *letter,
                                    const struct message *message,
                                    struct mh_err *err);

#endif
