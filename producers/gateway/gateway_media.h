/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the headers of a request say: form of the body, language of the answer,
 * and names and texts in the forms that HTTP has for them.
 *
 * Pure; part of mahalle-gateway. Knows no library for HTTP.
 */
#ifndef MAHALLE_GATEWAY_MEDIA_H
#define MAHALLE_GATEWAY_MEDIA_H

#include <stdbool.h>
#include <stddef.h>

#include "words.h"

/** Forms of a body with events. */
enum media {
    MEDIA_UNKNOWN, /**< none of these, or not in UTF-8 */
    MEDIA_JSON,    /**< one event or an array; with ce-* headers the data of one
                        CloudEvent */
    MEDIA_LINES,   /**< NDJSON */
    MEDIA_CLOUD,   /**< one CloudEvent, structured */
    MEDIA_CLOUDS   /**< CloudEvents, batched */
};

/** @param text lent; value of Content-Type; NULL is MEDIA_UNKNOWN.
 *  Source: RFC 9110, 8.3.1. Thread: any (also below). */
enum media media_read(const char *text);
/** Whether a data content type of CloudEvents is JSON. NULL: not said, it is */
bool media_is_json(const char *text);
/** The language that Accept-Language puts first among ours; English when it
 *  names none. Source: RFC 9110, 12.5.4. */
enum words_lang media_language(const char *text);
/** Whether it is a token (RFC 9110, 5.6.2), as the name of a header must be. */
bool media_is_token(const char *text, size_t len);
/**
 * Decode %XX.
 * @param room bytes at `out`, one of them for the NUL
 * @returns bytes written; SIZE_MAX: a bad escape, a %00, or too long
 */
size_t media_unescape(const char *text, size_t len, char *out, size_t room);

#endif
