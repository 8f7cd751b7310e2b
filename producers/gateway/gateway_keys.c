/* SPDX-License-Identifier: Apache-2.0 */
/* A sorted list of keys under one lock that is held for the time of a look. */
#include "gateway_keys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "clock.h"
#include "queries.h"

enum { BURST_LEAST = 10 }; /* events; a slow key may still post a few at once */

struct keys {
    pthread_mutex_t lock;
    struct key **list; /* owned; by id, each with a user of ours */
    int count;
    int64_t grace_ms, read_ms; /* read_ms 0: never */
};

/* Of schemas/queries/gateway_keys.sql. */
enum { ROW_COLUMNS = 7 };

enum mh_code keys_new(int64_t grace_ms, struct keys **keys, struct mh_err *err)
{
    struct keys *made = calloc(1, sizeof *made);

    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no memory for keys");
    }
    made->grace_ms = grace_ms;
    *keys = made;
    return MH_OK;
}

static void leave_all(struct key **list, int count)
{
    for (int i = 0; i < count; i++) {
        key_leave(list[i]);
    }
    free(list);
}

void keys_free(struct keys *keys)
{
    if (keys != NULL) {
        leave_all(keys->list, keys->count);
        (void)pthread_mutex_destroy(&keys->lock);
        free(keys);
    }
}

void key_leave(struct key *key)
{
    if (key == NULL || atomic_fetch_sub(&key->users, 1) > 1) {
        return;
    }
    free(key->row);
    free(key->agency);
    free(key->types);
    free(key->counties);
    free(key);
}

/* ---------------------------------------------------------------- reading */

static int by_id(const void *a, const void *b)
{
    const struct key *const *left = a, *const *right = b;

    return strcmp((*left)->secret.id, (*right)->secret.id);
}

/* The whole row as one text. @returns given; NULL: no memory */
static char *join(const struct database *db, int row)
{
    struct mh_buf buf;
    char *text = NULL;

    mh_buf_init(&buf, 1024 * 1024);
    for (int i = 0; i < ROW_COLUMNS; i++) {
        const char *cell = database_text(db, row, i);

        mh_buf_text(&buf, cell == NULL ? "-" : cell);
        mh_buf_byte(&buf, ' ');
    }
    if (!buf.failed) {
        text = strdup(mh_buf_string(&buf));
    }
    mh_buf_fini(&buf);
    return text;
}

/* `a,b` as `,a,b,`. @returns false: no memory */
static bool take_list(const char *text, char **list)
{
    *list = NULL;
    return text == NULL || asprintf(list, ",%s,", text) >= 0;
}

static bool take_hash(const char *hex, struct mh_key *secret)
{
    if (hex == NULL || strlen(hex) != 2 * (size_t)MH_KEY_HASH) {
        return false;
    }
    for (size_t i = 0; i < MH_KEY_HASH; i++) {
        const char digits[] = {hex[2 * i], hex[2 * i + 1], '\0'};

        secret->hash[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    return true;
}

/* @param row taken */
static struct key *make_key(const struct database *db, int i, char *row)
{
    struct key *key = calloc(1, sizeof *key);
    const char *agency = database_text(db, i, 2);
    const char *rate = database_text(db, i, 5);
    const char *expires = database_text(db, i, 6);

    if (key == NULL) {
        free(row);
        return NULL;
    }
    atomic_init(&key->users, 1);
    key->row = row;
    (void)snprintf(key->secret.id, sizeof key->secret.id, "%s",
                   database_text(db, i, 0));
    key->rate = rate == NULL ? 0 : strtoll(rate, NULL, 10);
    key->expires_ms = expires == NULL ? INT64_MAX : strtoll(expires, NULL, 10);
    key->tokens = (double)key_burst(key);
    key->filled_ms = mh_clock_ms();
    if (!take_hash(database_text(db, i, 1), &key->secret) ||
        (agency != NULL && (key->agency = strdup(agency)) == NULL) ||
        !take_list(database_text(db, i, 3), &key->types) ||
        !take_list(database_text(db, i, 4), &key->counties)) {
        key_leave(key);
        return NULL;
    }
    return key;
}

static struct key **find(struct keys *keys, const char *id)
{
    struct key wanted = {.row = NULL};
    const struct key *at = &wanted;

    if (keys->count == 0) {
        return NULL;
    }
    (void)snprintf(wanted.secret.id, sizeof wanted.secret.id, "%s", id);
    return bsearch(&at, keys->list, (size_t)keys->count, sizeof(struct key *),
                   by_id);
}

/* The key of row `i`: the one we have when nothing about it has changed. */
static struct key *take_row(struct keys *keys, const struct database *db, int i)
{
    char *row = join(db, i);
    struct key **old = find(keys, database_text(db, i, 0));

    if (row != NULL && old != NULL && strcmp((*old)->row, row) == 0) {
        free(row);
        atomic_fetch_add(&(*old)->users, 1);
        return *old;
    }
    return row == NULL ? NULL : make_key(db, i, row);
}

enum mh_code keys_read(struct keys *keys, struct database *db,
                       struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "keys", mh_query_gateway_keys, 0, NULL, err);
    int count = 0, rows, old_count;
    struct key **list, **old;

    if (code != MH_OK) {
        return code;
    }
    rows = database_rows(db);
    list = calloc((size_t)rows + 1, sizeof(struct key *));
    /* only this thread changes the list, so it may be read without the lock */
    while (list != NULL && count < rows &&
           (list[count] = take_row(keys, db, count)) != NULL) {
        count++;
    }
    if (list == NULL || count < rows) {
        leave_all(list, count);
        return mh_fail(err, MH_MEMORY, "no memory for keys");
    }
    qsort(list, (size_t)count, sizeof(struct key *), by_id);
    (void)pthread_mutex_lock(&keys->lock);
    old = keys->list;
    old_count = keys->count;
    keys->list = list;
    keys->count = count;
    keys->read_ms = mh_clock_ms();
    (void)pthread_mutex_unlock(&keys->lock);
    leave_all(old, old_count);
    return MH_OK;
}

/* ----------------------------------------------------------------- asking */

enum keys_answer keys_find(struct keys *keys, const char *text, size_t len,
                           struct key **key)
{
    static const uint8_t NOBODY[MH_KEY_HASH];
    struct mh_key sent = {.id = "-"};
    bool formed = mh_key_read(text, len, &sent);
    enum keys_answer answer = KEYS_UNKNOWN;
    struct key **found;
    bool equal;

    (void)pthread_mutex_lock(&keys->lock);
    if (keys->read_ms == 0 || mh_clock_ms() - keys->read_ms > keys->grace_ms) {
        (void)pthread_mutex_unlock(&keys->lock);
        return KEYS_BLIND;
    }
    found = find(keys, sent.id);
    equal =
        mh_key_equal(found == NULL ? NOBODY : (*found)->secret.hash, sent.hash);
    if (formed && found != NULL && equal &&
        (*found)->expires_ms > mh_clock_wall_ms()) {
        atomic_fetch_add(&(*found)->users, 1);
        *key = *found;
        answer = KEYS_KNOWN;
    }
    (void)pthread_mutex_unlock(&keys->lock);
    return answer;
}

int64_t key_burst(const struct key *key)
{
    return key->rate == 0 || key->rate > BURST_LEAST ? key->rate : BURST_LEAST;
}

bool key_may_count(const struct key *key, int64_t events)
{
    return key->rate == 0 || events <= key_burst(key);
}

int64_t keys_take(struct keys *keys, struct key *key, int64_t events,
                  int64_t now_ms)
{
    double most = (double)key_burst(key), lacks;
    int64_t wait_s = 0;

    if (key->rate == 0) {
        return 0;
    }
    (void)pthread_mutex_lock(&keys->lock);
    if (now_ms > key->filled_ms) {
        key->tokens +=
            (double)(now_ms - key->filled_ms) * (double)key->rate / 1000.0;
        key->filled_ms = now_ms;
    }
    key->tokens = key->tokens > most ? most : key->tokens;
    lacks = (double)events - key->tokens;
    if (lacks > 0.0) {
        wait_s = (int64_t)(lacks / (double)key->rate) + 1;
    } else {
        key->tokens -= (double)events;
    }
    (void)pthread_mutex_unlock(&keys->lock);
    return wait_s;
}

/* Whether `,a,b,` has the word. */
static bool has(const char *list, const char *word)
{
    char wanted[80];

    if (list == NULL) {
        return true;
    }
    (void)snprintf(wanted, sizeof wanted, ",%s,", word);
    return strstr(list, wanted) != NULL;
}

bool key_is_limited(const struct key *key)
{
    return key->types != NULL || key->counties != NULL;
}

bool key_may_agency(const struct key *key, const char *text, size_t len)
{
    return key->agency == NULL ||
           (strlen(key->agency) == len && memcmp(key->agency, text, len) == 0);
}

bool key_may_type(const struct key *key, const char *name)
{
    return has(key->types, name);
}

bool key_may_county(const struct key *key, const char *county)
{
    return key->counties == NULL ||
           (county != NULL && has(key->counties, county));
}
