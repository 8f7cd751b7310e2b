/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Where an event stands, and what was refused: as PostgreSQL says.
 *
 * The handlers are in gateway_routes.h. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_RECEIPT_H
#define MAHALLE_GATEWAY_RECEIPT_H

#include "gateway_desk.h"

/** What is asked, and the answer. */
struct question {
    struct inquiry inquiry; /**< first: users as it says */
    char agency[64];        /**< agency_code */
    char id[MH_UUID_TEXT + 1];
    char since[48]; /**< a time, or the `next` of an answer; "" is all */
    bool since_is_next;
    bool is_recent; /**< `recent` tells where it is in Kafka */
    struct recent_event recent;
    struct mh_buf body; /**< of the answer */
};

#endif
