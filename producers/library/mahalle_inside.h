/* SPDX-License-Identifier: Apache-2.0 */
/** What the parts of libmahalle's outer side share (mahalle/mahalle.h). */
#ifndef MAHALLE_MAHALLE_INSIDE_H
#define MAHALLE_MAHALLE_INSIDE_H

#include <sys/types.h>

#include "arena.h"
#include "client.h"

struct mahalle {
    struct parcel_owner owner;        /* of events of mahalle_post; first */
    struct client *client;            /* owned */
    struct mahalle_settings settings; /* texts in `texts` */
    struct mh_arena texts;
    pid_t process;
    atomic_bool closing;  /* nothing is taken any more */
    atomic_size_t told;   /* results that on_result was called for */
    pthread_mutex_t lock; /* of `works` */
    struct work *works;   /* owned; those not in use */
};

enum mahalle_code inside_fail(struct mahalle_err *err, enum mahalle_code code,
                              const char *text);
enum mahalle_code inside_translate(enum mh_code code, const struct mh_err *from,
                                   struct mahalle_err *err);
/** Whether a call may be. @param waits it would wait for what only its caller
 *  could do, if on_result calls it */
enum mahalle_code inside_admit(struct mahalle *client, bool waits,
                               struct mahalle_err *err);

/** The settings as this library knows them, defaults filled in, checked. */
enum mahalle_code inside_read_settings(const struct mahalle_settings *given,
                                       struct mahalle_settings *settings,
                                       struct mahalle_err *err);
/** @returns false: no memory, or too much text */
bool inside_copy_texts(struct mahalle *client);

/** @returns NULL: no memory */
struct work *inside_take_work(struct mahalle *client);
void inside_give_work(struct mahalle *client, struct work *work);
/**
 * Post one, or say what became of it at once.
 * @param told out; given; NULL: its owner will be told
 * @returns MH_OK, MH_FULL, MH_MEMORY
 */
MH_MUST enum mh_code inside_post(struct mahalle *client, struct work *work,
                                 const struct mahalle_event *event,
                                 struct label label, int wait_ms,
                                 struct told **told, struct mh_err *err);

#endif
