/* SPDX-License-Identifier: Apache-2.0 */
/* An answer, or none -> what is settled, what is posted again, and when. */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "text.h"
#include "upload_inside.h"

enum {
    BACKOFF_MS = 100, /* the first wait after a failure; doubled */
    BACKOFF_MAX_MS = 2000,
    GROW_AFTER = 64 /* full requests before a larger one is tried again */
};

enum mh_code upload_read_key(const struct mahalle_settings *settings,
                             char key[UPLOAD_KEY_MAX + 1], struct mh_err *err)
{
    struct mh_buf buf;
    const char *text = settings->key == NULL ? "" : settings->key;
    size_t len;
    enum mh_code code = MH_OK;

    mh_buf_init(&buf, UPLOAD_KEY_MAX + 2);
    if (settings->key_file != NULL) {
        code = mh_text_read_file(settings->key_file, &buf, err);
        text = mh_buf_string(&buf);
    }
    len = strcspn(text, "\r\n");
    if (code == MH_OK && (len > UPLOAD_KEY_MAX ||
                          strspn(text + len, "\r\n") != strlen(text + len))) {
        code = mh_fail(err, MH_USAGE, "the key is one line of at most %d bytes",
                       UPLOAD_KEY_MAX);
    }
    for (size_t i = 0; code == MH_OK && i < len; i++) {
        if (text[i] <= ' ' || text[i] > '~') {
            code = mh_fail(err, MH_USAGE,
                           "the key has a character that none "
                           "has");
        }
    }
    if (code == MH_OK) {
        memcpy(key, text, len);
        key[len] = '\0';
    }
    if (buf.bytes != NULL) {
        explicit_bzero(buf.bytes, buf.room);
    }
    mh_buf_fini(&buf);
    return code;
}

/* The gateway does not know the key: its file may have another by now.
 * @returns whether it has */
static bool renew_key(struct courier *courier)
{
    struct upload *upload = courier->upload;
    char key[UPLOAD_KEY_MAX + 1];
    struct mh_err err;
    bool renewed;

    if (upload->settings->key_file == NULL ||
        upload_read_key(upload->settings, key, &err) != MH_OK) {
        return false;
    }
    renewed = strcmp(key, courier->key) != 0;
    if (renewed) {
        (void)pthread_mutex_lock(&upload->lock);
        memcpy(upload->key, key, sizeof key);
        (void)pthread_mutex_unlock(&upload->lock);
    }
    explicit_bzero(key, sizeof key);
    return renewed;
}

/* Not stored and not to be posted again. @returns false: no memory */
bool upload_lose(struct upload *upload, struct parcel *parcel,
                 const char *problem)
{
    char reason[sizeof upload->problem + 128];
    struct told *told;

    (void)snprintf(reason, sizeof reason, "gateway at %.100s: %s",
                   upload->settings->gateway, problem);
    told = told_reason(
        parcel->doubtful ? MAHALLE_UNCERTAIN : MAHALLE_NOT_STORED, reason);
    if (told != NULL) {
        parcels_settle(upload->parcels, parcel, told);
    }
    return told != NULL;
}

/* Parcels of the batch that are left go back to the front of the queue. */
static void put_back(struct courier *courier, int wait_ms, const char *problem)
{
    struct upload *upload = courier->upload;

    (void)pthread_mutex_lock(&upload->lock);
    for (size_t i = courier->count; i > 0; i--) {
        struct parcel *parcel = courier->batch[i - 1];

        if (parcel != NULL) {
            parcel->next = upload->first;
            upload->first = parcel;
            if (upload->last == NULL) {
                upload->last = parcel;
            }
        }
    }
    (void)snprintf(upload->problem, sizeof upload->problem, "%s", problem);
    if (wait_ms < 0) { /* nobody said how long */
        upload->backoff_ms = upload->backoff_ms == 0 ? BACKOFF_MS
                             : upload->backoff_ms < BACKOFF_MAX_MS / 2
                                 ? 2 * upload->backoff_ms
                                 : BACKOFF_MAX_MS;
        wait_ms = upload->backoff_ms;
    }
    upload->not_before_ms = mh_clock_ms() + wait_ms;
    (void)pthread_cond_broadcast(&upload->work);
    (void)pthread_mutex_unlock(&upload->lock);
}

/* --------------------------------------------------------------- answers */

static void lose_all(struct courier *courier, const char *problem)
{
    bool left = false;

    for (size_t i = 0; i < courier->count; i++) {
        if (upload_lose(courier->upload, courier->batch[i], problem)) {
            courier->batch[i] = NULL;
        } else {
            left = true;
        }
    }
    if (left) {
        put_back(courier, -1, problem);
    }
}

/* Any of the batch may be stored. */
static void doubt(struct courier *courier)
{
    for (size_t i = 0; i < courier->count; i++) {
        courier->batch[i]->doubtful = true;
    }
}

void upload_retry(struct courier *courier, bool doubtful, int wait_ms,
                  const char *problem)
{
    if (doubtful) {
        doubt(courier);
    }
    put_back(courier, wait_ms, problem);
}

/* The gateway goes on. @param fresh the batch was only too much at once: its
 * time begins anew */
static void note_motion(struct courier *courier, bool fresh)
{
    struct upload *upload = courier->upload;

    for (size_t i = 0; fresh && i < courier->count; i++) {
        courier->batch[i]->tried = false;
    }
    (void)pthread_mutex_lock(&upload->lock);
    upload->moved_ms = mh_clock_ms();
    if (fresh) {
        upload->full = 0;
    } else if (courier->count >= upload->events_max &&
               ++upload->full >= GROW_AFTER) {
        upload->full = 0;
        upload->events_max = upload->events_max < UPLOAD_EVENTS_MAX / 2
                                 ? 2 * upload->events_max
                                 : UPLOAD_EVENTS_MAX;
    }
    (void)pthread_mutex_unlock(&upload->lock);
}

/* Each event has its answer. */
static void settle_each(struct courier *courier, const struct reply *reply)
{
    struct upload *upload = courier->upload;
    bool left = false, moved = false;

    for (size_t i = 0; i < courier->count; i++) {
        struct parcel *parcel = courier->batch[i];
        struct answer *answer = &courier->answers[i];

        if (answer->kind == ANSWER_SETTLED) {
            parcels_settle(upload->parcels, parcel, answer->told);
            courier->batch[i] = NULL;
            moved = true;
        } else {
            parcel->doubtful = parcel->doubtful || answer->doubtful;
            left = true;
        }
    }
    if (moved) {
        note_motion(courier, false);
    }
    if (left) {
        put_back(courier,
                 reply->retry_after_ms > 0 ? reply->retry_after_ms : -1,
                 "the gateway has no answer from Kafka");
    } else {
        (void)pthread_mutex_lock(&upload->lock);
        upload->backoff_ms = 0;
        upload->problem[0] = '\0';
        (void)pthread_mutex_unlock(&upload->lock);
    }
}

/* Too much for this key or this gateway at once. */
static void halve(struct courier *courier, const char *problem)
{
    struct upload *upload = courier->upload;

    if (courier->count == 1) {
        lose_all(courier, problem);
        return;
    }
    note_motion(courier, true);
    (void)pthread_mutex_lock(&upload->lock);
    if (upload->events_max > courier->count / 2) {
        upload->events_max = courier->count / 2;
    }
    (void)pthread_mutex_unlock(&upload->lock);
    put_back(courier, 0, problem);
}

/* The request was answered as a whole. */
static void settle_whole(struct courier *courier, const struct reply *reply)
{
    char problem[512];
    int wait_ms = reply->retry_after_ms > 0 ? reply->retry_after_ms : -1;

    answer_problem(reply->body, reply->len, reply->status, problem,
                   sizeof problem);
    switch (reply->status) {
    case 413:
        halve(courier, problem);
        break;
    case 429: /* nothing was taken */
        if (reply->retry_after_ms > 0) {
            note_motion(courier, true);
        }
        upload_retry(courier, false, wait_ms, problem);
        break;
    case 503:
        upload_retry(courier, false, wait_ms, problem);
        break;
    case 401:
        if (renew_key(courier)) {
            put_back(courier, 0, problem);
        } else {
            lose_all(courier, problem);
        }
        break;
    default:
        /* what a proxy says of a gateway, or a gateway of itself */
        if (reply->status >= 500 || reply->status == 408 ||
            reply->status / 100 == 2) {
            upload_retry(courier, true, wait_ms, problem);
        } else {
            lose_all(courier, problem);
        }
    }
}

void upload_settle(struct courier *courier, const struct reply *reply)
{
    if (reply->repeated) {
        doubt(courier);
    }
    switch (reply->end) {
    case REQUEST_ANSWERED:
        if (answer_read(reply->body, reply->len, courier->answers,
                        courier->count)) {
            settle_each(courier, reply);
        } else {
            settle_whole(courier, reply);
        }
        break;
    case REQUEST_AWAY:
    case REQUEST_CUT:
        upload_retry(courier, reply->end == REQUEST_CUT, -1, reply->text);
        break;
    case REQUEST_HOPELESS:
        lose_all(courier, reply->text);
        break;
    }
}
