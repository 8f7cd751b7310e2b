/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What somebody may have meant: of several names the one most like theirs.
 *
 * For options, fields and columns. Work is bounded by MH_NEAREST_MAX.
 */
#ifndef MAHALLE_NEAREST_H
#define MAHALLE_NEAREST_H

#include <stddef.h>

enum { MH_NEAREST_MAX = 64 }; /* bytes of a name; longer ones have no like */

struct mh_nearest {
    const char *name; /**< lent */
    size_t len;
    const char *best; /**< lent; NULL: none was like it */
    size_t away;      /**< letters that `best` differs in, and one */
};

/** @param name lent; `len` bytes of what was written */
void mh_nearest_begin(struct mh_nearest *nearest, const char *name, size_t len);
/**
 * Look whether `name` is nearer than those before.
 * @param name  lent; terminated
 * @param shown lent; what `best` is to be when it is
 */
void mh_nearest_offer(struct mh_nearest *nearest, const char *name,
                      const char *shown);

#endif
