/* SPDX-License-Identifier: Apache-2.0 */
/* Each function is one step; aggregate_turn reads as the way of the data. */
#include "aggregate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "log.h"
#include "stop.h"
#include "verdict.h"

enum {
    WAIT_MS = 200,       /* for the first record of a batch */
    TICK_MS = 50,        /* so that a signal is seen soon */
    MARK_MS = 4000,      /* between signs of life; readers call 60 s dead */
    COURTESY_MS = 1000,  /* between offsets written to Kafka */
    IDENTITY_MS = 20000, /* between looks at who Kafka says it is */
    BLOCKED_MS = 10000   /* before a blocked partition is looked at again */
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

static void release(struct aggregate *a)
{
    struct mh_err err;

    for (int i = 0; a->claimed && i < a->positions.count; i++) {
        if (!a->positions.items[i].blocked &&
            store_set_state(a->store, &a->positions.items[i], "released", NULL,
                            &err) != MH_OK) {
            return;
        }
    }
}

/* Give the records back that letters have kept, and forget the rest. */
static void clear_batch(struct aggregate *a)
{
    for (int i = 0; i < a->batch.count; i++) {
        poll_free(&a->batch.messages[i]);
    }
    a->batch.count = 0;
    batch_reset_facts(&a->batch);
}

void aggregate_fini(struct aggregate *a)
{
    clear_batch(a);
    if (a->store != NULL && a->claimed) {
        poll_courtesy(a->poll, &a->positions);
        release(a);
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
    clear_batch(a);
    a->claimed = false;
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
        struct message message = {.handle = NULL};
        struct mh_err err;

        if (a->poll == NULL ||
            poll_next(a->poll, TICK_MS, &message, &err) != MH_OK) {
            mh_clock_sleep_ms(TICK_MS);
        }
        if (message.handle != NULL) {
            poll_free(&message);
            a->claimed = false; /* records are never passed over */
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

        code = store_open(a->config->conninfo, a->config->poll.topic,
                          a->config->owner, &a->store, err);
        if (code == MH_OK) {
            code = store_contract_version(a->store, &version, err);
        }
        if (code == MH_OK) {
            code = read_contract(a, version, err);
        }
    }
    return code;
}

/* --------------------------------------------------------------- positions */

static enum mh_code block(struct aggregate *a, struct position *position,
                          enum mh_code why, const char *text,
                          struct mh_err *err)
{
    char reason[400];

    (void)snprintf(reason, sizeof reason, "%s: %s", mh_code_name(why), text);
    position->blocked = true;
    mh_log(MH_LOG_ERROR, "position", "part=%d next=%" PRId64 " blocked=\"%s\"",
           position->partition, position->next, reason);
    return store_set_state(a->store, position, "blocked", reason, err);
}

static bool differ(const char *recorded, const char *found)
{
    return recorded[0] != '\0' && found[0] != '\0' &&
           strcmp(recorded, found) != 0;
}

static bool is_other_log(const struct aggregate *a, const char *cluster_id,
                         const char *topic_id)
{
    return differ(a->positions.cluster_id, cluster_id) ||
           differ(a->positions.topic_id, topic_id);
}

/* What was read so far must lie in the log that is there now. */
static enum mh_code guard(struct aggregate *a, bool other, struct mh_err *err)
{
    int64_t low[STORE_PARTITIONS_MAX];
    enum mh_code code = poll_ends(a->poll, &a->positions, low, err);

    for (int i = 0; i < a->positions.count && code == MH_OK; i++) {
        struct position *position = &a->positions.items[i];
        char text[200];

        if (other) {
            code = block(a, position, MH_OTHER_LOG,
                         "cluster or topic is not the one that was read "
                         "before",
                         err);
        } else if (position->next < low[i]) {
            (void)snprintf(text, sizeof text,
                           "offsets %" PRId64 " to %" PRId64
                           " are gone from the log",
                           position->next, low[i] - 1);
            code = block(a, position, MH_GAP, text, err);
        } else if (position->next > position->high) {
            (void)snprintf(text, sizeof text,
                           "offset %" PRId64
                           " is next, but the log ends before it",
                           position->next);
            code = block(a, position, MH_GAP, text, err);
        } else {
            code = store_set_state(a->store, position, "running", NULL, err);
        }
    }
    return code;
}

static enum mh_code claim(struct aggregate *a, struct mh_err *err)
{
    int count;
    const int32_t *ids = poll_partitions(a->poll, &count);
    char cluster_id[64];
    char topic_id[64];
    enum mh_code code;

    if (count == 0) {
        a->positions.count = 0;
        a->claimed = true;
        return poll_start(a->poll, &a->positions, err);
    }
    poll_identity(a->poll, cluster_id, topic_id);
    code = store_claim(a->store, ids, count, cluster_id, topic_id,
                       &a->positions, err);
    if (code == MH_OK) {
        code = guard(a, is_other_log(a, cluster_id, topic_id), err);
    }
    if (code == MH_OK) {
        code = poll_start(a->poll, &a->positions, err);
    }
    if (code == MH_OK) {
        a->claimed = true;
        a->claimed_ms = a->identity_ms = mh_clock_ms();
        mh_log(MH_LOG_INFO, "position", "claimed=%d", count);
    }
    return code;
}

static void begin_batch(struct aggregate *a)
{
    clear_batch(a);
    for (int i = 0; i < a->positions.count; i++) {
        struct position *position = &a->positions.items[i];

        position->until = position->next;
        memset(position->fates, 0, sizeof position->fates);
    }
}

/* Where the record's position will be after the batch. A record behind it
 * would be a fault of the client library: nothing is applied then. */
static enum mh_code advance(struct aggregate *a, const struct message *message,
                            struct mh_err *err)
{
    struct position *position =
        positions_find(&a->positions, message->partition);

    if (position == NULL || message->offset < position->until) {
        return mh_fail(err, MH_KAFKA_FATAL,
                       "partition %d gave offset %" PRId64 " out of order",
                       message->partition, message->offset);
    }
    position->until = message->offset + 1;
    position->last_ms = message->at_ms;
    return MH_OK;
}

static void count_fates(struct aggregate *a)
{
    for (int i = 0; i < a->batch.count; i++) {
        positions_find(&a->positions, a->batch.messages[i].partition)
            ->fates[a->batch.fates[i]]++;
    }
}

static void settle(struct aggregate *a, int64_t began_ms)
{
    for (int i = 0; i < a->batch.count; i++) {
        a->counts.fates[a->batch.fates[i]]++;
    }
    for (int i = 0; i < a->positions.count; i++) {
        a->positions.items[i].next = a->positions.items[i].until;
    }
    a->counts.commits++;
    a->counts.commit_ms += mh_clock_ms() - began_ms;
    a->moved = true;
}

/* ------------------------------------------------------------------- batch */

/* The record's verdict. A good one can be given back at once, which halves the
 * memory of a batch; a dead one is kept for its letter, headers and all. */
static enum mh_code add_record(struct aggregate *a, struct message *record,
                               struct mh_err *err)
{
    struct batch *batch = &a->batch;
    int i = batch->count;
    enum mh_code code = advance(a, record, err);

    if (code != MH_OK) {
        return code;
    }
    code = batch_push(batch, record);
    if (code == MH_OK) {
        code = verdict_read(&batch->messages[i], a->catalogue, a->reference,
                            &batch->arena, &batch->versions[i],
                            &batch->letters[i]);
    }
    if (code == MH_OK && batch->letters[i] != NULL) {
        batch->fates[i] = FATE_DEAD;
        batch->messages[i] = *record;
        record->handle = NULL;
    } else if (code == MH_OK) {
        code = batch_add(batch, i);
    }
    return code == MH_OK
               ? code
               : mh_fail(err, code, "a batch of %d is too large", batch->count);
}

/* Take what is there; wait for the first record only. */
static enum mh_code take_records(struct aggregate *a, int32_t *partition,
                                 struct mh_err *err)
{
    int64_t bytes = 0;
    enum mh_code code = MH_OK;

    begin_batch(a);
    while (code == MH_OK && a->batch.count < a->limit &&
           bytes < a->config->batch_bytes) {
        struct message record;

        code =
            poll_next(a->poll, a->batch.count == 0 ? WAIT_MS : 0, &record, err);
        *partition = record.partition;
        if (code != MH_OK || record.handle == NULL || poll_changed(a->poll)) {
            poll_free(&record);
            break;
        }
        bytes += (int64_t)(record.value_len + record.key_len);
        code = add_record(a, &record, err);
        poll_free(&record);
    }
    return code;
}

static enum mh_code apply_batch(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code;

    batch_sort(&a->batch);
    code = store_read_old(a->store, &a->batch, a->catalogue, err);
    if (code == MH_OK && delta_make(&a->delta, &a->batch) != MH_OK) {
        code = mh_fail(err, MH_MEMORY, "a batch of %d is too large",
                       a->batch.count);
    }
    if (code == MH_OK) {
        count_fates(a);
        poll_known_ends(a->poll, &a->positions);
        code = store_write(a->store, &a->batch, &a->delta, &a->positions, err);
    }
    if (code == MH_OK) {
        code = store_commit(a->store, err);
    }
    return code;
}

/* Verdicts hold under the contract of the transaction; when that has changed
 * since the records were taken, they are taken again. */
static enum mh_code commit_batch(struct aggregate *a, struct mh_err *err)
{
    int64_t began_ms = mh_clock_ms();
    int64_t version = 0;
    enum mh_code code = store_begin(a->store, &a->positions, &version, err);

    if (code == MH_OK && version != a->contract_version) {
        store_rollback(a->store);
        a->claimed = false;
        return read_contract(a, version, err);
    }
    if (code == MH_OK) {
        code = apply_batch(a, err);
    }
    if (code == MH_OK) {
        settle(a, began_ms);
    }
    return code;
}

/* A batch that does not fit its memory is read again in smaller ones. */
static enum mh_code shrink(struct aggregate *a, enum mh_code code,
                           struct mh_err *err)
{
    if (code == MH_OK) {
        a->limit = a->config->batch_records;
    } else if (code == MH_MEMORY && a->limit > 1) {
        a->limit /= 2;
        return mh_fail(err, MH_PG_BUSY, "batches are cut to %d records",
                       a->limit);
    }
    return code;
}

static enum mh_code take_batch(struct aggregate *a, struct mh_err *err)
{
    int32_t partition = -1;
    enum mh_code code = take_records(a, &partition, err);
    struct position *position = positions_find(&a->positions, partition);

    if (code == MH_OK && !poll_changed(a->poll) && a->batch.count > 0) {
        code = shrink(a, commit_batch(a, err), err);
    } else if (code == MH_GAP && position != NULL) {
        code = block(a, position, MH_GAP, err->text, err);
        a->claimed = false;
    } else if (a->batch.count > 0) {
        code = shrink(a, code, err);
        a->claimed = false; /* records are never passed over */
    }
    clear_batch(a);
    return code;
}

/* ----------------------------------------------------------- signs of life */

static bool any_blocked(const struct positions *positions)
{
    for (int i = 0; i < positions->count; i++) {
        if (positions->items[i].blocked) {
            return true;
        }
    }
    return false;
}

/* A topic that was made anew under the old name is claimed, and blocked. */
static void look_at_identity(struct aggregate *a, int64_t now)
{
    char cluster_id[64];
    char topic_id[64];

    if (now - a->identity_ms >= IDENTITY_MS) {
        a->identity_ms = now;
        poll_identity(a->poll, cluster_id, topic_id);
        if (is_other_log(a, cluster_id, topic_id)) {
            a->claimed = false;
        }
    }
}

static enum mh_code mark(struct aggregate *a, struct mh_err *err)
{
    int64_t now = mh_clock_ms();
    struct mh_err ends_err;
    enum mh_code ends;
    enum mh_code code;

    if (a->moved && now - a->courtesy_ms >= COURTESY_MS) {
        poll_courtesy(a->poll, &a->positions);
        a->courtesy_ms = now;
        a->moved = false;
    }
    if (a->positions.count == 0 || now - a->marked_ms < MARK_MS) {
        return MH_OK;
    }
    a->marked_ms = now;
    if (any_blocked(&a->positions) && now - a->claimed_ms >= BLOCKED_MS) {
        a->claimed = false; /* perhaps somebody has put it right */
    }
    ends = poll_reached_ends(a->poll, &a->positions, &ends_err);
    code = store_mark(a->store, &a->positions,
                      (double)(mh_clock_ms() - now) / 1000, err);
    if (code == MH_OK && ends != MH_OK) {
        *err = ends_err;
        code = ends;
    }
    if (code == MH_OK) {
        look_at_identity(a, now);
    }
    return code;
}

enum mh_code aggregate_turn(struct aggregate *a, struct mh_err *err)
{
    enum mh_code code = connect_all(a, err);

    if (code == MH_OK && (!a->claimed || poll_changed(a->poll))) {
        code = claim(a, err);
    }
    if (code == MH_OK) {
        code = take_batch(a, err);
    }
    if (code == MH_OK && !poll_changed(a->poll)) {
        code = mark(a, err);
    }
    return code;
}
