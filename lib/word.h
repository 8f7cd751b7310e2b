/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Several bytes at once: unaligned loads, the first byte the lowest.
 *
 * What lies on the way of every event (varints, UUIDs, keys of maps) works on
 * eight bytes in one register instead of a byte at a time.
 */
#ifndef MAHALLE_WORD_H
#define MAHALLE_WORD_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

/** The same byte in all eight places. */
#define MH_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t mh_load_8(const void *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

static inline uint32_t mh_load_4(const void *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return le32toh(word);
}

static inline void mh_store_4(void *bytes, uint32_t word)
{
    word = htole32(word);
    memcpy(bytes, &word, sizeof word);
}

#endif
