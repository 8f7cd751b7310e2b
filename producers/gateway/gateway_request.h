/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One request from its head to its answer. The server calls these in turn, for
 * one request from one thread at a time; the routes are gateway_routes.h.
 */
#ifndef MAHALLE_GATEWAY_REQUEST_H
#define MAHALLE_GATEWAY_REQUEST_H

#include "gateway.h"

/** @returns given, request_end; NULL: no memory, or no more is taken */
struct request *request_new(struct gateway *gateway,
                            struct MHD_Connection *connection,
                            struct visit *visit);
/**
 * Look at the head. What it is refused for is told once its body has passed by,
 * so that the client is there to hear it; but at once where the client waits
 * to be told, or the body would be too much.
 * @returns false: close the connection
 */
bool request_begin(struct request *request, const char *path,
                   const char *method, const char *version);
/** Take a piece of the body. @returns false: close the connection */
bool request_take(struct request *request, const char *bytes, size_t len);
/** The body is here, or what was waited for: answer, or wait.
 *  @returns false: close the connection */
bool request_go_on(struct request *request, const char *path);
/** The library has refused what was no request to it: count it, write its line.
 *  Thread: any. */
void request_note_refusal(struct gateway *gateway, int status);
/** Count it, write its line, free it. */
void request_end(struct request *request);

#endif
