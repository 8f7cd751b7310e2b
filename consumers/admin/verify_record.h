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

/** A person moved the position of a partition. */
struct verify_decision {
    int32_t partition;
    int64_t from, to;                /**< next offset before and after it */
    bool other_log;                  /**< what was read before is another log */
    int64_t at_us;                   /**< since 2000 */
    int64_t counted[FATE_COUNT + 1]; /**< until then, with gaps at the end */
};

/** What of a partition is read, and what becomes of its records. */
struct verify_range {
    int32_t partition;
    int64_t from, to; /**< half-open */
    int64_t next;     /**< the consumer's position */
    /** Its decisions, in their order; lent. */
    const struct verify_decision *decisions;
    int decision_count;
    /** Whose log was read, "" is unknown. */
    char cluster_id[64], topic_id[64];
    /** Versions before this offset may be of another topic. */
    int64_t others_until;
    /** Fates are counted from here on: where the last decision went. */
    int64_t counts_from;
    /** When a decision last set the position back or into another log, us since
     *  2000: facts may be ahead of their records then. INT64_MIN: never. */
    int64_t began_us;
    /** As the consumer counted since then, with gaps at the end; as they are
     *  found. */
    int64_t counted[FATE_COUNT + 1], found[FATE_COUNT];
    int64_t records; /**< read, of those that are counted */
    int64_t unclear; /**< repeats whose fate was decided out of turn */
    int64_t reread;  /**< records that had their fate before the decision */
    bool whole;      /**< all that is counted is there to be read */
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
    struct verify_decision *decisions; /**< owned */
    const char *topic;                 /**< lent */
    int64_t to_read, records;
    int64_t of_other_logs;   /**< versions and letters that a decision covers */
    int64_t of_other_topics; /**< versions that another topic may have given */
    int64_t would_pass;      /**< open letters whose record is good now */

    struct mh_arena scratch; /**< of the record at hand */
    struct mh_buf row;       /**< owned; a row as it should be */
    struct mh_arena arena;   /**< of `pending` */
    struct verify_pending pending[VERIFY_PENDING];
    int pending_count;
};

/** Positions, decisions and ends of the log: what is to be read. */
MH_MUST enum mh_code ranges_read(struct verify_log *log, struct mh_err *err);
MH_MUST enum mh_code ranges_find_ends(struct verify_log *log,
                                      struct mh_err *err);
/** From `offset` on: the next one that the consumer read, or passed over by
 *  decision; INT64_MAX when there is none. */
int64_t range_next(const struct verify_range *range, int64_t offset, bool read);
/** Whether a decision explains that there is no record for what was received
 *  and dealt with then (us since 2000). */
bool range_explains(const struct verify_range *range, int64_t offset,
                    int64_t received_us, int64_t applied_us);
/** Whether a record whose fate is counted had one before the last decision. */
bool range_is_before(const struct verify_range *range, int64_t offset,
                     int64_t applied_us);

void record_init(struct verify_log *log);
void record_fini(struct verify_log *log);
/** Compare the next record of the range. */
MH_MUST enum mh_code record_compare(struct verify_log *log,
                                    const struct message *message,
                                    struct mh_err *err);
/** After the last one: rows that are left have no record. */
MH_MUST enum mh_code record_end(struct verify_log *log, struct mh_err *err);

#endif
