/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Keeps keys and contract as the database has them, and looks after Kafka: one
 * thread that asks every other second. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_WATCH_H
#define MAHALLE_GATEWAY_WATCH_H

#include "gateway.h"

struct watch;

/** @param pg lent; connection string */
MH_MUST enum mh_code watch_open(struct gateway *gateway, const char *pg,
                                struct watch **watch, struct mh_err *err);
/** Ends the thread; NULL is fine. @returns false: it waits for a server that is
 *  frozen, and still uses the gateway */
bool watch_close(struct watch *watch);

#endif
