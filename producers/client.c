/* SPDX-License-Identifier: Apache-2.0 */
/* Two ways and one list. Whoever waits for anything serves meanwhile: takes
 * what is known and tells the owners. Reading: client_read.c. */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "stop.h"

enum {
    WAIT_MS = 100,  /* longest sleep between looks at stop */
    TURN_EVERY = 64 /* events between looks at what is known */
};

/* ------------------------------------------------------------------- words */

static void on_trouble(void *opaque, const char *text)
{
    const struct client *client = opaque;

    if (!client->settings.library) {
        (void)fprintf(stderr, "mahalle-post: %s", text);
    } else if (client->settings.all.on_log != NULL) {
        client->settings.all.on_log(client->settings.all.opaque,
                                    MAHALLE_LOG_WARN, text);
    }
}

static void drop_log(void *opaque, enum mahalle_level level, const char *text)
{
    (void)opaque;
    (void)level;
    (void)text;
}

/* ---------------------------------------------------------------- serving */

/* Of the thread that serves. */
static void turn(struct client *client, int wait_ms)
{
    atomic_store_explicit(&client->since_turn, 0, memory_order_relaxed);
    if (parcels_hand_all(&client->parcels)) {
        wait_ms = 0;
    }
    if (client->sender != NULL) {
        send_turn(client->sender, wait_ms);
    } else {
        parcels_wait_settled(&client->parcels, wait_ms);
    }
    (void)parcels_hand_all(&client->parcels);
}

void client_serve(struct client *client, int wait_ms)
{
    if (parcels_serve(&client->parcels)) {
        turn(client, wait_ms);
        parcels_served(&client->parcels);
    } else if (wait_ms > 0) {
        parcels_wait(&client->parcels, wait_ms);
    }
}

bool client_wait(struct client *client, bool (*done)(const void *opaque),
                 const void *opaque, int wait_ms)
{
    int64_t until_ms = mh_clock_ms() + wait_ms;

    for (;;) {
        int64_t left_ms = until_ms - mh_clock_ms();

        if (done(opaque)) {
            return true;
        }
        if (left_ms <= 0) {
            /* what is there already is heard even without time */
            client_serve(client, 0);
            return done(opaque);
        }
        client_serve(client, left_ms < WAIT_MS ? (int)left_ms : WAIT_MS);
    }
}

static bool none_waits(const void *opaque)
{
    /* its lock is taken, nothing else changes */
    return parcels_count((struct parcels *)(uintptr_t)opaque) == 0;
}

bool client_flush(struct client *client, int wait_ms)
{
    return client_wait(client, none_waits, &client->parcels, wait_ms);
}

/* ----------------------------------------------------------- handing over */

static enum mh_code hand_over_once(struct client *client, struct parcel *parcel,
                                   struct mh_err *err)
{
    return client->sender != NULL ? send_event(client->sender, parcel, err)
                                  : upload_event(client->upload, parcel, err);
}

enum mh_code client_hand_over(struct client *client, struct parcel *parcel,
                              struct label label, int wait_ms,
                              struct mh_err *err)
{
    int64_t until_ms = 0;
    enum mh_code code;

    parcel->owner = label.owner;
    parcel->ticket = label.ticket;
    parcel->tag = label.tag;
    while ((code = hand_over_once(client, parcel, err)) == MH_FULL) {
        int64_t now_ms = mh_clock_ms();

        until_ms = until_ms == 0 ? now_ms + wait_ms : until_ms;
        if (now_ms >= until_ms) {
            break;
        }
        client_serve(client, until_ms - now_ms < WAIT_MS
                                 ? (int)(until_ms - now_ms)
                                 : WAIT_MS);
        if (mh_stop_asked()) {
            code = mh_fail(err, MH_KAFKA_DOWN, "asked to stop");
            break;
        }
    }
    if (code != MH_OK) {
        free(parcel);
    } else if (atomic_fetch_add_explicit(&client->since_turn, 1,
                                         memory_order_relaxed) >= TURN_EVERY) {
        client_serve(client, 0);
    }
    return code;
}

enum mh_code client_refuse(struct client *client, struct label label,
                           struct told *told, int wait_ms, struct mh_err *err)
{
    struct parcel *parcel = told == NULL ? NULL : parcels_pack("", 0);
    int64_t until_ms = mh_clock_ms() + wait_ms;

    if (parcel == NULL) {
        told_free(told);
        return mh_fail(err, MH_MEMORY, "out of memory");
    }
    while (parcels_bytes(&client->parcels) >=
           client->settings.all.queue_bytes) {
        int64_t left_ms = until_ms - mh_clock_ms();

        if (left_ms <= 0) {
            told_free(told);
            free(parcel);
            return mh_fail(err, MH_FULL, "the queue is full");
        }
        client_serve(client, left_ms < WAIT_MS ? (int)left_ms : WAIT_MS);
    }
    parcel->owner = label.owner;
    parcel->ticket = label.ticket;
    parcel->tag = label.tag;
    parcel->told = told; /* at no moment is it one that is to be sent */
    parcels_append(&client->parcels, parcel);
    parcels_settle(&client->parcels, parcel, told);
    return MH_OK;
}

/* -------------------------------------------------------------- open, close */

static enum mh_code open_kafka(struct client *client, struct mh_err *err)
{
    const struct mahalle_settings *all = &client->settings.all;
    struct send_settings settings = {.brokers = all->brokers,
                                     .topic = all->topic,
                                     .options = client->settings.options,
                                     .pairs = all->kafka,
                                     .queue_bytes = all->queue_bytes,
                                     .timeout_ms = all->timeout_ms,
                                     .parcels = &client->parcels,
                                     .opaque = all->opaque};

    if (client->settings.library) {
        settings.on_log = all->on_log == NULL ? drop_log : all->on_log;
    }
    return send_open(&settings, &client->sender, err);
}

static enum mh_code open_contract(struct client *client, struct mh_err *err)
{
    const struct mahalle_settings *all = &client->settings.all;
    enum mh_code code = file_contract_open(
        &client->contract, all->schemas == NULL ? "" : all->schemas, err);

    if (code == MH_OK) {
        client_use_contract(client);
        client->has_contract = true;
        if (all->event_type != NULL && client->intake.type == NULL) {
            code = client->settings.on_no_type == NULL
                       ? mh_fail(err, MH_USAGE, "no event type %s",
                                 all->event_type)
                       : client->settings.on_no_type(client->contract.catalogue,
                                                     all->event_type, err);
        }
    }
    return code;
}

enum mh_code client_open(const struct client_settings *settings,
                         struct client **client, struct mh_err *err)
{
    struct client *made = calloc(1, sizeof *made);
    const struct mahalle_settings *all;
    enum mh_code code = MH_OK;

    if (made == NULL || !parcels_init(&made->parcels)) {
        free(made);
        return mh_fail(err, MH_MEMORY, "out of memory");
    }
    made->settings = *settings;
    all = &made->settings.all;
    made->contract.on_trouble = on_trouble;
    made->contract.opaque = made;
    if (pthread_rwlock_init(&made->contract_lock, NULL) != 0) {
        parcels_fini(&made->parcels);
        free(made);
        return mh_fail(err, MH_MEMORY, "out of memory");
    }
    if (all->gateway == NULL || settings->checks) {
        code = open_contract(made, err);
    }
    if (code == MH_OK && all->brokers != NULL) {
        code = open_kafka(made, err);
    }
    if (code == MH_OK && all->gateway != NULL) {
        code = upload_open(all, &made->parcels, &made->upload, err);
    }
    if (code != MH_OK) {
        client_close(made);
        return code;
    }
    *client = made;
    return MH_OK;
}

/* Owners hear of what has no result. @param kafka it was all sent */
static void tell_rest(struct client *client, bool kafka)
{
    struct parcel *parcel;

    while (!parcels_serve(&client->parcels)) {
        parcels_wait(&client->parcels, WAIT_MS);
    }
    (void)parcels_hand_all(&client->parcels);
    while ((parcel = parcels_unsettled(&client->parcels, NULL)) != NULL) {
        bool sent = kafka || parcel->doubtful;
        struct mahalle_result result =
            told_nothing(sent ? MAHALLE_UNCERTAIN : MAHALLE_NOT_STORED);

        if (kafka) {
            result.id = parcel->headers.id;
        }
        result.tag = parcel->tag;
        result.reason = "the client was closed";
        parcels_hand(&client->parcels, parcel, &result);
    }
    parcels_served(&client->parcels);
}

void client_close(struct client *client)
{
    bool kafka;

    if (client == NULL) {
        return;
    }
    kafka = client->sender != NULL;
    upload_close(client->upload);
    client->upload = NULL;
    send_close(client->sender);
    client->sender = NULL;
    tell_rest(client, kafka);
    parcels_fini(&client->parcels);
    file_contract_close(&client->contract);
    (void)pthread_rwlock_destroy(&client->contract_lock);
    free(client);
}
