/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who may post what, and how fast: the keys as the database has them.
 *
 * Filled again and again by one thread, asked by all. A key that stays as it
 * was keeps its bucket. Without a database the keys that are known hold for
 * as long as `grace_ms` says; then nobody is let in, and nobody is called
 * unknown. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_KEYS_H
#define MAHALLE_GATEWAY_KEYS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "apikey.h"
#include "database.h"

/** A key; its texts live as long as somebody holds it. */
struct key {
    atomic_int users;
    struct mh_key secret; /**< id and hash */
    char *row;            /**< owned; all that the database says of it */
    char *agency;         /**< owned; NULL: every agency */
    char *types;          /**< owned; `,a,b,`; NULL: every type */
    char *counties;       /**< owned; `,2401,`; NULL: every county */
    int64_t rate;         /**< events a second; 0: no bound */
    int64_t expires_ms;   /**< wall clock; INT64_MAX: never */
    double tokens;        /**< of the bucket; under the lock of the keys */
    int64_t filled_ms;    /**< when it was filled last; steady clock */
};

struct keys;

enum keys_answer {
    KEYS_KNOWN,
    KEYS_UNKNOWN, /**< no such key, wrong secret, expired or revoked */
    KEYS_BLIND    /**< what is known is too old to let anybody in, or out */
};

/** @param grace_ms how long keys hold that cannot be looked up again */
MH_MUST enum mh_code keys_new(int64_t grace_ms, struct keys **keys,
                              struct mh_err *err);
void keys_free(struct keys *keys);

/** Take over what the database has. Thread: one at a time. */
MH_MUST enum mh_code keys_read(struct keys *keys, struct database *db,
                               struct mh_err *err);
/**
 * @param text lent; the key as it was sent
 * @param key  out with KEYS_KNOWN; given, key_leave
 * Thread: any.
 */
enum keys_answer keys_find(struct keys *keys, const char *text, size_t len,
                           struct key **key);
/** NULL is fine. Thread: any. */
void key_leave(struct key *key);

/** Most events that the key's bucket ever holds; 0: it has none. */
int64_t key_burst(const struct key *key);
/** Whether the bucket, once it is full, holds so many. */
bool key_may_count(const struct key *key, int64_t events);
/**
 * Take `events` out of the bucket, at most as many as it may hold.
 * @returns 0: they were there; else the seconds until they may be
 */
int64_t keys_take(struct keys *keys, struct key *key, int64_t events,
                  int64_t now_ms);

/** Whether the key is of some types or counties only. */
bool key_is_limited(const struct key *key);
/** Whether the key has a grant. `text` need not end in NUL. */
bool key_may_agency(const struct key *key, const char *text, size_t len);
bool key_may_type(const struct key *key, const char *name);
/** @param county lent; 4 digits; NULL: the place lies in none */
bool key_may_county(const struct key *key, const char *county);

#endif
