/* SPDX-License-Identifier: Apache-2.0 */
/**
 * API keys: 256 random bits behind a short id that may be shown and logged.
 *
 * `mhl_ID_SECRET`, ID 10 and SECRET 64 hexadecimal digits. Only the SHA-256 of
 * the whole text is ever kept: of random bits that many, a fast hash gives
 * nothing away. Who may post with a key is not known here.
 */
#ifndef MAHALLE_APIKEY_H
#define MAHALLE_APIKEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

enum {
    MH_KEY_ID = 10, /* characters */
    MH_KEY_TEXT = 4 + MH_KEY_ID + 1 + 64,
    MH_KEY_HASH = 32 /* bytes */
};

/** What is known of a key without the key itself. */
struct mh_key {
    char id[MH_KEY_ID + 1];
    uint8_t hash[MH_KEY_HASH];
};

/** Make a key. @param text out; the only time that it is there in full
 *  @returns MH_OK, MH_BUG (no random bytes) */
MH_MUST enum mh_code mh_key_make(char text[static MH_KEY_TEXT + 1],
                                 struct mh_key *key, struct mh_err *err);
/** @returns false: not of that form, `key` is as it was. Thread: any. */
bool mh_key_read(const char *text, size_t len, struct mh_key *key);
/** Whether the hashes are equal, in a time that tells nothing. */
bool mh_key_equal(const uint8_t a[static MH_KEY_HASH],
                  const uint8_t b[static MH_KEY_HASH]);

#endif
