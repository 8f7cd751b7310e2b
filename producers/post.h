/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the parts of mahalle-post share: what was asked for, where events come
 * from and go to, and what became of them.
 */
#ifndef MAHALLE_POST_H
#define MAHALLE_POST_H

#include "intake.h"
#include "lines.h"
#include "post_contract.h"
#include "post_mend.h"
#include "post_options.h"
#include "post_progress.h"
#include "post_rejects.h"
#include "send.h"

enum {
    POST_WAIT_MS = 100,        /* for a pipe; then Kafka's answers are taken */
    POST_TICKET_LINE_BITS = 40 /* a ticket is file index and line */
};

struct post {
    struct post_options options;
    struct post_contract contract;
    struct intake intake;
    struct send *sender; /**< NULL with --dry-run */
    struct rejects *rejects;
    struct mend *mend; /**< NULL without --rejects-csv */
    struct progress progress;
    struct mh_buf scratch, value;
    struct mh_faults faults; /**< of the line in hand */
    struct sheet sheet;      /**< of the table in hand */
    uint64_t good;           /**< lines without fault */
    uint64_t bytes_done;     /**< of the files before this one */
    uint64_t last;           /**< ticket of the last line dealt with */
};

/** Post a file of lines. @param index of the file among the arguments */
MH_MUST enum mh_code post_lines(struct post *post, int index,
                                struct mh_err *err);
/** Post a table. */
MH_MUST enum mh_code post_rows(struct post *post, int index,
                               struct mh_err *err);

/** Let intake use the contract as it is now; its type is that of --type, NULL
 *  when there is none of this name. */
void post_use_contract(struct post *post);
/** Before a line is refused: look whether the contract has changed; all of it,
 *  or its reference data only, while a table's columns are bound to the types.
 *  @returns whether the line is to be read again */
bool post_renew(struct post *post, bool types);
/** Encode and send an event that has passed intake.
 *  @returns MH_OK; MH_TOO_LARGE, a fault says so; a failure of the program */
MH_MUST enum mh_code post_event(struct post *post, const struct mh_event *event,
                                uint64_t ticket, struct mh_err *err);
/**
 * Count a line, and keep it aside when it was refused.
 * @param code MH_OK, a code to refuse with, or a failure, which is returned
 * @param line lent; as it came, for the rejects
 */
MH_MUST enum mh_code post_settle(struct post *post, enum mh_code code,
                                 const char *file, const struct line *line,
                                 uint64_t ticket, struct mh_err *err);
/** Take Kafka's answers while no input comes. @returns as send_poll */
MH_MUST enum mh_code post_idle(struct post *post, struct mh_err *err);

#endif
