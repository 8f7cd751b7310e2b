/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the parts of mahalle-post share: what was asked for, where events come
 * from and go to, and what became of them.
 */
#ifndef MAHALLE_POST_H
#define MAHALLE_POST_H

#include "client.h"
#include "lines.h"
#include "post_mend.h"
#include "post_options.h"
#include "post_progress.h"
#include "post_rejects.h"
#include "sheet.h"

enum {
    POST_WAIT_MS = 100,        /* for a pipe; then answers are taken */
    POST_TICKET_LINE_BITS = 40 /* a ticket is file index and line */
};

/** What was given up, or told late; then no more is read. */
struct post_lost {
    enum mh_code code;      /**< MH_OK: nothing */
    char text[512];         /**< of the first one */
    uint64_t count, ticket; /**< events; the lowest of theirs */
};

struct post {
    struct parcel_owner owner; /**< of all events; first */
    struct post_options options;
    struct client *client;
    struct rejects *rejects;
    struct mend *mend; /**< NULL without --rejects-csv */
    struct progress progress;
    struct work work;    /**< its faults: of the line in hand */
    struct sheet sheet;  /**< of the table in hand */
    uint64_t good;       /**< lines without fault */
    uint64_t stored;     /**< events that are */
    uint64_t bytes_done; /**< of the files before this one */
    uint64_t last;       /**< ticket of the last line dealt with */
    struct post_lost lost;
};

/** Post a file of lines. @param index of the file among the arguments */
MH_MUST enum mh_code post_lines(struct post *post, int index,
                                struct mh_err *err);
/** Post a table. */
MH_MUST enum mh_code post_rows(struct post *post, int index,
                               struct mh_err *err);

/** For `owner`: what became of an event. */
void post_settled(struct parcel_owner *owner, const struct parcel *parcel,
                  const struct mahalle_result *result);
/**
 * Count a line, and keep it aside when it was refused.
 * @param code MH_OK, a code to refuse with, or a failure, which is returned
 * @param line lent; as it came, for the rejects
 */
MH_MUST enum mh_code post_settle(struct post *post, enum mh_code code,
                                 const char *file, const struct line *line,
                                 uint64_t ticket, struct mh_err *err);
/** Whose a line is. */
struct label post_label(struct post *post, uint64_t ticket);

/** A row that a gateway may yet refuse. */
struct post_row {
    char delimiter;
    uint64_t number; /**< as struct row has it */
    size_t len;      /**< bytes of `text` */
    char text[];
};
/** Put a row that was refused later among those to be mended.
 *  @returns MH_OK, MH_FILE, MH_MEMORY */
MH_MUST enum mh_code post_row_mend(struct post *post,
                                   const struct post_row *kept,
                                   const struct mh_faults *faults,
                                   struct mh_err *err);
/** Take answers while no input comes. @returns as post_settle */
MH_MUST enum mh_code post_idle(struct post *post, struct mh_err *err);

#endif
