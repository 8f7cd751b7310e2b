/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Events -> a gateway, over HTTP.
 *
 * Last step on the way to a gateway of libmahalle and so of mahalle-post. Takes
 * events as JSON texts, posts them in batches over a few connections, and tries
 * again what the gateway did not store, with the same events, until their time
 * is over. What became of each is settled in the list of parcels.
 * libcurl is met here alone.
 */
#ifndef MAHALLE_UPLOAD_H
#define MAHALLE_UPLOAD_H

#include "parcels.h"

struct upload;

enum {
    UPLOAD_CONNECTIONS_MAX = 16,
    UPLOAD_EVENTS_MAX = 500,             /* a request */
    UPLOAD_BODY_MAX = 1000 * 1000,       /* bytes of a request; below 1 MiB */
    UPLOAD_KEY_MAX = 512,                /* bytes of a key */
    UPLOAD_ANSWER_MAX = 32 * 1024 * 1024 /* bytes of an answer */
};

/**
 * Read the key and start the threads; asks nobody.
 * @param settings lent, with its texts, until upload_close
 * @param parcels  lent; must outlive it
 * @param upload   out; given, upload_close
 * @returns MH_OK, MH_USAGE, MH_FILE (key), MH_MEMORY
 */
MH_MUST enum mh_code upload_open(const struct mahalle_settings *settings,
                                 struct parcels *parcels,
                                 struct upload **upload, struct mh_err *err);
/**
 * Hand one event over; never waits.
 * @param parcel taken with MH_OK: its value is one JSON object without ends of
 *               line; else the caller's as before
 * @returns MH_OK, MH_FULL
 */
MH_MUST enum mh_code upload_event(struct upload *upload, struct parcel *parcel,
                                  struct mh_err *err);
/** Ends requests and threads; what is not settled stays in the list. NULL is
 *  fine. */
void upload_close(struct upload *upload);

#endif
