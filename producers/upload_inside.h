/* SPDX-License-Identifier: Apache-2.0 */
/** What the parts of upload share: its queue, and those who empty it. */
#ifndef MAHALLE_UPLOAD_INSIDE_H
#define MAHALLE_UPLOAD_INSIDE_H

#include "upload.h"
#include "upload_answer.h"
#include "upload_request.h"

struct courier {
    struct upload *upload;
    struct request *request; /* owned */
    pthread_t thread;
    struct mh_buf body;
    size_t count;
    struct parcel *batch[UPLOAD_EVENTS_MAX];
    struct answer answers[UPLOAD_EVENTS_MAX];
    size_t busy; /* events under way, by the upload's lock: their keys */
    uint64_t keys[UPLOAD_EVENTS_MAX];
    char key[UPLOAD_KEY_MAX + 1]; /* as it was when the batch was taken */
};

struct upload {
    const struct mahalle_settings *settings;
    struct parcels *parcels;
    atomic_bool ending;
    pthread_mutex_t lock; /* of what follows; before that of parcels */
    pthread_cond_t work;
    struct parcel *first, *last; /* to be posted */
    char key[UPLOAD_KEY_MAX + 1];
    size_t events_max;     /* of a request; fewer once one was too large */
    size_t full;           /* requests of so many that were settled since */
    int64_t not_before_ms; /* asked to wait */
    int64_t moved_ms;      /* the gateway settled events, or told to wait */
    bool held;             /* the first one waits for one under way */
    int backoff_ms;        /* the last wait; 0: the last request was answered */
    char problem[512];     /* why events wait */
    int courier_count;     /* threads that run */
    struct courier *couriers[UPLOAD_CONNECTIONS_MAX]; /* owned */
};

/** @param key out; "" when there is none
 *  @returns MH_OK, MH_FILE, MH_USAGE (it is no key) */
MH_MUST enum mh_code upload_read_key(const struct mahalle_settings *settings,
                                     char key[UPLOAD_KEY_MAX + 1],
                                     struct mh_err *err);
/** Not stored and not to be posted again. @returns false: no memory */
bool upload_lose(struct upload *upload, struct parcel *parcel,
                 const char *problem);
/** The whole batch is posted again. @param wait_ms from now on; -1: a little,
 *  and longer each time */
void upload_retry(struct courier *courier, bool doubtful, int wait_ms,
                  const char *problem);
/** What became of the batch. */
void upload_settle(struct courier *courier, const struct reply *reply);

#endif
