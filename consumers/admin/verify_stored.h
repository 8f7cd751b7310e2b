/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What PostgreSQL has of each record, in the order of the log: versions of
 * facts and dead letters, side by side, some at a time.
 *
 * Part of verify; all of it in the state that verify reads. Rows come in binary
 * form, as the consumer writes them.
 */
#ifndef MAHALLE_VERIFY_STORED_H
#define MAHALLE_VERIFY_STORED_H

#include "verify.h"

/** Rows of a query, some at a time. */
struct stored_rows {
    struct database *db; /**< owned */
    bool letters;        /**< of dead letters, not of versions */
    int row, count;      /**< of the page at hand; `row` is the current one */
    bool ended;          /**< there are no more pages */
};

struct stored {
    struct stored_rows versions;
    struct stored_rows letters;
};

/** Columns of verify_versions.sql. */
enum stored_column {
    STORED_EVENT_ID,
    STORED_CONTENT,
    STORED_OFFSET,
    STORED_RECEIVED_AT,
    STORED_POSTED_AT,
    STORED_APPLIED_AT,
    STORED_OCCURRED_AT,
    STORED_REVISION,
    STORED_OCCURRED_ON,
    STORED_TYPE_ID,
    STORED_AGENCY_ID,
    STORED_PARTITION,
    STORED_IN_FORCE,
    STORED_CORRECTION_REASON,
    STORED_PLACE_CODE,
    STORED_COUNCIL_CODE,
    STORED_PROGRAMME_CODE,
    STORED_SOURCE_REF,
    STORED_NUMBERS,
    STORED_CODES,
    STORED_AGENCY_CODE,
    STORED_EVENT_TYPE
};

/** A dead letter; what it points to is lent until the row is passed. */
struct stored_letter {
    int64_t at_ms;   /**< time of its record */
    int64_t dead_us; /**< since 2000; when it was written */
    const char *reason;
    bool open, replayed;
    const uint8_t *key, *value; /**< SHA-256; NULL: there is none */
};

/**
 * @param topic  lent
 * @param ranges lent; JSON: [[partition, from, to], ...], half-open
 * @returns stored_close in any case
 */
MH_MUST enum mh_code stored_open(struct stored *stored,
                                 const struct verify *verify, const char *topic,
                                 const char *ranges, struct mh_err *err);
void stored_close(struct stored *stored);

/**
 * Whether the current row is of the log up to and with this offset.
 * @param its out; offset of the row, when there is one
 */
MH_MUST enum mh_code stored_look(struct stored_rows *rows, int32_t partition,
                                 int64_t offset, bool *found, int64_t *its,
                                 struct mh_err *err);
/** Go on to the next row. */
void stored_pass(struct stored_rows *rows);

/** A value of the current version, lent until it is passed; NULL is null. */
const char *stored_bytes(const struct stored *stored, enum stored_column column,
                         size_t *len);
/** Time of its record, ms since 1970. */
int64_t stored_version_ms(const struct stored *stored);
/** A column of time, us since 2000. */
int64_t stored_us(const struct stored *stored, enum stored_column column);
/** The current letter. */
struct stored_letter stored_letter(const struct stored *stored);

#endif
