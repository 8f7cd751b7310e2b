/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of libmahalle: defaults, bounds, and a copy of their own. The size
 * that a program was built with may be smaller or larger than ours. */
#include <stddef.h>
#include <string.h>

#include "mahalle_inside.h"

enum {
    TIMEOUT_LEAST_MS = 1000,
    TIMEOUT_MOST_MS = 3600 * 1000,
    CONNECTIONS = 2
};
static const size_t QUEUE_LEAST = 128 * 1024, QUEUE_MOST = 1024 * 1024 * 1024;

const char *mahalle_version(void)
{
    return MAHALLE_VERSION;
}

void mahalle_settings_init(struct mahalle_settings *settings, size_t size)
{
    const struct mahalle_settings fresh = {.size = size,
                                           .connections = CONNECTIONS,
                                           .topic = "mahalle.events",
                                           .lang = MAHALLE_FA,
                                           .timeout_ms = SEND_TIMEOUT_MS,
                                           .queue_bytes = SEND_QUEUE_BYTES};

    memset(settings, 0, size);
    memcpy(settings, &fresh, size < sizeof fresh ? size : sizeof fresh);
}

static void complain(struct mh_buf *buf, const char *text)
{
    mh_buf_text(buf, buf->len == 0 ? "" : "; ");
    mh_buf_text(buf, text);
}

static void check_bounds(const struct mahalle_settings *settings,
                         struct mh_buf *buf)
{
    if (settings->timeout_ms < TIMEOUT_LEAST_MS ||
        settings->timeout_ms > TIMEOUT_MOST_MS) {
        complain(buf, "timeout_ms is 1000 to 3600000");
    }
    if (settings->queue_bytes < QUEUE_LEAST ||
        settings->queue_bytes > QUEUE_MOST) {
        complain(buf, "queue_bytes is 131072 to 1073741824");
    }
    if (settings->connections < 1 ||
        settings->connections > UPLOAD_CONNECTIONS_MAX) {
        complain(buf, "connections is 1 to 16");
    }
    if (settings->lang != MAHALLE_FA && settings->lang != MAHALLE_EN) {
        complain(buf, "lang is MAHALLE_FA or MAHALLE_EN");
    }
}

/* All mistakes at once. */
static enum mahalle_code check(const struct mahalle_settings *settings,
                               struct mahalle_err *err)
{
    bool kafka = settings->brokers != NULL && settings->brokers[0] != '\0';
    bool gateway = settings->gateway != NULL && settings->gateway[0] != '\0';
    uint8_t bytes[sizeof err->text];
    struct mh_buf buf = {
        .bytes = bytes, .room = sizeof bytes, .max = sizeof bytes};

    if (kafka == gateway) {
        complain(&buf, "one of gateway and brokers is needed");
    }
    if (settings->key != NULL && settings->key_file != NULL) {
        complain(&buf, "key and key_file are two ways to say one thing");
    }
    if (kafka && (settings->topic == NULL || settings->topic[0] == '\0')) {
        complain(&buf, "topic is empty");
    }
    check_bounds(settings, &buf);
    return buf.len == 0 ? MAHALLE_OK
                        : inside_fail(err, MAHALLE_USAGE, mh_buf_string(&buf));
}

/* @returns false: no memory, or too much text */
static bool copy_text(struct mh_arena *texts, const char **text)
{
    if (*text == NULL) {
        return true;
    }
    *text = mh_arena_text(texts, *text, strlen(*text));
    return *text != NULL;
}

static bool copy_pairs(struct mh_arena *texts, const char *const **pairs)
{
    const char **copies;
    size_t count = 0;

    if (*pairs == NULL) {
        return true;
    }
    while ((*pairs)[count] != NULL) {
        count++;
    }
    copies = mh_arena_take(texts, (count + 1) * sizeof *copies);
    if (copies == NULL) {
        return false;
    }
    for (size_t i = 0; i <= count; i++) {
        copies[i] = (*pairs)[i];
        if (!copy_text(texts, &copies[i])) {
            return false;
        }
    }
    *pairs = copies;
    return true;
}

bool inside_copy_texts(struct mahalle *client)
{
    struct mahalle_settings *settings = &client->settings;
    struct mh_arena *texts = &client->texts;

    return copy_text(texts, &settings->gateway) &&
           copy_text(texts, &settings->brokers) &&
           copy_text(texts, &settings->key) &&
           copy_text(texts, &settings->key_file) &&
           copy_text(texts, &settings->ca_file) &&
           copy_text(texts, &settings->cert_file) &&
           copy_text(texts, &settings->cert_key_file) &&
           copy_text(texts, &settings->topic) &&
           copy_text(texts, &settings->schemas) &&
           copy_text(texts, &settings->event_type) &&
           copy_pairs(texts, &settings->kafka);
}

enum mahalle_code inside_read_settings(const struct mahalle_settings *given,
                                       struct mahalle_settings *settings,
                                       struct mahalle_err *err)
{
    if (given == NULL || given->size < offsetof(struct mahalle_settings, key)) {
        return inside_fail(err, MAHALLE_USAGE,
                           "settings are not from mahalle_settings_init");
    }
    for (size_t i = sizeof *settings; i < given->size; i++) {
        if (((const unsigned char *)given)[i] != 0) {
            return inside_fail(
                err, MAHALLE_USAGE,
                "a setting is of a later version of the library");
        }
    }
    mahalle_settings_init(settings, sizeof *settings);
    memcpy(settings, given,
           given->size < sizeof *settings ? given->size : sizeof *settings);
    return check(settings, err);
}
