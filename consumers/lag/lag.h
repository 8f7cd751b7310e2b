/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the monitor knows of one moment: plain data, filled in by looking.
 *
 *   lag_kafka (the log) + lag_pg (the consumer) -> lag_judge -> faces
 *
 * The monitor is no part of the consumer: it never joins its group, never
 * commits, and goes on when the consumer is dead. All times are milliseconds
 * since 1970 by the monitor's own clock.
 */
#ifndef MAHALLE_LAG_H
#define MAHALLE_LAG_H

#include <stdbool.h>
#include <stdint.h>

#include "mahalle/err.h"

enum {
    LAG_DOWN_MS = 10000,        /* a server is away; a hiccup takes less */
    LAG_PARTITIONS_MAX = 10000, /* of a topic; more than a cluster likes */
    LAG_ID_BYTES = 64,
    LAG_OWNER_BYTES = 96,
    LAG_TEXT_BYTES = 200
};

/** Whether and when a server was reached. */
struct lag_reach {
    int64_t good_ms;           /**< last time that it answered; 0 never */
    enum mh_code code;         /**< of the last try */
    char text[LAG_TEXT_BYTES]; /**< why it failed; "" when it did not */
};

/** A partition as Kafka has it. One that has no leader does not answer while
 *  the others do. */
struct lag_log {
    struct lag_reach reach; /**< of its ends */
    bool leaderless;        /**< nobody can be asked about it */
    int64_t since_ms; /**< since when it has been looked at, for one that came
                           later than the monitor; else 0 */
    int64_t begin;    /**< first offset that is there */
    int64_t end;      /**< offset of the next committed record */
    int64_t first;    /**< of the first record that waits; -1: none was found */
    int64_t first_ms; /**< its time */
    int64_t read_from; /**< from where `first` was looked for; -1 never */
    int64_t empty_to;  /**< no record from `read_from` to here; -1 unknown */
    int64_t failed_ms; /**< when reading it last failed; 0 never */
    int64_t failed_at; /**< from which offset */
    char unread[LAG_TEXT_BYTES]; /**< why; "" when it did not */
};

struct lag_source {
    struct lag_reach reach;
    struct lag_log *items; /**< owned; by partition */
    int count;
    char topic_id[LAG_ID_BYTES];   /**< "" unknown */
    char cluster_id[LAG_ID_BYTES]; /**< "" unknown */
    bool retention_known;          /**< it could be asked */
    int64_t retention_ms;          /**< -1: for ever, or unknown */
    bool by_size; /**< old records also go when there are too many bytes, or
                       that is unknown */
};

/** A partition as PostgreSQL has it: a row of ops.partition_progress. */
struct lag_position {
    bool known;           /**< there is a row */
    bool blocked;         /**< it waits for a person */
    bool at_work;         /**< a transaction of its owner is under way, and it
                               cannot give signs of life meanwhile */
    bool locked;          /**< that waits for a lock of another session */
    int64_t next;         /**< next offset */
    int64_t seen_ms;      /**< last sign of life; 0 never */
    int64_t committed_ms; /**< 0 never */
    int64_t since_ms;     /**< of its state */
    int64_t rewound_ms;   /**< when `next` went back; 0 never */
    char owner[LAG_OWNER_BYTES];
    char topic_id[LAG_ID_BYTES]; /**< that it belongs to; "" unknown */
    char reason[LAG_TEXT_BYTES]; /**< why it is blocked */
};

struct lag_sink {
    struct lag_reach reach;
    struct lag_position *items; /**< owned; by partition */
    int count;
    bool letters_known;
    int64_t letters[MH_CODE_COUNT]; /**< dead letters that are open, by code */
};

/** Give `source` this many partitions; new ones know nothing. */
MH_MUST enum mh_code lag_source_resize(struct lag_source *source, int count,
                                       struct mh_err *err);
MH_MUST enum mh_code lag_sink_resize(struct lag_sink *sink, int count,
                                     struct mh_err *err);
MH_MUST enum mh_code lag_source_copy(struct lag_source *to,
                                     const struct lag_source *from,
                                     struct mh_err *err);
MH_MUST enum mh_code lag_sink_copy(struct lag_sink *to,
                                   const struct lag_sink *from,
                                   struct mh_err *err);
void lag_source_fini(struct lag_source *source);
void lag_sink_fini(struct lag_sink *sink);

/** The wall clock was set, forward or back: times of it that are remembered move
 *  with it, so that durations stay what they were. */
void lag_source_turn(struct lag_source *source, int64_t by_ms);
void lag_sink_turn(struct lag_sink *sink, int64_t by_ms);
/** One such time; 0, which is none, stays. */
void lag_turn(int64_t *at_ms, int64_t by_ms);

/** Note the outcome of a look. */
void lag_reach_note(struct lag_reach *reach, int64_t now_ms, enum mh_code code,
                    const struct mh_err *err);

/** Whether a server has not answered for so long that it is away. */
bool lag_is_away(const struct lag_reach *reach, int64_t now_ms);

/** The row of a partition; one that is not there knows nothing. */
const struct lag_position *lag_position_at(const struct lag_sink *sink, int i);
/** Whether `first` is the first record that waits from `from` on. */
bool lag_first_is_known(const struct lag_log *log, int64_t from);
/** Whether the log must be read to know what waits from `from` on. */
bool lag_first_is_missing(const struct lag_log *log, int64_t from);
/** Whether a record waits of which neither the time is known, nor why it could
 *  not be read: another look may tell. */
bool lag_is_unfinished(const struct lag_source *source,
                       const struct lag_sink *sink);
/** Whether the row belongs to another topic of the same name. */
bool lag_other_log(const struct lag_source *source, const struct lag_sink *sink,
                   int i);
/** First offset of a partition of the source that is in the log and not
 *  committed in PostgreSQL, as far as is known. */
int64_t lag_from(const struct lag_source *source, const struct lag_sink *sink,
                 int i);

#endif
