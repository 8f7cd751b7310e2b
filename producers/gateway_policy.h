/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the gateway asks beyond the one check: grants of the key, and that
 * nothing has happened in the future. Pure but for the time it is given.
 */
#ifndef MAHALLE_GATEWAY_POLICY_H
#define MAHALLE_GATEWAY_POLICY_H

#include "event.h"
#include "gateway_contract.h"
#include "gateway_keys.h"

/**
 * @param event  lent; as intake left it, with faults or without
 * @param now_ms wall clock
 * @param faults GRANT, FUTURE; put in field order
 * @returns false: the key has no grant for this
 */
bool policy_check(const struct contract *contract, const struct key *key,
                  const struct mh_event *event, int64_t now_ms,
                  struct mh_faults *faults);

#endif
