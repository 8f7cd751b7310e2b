/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The head of a request as two servers in a row have to read it: in one way.
 *
 * libmicrohttpd before 0.9.77 ends a line at a bare line feed and cuts a text at
 * a byte 0. It leaves the head where it was received, so what lies between the
 * texts that it names tells what was there. Part of mahalle-gateway.
 * Source: RFC 9112, 2.2 and 6; RFC 9110, 5.5.
 */
#ifndef MAHALLE_GATEWAY_HEAD_H
#define MAHALLE_GATEWAY_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;

/** The first line, as the library has cut it; all lent, where it was received. */
struct head_line {
    const char *method, *uri, *version;
    size_t uri_len; /**< before the arguments were cut off */
};

struct head {
    int lengths, codings, hosts, keys;
    bool chunked; /**< the only coding there is */
    bool broken;
    bool expects;         /**< the client waits to be told before it sends */
    uint64_t length;      /**< as it is declared */
    const char *encoding; /**< lent; optional */
    const char *next; /**< where the next line begins; NULL: not looked at */
};

/** @param line lent. Thread: that of the connection. */
void head_read(struct MHD_Connection *connection, const struct head_line *line,
               struct head *head);
/** Whether the head can be read in one way only. */
bool head_is_sound(const struct head *head, const char *version);

#endif
