/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A desk: one thread with a connection of its own that asks the database for
 * requests that are parked meanwhile, one inquiry after the other. There is one
 * for what keys may change, which no slow question about receipts holds up.
 *
 * There is room for one of every connection; what is not answered in its time
 * is not asked any more. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_DESK_H
#define MAHALLE_GATEWAY_DESK_H

#include "gateway.h"

/** An inquiry for the database; first member of what is asked. */
struct inquiry {
    struct parked parked;  /**< users: the request and the desk */
    struct inquiry *after; /**< in the queue */
    int64_t again_ms; /**< `run` sets it to be called once more, at that time */
    enum mh_code (*run)(struct inquiry *inquiry, struct database *db,
                        struct mh_err *err);
    const char *topic;  /**< lent */
    atomic_int problem; /**< PROBLEM_NONE once there is an answer; the request
                         *   may look at nothing else before */
};

/** @param free of whatever it is the first member of */
void inquiry_init(struct inquiry *inquiry, void (*free)(struct parked *parked));
/**
 * Park the request until `desk` has an answer, at most until `until_ms`.
 * @param inquiry taken; request->inquiry in any case
 * @returns false: request->problem says why nothing was asked
 */
MH_MUST bool inquiry_ask(struct request *request, struct desk *desk,
                         struct inquiry *inquiry, int64_t until_ms);

/** @param pg   lent; connection string
 *  @param name static; of the connection, as the database shows it */
MH_MUST enum mh_code desk_open(struct gateway *gateway, const char *pg,
                               const char *name, struct desk **desk,
                               struct mh_err *err);
/** Ends the thread; NULL is fine. @returns false: it waits for a server that is
 *  frozen, and still uses the gateway */
bool desk_close(struct desk *desk);

#endif
