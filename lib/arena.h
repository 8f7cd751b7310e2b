/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Memory that is freed all at once: what belongs to a batch or a line.
 *
 * Not for objects with an owner of their own; nothing in it is freed alone.
 */
#ifndef MAHALLE_ARENA_H
#define MAHALLE_ARENA_H

#include <stddef.h>

struct mh_arena_block;

struct mh_arena {
    struct mh_arena_block *first; /**< owned chain */
    struct mh_arena_block *block; /**< the one in use */
    size_t used;                  /**< bytes of `block` in use */
    size_t total;                 /**< bytes of all blocks */
    size_t max;                   /**< bytes; never more in all */
};

void mh_arena_init(struct mh_arena *arena, size_t max);
void mh_arena_fini(struct mh_arena *arena);
/** Forget everything, keep the blocks. */
void mh_arena_reset(struct mh_arena *arena);
/** Room for `size` bytes, aligned for any type; NULL: bound or memory. */
void *mh_arena_take(struct mh_arena *arena, size_t size);
/** A copy of `len` bytes with a NUL behind; NULL: bound or memory. */
char *mh_arena_text(struct mh_arena *arena, const char *text, size_t len);

#endif
