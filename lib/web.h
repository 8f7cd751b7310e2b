/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A small HTTP server for operations: health, metrics, a page. Not for the
 * public: it reads nothing but the path and a few parameters.
 *
 * One thread of its own answers GET and HEAD from a table of paths. Every
 * connection serves one request and ends within MH_WEB_REQUEST_S, however
 * slowly its client sends or reads; there are at most MH_WEB_CONNECTIONS_MAX,
 * each with MH_WEB_HEAD_BYTES for its head. When they become few, those that
 * have been there for a second make room.
 */
#ifndef MAHALLE_WEB_H
#define MAHALLE_WEB_H

#include "buf.h"
#include "mahalle/err.h"

enum {
    MH_WEB_CONNECTIONS_MAX = 32,
    MH_WEB_HEAD_BYTES = 8192,
    MH_WEB_BODY_BYTES = 16 * 1024 * 1024, /* of an answer */
    MH_WEB_REQUEST_S = 10,
    MH_WEB_URL = 80 /* bytes of a URL of ours, and a NUL */
};

struct mh_web;
struct mh_web_request;

/** What is answered. As it comes: 200, text/plain, an empty body. */
struct mh_web_reply {
    int status;
    const char *type;   /**< static; content type */
    struct mh_buf body; /**< owned by the server; one that failed is a 500 */
};

/** Fill in the answer. Runs in the thread of the server and must be quick: no
 *  call to another server. */
typedef void mh_web_handler(void *context, const struct mh_web_request *request,
                            struct mh_web_reply *reply);

struct mh_web_route {
    const char *path; /**< exactly; NULL ends the table */
    mh_web_handler *handler;
};

/**
 * Listen and answer. An address that is not up yet, or that another process
 * has, is tried again until it is there; meanwhile the program goes on.
 * @param step    lent; the log tells by it where it listens
 * @param listen  lent; HOST:PORT or [ADDRESS]:PORT; port 0: any that is free
 * @param routes  lent; must outlive the server
 * @param context for the handlers
 * @param web     out; given
 * @returns MH_OK, MH_USAGE (no address), MH_MEMORY
 */
MH_MUST enum mh_code mh_web_open(const char *step, const char *listen,
                                 const struct mh_web_route *routes,
                                 void *context, struct mh_web **web,
                                 struct mh_err *err);
/** End all connections and the thread; NULL is fine. */
void mh_web_close(struct mh_web *web);
/** As "http://127.0.0.1:9102", with the port that was found; lent; "" when it
 *  did not listen at once. */
const char *mh_web_url(const struct mh_web *web);

/** A parameter of the query, or a header; NULL when there is none. Lent for
 *  the call of the handler. */
const char *mh_web_query(const struct mh_web_request *request,
                         const char *name);
const char *mh_web_header(const struct mh_web_request *request,
                          const char *name);

/** An answer of one line. */
void mh_web_line(struct mh_web_reply *reply, int status, const char *text);

#endif
