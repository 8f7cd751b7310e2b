/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The monitor's look at PostgreSQL: the rows of ops.partition_progress. Needs
 * no more than mahalle_ops may, and changes nothing.
 */
#ifndef MAHALLE_LAG_PG_H
#define MAHALLE_LAG_PG_H

#include "lag.h"

struct lag_pg;

/** @param conninfo, topic lent; must outlive it. Connects at the first look.
 *  @returns NULL when memory is out */
struct lag_pg *lag_pg_new(const char *conninfo, const char *topic);
void lag_pg_free(struct lag_pg *pg);

/**
 * Connect if need be, and read every row of the topic.
 * @param sink out; as it was on failure
 * @returns MH_OK and what database_code gives; after any failure the next look
 *          connects anew
 * Blocks: 10 s for each address to connect, and 5 s for the statement.
 */
MH_MUST enum mh_code lag_pg_look(struct lag_pg *pg, struct lag_sink *sink,
                                 struct mh_err *err);

#endif
