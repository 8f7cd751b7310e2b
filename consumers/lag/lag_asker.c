/* SPDX-License-Identifier: Apache-2.0 */
/* One question at a time goes over, one answer comes back. */
#include "lag_asker.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "lag_pg.h"

struct lag_asker {
    struct lag_pg *pg;    /* owned; the thread's */
    struct lag_sink sink; /* the thread's while it is asking */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool asking, ending;
    bool answered; /* and nobody has taken it */
    bool running;  /* there is a thread */
    pthread_t thread;
};

static void *run(void *argument)
{
    struct lag_asker *asker = argument;

    (void)pthread_mutex_lock(&asker->lock);
    while (!asker->ending) {
        struct mh_err err;
        enum mh_code code;

        if (!asker->asking) {
            (void)pthread_cond_wait(&asker->changed, &asker->lock);
            continue;
        }
        (void)pthread_mutex_unlock(&asker->lock);
        code = lag_pg_look(asker->pg, &asker->sink, &err);
        lag_reach_note(&asker->sink.reach, mh_clock_wall_ms(), code, &err);
        (void)pthread_mutex_lock(&asker->lock);
        asker->asking = false;
        asker->answered = true;
        (void)pthread_cond_broadcast(&asker->changed);
    }
    (void)pthread_mutex_unlock(&asker->lock);
    return NULL;
}

enum mh_code lag_asker_open(const char *conninfo, const char *topic,
                            struct lag_asker **asker, struct mh_err *err)
{
    struct lag_asker *new = calloc(1, sizeof *new);
    pthread_condattr_t attributes;
    sigset_t all;
    sigset_t before;

    if (new == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a thread");
    }
    (void)pthread_mutex_init(&new->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&new->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    new->pg = lag_pg_new(conninfo, topic);
    if (new->pg != NULL) {
        /* signals are for the thread of the program */
        (void)sigfillset(&all);
        (void)pthread_sigmask(SIG_SETMASK, &all, &before);
        new->running = pthread_create(&new->thread, NULL, run, new) == 0;
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!new->running) {
        lag_asker_close(new);
        return mh_fail(err, MH_MEMORY, "no memory for a thread");
    }
    *asker = new;
    return MH_OK;
}

void lag_asker_close(struct lag_asker *asker)
{
    if (asker == NULL) {
        return;
    }
    if (asker->running) {
        (void)pthread_mutex_lock(&asker->lock);
        asker->ending = true;
        (void)pthread_cond_broadcast(&asker->changed);
        (void)pthread_mutex_unlock(&asker->lock);
        (void)pthread_join(asker->thread, NULL);
    }
    lag_pg_free(asker->pg);
    lag_sink_fini(&asker->sink);
    (void)pthread_cond_destroy(&asker->changed);
    (void)pthread_mutex_destroy(&asker->lock);
    free(asker);
}

static struct timespec in_ms(int wait_ms)
{
    int64_t at_ms = mh_clock_ms() + wait_ms;

    return (struct timespec){.tv_sec = at_ms / 1000,
                             .tv_nsec = at_ms % 1000 * 1000000};
}

static enum mh_code take(struct lag_asker *asker, struct lag_sink *sink,
                         struct mh_err *err)
{
    if (asker->asking || !asker->answered) {
        return MH_OK;
    }
    asker->answered = false;
    if (asker->sink.reach.code != MH_OK) { /* what was known stays */
        sink->reach.code = asker->sink.reach.code;
        memcpy(sink->reach.text, asker->sink.reach.text,
               sizeof sink->reach.text);
        return MH_OK;
    }
    return lag_sink_copy(sink, &asker->sink, err);
}

enum mh_code lag_asker_look(struct lag_asker *asker, int wait_ms,
                            struct lag_sink *sink, struct mh_err *err)
{
    struct timespec until = in_ms(wait_ms);
    enum mh_code code;
    int waited = 0;

    (void)pthread_mutex_lock(&asker->lock);
    code = take(asker, sink, err); /* that of the last question, come late */
    if (!asker->asking) {
        asker->asking = true;
        (void)pthread_cond_broadcast(&asker->changed);
    }
    while (asker->asking && waited == 0) {
        waited = pthread_cond_timedwait(&asker->changed, &asker->lock, &until);
    }
    if (code == MH_OK) {
        code = take(asker, sink, err);
    }
    (void)pthread_mutex_unlock(&asker->lock);
    return code;
}
