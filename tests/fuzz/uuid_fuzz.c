/* SPDX-License-Identifier: Apache-2.0 */
/* Input: a text. What is read as a UUID is written as the same in lower case. */
#include <stdint.h>
#include <stdlib.h>
#include <strings.h>

#include "uuid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t uuid[MH_UUID_BYTES];
    char text[MH_UUID_TEXT + 1];

    if (mh_uuid_read((const char *)data, size, uuid)) {
        mh_uuid_write(uuid, text);
        if (strncasecmp(text, (const char *)data, MH_UUID_TEXT) != 0) {
            abort();
        }
    }
    return 0;
}
