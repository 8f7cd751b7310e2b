/* SPDX-License-Identifier: Apache-2.0 */
/* A chain of blocks, filled one after the other and used again after reset. */
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 256 * 1024 };

struct mh_arena_block {
    struct mh_arena_block *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

void mh_arena_init(struct mh_arena *arena, size_t max)
{
    *arena = (struct mh_arena){.max = max};
}

void mh_arena_fini(struct mh_arena *arena)
{
    struct mh_arena_block *block = arena->first;

    while (block != NULL) {
        struct mh_arena_block *next = block->next;

        free(block);
        block = next;
    }
    mh_arena_init(arena, arena->max);
}

void mh_arena_reset(struct mh_arena *arena)
{
    arena->block = arena->first;
    arena->used = 0;
}

static struct mh_arena_block *add_block(struct mh_arena *arena, size_t size)
{
    size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;
    struct mh_arena_block *block;

    if (bytes > arena->max || arena->total > arena->max - bytes) {
        return NULL;
    }
    block = malloc(sizeof *block + bytes);
    if (block == NULL) {
        return NULL;
    }
    block->size = bytes;
    arena->total += bytes;
    if (arena->block == NULL) {
        block->next = arena->first;
        arena->first = block;
    } else {
        block->next = arena->block->next;
        arena->block->next = block;
    }
    return block;
}

void *mh_arena_take(struct mh_arena *arena, size_t size)
{
    enum { ALIGN = alignof(max_align_t) };
    struct mh_arena_block *block = arena->block;
    void *start;

    if (size > arena->max) {
        return NULL;
    }
    size = (size + ALIGN - 1) / ALIGN * ALIGN;
    if (block == NULL || size > block->size - arena->used) {
        block = block == NULL ? NULL : block->next;
        if (block == NULL || size > block->size) {
            block = add_block(arena, size);
            if (block == NULL) {
                return NULL;
            }
        }
        arena->block = block;
        arena->used = 0;
    }
    start = block->bytes + arena->used;
    arena->used += size;
    return start;
}

char *mh_arena_text(struct mh_arena *arena, const char *text, size_t len)
{
    char *copy = mh_arena_take(arena, len + 1);

    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}
