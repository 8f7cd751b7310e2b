/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The records of one transaction, gathered under the facts they speak of.
 *
 * A fact is (agency, event_id). Its versions stand in the order of the
 * records; what core.event holds of it is added by the store before `delta`
 * decides. No I/O, no clock: any permutation can be tried in memory.
 */
#ifndef MAHALLE_BATCH_H
#define MAHALLE_BATCH_H

#include <stdbool.h>

#include "arena.h"
#include "frame.h"
#include "message.h"

enum {
    /* With two contributions a message and amounts up to 10^14, sums of a
     * batch stay below 2^63 for 46,000 messages. */
    BATCH_MESSAGES_MAX = 40000,
    /* Larger than any event with a key of ours: not copied. */
    BATCH_COPY_BYTES_MAX = MH_EVENT_BYTES_MAX + 1024
};

/** A version and the next one of the same fact. */
struct step {
    const struct version *version; /**< lent */
    int message;                   /**< index in the batch */
    struct step *next;             /**< NULL at the end */
};

struct fact {
    uint8_t id[16];
    int32_t agency_id;
    const struct version *old; /**< in core.event; NULL: the fact is new */
    const struct version *now; /**< set by delta; highest revision */
    struct step *first, *last; /**< in the order of the records */
};

struct sort_key;

struct batch {
    struct message *messages;  /**< owned; `count` in use */
    enum fate *fates;          /**< owned; one a message */
    struct letter **letters;   /**< owned; one a message, NULL: not dead */
    struct version **versions; /**< owned; one a message, NULL: dead */
    int count;
    int max; /**< messages at most */

    struct fact *facts; /**< owned; `fact_count` in use */
    int fact_count;
    struct fact *spare;    /**< owned; where facts are sorted to */
    struct sort_key *keys; /**< owned; what is sorted */
    int32_t *slots;        /**< owned; hash of facts, -1 empty */
    int slot_count;        /**< a power of two */

    struct mh_arena arena; /**< versions, letters, steps, texts */
};

/** @returns MH_OK, MH_MEMORY; on failure nothing is left behind */
MH_MUST enum mh_code batch_init(struct batch *batch, int max,
                                struct mh_err *err);
void batch_fini(struct batch *batch);
/** Forget facts, versions and letters; messages stay. */
void batch_reset_facts(struct batch *batch);

/**
 * Add a message with a key and a value of its own, so that the record behind
 * it can be given back; its handle is left out. One above BATCH_COPY_BYTES_MAX
 * moves into the batch with its handle.
 * @returns MH_OK (it is the last message), MH_MEMORY (nothing was added)
 */
MH_MUST enum mh_code batch_push(struct batch *batch, struct message *message);
/** Add a message with its handle, headers and all, which it loses. */
void batch_keep(struct batch *batch, struct message *message);
/** Put the version of message `i` under its fact. @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code batch_add(struct batch *batch, int i);
/** The fact, NULL when no message of the batch speaks of it. */
struct fact *batch_find(struct batch *batch, const uint8_t id[16],
                        int32_t agency_id);
/** Put the facts in key order (id, agency); batch_find fails afterwards. */
void batch_sort(struct batch *batch);

#endif
