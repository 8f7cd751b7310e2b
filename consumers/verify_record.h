/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A record of the log beside what PostgreSQL has of it.
 *
 * Part of verify, between verify_log (which reads the log) and verify_stored
 * (which reads the rows).
 */
#ifndef MAHALLE_VERIFY_RECORD_H
#define MAHALLE_VERIFY_RECORD_H

#include "arena.h"
#include "catalogue.h"
#include "poll.h"
#include "reference.h"
#include "verify_stored.h"

/** What of a partition is read, and what becomes of its records. */
struct verify_range {
    int32_t partition;
    int64_t from, to; /**< half-open */
    int64_t next;     /**< the consumer's position */
    /** As the consumer counted, with gaps at the end; as they are found. */
    int64_t counted[FATE_COUNT + 1], found[FATE_COUNT];
    int64_t records; /**< read */
    int64_t unclear; /**< repeats whose fate another partition may decide */
    bool whole;      /**< from the first record up to the position */
    bool decided;    /**< a person has moved the position */
};

enum { VERIFY_PENDING = 500 };

/** A record that made no version: is it a repeat? Looked up some at a time. */
struct verify_pending {
    struct version *version; /**< in `arena` */
    struct message message;  /**< position alone */
};

struct verify_log {
    struct verify *verify; /**< lent */
    struct poll *poll;     /**< owned */
    struct stored stored;
    struct mh_catalogue *catalogue; /**< owned */
    struct mh_reference *reference; /**< owned */
    struct verify_range *ranges;    /**< owned; `range_count` of them */
    struct verify_range *range;     /**< that is being read */
    int range_count;
    bool replays; /**< some dead letters have been replayed */
    int64_t to_read, records;
    int64_t of_other_logs; /**< versions whose record had another time */
    int64_t would_pass;    /**< open letters whose record is good now */

    struct mh_arena scratch; /**< of the record at hand */
    struct mh_buf row;       /**< owned; a row as it should be */
    struct mh_arena arena;   /**< of `pending` */
    struct verify_pending pending[VERIFY_PENDING];
    int pending_count;
};

void record_init(struct verify_log *log);
void record_fini(struct verify_log *log);
/** Compare the next record of the range. */
MH_MUST enum mh_code record_compare(struct verify_log *log,
                                    const struct message *message,
                                    struct mh_err *err);
/** After the last one: rows that are left have no record. */
MH_MUST enum mh_code record_end(struct verify_log *log, struct mh_err *err);

#endif
