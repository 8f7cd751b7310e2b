/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the gateway answers: results of events, and problems of whole requests.
 *
 * Never an empty body. Pure. Part of mahalle-gateway.
 * Source: RFC 9457 for problems.
 */
#ifndef MAHALLE_GATEWAY_REPLY_H
#define MAHALLE_GATEWAY_REPLY_H

#include "gateway_batch.h"

/** X(name, status, text in English); in Persian: gateway_reply.c. */
#define PROBLEMS(X)                                                    \
    X(HEADERS, 400, "the headers of the request are not sound")        \
    X(NOT_JSON, 400, "the body is not JSON; nothing of it was stored") \
    X(EMPTY, 400, "the body holds no event, or is cut off")            \
    X(SINCE, 400, "since is neither a time nor the next of an answer") \
    X(AGENCY, 400, "this key is of all agencies: say ?agency_code=")   \
    X(AGENCY_CODE, 400, "agency_code is no code of an agency")         \
    X(KEY, 401, "no valid key: Authorization: Bearer KEY is needed")   \
    X(CERTIFICATE, 401, "a valid certificate of the client is needed") \
    X(OTHER_AGENCY, 403, "the key has no grant for this agency")       \
    X(NO_PATH, 404, "there is nothing at this path")                   \
    X(NO_EVENT, 404, "no event with this id is known")                 \
    X(NO_TYPE, 404, "there is no such event type")                     \
    X(METHOD, 405, "this path does not take this method")              \
    X(BODY_SIZE, 413, "the body is larger than allowed")               \
    X(EVENT_COUNT, 413, "more events than allowed in one request")     \
    X(MEDIA, 415,                                                      \
      "the body must be application/json, application/x-ndjson, "      \
      "application/cloudevents+json or application/cloudevents-"       \
      "batch+json, in UTF-8, not compressed")                          \
    X(RATE, 429, "more events than this key may post; wait")           \
    X(BUG, 500, "a fault of the gateway itself")                       \
    X(BUSY, 503, "too much at once; nothing was stored; try again")    \
    X(NOT_READY, 503, "not ready yet; nothing was stored; try again")  \
    X(DATABASE, 503, "the database does not answer; try again")

enum problem {
    PROBLEM_NONE,
#define X(name, status, text) PROBLEM_##name,
    PROBLEMS(X)
#undef X
        PROBLEM_COUNT
};

int problem_status(enum problem problem);
/**
 * Append the body of an answer; `application/problem+json`.
 * @param more lent; one sentence more; optional
 */
void problem_put(struct mh_buf *buf, enum problem problem, enum words_lang lang,
                 const char *more);

/** The sentence more for PROBLEM_EVENT_COUNT: how many this key may send. */
void problem_count(char *text, size_t size, enum words_lang lang, int64_t most);

/** How many events came to which outcome. */
struct tally {
    int of[OUTCOME_COUNT];
};

/**
 * Append the results of a batch; those that still wait are "retry".
 * @returns the status of the answer
 */
int results_put(struct mh_buf *buf, const struct batch *batch,
                const char *topic, struct tally *tally);

#endif
