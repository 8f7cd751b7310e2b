/* SPDX-License-Identifier: Apache-2.0 */
/* Each function is one step; aggregate_turn reads as the way of the data. */
#include "aggregate.h"

#include <inttypes.h>
#include <string.h>

#include "claim.h"
#include "clock.h"
#include "log.h"
#include "stop.h"
#include "take.h"

enum {
    TICK_MS = 50, /* so that a signal is seen soon */
    /* Whose records are kept whole after a conflict; others often follow. */
    WHOLE_BATCHES = 16
};

enum mh_code aggregate_init(struct aggregate *a,
                            const struct aggregate_config *config,
                            struct mh_err *err)
{
    enum mh_code code;

    *a = (struct aggregate){.config = config, .limit = config->batch_records};
    code = batch_init(&a->batch, config->batch_records, err);
    if (code == MH_OK) {
        code = delta_init(&a->delta, config->batch_records, err);
    }
    if (code != MH_OK) {
        aggregate_fini(a);
    }
    return code;
}

static void settle(struct aggregate *a)
{
    int64_t took_ms = mh_clock_ms() - a->began_ms;

    for (int i = 0; i < a->positions.count; i++) {
        struct position *position = &a->positions.items[i];

        position->next = position->until;
        for (int fate = 0; fate < FATE_COUNT; fate++) {
            a->counts.fates[fate] += position->fates[fate];
        }
    }
    a->counts.commits++;
    a->counts.commit_ms += took_ms;
    a->limit = 2 * a->limit < a->config->batch_records
                   ? 2 * a->limit
                   : a->config->batch_records;
    vitals_commit(a->vitals, &a->tally, (double)took_ms / 1000);
    a->moved = true;
}

static enum mh_code end_transaction(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code = MH_OK;

    if (a->under_way) {
        a->under_way = false;
        code = store_commit(a->store, err);
        if (code == MH_OK) {
            settle(a);
        }
    }
    return code;
}

void aggregate_fini(struct aggregate *a)
{
    struct mh_err err;

    take_clear(a);
    if (end_transaction(a, &err) != MH_OK) {
        a->claimed = false;
    }
    if (a->store != NULL && a->claimed) {
        poll_courtesy(a->poll, &a->positions);
        claim_release(a);
    }
    store_close(a->store);
    poll_close(a->poll);
    positions_fini(&a->positions);
    mh_catalogue_free(a->catalogue);
    mh_reference_free(a->reference);
    batch_fini(&a->batch);
    delta_fini(&a->delta);
}

void aggregate_drop(struct aggregate *a, bool connection)
{
    take_clear(a);
    a->claimed = false;
    a->under_way = false;
    if (a->poll != NULL) {
        poll_stop(a->poll);
    }
    if (connection) {
        store_close(a->store);
        a->store = NULL;
    } else {
        store_rollback(a->store);
    }
}

void aggregate_wait(struct aggregate *a, int ms)
{
    int64_t end = mh_clock_ms() + ms;

    while (mh_clock_ms() < end && !mh_stop_asked()) {
        struct message message;
        struct mh_err err;

        if (a->poll == NULL) {
            mh_clock_sleep_ms(TICK_MS);
            continue;
        }
        if (poll_next(a->poll, TICK_MS, &message, &err) != MH_OK) {
            mh_clock_sleep_ms(TICK_MS);
        }
        if (message.partition >= 0) { /* nothing is passed over */
            poll_free(&message);
            a->claimed = false;
        }
    }
}

/* ---------------------------------------------------------------- contract */

static enum mh_code read_contract(struct aggregate *a, int64_t version,
                                  struct mh_err *err)
{
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    enum mh_code code;

    if (a->catalogue != NULL && version == a->contract_version) {
        return MH_OK;
    }
    code = store_contract_read(a->store, &catalogue, &reference, err);
    if (code != MH_OK) {
        return code;
    }
    mh_catalogue_free(a->catalogue);
    mh_reference_free(a->reference);
    a->catalogue = catalogue;
    a->reference = reference;
    a->contract_version = version;
    vitals_types(a->vitals, catalogue);
    mh_log(MH_LOG_INFO, "contract", "version=%" PRId64 " types=%d", version,
           mh_catalogue_count(catalogue));
    return MH_OK;
}

static enum mh_code connect_all(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code = MH_OK;

    if (a->poll == NULL) {
        code = poll_open(&a->config->poll, &a->poll, err);
    }
    if (code == MH_OK && a->store == NULL) {
        int64_t version;

        code =
            store_open(a->config->conninfo, "mahalle-aggregate",
                       a->config->poll.topic, a->config->owner, &a->store, err);
        if (code == MH_OK) {
            code = store_contract_version(a->store, &version, err);
        }
        if (code == MH_OK) {
            code = read_contract(a, version, err);
        }
    }
    return code;
}

/* Whether what is in hand moves a position. */
static bool anything_moves(const struct positions *positions)
{
    for (int i = 0; i < positions->count; i++) {
        if (positions->items[i].taken != positions->items[i].next) {
            return true;
        }
    }
    return false;
}

/* The records in hand become those of the transaction under way. */
static void put_under_way(struct positions *positions)
{
    for (int i = 0; i < positions->count; i++) {
        struct position *position = &positions->items[i];

        position->until = position->taken;
        position->last_ms = position->taken_ms;
        memset(position->fates, 0, sizeof position->fates);
    }
}

static void count_fates(struct aggregate *a)
{
    for (int i = 0; i < a->batch.count; i++) {
        positions_find(&a->positions, a->batch.messages[i].partition)
            ->fates[a->batch.fates[i]]++;
    }
}

/* ------------------------------------------------------------------- batch */

static enum mh_code fits(const struct aggregate *a, enum mh_code code,
                         struct mh_err *err)
{
    return code == MH_OK ? code
                         : mh_fail(err, code, "a batch of %d is too large",
                                   a->batch.count);
}

static enum mh_code decide_fates(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code = store_read_old(a->store, &a->batch, a->catalogue, err);

    return code == MH_OK ? fits(a, delta_fates(&a->delta, &a->batch), err)
                         : code;
}

/* Whether a record has been given back whose headers a letter is to keep. */
static bool lacks_headers(const struct batch *batch)
{
    for (int i = 0; i < batch->count; i++) {
        if (batch->letters[i] != NULL && batch->messages[i].handle == NULL) {
            return true;
        }
    }
    return false;
}

static enum mh_code write_batch(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code = store_send_facts(a->store, &a->batch, &a->delta, err);

    if (code == MH_OK) {
        code = fits(a, delta_fold(&a->delta, &a->batch), err);
    }
    if (code == MH_OK) {
        count_fates(a);
        if (a->vitals != NULL) {
            tally_batch(&a->tally, &a->batch);
        }
        poll_known_ends(a->poll, &a->positions);
        a->whole -= a->whole > 0;
        code = store_write(a->store, &a->batch, &a->delta, &a->positions, err);
    }
    return code;
}

/* Begin the transaction of the records in hand. Verdicts hold under the
 * contract of the transaction; when that has changed since the records were
 * taken, they are taken again. So they are, whole, when there is a conflict
 * among them: it is rare, and copying the headers of all would cost more. */
static enum mh_code begin_transaction(struct aggregate *a, struct mh_err *err)
{
    int64_t version = 0;
    enum mh_code code;

    a->began_ms = mh_clock_ms();
    put_under_way(&a->positions);
    code = store_begin(a->store, &a->positions, &version, err);
    if (code == MH_OK && version != a->contract_version) {
        store_rollback(a->store);
        a->claimed = false;
        return read_contract(a, version, err);
    }
    if (code == MH_OK) {
        code = decide_fates(a, err);
    }
    if (code == MH_OK && lacks_headers(&a->batch)) {
        store_rollback(a->store);
        a->claimed = false;
        a->whole = WHOLE_BATCHES;
        return MH_OK;
    }
    if (code == MH_OK) {
        code = write_batch(a, err);
    }
    a->under_way = code == MH_OK;
    return code;
}

/* A batch that does not fit its memory is read again in smaller ones, until
 * some of them are committed. */
static enum mh_code size_batches(struct aggregate *a, enum mh_code code,
                                 struct mh_err *err)
{
    if (code == MH_MEMORY && a->limit > 1) {
        a->limit /= 2;
        return mh_fail(err, MH_PG_BUSY, "batches are cut to %d records",
                       a->limit);
    }
    return code;
}

/* While PostgreSQL still works on the totals of one batch, the next one is
 * taken. */
static enum mh_code take_batch(struct aggregate *a, struct mh_err *err)
{
    int32_t partition = -1;
    enum mh_code taking = take_records(a, &partition, err);
    struct mh_err end_err;
    enum mh_code ending = end_transaction(a, &end_err);
    struct position *position = positions_find(&a->positions, partition);

    if (ending != MH_OK) {
        *err = end_err;
        return ending;
    }
    if (taking == MH_GAP && position != NULL) {
        taking = claim_block(a, position, MH_GAP, err->text, err);
        a->claimed = false; /* what is in hand is taken again */
    } else if (taking != MH_OK) {
        a->claimed = a->claimed && !anything_moves(&a->positions);
    } else if (anything_moves(&a->positions) && !poll_changed(a->poll)) {
        taking = begin_transaction(a, err);
    }
    return size_batches(a, taking, err);
}

enum mh_code aggregate_turn(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code = connect_all(a, err);

    if (code == MH_OK && (!a->claimed || poll_changed(a->poll))) {
        code = end_transaction(a, err);
        if (code == MH_OK) {
            code = claim_partitions(a, err);
        }
    }
    if (code == MH_OK) {
        code = take_batch(a, err);
    }
    if (code == MH_OK && claim_mark_is_due(a)) {
        code = end_transaction(a, err);
        if (code == MH_OK) {
            code = claim_mark(a, err);
        }
    }
    if (code == MH_OK) {
        claim_tell_kafka(a);
    }
    return code;
}
