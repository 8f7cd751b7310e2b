/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the consumer tells those who watch over it: numbers for Prometheus, and
 * whether it can work. Shown by a small server; counted by the cycle.
 */
#ifndef MAHALLE_VITALS_H
#define MAHALLE_VITALS_H

#include "batch.h"
#include "catalogue.h"

enum { TALLY_TYPES = 1024 }; /* a power of two; far more than there are */

/** What became of a batch, counted before the commit, told after it. */
struct tally {
    int64_t fates[FATE_COUNT];
    int64_t reasons[MH_CODE_COUNT]; /**< of dead letters */
    struct {
        const struct mh_type *type; /**< lent by the catalogue; NULL: free */
        int64_t applied;
    } types[TALLY_TYPES]; /**< hash of the types that occur */
};

/** Whether a record can be a dead letter for this. */
bool tally_is_reason(enum mh_code code);
/** Count the fates of a batch, from zero. */
void tally_batch(struct tally *tally, const struct batch *batch);

/** NULL where nobody watches; every function takes that for "do nothing". */
struct vitals;

/**
 * Serve /livez, /readyz and /metrics.
 * @param listen lent; HOST:PORT; "": nobody watches, `*vitals` is NULL
 * @returns MH_OK, MH_USAGE (address), MH_MEMORY
 */
MH_MUST enum mh_code vitals_open(const char *listen, struct vitals **vitals,
                                 struct mh_err *err);
void vitals_close(struct vitals *vitals);

/** A series for each type, before an event of it comes. */
void vitals_types(struct vitals *vitals, const struct mh_catalogue *catalogue);
/** A transaction has been committed. */
void vitals_commit(struct vitals *vitals, const struct tally *tally,
                   double seconds);
/** What it reads now. */
void vitals_partitions(struct vitals *vitals, int count, int blocked);
/** It can work; or it waits, for this reason. */
void vitals_ready(struct vitals *vitals);
void vitals_wait(struct vitals *vitals, const char *reason);

#endif
