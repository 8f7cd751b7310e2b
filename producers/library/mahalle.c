/* SPDX-License-Identifier: Apache-2.0 */
/* What agencies call (mahalle/mahalle.h), made of client.h: codes
 * are translated; a child process is turned away. Settings:
 * mahalle_settings.c; many at once: mahalle_many.c. */
#include "mahalle/mahalle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "mahalle_inside.h"
#include "uuid.h"

enum { SETTINGS_MAX = 256 * 1024 }; /* bytes of all texts of the settings */

/* ---------------------------------------------------------------- failures */

enum mahalle_code inside_fail(struct mahalle_err *err, enum mahalle_code code,
                              const char *text)
{
    if (err != NULL) {
        err->code = code;
        (void)snprintf(err->text, sizeof err->text, "%s", text);
    }
    return code;
}

enum mahalle_code inside_translate(enum mh_code code, const struct mh_err *from,
                                   struct mahalle_err *err)
{
    if (code == MH_OK) {
        return MAHALLE_OK;
    }
    if (code == MH_USAGE || code == MH_FILE) { /* as a key's */
        return inside_fail(err, MAHALLE_USAGE, from->text);
    }
    if (code == MH_CONTRACT || code == MH_FULL) {
        return inside_fail(
            err, code == MH_FULL ? MAHALLE_FULL : MAHALLE_CONTRACT, from->text);
    }
    return inside_fail(err, MAHALLE_MEMORY, from->text);
}

enum mahalle_code inside_admit(struct mahalle *client, bool waits,
                               struct mahalle_err *err)
{
    if (client == NULL) {
        return inside_fail(err, MAHALLE_USAGE, "there is no client");
    }
    if (client->process != getpid()) {
        return inside_fail(
            err, MAHALLE_USAGE,
            "the client is another process's; open one after fork()");
    }
    if (atomic_load(&client->closing)) {
        return inside_fail(err, MAHALLE_USAGE, "the client is closed");
    }
    if (waits && parcels_serving(&client->client->parcels)) {
        return inside_fail(err, MAHALLE_USAGE,
                           "on_result may call nothing but mahalle_post");
    }
    return MAHALLE_OK;
}

/* -------------------------------------------------------------- open, close */

static void on_settled(struct parcel_owner *owner, const struct parcel *parcel,
                       const struct mahalle_result *result)
{
    struct mahalle *client = (struct mahalle *)owner;

    (void)parcel;
    if (client->settings.on_result != NULL) {
        client->settings.on_result(client->settings.opaque, result);
    }
    (void)atomic_fetch_add(&client->told, 1);
}

static void free_all(struct mahalle *client)
{
    client_close(client->client);
    while (client->works != NULL) {
        struct work *work = client->works;

        client->works = work->next;
        work_fini(work);
        free(work);
    }
    (void)pthread_mutex_destroy(&client->lock);
    if (client->settings.key != NULL) {
        explicit_bzero((char *)(uintptr_t)client->settings.key,
                       strlen(client->settings.key));
    }
    mh_arena_fini(&client->texts);
    free(client);
}

enum mahalle_code mahalle_open(const struct mahalle_settings *settings,
                               struct mahalle **client, struct mahalle_err *err)
{
    struct client_settings inner = {.library = true};
    struct mahalle *made;
    struct mh_err why;
    enum mahalle_code code;

    if (client == NULL) {
        return inside_fail(err, MAHALLE_USAGE,
                           "there is no place for the client");
    }
    code = inside_read_settings(settings, &inner.all, err);
    if (code != MAHALLE_OK) {
        return code;
    }
    made = calloc(1, sizeof *made);
    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return inside_fail(err, MAHALLE_MEMORY, "out of memory");
    }
    made->owner.on_settled = on_settled;
    made->process = getpid();
    made->settings = inner.all;
    mh_arena_init(&made->texts, SETTINGS_MAX);
    if (!inside_copy_texts(made)) {
        made->settings.key = NULL;
        free_all(made);
        return inside_fail(err, MAHALLE_MEMORY,
                           "out of memory for the settings");
    }
    inner.all = made->settings;
    code =
        inside_translate(client_open(&inner, &made->client, &why), &why, err);
    if (code != MAHALLE_OK) {
        free_all(made);
        return code;
    }
    *client = made;
    return MAHALLE_OK;
}

void mahalle_close(struct mahalle *client)
{
    if (inside_admit(client, true, NULL) == MAHALLE_OK) {
        atomic_store(&client->closing, true); /* on_result may try to post */
        free_all(client);
    }
}

/* ------------------------------------------------------------------ posting */

struct work *inside_take_work(struct mahalle *client)
{
    struct work *work;

    (void)pthread_mutex_lock(&client->lock);
    work = client->works;
    if (work != NULL) {
        client->works = work->next;
    }
    (void)pthread_mutex_unlock(&client->lock);
    if (work == NULL) {
        work = malloc(sizeof *work);
        if (work != NULL) {
            work_init(work);
        }
    }
    return work;
}

void inside_give_work(struct mahalle *client, struct work *work)
{
    (void)pthread_mutex_lock(&client->lock);
    work->next = client->works;
    client->works = work;
    (void)pthread_mutex_unlock(&client->lock);
}

enum mh_code inside_post(struct mahalle *client, struct work *work,
                         const struct mahalle_event *event, struct label label,
                         int wait_ms, struct told **told, struct mh_err *err)
{
    enum mh_code code = client_text(client->client, work, event->json,
                                    event->len, label, wait_ms, err);

    *told = NULL;
    if (code == MH_OK || code == MH_FULL || code == MH_MEMORY) {
        return code;
    }
    if (mh_code_act(code) == MH_ACT_REFUSE) {
        *told = work->told;
        work->told = NULL;
    } else {
        *told = told_reason(MAHALLE_NOT_STORED, err->text);
    }
    return *told == NULL ? mh_fail(err, MH_MEMORY, "out of memory") : MH_OK;
}

enum mahalle_code mahalle_post(struct mahalle *client, const char *json,
                               size_t len, void *tag, int wait_ms,
                               struct mahalle_err *err)
{
    struct mahalle_event event = {.json = json, .len = len};
    enum mahalle_code code = inside_admit(client, false, err);
    struct label label = {.tag = tag};
    struct told *told = NULL;
    struct mh_err why;
    struct work *work;
    enum mh_code done;

    if (code != MAHALLE_OK) {
        return code;
    }
    if (json == NULL) {
        return inside_fail(err, MAHALLE_USAGE, "there is no event");
    }
    work = inside_take_work(client);
    if (work == NULL) {
        return inside_fail(err, MAHALLE_MEMORY, "out of memory");
    }
    label.owner = &client->owner;
    wait_ms =
        wait_ms < 0 || parcels_serving(&client->client->parcels) ? 0 : wait_ms;
    done = inside_post(client, work, &event, label, wait_ms, &told, &why);
    if (done == MH_OK && told != NULL) {
        done = client_refuse(client->client, label, told, wait_ms, &why);
    }
    inside_give_work(client, work);
    return inside_translate(done, &why, err);
}

static bool none_waits(const void *opaque)
{
    return parcels_count((struct parcels *)(uintptr_t)opaque) == 0;
}

/* Since when mahalle_poll waits. */
struct since {
    struct mahalle *client;
    size_t told;
};

static bool was_told(const void *opaque)
{
    const struct since *since = opaque;

    return atomic_load(&since->client->told) != since->told ||
           none_waits(&since->client->client->parcels);
}

enum mahalle_code mahalle_poll(struct mahalle *client, int wait_ms,
                               struct mahalle_err *err)
{
    enum mahalle_code code = inside_admit(client, true, err);

    if (code == MAHALLE_OK) {
        struct since since = {client, atomic_load(&client->told)};

        client_serve(client->client, 0);
        (void)client_wait(client->client, was_told, &since,
                          wait_ms < 0 ? 0 : wait_ms);
    }
    return code;
}

enum mahalle_code mahalle_flush(struct mahalle *client, int wait_ms,
                                struct mahalle_err *err)
{
    enum mahalle_code code = inside_admit(client, true, err);
    char text[80];

    if (code != MAHALLE_OK ||
        client_flush(client->client, wait_ms < 0 ? 0 : wait_ms)) {
        return code;
    }
    (void)snprintf(text, sizeof text, "%zu events have no result yet",
                   parcels_count(&client->client->parcels));
    return inside_fail(err, MAHALLE_TIMEOUT, text);
}

size_t mahalle_waiting(const struct mahalle *client)
{
    /* in a child the lock may be held for ever by a thread of the parent */
    return client == NULL || client->process != getpid()
               ? 0
               : parcels_count(&client->client->parcels);
}

enum mahalle_code mahalle_uuid(char id[37])
{
    uint8_t uuid[MH_UUID_BYTES];

    if (getrandom(uuid, sizeof uuid, 0) != (ssize_t)sizeof uuid) {
        return MAHALLE_MEMORY;
    }
    uuid[6] = (uint8_t)((uuid[6] & 0x0F) | 0x40);
    uuid[8] = (uint8_t)((uuid[8] & 0x3F) | 0x80);
    mh_uuid_write(uuid, id);
    return MAHALLE_OK;
}
