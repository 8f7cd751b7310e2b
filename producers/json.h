/* SPDX-License-Identifier: Apache-2.0 */
/**
 * JSON text -> jansson object, hostile text included.
 *
 * Step before intake. Size, UTF-8 and depth are bounded before jansson sees a
 * byte. A number that jansson would refuse or round (a fraction, an exponent,
 * more than 18 digits) is handed on as a text that starts with JSON_NUMBER, so
 * that it becomes a fault of its field and not of the whole line. Knows no
 * event types.
 */
#ifndef MAHALLE_JSON_H
#define MAHALLE_JSON_H

#include <jansson.h>

#include "event.h"

enum {
    /* An event is flat; a tagged value makes two levels, a batch three. */
    JSON_DEPTH_MAX = 8,
    /* First byte of a text that stands for a number; no form admits it. */
    JSON_NUMBER = 1
};

/**
 * Read one object: all of `text`, nothing after it, each name once.
 *
 * @param text    lent; `len` bytes as they came
 * @param scratch lent; may be written over; must be able to hold 8 * `len`
 * @param object  out; given, json_decref
 * @param faults  on a fault one is added, with the pointer ""
 * @returns MH_OK
 *          MH_TOO_LARGE  more than MH_EVENT_BYTES_MAX
 *          MH_UTF8       not UTF-8
 *          MH_JSON       not one object, too deep, a name twice
 *          MH_MEMORY
 * Thread: any. Blocks: never.
 */
MH_MUST enum mh_code json_read(const char *text, size_t len,
                               struct mh_buf *scratch, json_t **object,
                               struct mh_faults *faults);

/**
 * Append `text` as a JSON string, quotes included. Bytes that are not UTF-8
 * become U+FFFD.
 */
void json_put(struct mh_buf *buf, const char *text, size_t len);
/** Append `name`, as it stands (`,"code":`), and the text behind it; "" is null. */
void json_put_member(struct mh_buf *buf, const char *name, const char *text);

#endif
