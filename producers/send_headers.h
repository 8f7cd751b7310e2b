/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What stands beside an event's value in Kafka: its key and its headers.
 *
 * The headers are for the convenience of others; our consumer reads only the
 * value. Source: CloudEvents 1.0, Kafka Protocol Binding, 3.2 "Binary Content
 * Mode": attributes with the prefix `ce_`, the value's media type in
 * `content-type`.
 */
#ifndef MAHALLE_SEND_HEADERS_H
#define MAHALLE_SEND_HEADERS_H

#include "event.h"

enum { SEND_ID_BYTES = 36, SEND_TIME_BYTES = 32 };

struct send_headers {
    char id[SEND_ID_BYTES + 1]; /**< event_id, lower case; the record's key */
    char type[MH_TYPE_NAME_MAX + 1]; /**< short name */
    char source[64];                 /**< /agencies/CODE */
    char time
        [SEND_TIME_BYTES]; /**< occurred_at, else posted_at; RFC 3339, UTC */
};

/** @param event lent; has passed the check */
void send_headers_make(const struct mh_event *event,
                       struct send_headers *headers);
/** An instant as RFC 3339 has it, UTC, to the millisecond. */
void send_headers_time(int64_t instant_ms, char time[SEND_TIME_BYTES]);

#endif
