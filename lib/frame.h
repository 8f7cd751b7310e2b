/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The five bytes before an Avro record in Kafka.
 *
 * Source: Confluent wire format: byte 0, then the schema's id in 4 bytes,
 * big-endian.
 */
#ifndef MAHALLE_FRAME_H
#define MAHALLE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

enum {
    MH_FRAME_BYTES = 5,
    /* An event of the largest type with each text at its longest is below
     * 4 KiB; sixteen times that leaves room for types to come and bounds
     * what one record can cost. */
    MH_EVENT_BYTES_MAX = 64 * 1024
};

/**
 * Read the frame of a record's value.
 *
 * @param bytes lent; may be NULL when `len` is 0 (a tombstone)
 * @param id    out; schema id
 * @returns MH_OK: the record's body starts at `bytes + MH_FRAME_BYTES`
 *          MH_FRAME      too short, or the first byte is not 0
 *          MH_TOO_LARGE  more than MH_EVENT_BYTES_MAX
 * Thread: any. Allocates: no.
 */
MH_MUST enum mh_code mh_frame_read(const uint8_t *bytes, size_t len,
                                   uint32_t *id);
/** Write the frame of schema `id`. */
void mh_frame_write(uint8_t bytes[static MH_FRAME_BYTES], uint32_t id);

#endif
