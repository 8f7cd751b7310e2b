/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Connections that wait for an answer from elsewhere, with an end to the wait.
 *
 * A request is parked while Kafka or PostgreSQL is asked: its connection costs
 * no thread. It goes on when it is woken or its time is over, once, whichever
 * comes first. Who works for it may come later than that: what they share
 * lives until the last of its users leaves. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_PARKING_H
#define MAHALLE_GATEWAY_PARKING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "mahalle/err.h"

struct MHD_Connection;

/** First member of what is shared. */
struct parked {
    struct parked *before, *after;     /**< in the list */
    struct MHD_Connection *connection; /**< lent while it is in the list */
    int64_t until_ms;                  /**< steady clock */
    bool listed;
    atomic_int users;
    void (*free)(struct parked *parked); /**< the last user has left */
};

struct parking;

MH_MUST enum mh_code parking_new(struct parking **parking, struct mh_err *err);
void parking_free(struct parking *parking);

/** @param users at the beginning */
void parked_init(struct parked *parked, int users,
                 void (*free)(struct parked *parked));
/** One user less. NULL is fine. Thread: any. */
void parked_leave(struct parked *parked);

/** Suspend the connection; from its handler only. Whatever wakes it is asked
 *  for after this. @returns false: it is closed, and nothing was suspended */
MH_MUST bool parking_enter(struct parking *parking, struct parked *parked,
                           struct MHD_Connection *connection, int64_t until_ms);
/** Let it go on, if it has not yet. Thread: any that is a user. */
void parking_wake(struct parking *parking, struct parked *parked);
/** Wake those whose time is over at `now_ms`. */
void parking_tick(struct parking *parking, int64_t now_ms);
/** Wake all and take no more. After it no connection is suspended or resumed,
 *  so that its server can end. */
void parking_close(struct parking *parking);
int parking_count(struct parking *parking);

#endif
