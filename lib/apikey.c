/* SPDX-License-Identifier: Apache-2.0 */
/* Hexadecimal, so that a key survives being copied, quoted and put in a URL. */
#include "apikey.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <string.h>

enum { SECRET_BYTES = 32, ID_BYTES = MH_KEY_ID / 2, SECRET_AT = 4 + MH_KEY_ID };

static const char START[] = "mhl_";

static void put_hex(char *to, const uint8_t *bytes, size_t count)
{
    static const char DIGITS[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        to[2 * i] = DIGITS[bytes[i] >> 4];
        to[2 * i + 1] = DIGITS[bytes[i] & 15];
    }
}

static bool is_hex(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!(text[i] >= '0' && text[i] <= '9') &&
            !(text[i] >= 'a' && text[i] <= 'f')) {
            return false;
        }
    }
    return true;
}

bool mh_key_read(const char *text, size_t len, struct mh_key *key)
{
    struct mh_key made = {.id = ""};
    unsigned int hash_len = 0;

    if (len != MH_KEY_TEXT || memcmp(text, START, sizeof START - 1) != 0 ||
        !is_hex(text + sizeof START - 1, MH_KEY_ID) || text[SECRET_AT] != '_' ||
        !is_hex(text + SECRET_AT + 1, 2 * (size_t)SECRET_BYTES)) {
        return false;
    }
    memcpy(made.id, text + sizeof START - 1, MH_KEY_ID);
    if (EVP_Digest(text, len, made.hash, &hash_len, EVP_sha256(), NULL) != 1 ||
        hash_len != MH_KEY_HASH) {
        return false;
    }
    *key = made;
    return true;
}

enum mh_code mh_key_make(char text[static MH_KEY_TEXT + 1], struct mh_key *key,
                         struct mh_err *err)
{
    uint8_t random[ID_BYTES + SECRET_BYTES];

    if (RAND_priv_bytes(random, sizeof random) != 1) {
        return mh_fail(err, MH_BUG, "no random bytes");
    }
    memcpy(text, START, sizeof START - 1);
    put_hex(text + sizeof START - 1, random, ID_BYTES);
    text[SECRET_AT] = '_';
    put_hex(text + SECRET_AT + 1, random + ID_BYTES, SECRET_BYTES);
    text[MH_KEY_TEXT] = '\0';
    OPENSSL_cleanse(random, sizeof random);
    return mh_key_read(text, MH_KEY_TEXT, key)
               ? MH_OK
               : mh_fail(err, MH_BUG, "no SHA-256");
}

bool mh_key_equal(const uint8_t a[static MH_KEY_HASH],
                  const uint8_t b[static MH_KEY_HASH])
{
    return CRYPTO_memcmp(a, b, MH_KEY_HASH) == 0;
}
