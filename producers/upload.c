/* SPDX-License-Identifier: Apache-2.0 */
/* A queue, and couriers that empty it: a thread and a connection each. While
 * all of them are under way, events gather, so that batches grow by themselves
 * with the load. Answers: upload_settle.c. */
#include "upload.h"

#include <curl/curl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "upload_inside.h"

enum {
    LOOK_MS = 100,         /* between looks at events whose time is over */
    REQUEST_MIN_MS = 1000, /* an event at the end of its time gets as much */
    REQUEST_MAX_MS = 60000,
    COUNT_MAX = 25000 /* events without a result */
};

/* ------------------------------------------------------------ the queue */

/* Since when the time of an event runs. Behind others, which the gateway takes,
 * it has not begun. With the lock. */
static int64_t time_of(const struct upload *upload, const struct parcel *parcel)
{
    return parcel->tried || parcel->since_ms > upload->moved_ms
               ? parcel->since_ms
               : upload->moved_ms;
}

/* Give up the events whose time is over. With the lock. */
static void expire(struct upload *upload)
{
    struct parcel **at = &upload->first;
    int64_t now_ms = mh_clock_ms();
    char problem[sizeof upload->problem + 64];

    (void)snprintf(problem, sizeof problem, "not stored within %d s (%s)",
                   upload->settings->timeout_ms / 1000,
                   upload->problem[0] == '\0' ? "too much at once"
                                              : upload->problem);
    upload->last = NULL;
    while (*at != NULL) {
        struct parcel *parcel = *at;
        struct parcel *next = parcel->next;

        int64_t since_ms = time_of(upload, parcel);

        if (now_ms >= since_ms + upload->settings->timeout_ms &&
            upload_lose(upload, parcel, problem)) {
            *at = next;
        } else {
            upload->last = parcel;
            at = &parcel->next;
        }
    }
}

static void wait_for_work(struct upload *upload, int64_t wait_ms)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += wait_ms * 1000000;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    (void)pthread_cond_timedwait(&upload->work, &upload->lock, &at);
}

/* A revision is not to overtake the one before it, without which the gateway
 * may not know whose fact it is. With the lock. */
static bool is_held(const struct upload *upload, const struct parcel *parcel)
{
    for (int i = 0; parcel->later && i < upload->courier_count; i++) {
        const struct courier *courier = upload->couriers[i];

        for (size_t k = 0; k < courier->busy; k++) {
            if (courier->keys[k] == parcel->key) {
                return true;
            }
        }
    }
    return false;
}

/* Events of one kind that fit into a request; maybe none, when the first one
 * is held. With the lock. */
static void take_batch(struct courier *courier)
{
    struct upload *upload = courier->upload;
    bool cloud = upload->first->cloud;
    size_t bytes = 2;

    courier->count = 0;
    while (upload->first != NULL && courier->count < upload->events_max &&
           upload->first->cloud == cloud &&
           (courier->count == 0 ||
            bytes + upload->first->len + 1 <= UPLOAD_BODY_MAX) &&
           !is_held(upload, upload->first)) {
        struct parcel *parcel = upload->first;

        parcel->since_ms = time_of(upload, parcel);
        parcel->tried = true;
        courier->keys[courier->count] = parcel->key;
        courier->batch[courier->count++] = parcel;
        bytes += parcel->len + 1;
        upload->first = parcel->next;
    }
    if (upload->first == NULL) {
        upload->last = NULL;
    }
    courier->busy = courier->count; /* not before: its own are no hindrance */
    memcpy(courier->key, upload->key, sizeof courier->key);
}

/* @returns false: it is over */
static bool await_batch(struct courier *courier)
{
    struct upload *upload = courier->upload;
    bool taken = false;

    (void)pthread_mutex_lock(&upload->lock);
    courier->busy = 0;
    if (upload->held) {
        upload->held = false;
        (void)pthread_cond_broadcast(&upload->work);
    }
    while (!taken && !atomic_load(&upload->ending)) {
        int64_t left_ms;

        expire(upload);
        left_ms = upload->not_before_ms - mh_clock_ms();
        if (upload->first == NULL) {
            (void)pthread_cond_wait(&upload->work, &upload->lock);
        } else if (left_ms > 0) {
            wait_for_work(upload, left_ms < LOOK_MS ? left_ms : LOOK_MS);
        } else {
            take_batch(courier);
            taken = courier->count > 0;
            if (!taken) {
                upload->held = true;
                wait_for_work(upload, LOOK_MS);
            }
        }
    }
    (void)pthread_mutex_unlock(&upload->lock);
    return taken;
}

/* -------------------------------------------------------------- couriers */

static void post_batch(struct courier *courier)
{
    bool cloud = courier->batch[0]->cloud;
    int64_t left_ms = courier->batch[0]->since_ms +
                      courier->upload->settings->timeout_ms - mh_clock_ms();
    struct reply reply;

    mh_buf_reset(&courier->body);
    for (size_t i = 0; i < courier->count; i++) {
        const struct parcel *parcel = courier->batch[i];

        if (cloud) {
            mh_buf_byte(&courier->body, i == 0 ? '[' : ',');
        }
        mh_buf_put(&courier->body, parcel->value, parcel->len);
        if (!cloud) {
            mh_buf_byte(&courier->body, '\n');
        }
    }
    mh_buf_text(&courier->body, cloud ? "]" : "");
    if (courier->body.failed) {
        upload_retry(courier, false, -1, "out of memory");
        return;
    }
    left_ms = left_ms < REQUEST_MIN_MS   ? REQUEST_MIN_MS
              : left_ms > REQUEST_MAX_MS ? REQUEST_MAX_MS
                                         : left_ms;
    request_post(courier->request, &courier->body,
                 cloud ? "application/cloudevents-batch+json"
                       : "application/x-ndjson",
                 courier->key, (long)left_ms, &reply);
    upload_settle(courier, &reply);
}

static void *run(void *argument)
{
    struct courier *courier = argument;

    while (await_batch(courier)) {
        post_batch(courier);
    }
    /* here, where no SIGPIPE of a connection's last words ends the program */
    request_free(courier->request);
    return NULL;
}

/* Signals are the program's own threads' business. */
static bool start(struct courier *courier)
{
    sigset_t all, before;
    bool started;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    started = pthread_create(&courier->thread, NULL, run, courier) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static enum mh_code add_courier(struct upload *upload, struct mh_err *err)
{
    struct courier *courier = calloc(1, sizeof *courier);
    enum mh_code code;

    if (courier == NULL) {
        return mh_fail(err, MH_MEMORY, "gateway: out of memory");
    }
    courier->upload = upload;
    mh_buf_init(&courier->body, UPLOAD_BODY_MAX + 256 * 1024);
    code =
        request_new(upload->settings, &upload->ending, &courier->request, err);
    if (code == MH_OK && !start(courier)) {
        code = mh_fail(err, MH_MEMORY, "gateway: no thread");
    }
    if (code != MH_OK) {
        request_free(courier->request);
        free(courier);
        return code;
    }
    upload->couriers[upload->courier_count++] = courier;
    return MH_OK;
}

/* -------------------------------------------------------------- open, close */

enum mh_code upload_open(const struct mahalle_settings *settings,
                         struct parcels *parcels, struct upload **upload,
                         struct mh_err *err)
{
    struct upload *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(made);
        return mh_fail(err, MH_MEMORY, "gateway: out of memory");
    }
    made->settings = settings;
    made->parcels = parcels;
    made->events_max = UPLOAD_EVENTS_MAX;
    (void)pthread_mutex_init(&made->lock, NULL);
    (void)pthread_cond_init(&made->work, NULL);
    code = upload_read_key(settings, made->key, err);
    while (code == MH_OK && made->courier_count < settings->connections) {
        code = add_courier(made, err);
    }
    if (code != MH_OK) {
        upload_close(made);
        return code;
    }
    *upload = made;
    return MH_OK;
}

void upload_close(struct upload *upload)
{
    if (upload == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&upload->lock);
    atomic_store(&upload->ending, true);
    (void)pthread_cond_broadcast(&upload->work);
    (void)pthread_mutex_unlock(&upload->lock);
    for (int i = 0; i < upload->courier_count; i++) {
        struct courier *courier = upload->couriers[i];

        (void)pthread_join(courier->thread, NULL);
        mh_buf_fini(&courier->body);
        explicit_bzero(courier->key, sizeof courier->key);
        free(courier);
    }
    explicit_bzero(upload->key, sizeof upload->key);
    (void)pthread_cond_destroy(&upload->work);
    (void)pthread_mutex_destroy(&upload->lock);
    curl_global_cleanup();
    free(upload);
}

enum mh_code upload_event(struct upload *upload, struct parcel *parcel,
                          struct mh_err *err)
{
    bool room =
        parcels_bytes(upload->parcels) < upload->settings->queue_bytes &&
        parcels_count(upload->parcels) < COUNT_MAX;

    if (!room) {
        return mh_fail(err, MH_FULL, "the queue is full");
    }
    (void)pthread_mutex_lock(&upload->lock);
    parcel->since_ms = mh_clock_ms();
    parcel->next = NULL;
    parcels_append(upload->parcels, parcel);
    if (upload->last == NULL) {
        upload->first = parcel;
    } else {
        upload->last->next = parcel;
    }
    upload->last = parcel;
    (void)pthread_cond_signal(&upload->work);
    (void)pthread_mutex_unlock(&upload->lock);
    return MH_OK;
}
