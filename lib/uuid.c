/* SPDX-License-Identifier: Apache-2.0 */
/* Tables instead of tests: reading is on the way of every event. */
#include "uuid.h"

#include <string.h>

#include <openssl/evp.h>

enum {
    DIGIT = 16, /* bit of a hex digit, beside its value */
    SHA1_BYTES = 20,
    VERSION = 0x50, /* name-based, SHA-1 */
    VARIANT = 0x80
};

static const uint8_t NIBBLE[256] = {
    ['0'] = DIGIT,      ['1'] = DIGIT | 1,  ['2'] = DIGIT | 2,
    ['3'] = DIGIT | 3,  ['4'] = DIGIT | 4,  ['5'] = DIGIT | 5,
    ['6'] = DIGIT | 6,  ['7'] = DIGIT | 7,  ['8'] = DIGIT | 8,
    ['9'] = DIGIT | 9,  ['a'] = DIGIT | 10, ['b'] = DIGIT | 11,
    ['c'] = DIGIT | 12, ['d'] = DIGIT | 13, ['e'] = DIGIT | 14,
    ['f'] = DIGIT | 15, ['A'] = DIGIT | 10, ['B'] = DIGIT | 11,
    ['C'] = DIGIT | 12, ['D'] = DIGIT | 13, ['E'] = DIGIT | 14,
    ['F'] = DIGIT | 15,
};

/* Where in the text each byte stands. */
static const uint8_t PLACE[MH_UUID_BYTES] = {0,  2,  4,  6,  9,  11, 14, 16,
                                             19, 21, 24, 26, 28, 30, 32, 34};

/* UUIDv5 of the DNS namespace and `mahalle`: the project's own namespace. */
static const uint8_t NAMESPACE[MH_UUID_BYTES] = {
    0xf1, 0x60, 0xb5, 0xb5, 0x4e, 0x15, 0x55, 0x2b,
    0x83, 0x14, 0x82, 0x6c, 0xc4, 0x18, 0x64, 0xb9};

bool mh_uuid_read(const char *text, size_t len,
                  uint8_t uuid[static MH_UUID_BYTES])
{
    uint8_t bytes[MH_UUID_BYTES];
    unsigned digits = DIGIT;

    if (len != MH_UUID_TEXT || text[8] != '-' || text[13] != '-' ||
        text[18] != '-' || text[23] != '-') {
        return false;
    }
    for (int i = 0; i < MH_UUID_BYTES; i++) {
        unsigned high = NIBBLE[(uint8_t)text[PLACE[i]]];
        unsigned low = NIBBLE[(uint8_t)text[PLACE[i] + 1]];

        digits &= high & low;
        bytes[i] = (uint8_t)(high << 4 | (low & 15));
    }
    if (digits == 0) {
        return false;
    }
    memcpy(uuid, bytes, sizeof bytes);
    return true;
}

void mh_uuid_write(const uint8_t uuid[static MH_UUID_BYTES],
                   char text[static MH_UUID_TEXT + 1])
{
    static const char DIGITS[] = "0123456789abcdef";

    for (int i = 0; i < MH_UUID_BYTES; i++) {
        text[PLACE[i]] = DIGITS[uuid[i] >> 4];
        text[PLACE[i] + 1] = DIGITS[uuid[i] & 15];
    }
    text[8] = text[13] = text[18] = text[23] = '-';
    text[MH_UUID_TEXT] = '\0';
}

bool mh_uuid_name(const void *name, size_t len,
                  uint8_t uuid[static MH_UUID_BYTES])
{
    uint8_t hash[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool done = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL) == 1 &&
                EVP_DigestUpdate(ctx, NAMESPACE, sizeof NAMESPACE) == 1 &&
                EVP_DigestUpdate(ctx, name, len) == 1 &&
                EVP_DigestFinal_ex(ctx, hash, NULL) == 1;

    EVP_MD_CTX_free(ctx);
    if (!done) {
        return false;
    }
    hash[6] = (uint8_t)((hash[6] & 0x0f) | VERSION);
    hash[8] = (uint8_t)((hash[8] & 0x3f) | VARIANT);
    memcpy(uuid, hash, MH_UUID_BYTES);
    return true;
}
