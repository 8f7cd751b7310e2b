/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Several bytes at once: unaligned loads, the first byte the lowest.
 *
 * What lies on the way of every event (varints, UUIDs, keys of maps) works on
 * a register full of bytes instead of a byte at a time.
 */
#ifndef MAHALLE_WORD_H
#define MAHALLE_WORD_H

#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "x86-64 and ARM64; others would have to turn words around");

/** The same byte in all eight places. */
#define MH_EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t mh_load_8(const void *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint32_t mh_load_4(const void *bytes)
{
    uint32_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

#endif
