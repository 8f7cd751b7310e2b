/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The cycle of the consumer, step by step, each of which may fail.
 *
 *   records -> lock positions -> verdicts -> old versions -> delta ->
 *   facts, totals, letters, positions -> commit
 *
 * Nothing here decides what to do about a failure; aggregate_main.c does.
 */
#ifndef MAHALLE_AGGREGATE_H
#define MAHALLE_AGGREGATE_H

#include "batch.h"
#include "delta.h"
#include "poll.h"
#include "store.h"
#include "vitals.h"

struct aggregate_config {
    struct poll_config poll;
    const char *conninfo; /**< lent; never logged */
    char owner[96];       /**< our name in ops.partition_progress */
    int batch_records;    /**< at most in one transaction */
    int64_t batch_bytes;  /**< at most in one transaction */
};

/** What has been done since the last line of statistics. */
struct aggregate_counts {
    int64_t fates[FATE_COUNT];
    int64_t commits;
    int64_t commit_ms; /**< time in transactions, all of them */
};

struct aggregate {
    const struct aggregate_config *config; /**< lent */
    struct poll *poll;                     /**< owned; NULL: to be made */
    struct store *store;                   /**< owned; NULL: to be made */
    struct positions positions;
    char cluster_id[64]; /**< whose log it is, as of the claim; "" unknown */
    char topic_id[64];
    bool claimed; /**< `positions` are ours as far as we know */
    struct batch batch;
    struct delta delta;
    bool under_way;   /**< a transaction is, its totals are being added */
    int64_t began_ms; /**< clock of its beginning */
    int whole;        /**< batches to come whose records are kept whole */
    int limit;        /**< records a batch now; halved when one was too large */

    struct mh_catalogue *catalogue; /**< owned */
    struct mh_reference *reference; /**< owned */
    int64_t contract_version;

    int64_t short_ms;    /**< clock of a log that ended too early, 0 none */
    int64_t identity_ms; /**< clock of the last look at who Kafka is */
    int64_t marked_ms;   /**< clock of the last sign of life */
    int64_t courtesy_ms; /**< clock of the last offsets written to Kafka */
    bool moved;          /**< positions moved since then */
    struct aggregate_counts counts;
    struct vitals *vitals; /**< lent; optional */
    struct tally tally;    /**< of the transaction under way */
};

MH_MUST enum mh_code aggregate_init(struct aggregate *a,
                                    const struct aggregate_config *config,
                                    struct mh_err *err);
/** Release partitions, leave the group, free everything. */
void aggregate_fini(struct aggregate *a);

/**
 * One turn: connect and claim where needed, take what is there, commit it,
 * give signs of life. Returns at least every half second.
 * On failure nothing of the batch is applied, or it is unknown
 * (MH_PG_IN_DOUBT); aggregate_drop, then another turn, finds out.
 */
MH_MUST enum mh_code aggregate_turn(struct aggregate *a, struct mh_err *err);
/** Give up positions and records; with `connection` the session too. */
void aggregate_drop(struct aggregate *a, bool connection);
/** Stay in the group for `ms` without reading. */
void aggregate_wait(struct aggregate *a, int ms);

#endif
