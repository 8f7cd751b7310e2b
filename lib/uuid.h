/* SPDX-License-Identifier: Apache-2.0 */
/** UUIDs: reading, writing and names (version 5). Source: RFC 9562. */
#ifndef MAHALLE_UUID_H
#define MAHALLE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

enum { MH_UUID_BYTES = 16, MH_UUID_TEXT = 36 };

/** The 36-character form in any case. @returns false: not of that form */
bool mh_uuid_read(const char *text, size_t len,
                  uint8_t uuid[static MH_UUID_BYTES]);
/** 36 characters, lower case, and a NUL. */
void mh_uuid_write(const uint8_t uuid[static MH_UUID_BYTES],
                   char text[static MH_UUID_TEXT + 1]);
/** Version 5 of `name` in the project's namespace. @returns false: no memory */
MH_MUST bool mh_uuid_name(const void *name, size_t len,
                          uint8_t uuid[static MH_UUID_BYTES]);

#endif
