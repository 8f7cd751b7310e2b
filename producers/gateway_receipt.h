/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the database says: where an event stands, and what was refused.
 *
 * One thread with a connection of its own (the desk) asks, one inquiry after
 * the other, while their requests are parked. What is too much at once is
 * refused. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_RECEIPT_H
#define MAHALLE_GATEWAY_RECEIPT_H

#include "gateway.h"

/** An inquiry for the database, and what came of it. */
struct inquiry {
    struct parked parked;  /**< users: the request and the desk */
    struct inquiry *after; /**< in the queue */
    enum mh_code (*run)(struct inquiry *inquiry, struct database *db,
                        struct mh_err *err);
    char agency[64]; /**< agency_code; "" is every one */
    char id[MH_UUID_TEXT + 1];
    char since[32]; /**< a time or a number of a letter; "" is all */
    bool since_is_number;
    bool is_recent; /**< `recent` tells where it is in Kafka */
    struct recent_event recent;
    const char *topic; /**< lent */
    enum words_lang lang;
    struct mh_buf body; /**< of the answer */
    atomic_int problem; /**< PROBLEM_NONE once `body` is complete */
};

/** @param pg lent; connection string */
MH_MUST enum mh_code desk_open(struct gateway *gateway, const char *pg,
                               struct desk **desk, struct mh_err *err);
/** Leave an inquiry to the desk. @returns false: there are too many */
bool desk_ask(struct desk *desk, struct inquiry *inquiry);
/** Ends the thread; NULL is fine. @returns false: it waits for a server that is
 *  frozen, and still uses the gateway */
bool desk_close(struct desk *desk);

#endif
