/* SPDX-License-Identifier: Apache-2.0 */
/* A bounded queue and a thread that empties it. A connection that is lost is
 * made anew with the next inquiry, and not more often than once a second. */
#include "gateway_desk.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "log.h"

enum {
    CONNECT_EVERY_MS = 1000,
    IDLE_MS = 10000, /* between looks when there is nothing to do */
    CLOSE_S = 1 /* for an answer that does not come; then it is left behind */
};

struct desk {
    struct gateway *gateway; /* lent */
    const char *pg;          /* lent */
    const char *name;        /* static; of its connection */
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct inquiry *first, *last; /* under `lock`; a user each */
    int count;                    /* under `lock` */
    bool ending;                  /* under `lock` */
    bool running;
    pthread_t thread;
    struct database *db;  /* owned by the thread; NULL: none */
    int64_t connected_ms; /* when it was tried last */
};

/* ---------------------------------------------------------------- inquiries */

void inquiry_init(struct inquiry *inquiry, void (*free)(struct parked *parked))
{
    parked_init(&inquiry->parked, 1, free);
    atomic_init(&inquiry->problem, PROBLEM_DATABASE);
}

void inquiry_leave(struct inquiry *inquiry)
{
    if (inquiry != NULL) {
        parked_leave(&inquiry->parked);
    }
}

/* Under the lock. */
static void put_last(struct desk *desk, struct inquiry *inquiry)
{
    inquiry->after = NULL;
    if (desk->last == NULL) {
        desk->first = inquiry;
    } else {
        desk->last->after = inquiry;
    }
    desk->last = inquiry;
    desk->count++;
    (void)pthread_cond_signal(&desk->filled);
}

/* @returns false: there are too many, or it ends */
static bool leave_to_desk(struct desk *desk, struct inquiry *inquiry)
{
    bool taken;

    (void)pthread_mutex_lock(&desk->lock);
    taken = desk->count < desk->gateway->limits.connections && !desk->ending;
    if (taken) {
        (void)atomic_fetch_add(&inquiry->parked.users, 1);
        put_last(desk, inquiry);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return taken;
}

bool inquiry_ask(struct request *request, struct desk *desk,
                 struct inquiry *inquiry, int64_t until_ms)
{
    struct gateway *gateway = request->gateway;

    request->inquiry = inquiry;
    inquiry->topic = gateway->topic;
    if (!parking_enter(gateway->parking, &inquiry->parked, request->connection,
                       until_ms)) {
        request->problem = PROBLEM_NOT_READY;
        return false;
    }
    if (!leave_to_desk(desk, inquiry)) {
        atomic_store(&inquiry->problem, PROBLEM_BUSY);
        parking_wake(gateway->parking, &inquiry->parked);
    }
    return true;
}

/* --------------------------------------------------------------- the thread */

/* Under the lock: the first whose time has come.
 * @param wait_ms out; until the first other one's */
static struct inquiry *pick(struct desk *desk, int64_t now_ms, int64_t *wait_ms)
{
    struct inquiry *before = NULL;

    for (struct inquiry *i = desk->first; i != NULL; i = i->after) {
        if (i->again_ms <= now_ms) {
            if (before == NULL) {
                desk->first = i->after;
            } else {
                before->after = i->after;
            }
            desk->last = desk->last == i ? before : desk->last;
            desk->count--;
            return i;
        }
        *wait_ms =
            i->again_ms - now_ms < *wait_ms ? i->again_ms - now_ms : *wait_ms;
        before = i;
    }
    return NULL;
}

/* @returns NULL: it ends */
static struct inquiry *take(struct desk *desk)
{
    struct inquiry *inquiry = NULL;

    (void)pthread_mutex_lock(&desk->lock);
    while (!desk->ending) {
        int64_t wait_ms = IDLE_MS;
        struct timespec until = {0};

        inquiry = pick(desk, mh_clock_ms(), &wait_ms);
        if (inquiry != NULL) {
            break;
        }
        (void)clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
        until.tv_sec += (time_t)(wait_ms / 1000) + until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        (void)pthread_cond_timedwait(&desk->filled, &desk->lock, &until);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return inquiry;
}

static enum mh_code connect(struct desk *desk, struct mh_err *err)
{
    int64_t now_ms = mh_clock_ms();
    enum mh_code code;

    if (desk->db != NULL) {
        return MH_OK;
    }
    if (desk->connected_ms != 0 &&
        now_ms - desk->connected_ms < CONNECT_EVERY_MS) {
        return mh_fail(err, MH_PG_DOWN, "no connection to the database");
    }
    desk->connected_ms = now_ms;
    code = database_open_reader(desk->pg, desk->name, &desk->db, err);
    if (code == MH_OK) {
        code = database_script(desk->db, "settings",
                               "SET statement_timeout = '3s'", err);
    }
    return code;
}

/* @returns false: it is to be run again */
static bool run_one(struct desk *desk, struct inquiry *inquiry)
{
    struct mh_err err = {.text = ""};
    enum mh_code code = connect(desk, &err);
    int64_t before_ms = inquiry->again_ms;

    if (code == MH_OK) {
        code = inquiry->run(inquiry, desk->db, &err);
    }
    if (code != MH_OK) {
        mh_log(MH_LOG_WARN, "desk", "inquiry=failed reason=%s",
               mh_log_quote((char[MH_LOG_QUOTED]){0}, err.text));
        atomic_store(&inquiry->problem, PROBLEM_DATABASE);
    }
    if (code == MH_PG_DOWN) {
        database_close(desk->db);
        desk->db = NULL;
    }
    return code != MH_OK || inquiry->again_ms == before_ms;
}

static void work(struct desk *desk, struct inquiry *inquiry)
{
    /* nobody waits for it any more */
    bool late = inquiry->parked.until_ms <= mh_clock_ms();

    if (!late && !run_one(desk, inquiry)) {
        (void)pthread_mutex_lock(&desk->lock);
        put_last(desk, inquiry);
        (void)pthread_mutex_unlock(&desk->lock);
        return;
    }
    parking_wake(desk->gateway->parking, &inquiry->parked);
    parked_leave(&inquiry->parked);
}

static void *run(void *argument)
{
    struct desk *desk = argument;
    struct inquiry *inquiry;

    while ((inquiry = take(desk)) != NULL) {
        work(desk, inquiry);
    }
    database_close(desk->db);
    return NULL;
}

enum mh_code desk_open(struct gateway *gateway, const char *pg,
                       const char *name, struct desk **desk, struct mh_err *err)
{
    struct desk *made = calloc(1, sizeof *made);

    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0 ||
        pthread_cond_init(&made->filled, NULL) != 0) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no memory for the desk");
    }
    made->gateway = gateway;
    made->pg = pg;
    made->name = name;
    made->running = pthread_create(&made->thread, NULL, run, made) == 0;
    if (!made->running) {
        (void)desk_close(made);
        return mh_fail(err, MH_MEMORY, "no thread for the desk");
    }
    *desk = made;
    return MH_OK;
}

bool desk_close(struct desk *desk)
{
    struct timespec until = {0};

    if (desk == NULL) {
        return true;
    }
    (void)pthread_mutex_lock(&desk->lock);
    desk->ending = true;
    (void)pthread_cond_signal(&desk->filled);
    (void)pthread_mutex_unlock(&desk->lock);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLOSE_S;
    if (desk->running &&
        pthread_timedjoin_np(desk->thread, NULL, &until) != 0) {
        return false;
    }
    while (desk->first != NULL) {
        struct inquiry *inquiry = desk->first;

        desk->first = inquiry->after;
        parked_leave(&inquiry->parked);
    }
    (void)pthread_cond_destroy(&desk->filled);
    (void)pthread_mutex_destroy(&desk->lock);
    free(desk);
    return true;
}
