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

/** A fact as it is now. */
struct policy_fact {
    char type[80];
    char place[CONTRACT_CODE];
    int32_t day;
};

/**
 * @param event  lent; as intake left it, with faults or without
 * @param now_ms wall clock
 * @param faults GRANT, FUTURE; put in field order
 * @returns false: the key has no grant for this
 */
bool policy_check(const struct contract *contract, const struct key *key,
                  const struct mh_event *event, int64_t now_ms,
                  struct mh_faults *faults);
/**
 * Whether the key may change a fact, whatever it would make of it.
 * @param fact   lent; NULL: none of that id is known. Keys of some types or
 *               counties begin a fact with revision 0, so that none can take an
 *               id in advance that is to be another's
 * @param faults GRANT, at the id
 */
bool policy_check_fact(const struct contract *contract, const struct key *key,
                       const struct policy_fact *fact,
                       struct mh_faults *faults);

#endif
