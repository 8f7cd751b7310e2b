/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A bounded map from short texts to numbers: filled once, then only read.
 */
#ifndef MAHALLE_MAP_H
#define MAHALLE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "mahalle/err.h"

struct mh_map_slot;

struct mh_map {
    struct mh_map_slot *slots; /**< owned; a power of two of them */
    size_t room;               /**< slots; 0 while empty */
    size_t count;              /**< texts in the map */
    size_t max;                /**< texts; never more */
    struct mh_buf keys;        /**< the texts, one behind the other */
};

/** Empty map of at most `max` texts. Allocates nothing yet. */
void mh_map_init(struct mh_map *map, size_t max);
void mh_map_fini(struct mh_map *map);
/** Adding what is there changes nothing.
 *  @returns false: full, no memory, or `len` is not 1..255 */
MH_MUST bool mh_map_add(struct mh_map *map, const char *key, size_t len,
                        int32_t value);
/** @param value out, optional. @returns false: not there. Thread: any. */
bool mh_map_find(const struct mh_map *map, const char *key, size_t len,
                 int32_t *value);

#endif
