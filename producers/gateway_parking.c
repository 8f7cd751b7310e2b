/* SPDX-License-Identifier: Apache-2.0 */
/* A list under a lock. Who takes a connection out of it resumes it, so it is
 * resumed once and never after it is gone. */
#include "gateway_parking.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>

struct parking {
    pthread_mutex_t lock;
    struct parked *first; /* lent */
    int count;
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

static void unlist(struct parking *parking, struct parked *parked)
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
}

void parking_enter(struct parking *parking, struct parked *parked,
                   struct MHD_Connection *connection, int64_t until_ms)
{
    MHD_suspend_connection(connection);
    (void)pthread_mutex_lock(&parking->lock);
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
    (void)pthread_mutex_unlock(&parking->lock);
}

void parking_wake(struct parking *parking, struct parked *parked)
{
    struct MHD_Connection *connection = NULL;

    (void)pthread_mutex_lock(&parking->lock);
    if (parked->listed) {
        connection = parked->connection;
        unlist(parking, parked);
    }
    (void)pthread_mutex_unlock(&parking->lock);
    if (connection != NULL) {
        MHD_resume_connection(connection);
    }
}

void parking_tick(struct parking *parking, int64_t now_ms)
{
    struct MHD_Connection *connection;

    do {
        struct parked *parked;

        connection = NULL;
        (void)pthread_mutex_lock(&parking->lock);
        for (parked = parking->first; parked != NULL; parked = parked->after) {
            if (parked->until_ms <= now_ms) {
                connection = parked->connection;
                unlist(parking, parked);
                break;
            }
        }
        (void)pthread_mutex_unlock(&parking->lock);
        if (connection != NULL) {
            MHD_resume_connection(connection);
        }
    } while (connection != NULL);
}

int parking_count(struct parking *parking)
{
    int count;

    (void)pthread_mutex_lock(&parking->lock);
    count = parking->count;
    (void)pthread_mutex_unlock(&parking->lock);
    return count;
}
