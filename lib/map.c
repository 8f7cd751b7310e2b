/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, linear, at most half full; texts lie in one buffer. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
    FIRST_ROOM = 64,
    KEY_MAX = 255 /* bytes; codes are far shorter */
};

struct mh_map_slot {
    uint32_t hash;   /* the low half; spares most comparisons */
    uint32_t offset; /* of the text in `keys` */
    uint32_t len;    /* bytes */
    int32_t value;
    bool used;
};

void mh_map_init(struct mh_map *map, size_t max)
{
    *map = (struct mh_map){.max = max};
    mh_buf_init(&map->keys, UINT32_MAX);
}

void mh_map_fini(struct mh_map *map)
{
    free(map->slots);
    mh_buf_fini(&map->keys);
    mh_map_init(map, map->max);
}

/* The slot of the text, or the free one where it would go. */
static struct mh_map_slot *find_slot(const struct mh_map *map, const char *key,
                                     size_t len, uint32_t hash)
{
    size_t i = hash & (map->room - 1);

    while (map->slots[i].used &&
           (map->slots[i].hash != hash || map->slots[i].len != len ||
            memcmp(map->keys.bytes + map->slots[i].offset, key, len) != 0)) {
        i = (i + 1) & (map->room - 1);
    }
    return &map->slots[i];
}

static bool make_room(struct mh_map *map)
{
    size_t room = map->room == 0 ? FIRST_ROOM : map->room * 2;
    struct mh_map_slot *old = map->slots;
    struct mh_map_slot *slots;

    if (map->count < map->room / 2) {
        return true;
    }
    slots = calloc(room, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    for (size_t i = 0; i < map->room; i++) {
        size_t to = old[i].hash & (room - 1);

        while (old[i].used && slots[to].used) {
            to = (to + 1) & (room - 1);
        }
        if (old[i].used) {
            slots[to] = old[i];
        }
    }
    free(old);
    map->slots = slots;
    map->room = room;
    return true;
}

bool mh_map_add(struct mh_map *map, const char *key, size_t len, int32_t value)
{
    uint32_t hash = (uint32_t)XXH3_64bits(key, len);
    struct mh_map_slot *slot;
    size_t offset = map->keys.len;

    if (mh_map_find(map, key, len, NULL)) {
        return true;
    }
    if (len == 0 || len > KEY_MAX || map->count == map->max ||
        !make_room(map)) {
        return false;
    }
    mh_buf_put(&map->keys, key, len);
    if (map->keys.failed) {
        map->keys.failed = false;
        return false;
    }
    slot = find_slot(map, key, len, hash);
    *slot = (struct mh_map_slot){.hash = hash,
                                 .offset = (uint32_t)offset,
                                 .len = (uint32_t)len,
                                 .value = value,
                                 .used = true};
    map->count++;
    return true;
}

bool mh_map_find(const struct mh_map *map, const char *key, size_t len,
                 int32_t *value)
{
    const struct mh_map_slot *slot;

    if (map->count == 0 || len > KEY_MAX) {
        return false;
    }
    slot = find_slot(map, key, len, (uint32_t)XXH3_64bits(key, len));
    if (slot->used && value != NULL) {
        *value = slot->value;
    }
    return slot->used;
}
