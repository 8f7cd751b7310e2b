/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a key of some types or counties may change: only facts that lie within
 * its grants as they are now, not as the event would make them.
 *
 * Step between batch and relay, for the events that batch has marked; all others
 * pay nothing. PostgreSQL has the facts, and its word counts once the consumer
 * has read what Kafka had when the request came. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_GRANTS_H
#define MAHALLE_GATEWAY_GRANTS_H

#include "gateway.h"

/**
 * Ask for the facts; request->inquiry is set and its connection parked.
 * @returns false: request->problem says why not
 */
bool grants_ask(struct request *request);
/** Take the answer: those events are OUTCOME_WAITING, _FORBIDDEN or, where there
 *  is none, _RETRY. */
void grants_settle(struct request *request);

#endif
