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

enum {
    /* In one transaction. */
    REPLAY_LETTERS_MAX = 1000,
    /* A record may have a megabyte: fewer of those. */
    REPLAY_BYTES_MAX = 16 * 1024 * 1024,
    /* What core.chosen_letters takes. */
    LETTER_CHOICE = 8,
    LETTER_STATE = 5 /* among them */
};

/** Which letters, and how far we are. */
struct replay {
    /** Lent; parameters of core.chosen_letters as texts, NULL: any. The state
     *  is given. */
    const char *const *choice;
    int most;      /**< letters of the next transaction, at most the bound */
    int64_t after; /**< ids up to this one have been taken */
    /** Id of the letter behind each message of the batch. */
    int64_t letters[REPLAY_LETTERS_MAX];
};

/**
 * Begin a transaction, lock the next letters and the contract.
 * @param replay  lent; `letters` is set
 * @param batch   lent, empty; gets the records, lent until the next call; it
 *                stays empty when there are no more
 * @param version out; of the contract until the transaction ends
 */
MH_MUST enum mh_code store_begin_replay(struct store *store,
                                        struct replay *replay,
                                        struct batch *batch, int64_t *version,
                                        struct mh_err *err);
/** Write facts, what became of the letters, and its history; send the change
 *  of the totals. */
MH_MUST enum mh_code store_write_replay(struct store *store,
                                        const struct replay *replay,
                                        const struct batch *batch,
                                        const struct delta *delta,
                                        struct mh_err *err);

#endif
