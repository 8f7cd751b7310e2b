/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Which dead letters a person means: by ids, or by what is known of them.
 */
#ifndef MAHALLE_ADMIN_LETTERS_H
#define MAHALLE_ADMIN_LETTERS_H

#include "admin.h"
#include "store_replay.h"

enum { ADMIN_MOMENT_BYTES = 64 };

struct admin_letters {
    /** Parameters of core.chosen_letters as texts; NULL: whatever it is. */
    const char *params[LETTER_CHOICE];
    int64_t limit;     /**< letters; 0: all */
    struct mh_buf ids; /**< owned */
    char partition[24];
    char since[ADMIN_MOMENT_BYTES], until[ADMIN_MOMENT_BYTES];
};

/**
 * Read arguments and options.
 * @returns MH_OK, MH_USAGE, MH_MEMORY; admin_letters_fini in any case
 */
MH_MUST enum mh_code admin_letters_choose(const struct admin *admin,
                                          struct admin_letters *letters,
                                          struct mh_err *err);
void admin_letters_fini(struct admin_letters *letters);
/** The same; for what changes letters, all of them must have been meant. */
MH_MUST enum mh_code admin_letters_choose_some(const struct admin *admin,
                                               struct admin_letters *letters,
                                               struct mh_err *err);

/**
 * A moment as PostgreSQL reads it: a day of either calendar, with or without
 * a time (of Tehran, unless it says otherwise), or how long ago ("90m").
 * @param now_ms ms since 1970
 * @returns false: it cannot be read
 */
bool admin_read_moment(const char *text, int64_t now_ms,
                       char moment[ADMIN_MOMENT_BYTES]);

#endif
