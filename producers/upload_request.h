/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One connection to a gateway, and one request at a time over it.
 *
 * Part of upload; libcurl is met here alone. Bounded: the time of a request and
 * the size of its answer.
 */
#ifndef MAHALLE_UPLOAD_REQUEST_H
#define MAHALLE_UPLOAD_REQUEST_H

#include <stdatomic.h>
#include <stdbool.h>

#include "buf.h"
#include "mahalle/err.h"
#include "mahalle/mahalle.h"

struct request;

/** How a request ended. */
enum request_end {
    REQUEST_ANSWERED,
    REQUEST_AWAY,    /**< nothing was sent: nobody there */
    REQUEST_CUT,     /**< something was sent and not answered */
    REQUEST_HOPELESS /**< waiting does not help: certificate, address */
};

struct reply {
    enum request_end end;
    long status;        /**< ANSWERED: of HTTP */
    const char *body;   /**< ANSWERED: lent until the next request */
    size_t len;         /**< bytes of `body` */
    int retry_after_ms; /**< ANSWERED: Retry-After, bounded; 0: not said */
    bool repeated;      /**< it was sent before over a connection that was cut,
                             so that may be stored whatever the answer says */
    char text[256];     /**< the others: why */
};

/**
 * @param settings lent, with its texts; must outlive it
 * @param ending   lent; once true, a request ends at once
 * @param request  out; given, request_free
 * @returns MH_OK, MH_MEMORY, MH_USAGE (gateway, certificate)
 */
MH_MUST enum mh_code request_new(const struct mahalle_settings *settings,
                                 const atomic_bool *ending,
                                 struct request **request, struct mh_err *err);
void request_free(struct request *request);

/**
 * Post a body and wait for the answer.
 * @param media lent; its Content-Type
 * @param key   lent; "" none
 */
void request_post(struct request *request, const struct mh_buf *body,
                  const char *media, const char *key, long timeout_ms,
                  struct reply *reply);

#endif
