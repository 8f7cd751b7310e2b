/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The public server: connections, their deadlines, and answers on the wire.
 *
 * libmicrohttpd reads and writes; its limit of time is one of idleness, so a
 * guard of our own ends every connection whose head, body or answer takes too
 * long, however busily. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_HTTP_H
#define MAHALLE_GATEWAY_HTTP_H

#include "gateway.h"
#include "listen.h"

struct http;
struct tls;

enum visit_phase {
    PHASE_HEAD,   /**< waits for a head, or for its end */
    PHASE_BODY,   /**< waits for the body */
    PHASE_WORK,   /**< waits for us */
    PHASE_ANSWER, /**< takes the answer */
};

/** A connection. */
struct visit {
    struct visit *before, *after; /**< in the list */
    int fd;
    enum visit_phase phase;
    int64_t since_ms; /**< of the phase */
    size_t bytes;     /**< of the body */
    bool served;      /**< a request before this one */
    bool cut;         /**< its socket was shut */
    const char *uri;  /**< of this request, where it was received; lent */
    size_t uri_len;
    struct tls *tls; /**< lent; NULL: plain HTTP */
};

/**
 * Listen and answer.
 * @param fd  taken
 * @param tls lent; optional; without it the server speaks plain HTTP
 * @returns MH_OK, MH_MEMORY
 */
MH_MUST enum mh_code http_open(struct gateway *gateway, int fd, struct tls *tls,
                               struct http **http, struct mh_err *err);
/** Take no new connection; those that are there end with their answer. */
void http_quiesce(struct http *http);
/** End everything. NULL is fine. */
void http_close(struct http *http);

/** Send the answer. @param answer its body is taken */
bool http_answer(struct request *request, struct answer *answer);
/** Send request->problem. @returns false: close the connection */
bool http_refuse(struct request *request);
/** Write request->problem past the library, which takes no answer while a body
 *  comes. */
void http_refuse_raw(struct request *request);

#endif
