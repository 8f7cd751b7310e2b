/* SPDX-License-Identifier: Apache-2.0 */
/* Open addressing, linear, at most half full; texts lie in one buffer. */
#include "map.h"

#include <stdlib.h>
#include <string.h>

#include "word.h"

enum {
    FIRST_ROOM = 64,
    KEY_MAX = 255 /* bytes; codes are far shorter */
};

struct mh_map_slot {
    uint32_t hash;   /* spares most comparisons */
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

/* The last eight bytes of the text, or all of a shorter one. Texts are that
 * short: a call of memcmp or of a hash made for long ones costs more. */
static inline uint64_t last_word(const char *key, size_t len)
{
    const char *end = key + len;

    if (len >= 8) {
        return mh_load_8(end - 8);
    }
    if (len >= 4) {
        return mh_load_4(key) | (uint64_t)mh_load_4(end - 4) << 32;
    }
    return len == 0 ? 0
                    : (uint64_t)(uint8_t)key[0] << 16 |
                          (uint64_t)(uint8_t)key[len / 2] << 8 |
                          (uint8_t)end[-1];
}

/* What is added is our own reference data: nobody can fill the map with keys
 * that collide, so a multiplication for each word is hash enough. */
static inline uint32_t hash_of(const char *key, size_t len)
{
    const uint64_t spread = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t hash = len * spread;

    for (size_t at = 0; at + 8 < len; at += 8) {
        hash = (hash ^ mh_load_8(key + at)) * spread;
        hash ^= hash >> 32;
    }
    hash = (hash ^ last_word(key, len)) * spread;
    return (uint32_t)(hash >> 32);
}

static inline bool is_same(const char *a, const char *b, size_t len)
{
    for (size_t at = 0; at + 8 < len; at += 8) {
        if (mh_load_8(a + at) != mh_load_8(b + at)) {
            return false;
        }
    }
    return last_word(a, len) == last_word(b, len);
}

/* The slot of the text, or the free one where it would go. */
static inline struct mh_map_slot *find_slot(const struct mh_map *map,
                                            const char *key, size_t len,
                                            uint32_t hash)
{
    const char *keys = (const char *)map->keys.bytes;
    size_t i = hash & (map->room - 1);

    while (map->slots[i].len != 0 &&
           (map->slots[i].hash != hash || map->slots[i].len != len ||
            !is_same(keys + map->slots[i].offset, key, len))) {
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
    slot = find_slot(map, key, len, hash_of(key, len));
    *slot = (struct mh_map_slot){.hash = hash_of(key, len),
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
    slot = find_slot(map, key, len, hash_of(key, len));
    if (slot->len != 0 && value != NULL) {
        *value = slot->value;
    }
    return slot->len != 0;
}
