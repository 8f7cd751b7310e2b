/* SPDX-License-Identifier: Apache-2.0 */
/* Size before everything: nothing else looks at an oversized record. */
#include "frame.h"

enum mh_code mh_frame_read(const uint8_t *bytes, size_t len, uint32_t *id)
{
    if (len > MH_EVENT_BYTES_MAX) {
        return MH_TOO_LARGE;
    }
    if (len < MH_FRAME_BYTES || bytes[0] != 0) {
        return MH_FRAME;
    }
    *id = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 |
          (uint32_t)bytes[3] << 8 | bytes[4];
    return MH_OK;
}

void mh_frame_write(uint8_t bytes[static MH_FRAME_BYTES], uint32_t id)
{
    bytes[0] = 0;
    bytes[1] = (uint8_t)(id >> 24);
    bytes[2] = (uint8_t)(id >> 16);
    bytes[3] = (uint8_t)(id >> 8);
    bytes[4] = (uint8_t)id;
}
