/* SPDX-License-Identifier: Apache-2.0 */
/* What the library for HTTP lets pass and two servers in a row could read in
 * two ways is refused here, and ends the connection. */
#include "gateway_request.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "clock.h"
#include "gateway_head.h"
#include "gateway_http.h"
#include "gateway_routes.h"
#include "gateway_tls.h"
#include "log.h"

enum {
    /* As many bodies are read past before a refusal is told; what is sent
     * beyond that is not read. */
    DISCARD_BODIES = 8,
    RETRY_S = 2
};

/* ---------------------------------------------------------- begin and end */

struct request *request_new(struct gateway *gateway,
                            struct MHD_Connection *connection,
                            struct visit *visit)
{
    struct request *request = calloc(1, sizeof *request);

    if (request == NULL) {
        return NULL;
    }
    request->gateway = gateway;
    request->connection = connection;
    request->visit = visit;
    request->began_ms = mh_clock_ms();
    mh_buf_init(&request->body, gateway->limits.body_bytes);
    (void)atomic_fetch_add(&gateway->requests, 1);
    return request;
}

static void free_body(struct request *request)
{
    mh_buf_fini(&request->body);
    gateway_release(request);
}

static void write_audit(const struct request *request)
{
    const struct key *key = request->key;
    const int *of = request->tally.of;

    mh_log(MH_LOG_INFO, "audit",
           "key=%s agency=%s route=\"%s\" status=%d bytes=%zu accepted=%d "
           "duplicate=%d invalid=%d forbidden=%d conflict=%d retry=%d "
           "ms=%" PRId64,
           key == NULL ? "-" : key->secret.id,
           key == NULL           ? "-"
           : key->agency == NULL ? "*"
                                 : key->agency,
           request->route == NULL ? "-" : request->route->name, request->status,
           request->body_bytes, of[OUTCOME_ACCEPTED], of[OUTCOME_DUPLICATE],
           of[OUTCOME_INVALID], of[OUTCOME_FORBIDDEN], of[OUTCOME_CONFLICT],
           of[OUTCOME_RETRY] + of[OUTCOME_WAITING],
           mh_clock_ms() - request->began_ms);
}

static void count(const struct request *request)
{
    struct gateway *gateway = request->gateway;
    char status[12];
    const char *const labels[] = {
        request->route == NULL ? "other" : request->route->name, status};

    (void)snprintf(status, sizeof status, "%d", request->status);
    mh_series_add(mh_metrics_series(gateway->request_count, labels), 1);
    if (request->batch == NULL) {
        return;
    }
    mh_series_observe(gateway->request_seconds,
                      (double)(mh_clock_ms() - request->began_ms) / 1000.0);
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        const char *const name[] = {outcome_name((enum outcome)i)};

        if (request->tally.of[i] > 0) {
            mh_series_add(mh_metrics_series(gateway->event_count, name),
                          request->tally.of[i]);
        }
    }
}

void request_note_refusal(struct gateway *gateway, int status)
{
    const struct request request = {
        .gateway = gateway, .status = status, .began_ms = mh_clock_ms()};

    count(&request);
    write_audit(&request);
}

void request_end(struct request *request)
{
    count(request);
    if (request->route == NULL || !request->route->quiet) {
        write_audit(request);
    }
    free_body(request);
    if (request->batch != NULL) {
        parked_leave(&request->batch->parked);
    }
    inquiry_leave(request->inquiry);
    contract_leave(request->contract);
    key_leave(request->key);
    (void)atomic_fetch_sub(&request->gateway->requests, 1);
    free(request);
}

/* ----------------------------------------------------------- the head */

static const char *header(const struct request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                       name);
}

static enum problem find_key(struct request *request)
{
    static const char SCHEME[] = "Bearer ";
    const size_t scheme = sizeof SCHEME - 1;
    const char *text = header(request, "Authorization");

    if (request->gateway->client_certificates &&
        !tls_client_is_known(request->visit->tls, request->connection)) {
        return PROBLEM_CERTIFICATE;
    }
    if (text == NULL || strncasecmp(text, SCHEME, scheme) != 0) {
        text = "";
    } else {
        text += scheme;
        text += strspn(text, " ");
    }
    switch (
        keys_find(request->gateway->keys, text, strlen(text), &request->key)) {
    case KEYS_KNOWN:
        return PROBLEM_NONE;
    case KEYS_UNKNOWN:
        return PROBLEM_KEY;
    case KEYS_BLIND:
        break;
    }
    return PROBLEM_NOT_READY;
}

/* Attributes in headers say that the body is data, which is JSON unless they
 * say otherwise. */
static enum media find_media(const struct request *request)
{
    const char *type = header(request, "Content-Type");
    enum media media = media_read(type);

    return media == MEDIA_UNKNOWN && media_is_json(type) &&
                   header(request, "ce-specversion") != NULL
               ? MEDIA_JSON
               : media;
}

/* What the head alone is refused for. */
static enum problem look_at(struct request *request, const struct head *head,
                            const char *allowed)
{
    const struct route *route = request->route;
    enum problem problem = PROBLEM_NONE;

    if (route == NULL) {
        return allowed == NULL ? PROBLEM_NO_PATH : PROBLEM_METHOD;
    }
    if (route->needs_key) {
        problem = find_key(request);
    }
    if (problem == PROBLEM_NONE && route->has_body) {
        request->media = find_media(request);
        if (route->needs_key &&
            (request->media == MEDIA_UNKNOWN ||
             (head->encoding != NULL &&
              strcasecmp(head->encoding, "identity") != 0))) {
            problem = PROBLEM_MEDIA;
        } else if (head->length > gateway_body_most(request)) {
            problem = PROBLEM_BODY_SIZE;
        }
    }
    if (problem == PROBLEM_NONE && (route->has_body || route->needs_key) &&
        atomic_load(&request->gateway->draining)) {
        problem = PROBLEM_NOT_READY;
    }
    return problem;
}

bool request_begin(struct request *request, const char *path,
                   const char *method, const char *version)
{
    const struct head_line line = {.method = method,
                                   .uri = request->visit->uri,
                                   .uri_len = request->visit->uri_len,
                                   .version = version};
    struct head head;
    const char *allowed = NULL;

    head_read(request->connection, &line, &head);
    request->chunked = head.codings > 0;
    request->lang = media_language(header(request, "Accept-Language"));
    request->route = routes_find(path, method, request, &allowed);
    if (!head_is_sound(&head, version)) {
        request->problem = PROBLEM_HEADERS;
        return http_refuse(request);
    }
    request->problem = look_at(request, &head, allowed);
    request->more = request->problem == PROBLEM_METHOD ? allowed : NULL;
    if ((head.length > 0 || head.codings > 0) &&
        (request->route == NULL || !request->route->has_body)) {
        /* a body where there is none to be is not waited for */
        request->problem = request->problem == PROBLEM_NONE ? PROBLEM_HEADERS
                                                            : request->problem;
        return http_refuse(request);
    }
    if (request->problem != PROBLEM_NONE &&
        (head.expects ||
         head.length / DISCARD_BODIES > gateway_body_most(request))) {
        return http_refuse(request);
    }
    return true;
}

/* ------------------------------------------------------------ the body */

static bool refuse_body(struct request *request, enum problem problem)
{
    request->problem = problem;
    free_body(request);
    return true;
}

bool request_take(struct request *request, const char *bytes, size_t len)
{
    size_t most = gateway_body_most(request);

    request->body_bytes += len;
    if (request->problem != PROBLEM_NONE) {
        if (request->body_bytes <= DISCARD_BODIES * most) {
            return true;
        }
        if (!request->answered_raw) {
            request->answered_raw = true;
            request->status = problem_status(request->problem);
            http_refuse_raw(request);
        }
        return request->body_bytes <= 2 * DISCARD_BODIES * most;
    }
    if (len > most - request->body.len) {
        return refuse_body(request, PROBLEM_BODY_SIZE);
    }
    mh_buf_put(&request->body, bytes, len);
    if (request->body.failed ||
        (request->body.room > request->reserved &&
         !gateway_reserve(request, request->body.room - request->reserved))) {
        return refuse_body(request, PROBLEM_BUSY);
    }
    return true;
}

/* ---------------------------------------------------------- the answer */

bool request_go_on(struct request *request, const char *path)
{
    struct answer answer = {.status = 200, .type = "application/json"};
    enum handled handled = REFUSED;
    bool sent;

    if (request->answered_raw) {
        return false;
    }
    request->path = path;
    mh_buf_init(&answer.body, SIZE_MAX / 2);
    if (request->problem == PROBLEM_NONE) {
        handled = request->route->handle(request, &answer);
    }
    request->path = NULL;
    if (handled == PARKED) {
        return true;
    }
    if (handled == HANDLED) {
        sent = http_answer(request, &answer);
    } else {
        mh_buf_fini(&answer.body);
        sent = http_refuse(request);
    }
    return sent;
}
