/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/events: body -> batch -> relay, and then the results. */
#include <jansson.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clock.h"
#include "gateway_grants.h"
#include "gateway_routes.h"

enum {
    RETRY_S = 2,
    ATTRIBUTE_BYTES = 1024,            /* of a header of a CloudEvent */
    FAULTS_BYTES_MAX = 2 * 1024 * 1024 /* of the texts of one answer */
};

/* ------------------------------------------------- attributes in headers */

struct attributes {
    json_t *object; /* owned; NULL: no ce-specversion was there */
    bool cloud;     /* it was */
    bool failed;    /* an escape that is none, or too long */
};

static enum MHD_Result on_attribute(void *context, enum MHD_ValueKind kind,
                                    const char *name, size_t name_len,
                                    const char *value, size_t value_len)
{
    struct attributes *attributes = context;
    char text[ATTRIBUTE_BYTES], key[64];
    size_t len;

    (void)kind;
    if (name_len < 4 || name_len - 3 >= sizeof key ||
        strncasecmp(name, "ce-", 3) != 0) {
        return MHD_YES;
    }
    for (len = 3; len <= name_len; len++) {
        char c = name[len];

        key[len - 3] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    }
    len = media_unescape(value, value_len, text, sizeof text);
    /* data is the body, and an attribute is there once */
    if (len == SIZE_MAX || strcmp(key, "data") == 0 ||
        strcmp(key, "data_base64") == 0 ||
        json_object_get(attributes->object, key) != NULL ||
        json_object_set_new(attributes->object, key, json_stringn(text, len)) !=
            0) {
        attributes->failed = true;
    }
    attributes->cloud = attributes->cloud || strcmp(key, "specversion") == 0;
    return MHD_YES;
}

/* @returns whether the headers are those of a CloudEvent, or of nothing */
static bool read_attributes(const struct request *request,
                            struct attributes *attributes)
{
    *attributes = (struct attributes){.object = json_object()};
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND,
                                      on_attribute, attributes);
    if (!attributes->cloud) {
        json_decref(attributes->object);
        attributes->object = NULL;
        return true;
    }
    return !attributes->failed && attributes->object != NULL;
}

/* ----------------------------------------------------------------- reading */

static enum problem limit_rate(struct request *request, int events)
{
    int64_t wait_s;

    if (!key_may_count(request->key, events)) {
        problem_count(request->note, sizeof request->note, request->lang,
                      key_burst(request->key));
        request->more = request->note;
        return PROBLEM_EVENT_COUNT;
    }
    wait_s =
        keys_take(request->gateway->keys, request->key, events, mh_clock_ms());
    request->retry_s = wait_s > 3600 ? 3600 : (int)wait_s;
    return wait_s == 0 ? PROBLEM_NONE : PROBLEM_RATE;
}

static enum problem split(struct request *request, const struct order *order,
                          struct bench *bench)
{
    enum mh_code code = batch_split(order, bench);

    return code == MH_OK          ? limit_rate(request, bench->count)
           : code == MH_TOO_LARGE ? PROBLEM_EVENT_COUNT
                                  : PROBLEM_EMPTY;
}

static enum problem read_batch(struct request *request,
                               const struct order *order, struct bench *bench)
{
    int at = 0;
    enum mh_code code = batch_read(order, bench, &request->batch, &at);

    return code == MH_OK     ? PROBLEM_NONE
           : code == MH_JSON ? PROBLEM_NOT_JSON
                             : PROBLEM_BUSY;
}

/* The body makes room for what was read of it. */
static enum problem exchange_room(struct request *request)
{
    const struct batch *batch = request->batch;
    size_t held = sizeof *batch + batch->values.room + batch->faults.room +
                  (size_t)batch->count *
                      (sizeof *batch->entries + sizeof *batch->headers);

    mh_buf_fini(&request->body);
    gateway_release(request);
    return gateway_reserve(request, held) ? PROBLEM_NONE : PROBLEM_BUSY;
}

static enum problem take_body(struct request *request, struct bench *bench,
                              const struct contract *contract)
{
    struct attributes attributes = {.object = NULL};
    struct order order = {.contract = contract,
                          .key = request->key,
                          .recent = request->gateway->recent,
                          .media = request->media,
                          .lang = request->lang,
                          .body = (const char *)request->body.bytes,
                          .len = request->body.len,
                          .events_max = request->gateway->limits.events_max,
                          .faults_max = FAULTS_BYTES_MAX};
    enum problem problem = PROBLEM_NONE;

    if (order.media == MEDIA_JSON && !read_attributes(request, &attributes)) {
        problem = PROBLEM_HEADERS;
    }
    order.binary = attributes.object;
    order.body = order.body == NULL ? "" : order.body;
    if (problem == PROBLEM_NONE) {
        problem = split(request, &order, bench);
    }
    if (problem == PROBLEM_NONE) {
        problem = read_batch(request, &order, bench);
    }
    if (problem == PROBLEM_NONE) {
        problem = exchange_room(request);
    }
    json_decref(attributes.object);
    return problem;
}

/* --------------------------------------------------------------- results */

static enum handled put_results(struct request *request, struct answer *answer)
{
    answer->status = results_put(&answer->body, request->batch,
                                 request->gateway->topic, &request->tally);
    answer->languages = true;
    if (request->tally.of[OUTCOME_RETRY] > 0 ||
        request->tally.of[OUTCOME_WAITING] > 0) {
        answer->retry_s = RETRY_S;
    }
    return HANDLED;
}

static bool has_work(const struct batch *batch)
{
    for (int i = 0; i < batch->count; i++) {
        if (atomic_load_explicit(&batch->entries[i].outcome,
                                 memory_order_relaxed) == OUTCOME_WAITING) {
            return true;
        }
    }
    return false;
}

static enum handled send_batch(struct request *request, struct answer *answer)
{
    struct gateway *gateway = request->gateway;

    if (!has_work(request->batch)) {
        return put_results(request, answer);
    }
    if (!parking_enter(gateway->parking, &request->batch->parked,
                       request->connection, request->due_ms)) {
        request->problem = PROBLEM_NOT_READY;
        return REFUSED;
    }
    (void)relay_send(gateway->relay, request->batch);
    return PARKED;
}

enum handled post_handle(struct request *request, struct answer *answer)
{
    struct gateway *gateway = request->gateway;
    const struct contract *contract;
    struct bench *bench;

    if (request->inquiry != NULL) {
        grants_settle(request);
        return send_batch(request, answer);
    }
    if (request->batch != NULL) {
        return put_results(request, answer);
    }
    request->due_ms = mh_clock_ms() + gateway->limits.wait_ms;
    contract = gateway_contract(request);
    bench = contract == NULL ? NULL : gateway_take_bench(gateway);
    if (bench == NULL) {
        request->problem = contract == NULL ? PROBLEM_NOT_READY : PROBLEM_BUSY;
        return REFUSED;
    }
    request->problem = take_body(request, bench, contract);
    gateway_give_bench(gateway, bench);
    if (request->problem != PROBLEM_NONE) {
        return REFUSED;
    }
    if (request->batch->asks > 0) {
        return grants_ask(request) ? PARKED : REFUSED;
    }
    return send_batch(request, answer);
}
