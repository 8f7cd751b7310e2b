/* SPDX-License-Identifier: Apache-2.0 */
/* Reading is on the way of every event: sixteen digits are read at once. */
#include "uuid.h"

#include <string.h>

#include <openssl/evp.h>

#include "word.h"

enum {
    VERSION = 0x50, /* name-based, SHA-1 */
    VARIANT = 0x80
};

/* Where in the text each byte stands. */
static const uint8_t PLACE[MH_UUID_BYTES] = {0,  2,  4,  6,  9,  11, 14, 16,
                                             19, 21, 24, 26, 28, 30, 32, 34};

/* UUIDv5 of the DNS namespace and `mahalle`: the project's own namespace. */
static const uint8_t NAMESPACE[MH_UUID_BYTES] = {
    0xf1, 0x60, 0xb5, 0xb5, 0x4e, 0x15, 0x55, 0x2b,
    0x83, 0x14, 0x82, 0x6c, 0xc4, 0x18, 0x64, 0xb9};

/* Sixteen bytes in a register, in the compiler's own notation for any
 * processor; a comparison gives 0 or -1 in each of them. */
typedef int8_t bytes16 __attribute__((vector_size(16)));
typedef uint16_t pairs8 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));

/* Sixteen hex digits become eight bytes. @returns -1 where there is a digit */
static inline bytes16 read_digits(uint64_t first, uint64_t second,
                                  uint8_t bytes[static 8])
{
    bytes16 text = (bytes16)(words2){first, second};
    bytes16 lower = text | ('a' - 'A');
    bytes16 is_number = (text >= '0') & (text <= '9');
    bytes16 is_letter = (lower >= 'a') & (lower <= 'f');
    pairs8 values = (pairs8)(((text - '0') & is_number) |
                             ((lower - ('a' - 10)) & is_letter));
    bytes8 joined = __builtin_convertvector(values << 4 | values >> 8, bytes8);

    memcpy(bytes, &joined, sizeof joined);
    return is_number | is_letter;
}

bool mh_uuid_read(const char *text, size_t len,
                  uint8_t uuid[static MH_UUID_BYTES])
{
    uint8_t bytes[MH_UUID_BYTES];
    words2 good;

    if (len != MH_UUID_TEXT || text[8] != '-' || text[13] != '-' ||
        text[18] != '-' || text[23] != '-') {
        return false;
    }
    good = (words2)read_digits(
        mh_load_8(text),
        mh_load_4(text + 9) | (uint64_t)mh_load_4(text + 14) << 32, bytes);
    good &= (words2)read_digits(mh_load_4(text + 19) |
                                    (uint64_t)mh_load_4(text + 24) << 32,
                                mh_load_8(text + 28), bytes + 8);
    if ((good[0] & good[1]) != UINT64_MAX) {
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
