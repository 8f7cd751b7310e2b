/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a record says: a version of a fact, or why it is dead.
 *
 * Frame, decode, check, hash: a pure function of the bytes, the catalogue and
 * the reference data. Stands between poll and batch.
 */
#ifndef MAHALLE_VERDICT_H
#define MAHALLE_VERDICT_H

#include "arena.h"
#include "catalogue.h"
#include "message.h"
#include "reference.h"

/**
 * @param message lent; texts of the version point into it
 * @param arena   lent; gets the version or the letter
 * @param version out; set when the record is good, else NULL
 * @param letter  out; set when it is dead, else NULL
 * @returns MH_OK, MH_MEMORY (the arena is full)
 * Thread: one at a time. Blocks: never.
 */
MH_MUST enum mh_code verdict_read(const struct message *message,
                                  const struct mh_catalogue *catalogue,
                                  const struct mh_reference *reference,
                                  struct mh_arena *arena,
                                  struct version **version,
                                  struct letter **letter);

/**
 * A letter for one fault that no field rule found (as CONFLICT).
 * @param version lent, optional; tells type, agency and id
 * @returns NULL when the arena is full
 */
struct letter *verdict_letter(const struct message *message,
                              enum mh_code reason,
                              const struct version *version,
                              struct mh_arena *arena);

#endif
