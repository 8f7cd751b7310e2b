/* SPDX-License-Identifier: Apache-2.0 */
/* A list under a lock. Who takes a connection out of it resumes it under that
 * lock, so it is resumed once, never after it is gone, and never when the list
 * is closed. */
#include "gateway_parking.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>

struct parking {
    pthread_mutex_t lock;
    struct parked *first; /* lent */
    int count;
    bool closed;
};

enum mh_code parking_new(struct parking **parking, struct mh_err *err)
{
    struct parking *made = calloc(1, sizeof *made);

    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no memory for waiting requests");
    }
    *parking = made;
    return MH_OK;
}

void parking_free(struct parking *parking)
{
    if (parking != NULL) {
        (void)pthread_mutex_destroy(&parking->lock);
        free(parking);
    }
}

void parked_init(struct parked *parked, int users,
                 void (*free)(struct parked *parked))
{
    *parked = (struct parked){.free = free};
    atomic_init(&parked->users, users);
}

void parked_leave(struct parked *parked)
{
    if (parked != NULL && atomic_fetch_sub(&parked->users, 1) == 1) {
        parked->free(parked);
    }
}

/* Under the lock. */
static void resume(struct parking *parking, struct parked *parked)
{
    if (parked->before == NULL) {
        parking->first = parked->after;
    } else {
        parked->before->after = parked->after;
    }
    if (parked->after != NULL) {
        parked->after->before = parked->before;
    }
    parked->listed = false;
    parking->count--;
    MHD_resume_connection(parked->connection);
}

bool parking_enter(struct parking *parking, struct parked *parked,
                   struct MHD_Connection *connection, int64_t until_ms)
{
    bool open;

    (void)pthread_mutex_lock(&parking->lock);
    open = !parking->closed;
    if (open) {
        MHD_suspend_connection(connection);
        parked->connection = connection;
        parked->until_ms = until_ms;
        parked->before = NULL;
        parked->after = parking->first;
        if (parking->first != NULL) {
            parking->first->before = parked;
        }
        parking->first = parked;
        parked->listed = true;
        parking->count++;
    }
    (void)pthread_mutex_unlock(&parking->lock);
    return open;
}

void parking_wake(struct parking *parking, struct parked *parked)
{
    (void)pthread_mutex_lock(&parking->lock);
    if (parked->listed) {
        resume(parking, parked);
    }
    (void)pthread_mutex_unlock(&parking->lock);
}

/* Under the lock. */
static void resume_until(struct parking *parking, int64_t now_ms)
{
    struct parked *after;

    for (struct parked *p = parking->first; p != NULL; p = after) {
        after = p->after; /* once resumed it may be gone */
        if (p->until_ms <= now_ms) {
            resume(parking, p);
        }
    }
}

void parking_tick(struct parking *parking, int64_t now_ms)
{
    (void)pthread_mutex_lock(&parking->lock);
    resume_until(parking, now_ms);
    (void)pthread_mutex_unlock(&parking->lock);
}

void parking_close(struct parking *parking)
{
    (void)pthread_mutex_lock(&parking->lock);
    parking->closed = true;
    resume_until(parking, INT64_MAX);
    (void)pthread_mutex_unlock(&parking->lock);
}

int parking_count(struct parking *parking)
{
    int count;

    (void)pthread_mutex_lock(&parking->lock);
    count = parking->count;
    (void)pthread_mutex_unlock(&parking->lock);
    return count;
}
