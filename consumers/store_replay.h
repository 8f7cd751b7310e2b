/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Dead letters taken once more: a transaction that moves no position.
 *
 * Beside it the store's other steps serve as they are: store_read_old,
 * store_commit, store_rollback.
 */
#ifndef MAHALLE_STORE_REPLAY_H
#define MAHALLE_STORE_REPLAY_H

#include "store.h"

/* A record may have a megabyte. */
enum { REPLAY_LETTERS_MAX = 100 };

/** Which letters, and how far we are. */
struct replay {
    const int64_t *ids; /**< lent; `id_count` of them; NULL: all */
    int id_count;
    const char *reason; /**< lent; only those; NULL: all */
    int64_t after;      /**< ids up to this one have been taken */
    /** Id of the letter behind each message of the batch. */
    int64_t letters[REPLAY_LETTERS_MAX];
};

/**
 * Begin a transaction and lock the next open letters.
 * @param replay  lent; `letters` is set
 * @param batch   lent, empty; gets the records, lent until the next call; it
 *                stays empty when there are no more
 * @param version out; of the contract at this moment
 */
MH_MUST enum mh_code store_begin_replay(struct store *store,
                                        struct replay *replay,
                                        struct batch *batch, int64_t *version,
                                        struct mh_err *err);
/** Write facts and what the letters are now; send the change of the totals. */
MH_MUST enum mh_code store_write_replay(struct store *store,
                                        const struct replay *replay,
                                        const struct batch *batch,
                                        const struct delta *delta,
                                        struct mh_err *err);

#endif
