/* SPDX-License-Identifier: Apache-2.0 */
/* From Kafka into the batch, each record with its verdict. */
#include "take.h"

#include <inttypes.h>

#include "verdict.h"

enum {
    WAIT_MS = 200, /* for the first record of a batch */
    WHOLE_PART = 4 /* of a batch; what a client keeps is twice as large */
};

void take_clear(struct aggregate *a)
{
    for (int i = 0; i < a->batch.count; i++) {
        poll_free(&a->batch.messages[i]);
    }
    a->batch.count = 0;
    batch_reset_facts(&a->batch);
}

/* The records in hand follow those of the transaction under way. A record
 * behind its position would be a fault of the client library: nothing is
 * applied then. */
static enum mh_code advance(struct aggregate *a, const struct message *message,
                            struct mh_err *err)
{
    struct position *position =
        positions_find(&a->positions, message->partition);

    if (position == NULL || message->offset < position->taken) {
        return mh_fail(err, MH_KAFKA_FATAL,
                       "partition %d gave offset %" PRId64 " out of order",
                       message->partition, message->offset);
    }
    position->taken = message->offset + 1;
    position->taken_ms = message->at_ms;
    return MH_OK;
}

/* The partition is read up to there, whatever lies behind the last record. */
static void reach_end(struct aggregate *a, const struct message *end)
{
    struct position *position = positions_find(&a->positions, end->partition);

    if (position != NULL && position->taken < end->offset) {
        position->taken = end->offset;
    }
}

/* The record's verdict. A good one can be given back at once, which halves the
 * memory of a batch; a dead one is kept for its letter, headers and all. That
 * it is in conflict is found out later: see lacks_headers. */
static enum mh_code add_record(struct aggregate *a, struct message *record,
                               struct mh_err *err)
{
    struct batch *batch = &a->batch;
    int i = batch->count;
    enum mh_code code = advance(a, record, err);

    if (code != MH_OK) {
        return code;
    }
    if (a->whole > 0) {
        batch_keep(batch, record);
    } else {
        code = batch_push(batch, record);
    }
    if (code == MH_OK) {
        code = verdict_read(&batch->messages[i], a->catalogue, a->reference,
                            &batch->arena, &batch->versions[i],
                            &batch->letters[i]);
    }
    if (code == MH_OK && batch->letters[i] != NULL) {
        batch->fates[i] = FATE_DEAD;
        if (record->handle != NULL) {
            batch->messages[i] = *record;
            record->handle = NULL;
        }
    } else if (code == MH_OK) {
        code = batch_add(batch, i);
    }
    return code == MH_OK
               ? code
               : mh_fail(err, code, "a batch of %d is too large", batch->count);
}

enum mh_code take_records(struct aggregate *a, int32_t *partition,
                          struct mh_err *err)
{
    int limit = a->whole > 0 ? 1 + a->limit / WHOLE_PART : a->limit;
    int wait_ms = a->under_way ? 0 : WAIT_MS;
    int64_t bytes = 0;
    enum mh_code code = MH_OK;

    take_clear(a);
    while (code == MH_OK && a->batch.count < limit &&
           bytes < a->config->batch_bytes) {
        struct message record;

        code = poll_next(a->poll, wait_ms, &record, err);
        wait_ms = 0;
        *partition = record.partition;
        if (code != MH_OK || record.partition < 0 || poll_changed(a->poll)) {
            poll_free(&record);
            break;
        }
        if (record.end) {
            reach_end(a, &record);
        } else {
            bytes += (int64_t)(record.value_len + record.key_len);
            code = add_record(a, &record, err);
        }
        poll_free(&record);
    }
    batch_sort(&a->batch);
    return code;
}
