/* SPDX-License-Identifier: Apache-2.0 */
/* Reading is on the way of every event: eight digits are read at once. */
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

/*
 * Eight hex digits, one a byte, become four bytes. Each byte is tested by
 * adding so much that its top bit tells whether it reaches a bound; without
 * the top bits no sum carries into the next byte. @returns top bit of each
 * byte: it is a digit
 */
static inline uint64_t read_digits(uint64_t digits, uint8_t bytes[static 4])
{
    const uint64_t top = MH_EACH_BYTE(0x80);
    uint64_t low = digits & ~top;
    uint64_t lower = low | MH_EACH_BYTE('a' - 'A');
    uint64_t number = (low + MH_EACH_BYTE(0x80 - '0')) &
                      ~(low + MH_EACH_BYTE(0x80 - ('9' + 1)));
    uint64_t letter = (lower + MH_EACH_BYTE(0x80 - 'a')) &
                      ~(lower + MH_EACH_BYTE(0x80 - ('f' + 1))) & top;
    /* the low half of 'a' is 1 */
    uint64_t value = (low & MH_EACH_BYTE(0x0f)) + (letter >> 7) * 9;

    value = (value << 4 | value >> 8) & UINT64_C(0x00ff00ff00ff00ff);
    value = (value | value >> 8) & UINT64_C(0x0000ffff0000ffff);
    mh_store_4(bytes, (uint32_t)(value | value >> 16));
    return (number | letter) & ~digits & top;
}

bool mh_uuid_read(const char *text, size_t len,
                  uint8_t uuid[static MH_UUID_BYTES])
{
    uint8_t bytes[MH_UUID_BYTES];
    uint64_t good;

    if (len != MH_UUID_TEXT || text[8] != '-' || text[13] != '-' ||
        text[18] != '-' || text[23] != '-') {
        return false;
    }
    good = read_digits(mh_load_8(text), bytes);
    good &= read_digits(
        mh_load_4(text + 9) | (uint64_t)mh_load_4(text + 14) << 32, bytes + 4);
    good &= read_digits(
        mh_load_4(text + 19) | (uint64_t)mh_load_4(text + 24) << 32, bytes + 8);
    good &= read_digits(mh_load_8(text + 28), bytes + 12);
    if (good != MH_EACH_BYTE(0x80)) {
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
