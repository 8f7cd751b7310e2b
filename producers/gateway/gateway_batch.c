/* SPDX-License-Identifier: Apache-2.0 */
/* One event at a time: slice, json, cloud, intake, policy, encode. Its tree is
 * freed before the next one is read. */
#include "gateway_batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "content_hash.h"
#include "encode.h"
#include "frame.h"
#include "gateway_faults.h"
#include "gateway_policy.h"
#include "intake.h"
#include "json.h"
#include "json_form.h"

enum {
    SCRATCH_MAX = 8 * MH_EVENT_BYTES_MAX,
    /* When the texts of faults are over their bound, each event still gets its
     * first fault: pointer, expected, got and two sentences. */
    FIRST_FAULT_MAX = 4096
};

const char *outcome_name(enum outcome outcome)
{
    static const char *const NAMES[] = {
        [OUTCOME_WAITING] = "retry",       [OUTCOME_ACCEPTED] = "accepted",
        [OUTCOME_DUPLICATE] = "duplicate", [OUTCOME_INVALID] = "invalid",
        [OUTCOME_FORBIDDEN] = "forbidden", [OUTCOME_CONFLICT] = "conflict",
        [OUTCOME_RETRY] = "retry"};

    return NAMES[outcome];
}

/* ------------------------------------------------------------------- room */

enum mh_code bench_new(int events_max, struct bench **bench, struct mh_err *err)
{
    struct bench *made = calloc(1, sizeof *made);

    if (made != NULL) {
        made->slot_mask = 1;
        while (made->slot_mask < 2 * (size_t)events_max) {
            made->slot_mask = 2 * made->slot_mask + 1;
        }
        made->slices = calloc((size_t)events_max, sizeof *made->slices);
        made->slots = calloc(made->slot_mask + 1, sizeof *made->slots);
    }
    if (made == NULL || made->slices == NULL || made->slots == NULL) {
        bench_free(made);
        return mh_fail(err, MH_MEMORY, "no memory for a reader");
    }
    mh_buf_init(&made->scratch, SCRATCH_MAX);
    *bench = made;
    return MH_OK;
}

void bench_free(struct bench *bench)
{
    if (bench != NULL) {
        mh_buf_fini(&bench->scratch);
        free(bench->slices);
        free(bench->slots);
        free(bench);
    }
}

static void free_batch(struct parked *parked)
{
    struct batch *batch = (struct batch *)parked;

    free(batch->entries);
    free(batch->headers);
    mh_buf_fini(&batch->values);
    mh_buf_fini(&batch->faults);
    free(batch);
}

static struct batch *new_batch(const struct order *order, int count)
{
    struct batch *batch = calloc(1, sizeof *batch);

    if (batch == NULL) {
        return NULL;
    }
    parked_init(&batch->parked, 1, free_batch);
    atomic_init(&batch->waiting, 0);
    batch->count = count;
    mh_buf_init(&batch->values, (size_t)count * MH_EVENT_BYTES_MAX);
    mh_buf_init(&batch->faults,
                order->faults_max + (size_t)count * FIRST_FAULT_MAX);
    batch->entries = calloc((size_t)count, sizeof *batch->entries);
    batch->headers = calloc((size_t)count, sizeof *batch->headers);
    if (batch->entries == NULL || batch->headers == NULL) {
        free_batch(&batch->parked);
        return NULL;
    }
    return batch;
}

/* ---------------------------------------------------------------- repeats */

/* A slot is the event that is there, counted from 1; 0: none is. */
static size_t first_slot(const struct bench *bench, const struct entry *entry)
{
    uint64_t hash;

    memcpy(&hash, entry->event.id + MH_UUID_BYTES - sizeof hash, sizeof hash);
    return (size_t)(hash + (uint64_t)entry->event.revision) & bench->slot_mask;
}

static bool is_same(const struct recent_event *a, const struct recent_event *b)
{
    return a->revision == b->revision && a->agency_id == b->agency_id &&
           memcmp(a->id, b->id, sizeof a->id) == 0;
}

/* Look for an event of the same request that is to be sent and has the same
 * identity and revision.
 * @returns its place, counted from 1; 0: there is none, and from now on it is
 *          this one */
static int find_before(struct bench *bench, const struct batch *batch,
                       const struct entry *entry)
{
    size_t slot = first_slot(bench, entry);

    while (bench->slots[slot] != 0) {
        int place = bench->slots[slot];

        if (is_same(&batch->entries[place - 1].event, &entry->event)) {
            return place;
        }
        slot = (slot + 1) & bench->slot_mask;
    }
    bench->slots[slot] = (int)(entry - batch->entries) + 1;
    return 0;
}

/* -------------------------------------------------------------- one event */

static void put_faults(const struct order *order, struct batch *batch,
                       struct entry *entry, const struct mh_faults *faults,
                       const struct mh_type *type)
{
    entry->faults_at = batch->faults.len;
    faults_put(&batch->faults, order->faults_max, faults, type, order->lang);
    entry->faults_len = batch->faults.len - entry->faults_at;
}

/* Encode, and see whether it was stored lately or stands in the request twice.
 */
static void settle(const struct order *order, struct bench *bench,
                   struct batch *batch, struct entry *entry,
                   const struct mh_event *event)
{
    enum recent_answer known;

    memcpy(entry->event.id, event->id, sizeof entry->event.id);
    entry->event.agency_id = event->agency_id;
    entry->event.revision = (int32_t)event->values[MH_FIELD_REVISION].number;
    entry->event.content = mh_content_hash(event);
    known = recent_find(order->recent, &entry->event);
    if (known != RECENT_NEW) {
        entry->outcome =
            known == RECENT_DUPLICATE ? OUTCOME_DUPLICATE : OUTCOME_CONFLICT;
        return;
    }
    entry->repeats = find_before(bench, batch, entry);
    if (entry->repeats > 0) {
        entry->outcome = batch->entries[entry->repeats - 1].event.content ==
                                 entry->event.content
                             ? OUTCOME_DUPLICATE
                             : OUTCOME_CONFLICT;
        return;
    }
    entry->outcome = OUTCOME_WAITING;
    entry->asks = entry->event.revision > 0 && key_is_limited(order->key);
    batch->asks += entry->asks;
    entry->value_at = batch->values.len;
    mh_encode(event, &batch->values);
    entry->value_len = batch->values.len - entry->value_at;
    send_headers_make(event, &batch->headers[entry - batch->entries]);
}

/* @returns MH_OK, MH_MEMORY; faults tell the rest */
static enum mh_code read_event(const struct order *order, struct bench *bench,
                               const json_t *object, struct mh_event *event,
                               struct intake_room *room)
{
    const struct intake intake = {.catalogue = order->contract->catalogue,
                                  .reference = order->contract->reference};
    int64_t now_ms = mh_clock_wall_ms();

    if (order->binary == NULL && order->media != MEDIA_CLOUD &&
        order->media != MEDIA_CLOUDS) {
        return intake_read(&intake, object, now_ms, room, event,
                           &bench->faults);
    }
    return cloud_intake(&intake, object, now_ms, &bench->cloud, room, event,
                        &bench->faults);
}

static enum mh_code take_event(const struct order *order, struct bench *bench,
                               struct batch *batch, struct entry *entry,
                               const json_t *object)
{
    MH_UNINITIALIZED struct mh_event event;
    struct intake_room room;
    enum mh_code code = read_event(order, bench, object, &event, &room);
    bool may;

    if (code == MH_MEMORY) {
        return code;
    }
    may = policy_check(order->contract, order->key, &event, mh_clock_wall_ms(),
                       &bench->faults);
    if (event.type != NULL && event.values[MH_FIELD_EVENT_ID].set == MH_VALUE) {
        (void)snprintf(entry->id, sizeof entry->id, "%.*s", MH_UUID_TEXT,
                       event.values[MH_FIELD_EVENT_ID].text);
    }
    if (bench->faults.count > 0) {
        entry->outcome = may ? OUTCOME_INVALID : OUTCOME_FORBIDDEN;
        put_faults(order, batch, entry, &bench->faults, event.type);
    } else {
        settle(order, bench, batch, entry, &event);
        if (entry->outcome == OUTCOME_CONFLICT) {
            (void)mh_fault_add(&bench->faults, MH_CONFLICT, event.type,
                               MH_FIELD_REVISION, "a higher revision", NULL, 0);
            put_faults(order, batch, entry, &bench->faults, event.type);
        }
    }
    return batch->values.failed ? MH_MEMORY : MH_OK;
}

/* The data of a binary event beside its attributes. */
static enum mh_code read_binary(const struct order *order, struct bench *bench,
                                json_t **object)
{
    json_t *data = NULL;
    enum mh_code code = MH_OK;

    if (bench->count > 0) {
        code = json_read(bench->slices[0].text, bench->slices[0].len,
                         &bench->scratch, &data, &bench->faults);
    }
    if (code == MH_OK) {
        *object = json_copy((json_t *)(uintptr_t)order->binary);
        if (*object == NULL ||
            (data != NULL && json_object_set(*object, "data", data) != 0)) {
            json_decref(*object);
            *object = NULL;
            code = MH_MEMORY;
        }
    }
    json_decref(data);
    return code;
}

/* Whether what could not be read spoils the whole body: what is not even JSON
 * may have been cut in the wrong places. Lines are cut without doubt. */
static bool spoils(const struct order *order, const struct slice *slice,
                   enum mh_code code)
{
    return order->media != MEDIA_LINES &&
           (code == MH_UTF8 ||
            (code == MH_JSON && !json_is_text(slice->text, slice->len)));
}

static enum mh_code take_slice(const struct order *order, struct bench *bench,
                               struct batch *batch, int i)
{
    struct entry *entry = &batch->entries[i];
    json_t *object = NULL;
    enum mh_code code;

    entry->batch = batch;
    bench->faults.count = 0;
    code = order->binary != NULL
               ? read_binary(order, bench, &object)
               : json_read(bench->slices[i].text, bench->slices[i].len,
                           &bench->scratch, &object, &bench->faults);
    if (code == MH_OK) {
        code = take_event(order, bench, batch, entry, object);
    } else if (code != MH_MEMORY) {
        code = spoils(order, &bench->slices[i], code) ? MH_JSON : MH_OK;
        entry->outcome = OUTCOME_INVALID;
        put_faults(order, batch, entry, &bench->faults, NULL);
    }
    json_decref(object);
    return code;
}

/* -------------------------------------------------------------- all of it */

enum mh_code batch_split(const struct order *order, struct bench *bench)
{
    int max = order->events_max;

    bench->count = 0;
    switch (order->media) {
    case MEDIA_LINES:
        return split_lines(order->body, order->len, bench->slices, max,
                           &bench->count);
    case MEDIA_JSON:
        if (order->binary != NULL) {
            bench->slices[0] = split_whole(order->body, order->len);
            bench->count = bench->slices[0].len > 0;
            return MH_OK;
        }
        return split_json(order->body, order->len, bench->slices, max,
                          &bench->count);
    case MEDIA_CLOUDS:
        return split_json(order->body, order->len, bench->slices, max,
                          &bench->count);
    case MEDIA_CLOUD:
    case MEDIA_UNKNOWN:
        break;
    }
    bench->slices[0] = split_whole(order->body, order->len);
    bench->count = 1;
    return bench->slices[0].len > 0 ? MH_OK : MH_JSON;
}

enum mh_code batch_read(const struct order *order, struct bench *bench,
                        struct batch **batch, int *at)
{
    int count = order->binary != NULL ? 1 : bench->count;
    struct batch *made = new_batch(order, count);
    enum mh_code code = made == NULL ? MH_MEMORY : MH_OK;

    memset(bench->slots, 0, (bench->slot_mask + 1) * sizeof *bench->slots);
    for (int i = 0; code == MH_OK && i < count; i++) {
        code = take_slice(order, bench, made, i);
        *at = i;
    }
    if (code == MH_OK) {
        *batch = made;
    } else if (made != NULL) {
        parked_leave(&made->parked);
    }
    return code;
}
