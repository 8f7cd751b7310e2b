/* SPDX-License-Identifier: Apache-2.0 */
/* A doubly linked list, since results come in any order, and a queue of those
 * whose owners are to be told. Owners are told outside of the lock. */
#include "parcels.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

bool parcels_init(struct parcels *parcels)
{
    pthread_condattr_t by_clock;

    memset(parcels, 0, sizeof *parcels);
    if (pthread_condattr_init(&by_clock) != 0) {
        return false;
    }
    (void)pthread_condattr_setclock(&by_clock, CLOCK_MONOTONIC);
    if (pthread_cond_init(&parcels->changed, &by_clock) != 0) {
        (void)pthread_condattr_destroy(&by_clock);
        return false;
    }
    (void)pthread_condattr_destroy(&by_clock);
    if (pthread_mutex_init(&parcels->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&parcels->changed);
        return false;
    }
    return true;
}

void parcels_fini(struct parcels *parcels)
{
    while (parcels->first != NULL) {
        parcels_drop(parcels, parcels->first);
    }
    (void)pthread_mutex_destroy(&parcels->lock);
    (void)pthread_cond_destroy(&parcels->changed);
}

struct parcel *parcels_pack(const void *value, size_t len)
{
    struct parcel *parcel = malloc(sizeof *parcel + len);

    if (parcel == NULL) {
        return NULL;
    }
    memset(parcel, 0, offsetof(struct parcel, headers));
    parcel->bytes = sizeof *parcel + len;
    parcel->len = len;
    memcpy(parcel->value, value, len);
    return parcel;
}

/* -------------------------------------------------------------- the list */

void parcels_append(struct parcels *parcels, struct parcel *parcel)
{
    (void)pthread_mutex_lock(&parcels->lock);
    parcel->before = parcels->last;
    if (parcels->last == NULL) {
        parcels->first = parcel;
    } else {
        parcels->last->after = parcel;
    }
    parcels->last = parcel;
    parcels->count++;
    parcels->bytes += parcel->bytes;
    (void)pthread_mutex_unlock(&parcels->lock);
}

void parcels_remove(struct parcels *parcels, struct parcel *parcel)
{
    (void)pthread_mutex_lock(&parcels->lock);
    if (parcel->before == NULL) {
        parcels->first = parcel->after;
    } else {
        parcel->before->after = parcel->after;
    }
    if (parcel->after == NULL) {
        parcels->last = parcel->before;
    } else {
        parcel->after->before = parcel->before;
    }
    parcels->count--;
    parcels->bytes -= parcel->bytes;
    (void)pthread_mutex_unlock(&parcels->lock);
}

static void free_parcel(struct parcel *parcel)
{
    told_free(parcel->told);
    free(parcel);
}

void parcels_drop(struct parcels *parcels, struct parcel *parcel)
{
    parcels_remove(parcels, parcel);
    free_parcel(parcel);
}

/* --------------------------------------------------------------- settling */

void parcels_settle(struct parcels *parcels, struct parcel *parcel,
                    struct told *told)
{
    (void)pthread_mutex_lock(&parcels->lock);
    parcel->told = told;
    parcel->bytes += told->bytes;
    parcels->bytes += told->bytes;
    parcel->next = NULL;
    if (parcels->told == NULL) {
        parcels->told = parcel;
    } else {
        parcels->told_last->next = parcel;
    }
    parcels->told_last = parcel;
    (void)pthread_cond_broadcast(&parcels->changed);
    (void)pthread_mutex_unlock(&parcels->lock);
}

void parcels_hand(struct parcels *parcels, struct parcel *parcel,
                  const struct mahalle_result *result)
{
    parcels_remove(parcels, parcel);
    if (parcel->owner != NULL) {
        parcel->owner->on_settled(parcel->owner, parcel, result);
    }
    free_parcel(parcel);
}

bool parcels_hand_all(struct parcels *parcels)
{
    struct parcel *parcel;

    (void)pthread_mutex_lock(&parcels->lock);
    parcel = parcels->told;
    parcels->told = parcels->told_last = NULL;
    (void)pthread_mutex_unlock(&parcels->lock);
    if (parcel == NULL) {
        return false;
    }
    while (parcel != NULL) {
        struct parcel *next = parcel->next;

        parcel->told->result.tag = parcel->tag;
        parcels_hand(parcels, parcel, &parcel->told->result);
        parcel = next;
    }
    return true;
}

void parcels_leave(struct parcels *parcels, const struct parcel_owner *owner)
{
    (void)pthread_mutex_lock(&parcels->lock);
    for (struct parcel *one = parcels->first; one != NULL; one = one->after) {
        if (one->owner == owner) {
            one->owner = NULL;
        }
    }
    (void)pthread_mutex_unlock(&parcels->lock);
}

/* ---------------------------------------------------------------- serving */

bool parcels_serve(struct parcels *parcels)
{
    bool mine;

    (void)pthread_mutex_lock(&parcels->lock);
    mine = !parcels->served;
    if (mine) {
        parcels->served = true;
        parcels->server = pthread_self();
    }
    (void)pthread_mutex_unlock(&parcels->lock);
    return mine;
}

void parcels_served(struct parcels *parcels)
{
    (void)pthread_mutex_lock(&parcels->lock);
    parcels->served = false;
    (void)pthread_cond_broadcast(&parcels->changed);
    (void)pthread_mutex_unlock(&parcels->lock);
}

bool parcels_serving(struct parcels *parcels)
{
    bool mine;

    (void)pthread_mutex_lock(&parcels->lock);
    mine =
        parcels->served && pthread_equal(parcels->server, pthread_self()) != 0;
    (void)pthread_mutex_unlock(&parcels->lock);
    return mine;
}

static struct timespec after_ms(int wait_ms)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += wait_ms / 1000;
    at.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

void parcels_wait(struct parcels *parcels, int wait_ms)
{
    struct timespec at = after_ms(wait_ms);

    (void)pthread_mutex_lock(&parcels->lock);
    if (parcels->served) {
        (void)pthread_cond_timedwait(&parcels->changed, &parcels->lock, &at);
    }
    (void)pthread_mutex_unlock(&parcels->lock);
}

void parcels_wait_settled(struct parcels *parcels, int wait_ms)
{
    struct timespec at = after_ms(wait_ms);

    (void)pthread_mutex_lock(&parcels->lock);
    if (parcels->told == NULL) {
        (void)pthread_cond_timedwait(&parcels->changed, &parcels->lock, &at);
    }
    (void)pthread_mutex_unlock(&parcels->lock);
}

/* ---------------------------------------------------------------- looking */

struct parcel *parcels_unsettled(struct parcels *parcels,
                                 const struct parcel *from)
{
    struct parcel *parcel;

    (void)pthread_mutex_lock(&parcels->lock);
    parcel = from == NULL ? parcels->first : from->after;
    while (parcel != NULL && parcel->told != NULL) {
        parcel = parcel->after;
    }
    (void)pthread_mutex_unlock(&parcels->lock);
    return parcel;
}

size_t parcels_count(struct parcels *parcels)
{
    size_t count;

    (void)pthread_mutex_lock(&parcels->lock);
    count = parcels->count;
    (void)pthread_mutex_unlock(&parcels->lock);
    return count;
}

size_t parcels_bytes(struct parcels *parcels)
{
    size_t bytes;

    (void)pthread_mutex_lock(&parcels->lock);
    bytes = parcels->bytes;
    (void)pthread_mutex_unlock(&parcels->lock);
    return bytes;
}

bool parcels_oldest(struct parcels *parcels, uint64_t *ticket)
{
    bool found;

    (void)pthread_mutex_lock(&parcels->lock);
    found = parcels->first != NULL;
    if (found) {
        *ticket = parcels->first->ticket;
    }
    (void)pthread_mutex_unlock(&parcels->lock);
    return found;
}
