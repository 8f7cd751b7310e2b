/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A version of a fact as a row of core.event, both ways. No connection.
 */
#ifndef MAHALLE_EVENT_ROW_H
#define MAHALLE_EVENT_ROW_H

#include "arena.h"
#include "buf.h"
#include "catalogue.h"
#include "message.h"

enum { EVENT_ROW_COLUMNS = 20 };

/** Append the columns of copy_event.sql, in its order, without row header.
 *  @param applied_at time of the transaction, microseconds since 2000 */
void event_row_write(struct mh_buf *buf, const struct version *version,
                     int64_t applied_at);

/** A row of read_old.sql in binary form, as the store lends it. */
struct event_row {
    const uint8_t *id; /**< 16 bytes */
    int32_t agency_id, revision, type_id, occurred_on, posted_on;
    uint64_t content;
    bool in_force;
    const char *place, *programme; /**< `programme` may be NULL */
    uint32_t place_len, programme_len;
    const char *numbers, *codes; /**< arrays in binary form, may be NULL */
    size_t numbers_len, codes_len;
};

/**
 * Make a version of a row: what of it counts for totals, and its revision.
 * @returns MH_OK, MH_MEMORY, MH_CONTRACT (its type is unknown, or an array is
 *          not as we write it)
 */
MH_MUST enum mh_code event_row_read(const struct event_row *row,
                                    const struct mh_catalogue *catalogue,
                                    struct mh_arena *arena,
                                    struct version **version,
                                    struct mh_err *err);

#endif
