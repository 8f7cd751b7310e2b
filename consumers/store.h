/* SPDX-License-Identifier: Apache-2.0 */
/**
 * PostgreSQL as the consumer needs it: one transaction holds a batch's facts,
 * totals, dead letters and positions.
 *
 * Positions are moved by compare-and-set under a lock that is taken first, so
 * a consumer that lost its partition can change nothing. After any failure
 * the caller gives up its positions, connects anew and claims again: reading
 * them then also tells whether a COMMIT whose answer was lost had happened.
 * Not for readers.
 */
#ifndef MAHALLE_STORE_H
#define MAHALLE_STORE_H

#include "batch.h"
#include "catalogue.h"
#include "delta.h"
#include "reference.h"

enum { STORE_PARTITIONS_MAX = 1024 };

/** Where we are in a partition that we own. */
struct position {
    int32_t partition;
    int64_t next;   /**< offset of the next record to take */
    int64_t epoch;  /**< of our claim */
    int64_t high;   /**< end of the partition as last seen, -1 unknown */
    bool blocked;   /**< a person must act; not read */
    bool undecided; /**< of the claim: a gap was found, nobody has decided */
    bool other_log; /**< of the claim: cluster or topic is another one */
    /* of the transaction under way */
    int64_t until;   /**< `next` when it is committed */
    int64_t last_ms; /**< time of its last record, 0 unknown */
    int64_t fates[FATE_COUNT];
    /* of the records in hand */
    int64_t taken;    /**< offset after the last one */
    int64_t taken_ms; /**< its time */
};

struct positions {
    struct position *items; /**< owned; in rising order of partition */
    int count;
};

/** @returns NULL when the partition is not among them */
struct position *positions_find(struct positions *positions, int32_t partition);
void positions_fini(struct positions *positions);

struct store;

/**
 * Connect, bounded in time, and prepare the statements.
 * @param conninfo lent; never logged
 * @param name     lent; of the program, as PostgreSQL shows it
 * @param topic    lent; must outlive the store
 * @param owner    lent; our name in ops.partition_progress
 * @returns MH_OK, MH_PG_DOWN, MH_PG_BUSY, MH_PG_REFUSED, MH_CONTRACT (tables
 *          are missing or older than the program), MH_MEMORY
 */
MH_MUST enum mh_code store_open(const char *conninfo, const char *name,
                                const char *topic, const char *owner,
                                struct store **store, struct mh_err *err);
void store_close(struct store *store);

/** Version of schemas and reference data. */
MH_MUST enum mh_code store_contract_version(struct store *store,
                                            int64_t *version,
                                            struct mh_err *err);
/** Read them, as of now. Both are given. @returns also MH_CONTRACT */
MH_MUST enum mh_code store_contract_read(struct store *store,
                                         struct mh_catalogue **catalogue,
                                         struct mh_reference **reference,
                                         struct mh_err *err);

/**
 * Take over partitions. Waits for a transaction of the last owner.
 * @param ids        lent; `count` partitions
 * @param cluster_id lent; of the broker; recorded where none is
 * @param topic_id   lent; likewise
 * @param positions  in: emptied; out: one item a partition
 */
MH_MUST enum mh_code store_claim(struct store *store, const int32_t *ids,
                                 int count, const char *cluster_id,
                                 const char *topic_id,
                                 struct positions *positions,
                                 struct mh_err *err);
/** Say what a partition is doing ("running", "blocked", "released"). */
MH_MUST enum mh_code store_set_state(struct store *store,
                                     const struct position *position,
                                     const char *state, const char *reason,
                                     struct mh_err *err);
/**
 * A sign of life; `high` of each position was asked for `age_s` ago.
 * @returns also MH_PG_OWNER: at least one is no longer ours, or a person has
 *          decided about it: claim anew
 */
MH_MUST enum mh_code store_mark(struct store *store,
                                const struct positions *positions, double age_s,
                                struct mh_err *err);

/**
 * Begin the transaction of a batch: lock the positions it moves and compare.
 * @param positions lent; those with `until` != `next` take part
 * @param version   out; of the contract at this moment
 * @returns also MH_PG_OWNER: a position is not what we think
 */
MH_MUST enum mh_code store_begin(struct store *store,
                                 const struct positions *positions,
                                 int64_t *version, struct mh_err *err);
/** Give every fact of the batch its old version. The batch is in key order
 *  (batch_sort). Texts are lent until the next store_begin. */
MH_MUST enum mh_code store_read_old(struct store *store, struct batch *batch,
                                    const struct mh_catalogue *catalogue,
                                    struct mh_err *err);
/** Send the facts that are new or changed: PostgreSQL works on them while the
 *  change of the totals is folded. */
MH_MUST enum mh_code store_send_facts(struct store *store,
                                      const struct batch *batch,
                                      const struct delta *delta,
                                      struct mh_err *err);
/**
 * Wait for the facts, write letters, counts, positions, and send the change of
 * the totals: PostgreSQL works on it while the next records are taken. The
 * batch is not needed any more.
 */
MH_MUST enum mh_code store_write(struct store *store, const struct batch *batch,
                                 const struct delta *delta,
                                 const struct positions *positions,
                                 struct mh_err *err);
/** Wait for the totals and commit.
 *  @returns also MH_PG_IN_DOUBT: the connection went before the answer */
MH_MUST enum mh_code store_commit(struct store *store, struct mh_err *err);
/** Undo; harmless when there is nothing to undo. */
void store_rollback(struct store *store);

#endif
