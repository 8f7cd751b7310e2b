/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The events of one request: read, checked, encoded, and what became of each.
 *
 * Step between a body and relay. Everything is read before anything is sent; a
 * fault is one event's and never its neighbours'. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_BATCH_H
#define MAHALLE_GATEWAY_BATCH_H

#include "cloud.h"
#include "gateway_contract.h"
#include "gateway_keys.h"
#include "gateway_media.h"
#include "gateway_parking.h"
#include "gateway_recent.h"
#include "gateway_split.h"
#include "send_headers.h"

enum { BATCH_EVENTS_MAX = 10000 }; /* the bound of the bound */

/** What became of an event. */
enum outcome {
    OUTCOME_WAITING, /**< to be sent, or sent and not confirmed */
    OUTCOME_ACCEPTED,
    OUTCOME_DUPLICATE,
    OUTCOME_INVALID,
    OUTCOME_FORBIDDEN,
    OUTCOME_CONFLICT,
    OUTCOME_RETRY, /**< not confirmed; to be sent again with the same id */
    OUTCOME_COUNT
};

struct batch;

struct entry {
    struct batch *batch;          /**< whose it is */
    _Atomic enum outcome outcome; /**< set last, by whoever decides */
    bool asks;                    /**< whether the key may change that fact is
                                   *   to be asked before it is sent */
    bool doubtful;                /**< OUTCOME_RETRY: it may be stored */
    int repeats; /**< the event of the request that it says again, counted
                  *   from 1; 0: none. What becomes of it is that one's */
    char id[MH_UUID_TEXT + 1];    /**< "": none could be made */
    struct recent_event event;    /**< partition and offset once stored */
    size_t value_at, value_len;   /**< in batch->values */
    size_t faults_at, faults_len; /**< in batch->faults */
};

struct batch {
    struct parked parked; /**< users: the request, and each event on its way */
    atomic_int waiting;   /**< events on their way */
    int count;
    int asks;                     /**< entries that do */
    struct entry *entries;        /**< owned; `count` of them */
    struct send_headers *headers; /**< owned; the same, until they are sent */
    struct mh_buf values;         /**< frames and records */
    struct mh_buf faults;         /**< of each event, a JSON array */
};

/** What is read, and against what; all lent. */
struct order {
    const struct contract *contract;
    const struct key *key;
    struct recent *recent;
    enum media media;
    const json_t
        *binary; /**< attributes of a CloudEvent in headers; optional */
    enum words_lang lang;
    const char *body;
    size_t len;
    int events_max;
    size_t faults_max; /**< bytes of all texts of faults */
};

/** A reader's room, used again from request to request. */
struct bench {
    struct bench *next; /**< in whoever keeps them */
    struct mh_buf scratch;
    struct mh_faults faults;
    struct cloud cloud;
    struct slice *slices; /**< owned; events_max of them */
    int count;            /**< slices in use */
    int *slots;           /**< owned; events of this request by identity */
    size_t slot_mask;     /**< one less than there are, a power of two */
};

MH_MUST enum mh_code bench_new(int events_max, struct bench **bench,
                               struct mh_err *err);
void bench_free(struct bench *bench);

/**
 * Cut the body into events.
 * @returns MH_OK: bench->count of them; MH_JSON, MH_TOO_LARGE
 */
MH_MUST enum mh_code batch_split(const struct order *order,
                                 struct bench *bench);
/**
 * Read what batch_split has found. Of the outcomes only WAITING, DUPLICATE,
 * INVALID, FORBIDDEN and CONFLICT are given.
 * @param batch out; given, parked_leave
 * @returns MH_OK, MH_MEMORY, MH_JSON: the body is not JSON, `at` is the event
 */
MH_MUST enum mh_code batch_read(const struct order *order, struct bench *bench,
                                struct batch **batch, int *at);

/** Name in an answer, as "accepted". */
const char *outcome_name(enum outcome outcome);

#endif
