/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, linear, at most half full; texts lie in one buffer. Nearly
   all codes are up to 16 bytes long, and told by the slot alone. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "word.h"

enum {
    FIRST_ROOM = 64,
    KEY_MAX = 255 /* bytes; codes are far shorter */
};

/* The first and the last bytes of a text: all of one up to 16 bytes long. */
struct ends {
    uint64_t first;
    uint64_t last;
};

struct mh_map_slot {
    struct ends ends;
    uint32_t offset; /* of the text in `keys` */
    int32_t value;
    uint8_t len; /* bytes; 0: the slot is free */
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

/* The two may overlap, or be the same bytes. */
static inline struct ends ends_of(const char *key, size_t len)
{
    const uint8_t *bytes = (const uint8_t *)key;

    if (len >= 8) {
        return (struct ends){mh_load_8(key), mh_load_8(key + len - 8)};
    }
    if (len >= 4) {
        return (struct ends){mh_load_4(key), mh_load_4(key + len - 4)};
    }
    return len == 0 ? (struct ends){0, 0}
                    : (struct ends){bytes[0], (uint64_t)bytes[len / 2] << 8 |
                                                  bytes[len - 1]};
}

/* What is added is our own reference data: nobody can fill the map with texts
 * that differ only in the middle, so the ends are hash enough. */
static inline size_t hash_of(struct ends ends, size_t len)
{
    const uint64_t spread = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t hash = (ends.first * spread ^ ends.last) + len;

    return (size_t)((hash ^ hash >> 32) * spread >> 32);
}

/* The slot of the text, or the free one where it would go. */
static inline struct mh_map_slot *find_slot(const struct mh_map *map,
                                            const char *key, size_t len)
{
    struct ends ends = ends_of(key, len);
    size_t i = hash_of(ends, len) & (map->room - 1);
    struct mh_map_slot *slot = &map->slots[i];

    while (slot->len != 0 &&
           (slot->ends.first != ends.first || slot->ends.last != ends.last ||
            slot->len != len ||
            (len > sizeof ends &&
             memcmp(map->keys.bytes + slot->offset, key, len) != 0))) {
        i = (i + 1) & (map->room - 1);
        slot = &map->slots[i];
    }
    return slot;
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
        size_t to = hash_of(old[i].ends, old[i].len) & (room - 1);

        while (old[i].len != 0 && slots[to].len != 0) {
            to = (to + 1) & (room - 1);
        }
        if (old[i].len != 0) {
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
    slot = find_slot(map, key, len);
    *slot = (struct mh_map_slot){.ends = ends_of(key, len),
                                 .offset = (uint32_t)offset,
                                 .value = value,
                                 .len = (uint8_t)len};
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
    slot = find_slot(map, key, len);
    if (slot->len != 0 && value != NULL) {
        *value = slot->value;
    }
    return slot->len != 0;
}
