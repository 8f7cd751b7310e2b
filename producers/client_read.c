/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and checking go on under the contract's lock, which is left before an
 * event is handed over: what waits for room must not keep the contract. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "clock.h"
#include "encode.h"
#include "flat.h"
#include "frame.h"
#include "intake_line.h"

enum { SCRATCH_MAX = 8 * MH_EVENT_BYTES_MAX };

void work_init(struct work *work)
{
    work->next = NULL;
    work->told = NULL;
    work->faults.count = 0;
    mh_buf_init(&work->scratch, SCRATCH_MAX);
    mh_buf_init(&work->value, 2 * MH_EVENT_BYTES_MAX);
}

void work_fini(struct work *work)
{
    told_free(work->told);
    mh_buf_fini(&work->value);
    mh_buf_fini(&work->scratch);
}

/* --------------------------------------------------------------- contract */

void client_use_contract(struct client *client)
{
    const char *type = client->settings.all.event_type;

    client->intake = (struct intake){.catalogue = client->contract.catalogue,
                                     .reference = client->contract.reference};
    if (type != NULL) {
        client->intake.type =
            mh_catalogue_type(client->contract.catalogue, type, strlen(type));
    }
}

bool client_renew(struct client *client, bool types)
{
    bool renewed;

    if (!client->has_contract) {
        return false;
    }
    (void)pthread_rwlock_wrlock(&client->contract_lock);
    renewed = file_contract_renew_codes(&client->contract);
    if (types && file_contract_renew_types(&client->contract)) {
        renewed = true;
    }
    if (renewed) {
        client_use_contract(client);
    }
    (void)pthread_rwlock_unlock(&client->contract_lock);
    return renewed;
}

/* ---------------------------------------------------------------- reading */

/* Where an event comes from: text, or values by name. */
struct source {
    const char *text; /* NULL: items */
    size_t len;
    const struct given_item *items;
    int count;
    bool types; /* the types may be read anew */
};

/* What reading has made, to be freed when the event was packed. */
struct reading {
    struct mh_event event;
    struct intake_room room;
    json_t *object;
};

static enum mh_code read_source(struct client *client, struct work *work,
                                const struct source *source,
                                struct reading *reading)
{
    int64_t now_ms = mh_clock_wall_ms();

    reading->event.type = NULL;
    work->faults.count = 0;
    if (source->text == NULL) {
        return intake_items(&client->intake, source->items, source->count,
                            now_ms, &reading->room, &reading->event,
                            &work->faults);
    }
    if (client->settings.library &&
        cloud_find(source->text, source->len, &work->scratch,
                   &reading->object)) {
        return cloud_intake(&client->intake, reading->object, now_ms,
                            &work->cloud, &reading->room, &reading->event,
                            &work->faults);
    }
    return intake_line(&client->intake, source->text, source->len, now_ms,
                       &work->scratch, &reading->object, &reading->room,
                       &reading->event, &work->faults);
}

/* Whether the time of posting was given: else the gateway's clock decides. */
static bool has_posted_at(const struct source *source)
{
    for (int i = 0; i < source->count; i++) {
        if (source->items[i].field == MH_FIELD_POSTED_AT &&
            source->items[i].given.kind != GIVEN_NULL) {
            return true;
        }
    }
    return false;
}

/* The event as it goes on its way. @returns NULL: a fault, or no memory */
static struct parcel *pack(struct client *client, struct work *work,
                           const struct source *source,
                           const struct mh_event *event)
{
    struct parcel *parcel = NULL;

    mh_buf_reset(&work->value);
    if (client->upload != NULL) {
        flat_put(event, has_posted_at(source), &work->value);
    } else {
        mh_encode(event, &work->value);
    }
    if (work->value.failed || work->value.len > MH_EVENT_BYTES_MAX) {
        (void)mh_fault_add(&work->faults, MH_TOO_LARGE, event->type, -1,
                           "at most 65536 bytes", NULL, 0);
        return NULL;
    }
    parcel = parcels_pack(work->value.bytes, work->value.len);
    if (parcel != NULL) {
        send_headers_make(event, &parcel->headers);
        parcel->later = event->values[MH_FIELD_REVISION].number > 0;
        parcel->key = flat_key(parcel->headers.id, SEND_ID_BYTES);
    }
    return parcel;
}

static void tell_refusal(const struct client *client, struct work *work,
                         const struct mh_event *event)
{
    const struct mh_value *id = &event->values[MH_FIELD_EVENT_ID];
    char text[MH_UUID_TEXT + 1] = "";

    if (!client->settings.library) {
        return;
    }
    if (event->type != NULL && id->set == MH_VALUE && id->len == MH_UUID_TEXT) {
        memcpy(text, id->text, MH_UUID_TEXT);
        text[MH_UUID_TEXT] = '\0';
    }
    told_free(work->told);
    work->told = told_faults(
        &work->faults, event->type, text,
        client->settings.all.lang == MAHALLE_EN ? WORDS_EN : WORDS_FA);
}

/* Read by the contract, check, pack. @returns as client_text */
static enum mh_code read_event(struct client *client, struct work *work,
                               const struct source *source,
                               struct parcel **parcel)
{
    struct reading reading MH_UNINITIALIZED;
    enum mh_code code;

    do {
        reading.object = NULL;
        (void)pthread_rwlock_rdlock(&client->contract_lock);
        code = read_source(client, work, source, &reading);
        if (code == MH_OK) {
            *parcel = pack(client, work, source, &reading.event);
            code = *parcel != NULL          ? MH_OK
                   : work->faults.count > 0 ? MH_TOO_LARGE
                                            : MH_MEMORY;
        }
        if (mh_code_act(code) == MH_ACT_REFUSE) {
            tell_refusal(client, work, &reading.event);
        }
        (void)pthread_rwlock_unlock(&client->contract_lock);
        json_decref(reading.object);
    } while (mh_code_act(code) == MH_ACT_REFUSE &&
             client_renew(client, source->types));
    return code;
}

/* To a gateway, which checks by itself. @returns as client_text */
static enum mh_code read_text(struct client *client, struct work *work,
                              const char *text, size_t len,
                              struct parcel **parcel)
{
    struct mh_event none = {.type = NULL};
    struct flat_look look;
    enum mh_code code;

    work->faults.count = 0;
    mh_buf_reset(&work->value);
    code =
        flat_copy(text, len, client->settings.all.event_type, &work->scratch,
                  &work->value, client->settings.library, &look, &work->faults);
    if (mh_code_act(code) == MH_ACT_REFUSE) {
        tell_refusal(client, work, &none);
    }
    if (code != MH_OK) {
        return code;
    }
    *parcel = parcels_pack(work->value.bytes, work->value.len);
    if (*parcel == NULL) {
        return MH_MEMORY;
    }
    (*parcel)->cloud = look.cloud;
    (*parcel)->later = look.later;
    (*parcel)->key = look.key;
    (*parcel)->added_at = look.added_at;
    (*parcel)->added = look.added;
    return MH_OK;
}

/* @returns as client_text */
static enum mh_code take(struct client *client, struct work *work,
                         const struct source *source, struct label label,
                         int wait_ms, struct mh_err *err)
{
    struct parcel *parcel = NULL;
    enum mh_code code =
        client->has_contract && (client->upload == NULL || source->text == NULL)
            ? read_event(client, work, source, &parcel)
            : read_text(client, work, source->text, source->len, &parcel);

    if (code == MH_MEMORY) {
        return mh_fail(err, code, "reading an event: out of memory");
    }
    if (code != MH_OK) {
        return code;
    }
    if (client->sender == NULL && client->upload == NULL) {
        free(parcel);
        return MH_OK;
    }
    return client_hand_over(client, parcel, label, wait_ms, err);
}

enum mh_code client_text(struct client *client, struct work *work,
                         const char *text, size_t len, struct label label,
                         int wait_ms, struct mh_err *err)
{
    const struct source source = {.text = text, .len = len, .types = true};

    return take(client, work, &source, label, wait_ms, err);
}

enum mh_code client_items(struct client *client, struct work *work,
                          const struct given_item *items, int count,
                          struct label label, int wait_ms, struct mh_err *err)
{
    const struct source source = {.items = items, .count = count};

    return take(client, work, &source, label, wait_ms, err);
}
