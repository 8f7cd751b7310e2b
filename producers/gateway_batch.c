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
#include "gateway_policy.h"
#include "intake.h"
#include "json.h"

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
        made->slices = calloc((size_t)events_max, sizeof *made->slices);
    }
    if (made == NULL || made->slices == NULL) {
        free(made);
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

/* ----------------------------------------------------------------- faults */

static void put_member(struct mh_buf *buf, const char *name, const char *text)
{
    mh_buf_text(buf, name);
    if (text[0] == '\0') {
        mh_buf_text(buf, "null");
    } else {
        json_put(buf, text, strlen(text));
    }
}

static void put_fault(struct mh_buf *buf, const struct mh_fault *fault,
                      const struct mh_type *type, enum words_lang lang)
{
    uint8_t bytes[1024];
    struct mh_buf detail = {
        .bytes = bytes, .room = sizeof bytes, .max = sizeof bytes};

    words_fault(fault, type, lang, &detail);
    mh_buf_text(buf, "{\"pointer\":");
    json_put(buf, fault->pointer, strlen(fault->pointer));
    put_member(buf, ",\"code\":", mh_code_name(fault->code));
    mh_buf_text(buf, ",\"detail\":");
    json_put(buf, (const char *)bytes, detail.len);
    put_member(buf, ",\"expected\":", fault->expected);
    put_member(buf, ",\"got\":", fault->got);
    mh_buf_byte(buf, '}');
}

static void put_faults(const struct order *order, struct batch *batch,
                       struct entry *entry, const struct mh_faults *faults,
                       const struct mh_type *type)
{
    struct mh_buf *buf = &batch->faults;

    entry->faults_at = buf->len;
    mh_buf_byte(buf, '[');
    for (int i = 0; i < faults->count; i++) {
        if (i > 0 && buf->len > order->faults_max) {
            break;
        }
        if (i > 0) {
            mh_buf_byte(buf, ',');
        }
        put_fault(buf, &faults->items[i], type, order->lang);
    }
    mh_buf_byte(buf, ']');
    entry->faults_len = buf->len - entry->faults_at;
}

/* -------------------------------------------------------------- one event */

/* Encode, and see whether it was stored lately. */
static void settle(const struct order *order, struct batch *batch,
                   struct entry *entry, const struct mh_event *event)
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
    entry->outcome = OUTCOME_WAITING;
    entry->value_at = batch->values.len;
    mh_encode(event, &batch->values);
    entry->value_len = batch->values.len - entry->value_at;
    send_headers_make(event, &batch->headers[entry - batch->entries]);
}

static bool has_fault(const struct mh_faults *faults, enum mh_code code)
{
    for (int i = 0; i < faults->count; i++) {
        if (faults->items[i].code == code) {
            return true;
        }
    }
    return false;
}

/* Of a source that names no agency it is not also said that it is missing. */
static void drop_echo(struct mh_faults *faults)
{
    int kept = 0;

    for (int i = 0; i < faults->count; i++) {
        bool echo = faults->items[i].code == MH_REQUIRED &&
                    faults->items[i].field == MH_FIELD_AGENCY_CODE;

        if (!echo) {
            faults->items[kept++] = faults->items[i];
        }
    }
    faults->count = kept;
}

/* @returns MH_OK, MH_MEMORY; faults tell the rest */
static enum mh_code read_event(const struct order *order, struct bench *bench,
                               const json_t *object, struct mh_event *event,
                               struct intake_room *room)
{
    const struct intake intake = {.catalogue = order->contract->catalogue,
                                  .reference = order->contract->reference};
    int64_t now_ms = mh_clock_wall_ms();
    enum mh_code code;
    bool source_bad;

    if (order->binary == NULL && order->media != MEDIA_CLOUD &&
        order->media != MEDIA_CLOUDS) {
        return intake_read(&intake, object, now_ms, room, event,
                           &bench->faults);
    }
    cloud_read(intake.catalogue, object, &bench->cloud, &bench->faults);
    source_bad = has_fault(&bench->faults, MH_SOURCE);
    code = intake_items(&intake, bench->cloud.items, bench->cloud.count, now_ms,
                        room, event, &bench->faults);
    if (source_bad) {
        drop_echo(&bench->faults);
    }
    return code;
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
        settle(order, batch, entry, &event);
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

/* Whether what could not be read spoils the whole body: it is not JSON. */
static bool spoils(const struct order *order, const struct slice *slice,
                   enum mh_code code)
{
    return order->media != MEDIA_LINES &&
           (code == MH_UTF8 || (code == MH_JSON && (slice->text[0] == '{' ||
                                                    slice->text[0] == '[')));
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
            bench->slices[0] =
                (struct slice){.text = order->body, .len = order->len};
            bench->count = order->len > 0;
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
    bench->slices[0] = (struct slice){.text = order->body, .len = order->len};
    bench->count = 1;
    return order->len > 0 ? MH_OK : MH_JSON;
}

enum mh_code batch_read(const struct order *order, struct bench *bench,
                        struct batch **batch, int *at)
{
    int count = order->binary != NULL ? 1 : bench->count;
    struct batch *made = new_batch(order, count);
    enum mh_code code = made == NULL ? MH_MEMORY : MH_OK;

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
