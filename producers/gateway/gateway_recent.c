/* SPDX-License-Identifier: Apache-2.0 */
/* A table of buckets of four; a new event takes the place of the oldest one in
 * its bucket. Ids are random or SHA-1, so their bytes are the hash. */
#include "gateway_recent.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS = 4, PARTITIONS = 1024 };

struct recent {
    pthread_mutex_t lock;
    struct recent_event *events; /* owned; stored_ms 0: free */
    size_t buckets;
    int64_t newest[PARTITIONS]; /* offset; by partition */
};

enum mh_code recent_new(size_t events, struct recent **recent,
                        struct mh_err *err)
{
    struct recent *made = calloc(1, sizeof *made);

    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no memory for recent events");
    }
    made->buckets = events / WAYS;
    made->events = calloc(made->buckets * WAYS + 1, sizeof *made->events);
    if (made->events == NULL) {
        recent_free(made);
        return mh_fail(err, MH_MEMORY, "no memory for recent events");
    }
    *recent = made;
    return MH_OK;
}

void recent_free(struct recent *recent)
{
    if (recent != NULL) {
        (void)pthread_mutex_destroy(&recent->lock);
        free(recent->events);
        free(recent);
    }
}

static struct recent_event *bucket_of(struct recent *recent, const uint8_t *id)
{
    uint64_t hash;

    memcpy(&hash, id + MH_UUID_BYTES - sizeof hash, sizeof hash);
    return recent->events + hash % recent->buckets * WAYS;
}

/* The fact's place in its bucket; NULL: it is not remembered. */
static struct recent_event *find(struct recent *recent, const uint8_t *id,
                                 int32_t agency_id)
{
    struct recent_event *at =
        recent->buckets == 0 ? NULL : bucket_of(recent, id);

    for (int i = 0; at != NULL && i < WAYS; i++) {
        if (at[i].stored_ms != 0 && at[i].agency_id == agency_id &&
            memcmp(at[i].id, id, MH_UUID_BYTES) == 0) {
            return &at[i];
        }
    }
    return NULL;
}

enum recent_answer recent_find(struct recent *recent,
                               struct recent_event *event)
{
    enum recent_answer answer = RECENT_NEW;
    struct recent_event *known;

    (void)pthread_mutex_lock(&recent->lock);
    known = find(recent, event->id, event->agency_id);
    if (known != NULL && known->revision == event->revision) {
        answer = known->content == event->content ? RECENT_DUPLICATE
                                                  : RECENT_CONFLICT;
        event->partition = known->partition;
        event->offset = known->offset;
    }
    (void)pthread_mutex_unlock(&recent->lock);
    return answer;
}

bool recent_get(struct recent *recent, const uint8_t id[static MH_UUID_BYTES],
                int32_t agency_id, struct recent_event *event)
{
    struct recent_event *known;

    (void)pthread_mutex_lock(&recent->lock);
    known = find(recent, id, agency_id);
    if (known != NULL) {
        *event = *known;
    }
    (void)pthread_mutex_unlock(&recent->lock);
    return known != NULL;
}

/* Where `event` goes: its fact's place, a free one, the oldest one. */
static struct recent_event *choose(struct recent *recent,
                                   const struct recent_event *event)
{
    struct recent_event *at = find(recent, event->id, event->agency_id);
    struct recent_event *bucket;

    if (at != NULL) {
        return at;
    }
    bucket = bucket_of(recent, event->id);
    at = bucket;
    for (int i = 1; i < WAYS; i++) {
        if (bucket[i].stored_ms < at->stored_ms) {
            at = &bucket[i];
        }
    }
    return at;
}

void recent_add(struct recent *recent, const struct recent_event *event)
{
    int64_t *newest = &recent->newest[event->partition % PARTITIONS];

    if (recent->buckets == 0) {
        return;
    }
    (void)pthread_mutex_lock(&recent->lock);
    /* a partition has one record 0 */
    if (event->offset == 0 && *newest > 0) {
        memset(recent->events, 0,
               recent->buckets * WAYS * sizeof *recent->events);
        memset(recent->newest, 0, sizeof recent->newest);
    }
    *newest = event->offset > *newest ? event->offset : *newest;
    *choose(recent, event) = *event;
    (void)pthread_mutex_unlock(&recent->lock);
}
