/* SPDX-License-Identifier: Apache-2.0 */
/**
 * lag_pg in a thread of its own: a database that hangs, or a host that
 * swallows packets, does not keep the monitor from looking at Kafka and from
 * answering.
 */
#ifndef MAHALLE_LAG_ASKER_H
#define MAHALLE_LAG_ASKER_H

#include "lag.h"

struct lag_asker;

/** @param conninfo, topic lent; must outlive it
 *  @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code lag_asker_open(const char *conninfo, const char *topic,
                                    struct lag_asker **asker,
                                    struct mh_err *err);
/** Waits for a question that is under way. */
void lag_asker_close(struct lag_asker *asker);

/**
 * Ask, unless a question is still under way, and take the answer.
 * @param wait_ms how long to wait for it at most
 * @param sink    in, out: the answer, or as it was when there is none yet
 */
MH_MUST enum mh_code lag_asker_look(struct lag_asker *asker, int wait_ms,
                                    struct lag_sink *sink, struct mh_err *err);

#endif
