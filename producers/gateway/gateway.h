/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the parts of mahalle-gateway share: one gateway, and its requests.
 *
 *     request -> key -> body -> batch -> relay -> Kafka
 *                                 \-> reply <-'
 *
 * A request belongs to one thread of the server at a time. Its connection waits
 * parked while Kafka or PostgreSQL is asked.
 */
#ifndef MAHALLE_GATEWAY_H
#define MAHALLE_GATEWAY_H

#include <pthread.h>

#include "gateway_batch.h"
#include "gateway_relay.h"
#include "gateway_reply.h"
#include "metrics.h"

struct MHD_Connection;
struct desk;
struct inquiry;
struct visit;

/** Bounds and waits, from the options. */
struct gateway_limits {
    int events_max;    /**< of a request */
    size_t body_bytes; /**< of a request */
    size_t room_bytes; /**< of all requests together */
    int connections;   /**< at once */
    int per_address;   /**< of these, of one address; 0: no bound */
    int threads;       /**< that serve them */
    int head_ms;       /**< for the head of a request */
    int body_ms;       /**< for its body */
    int answer_ms;     /**< to take the answer */
    int idle_ms;       /**< between requests of a connection */
    int wait_ms;       /**< for Kafka or PostgreSQL; then the answer is 503 */
};

struct gateway {
    struct gateway_limits limits;
    const char *topic; /**< lent */
    struct keys *keys; /**< owned, as all below */
    struct recent *recent;
    struct parking *parking;
    struct relay *relay;
    struct desk *receipts, *grants;
    struct contract *contract; /**< under `lock`; NULL: none was read yet */
    struct bench *benches;     /**< under `lock`; those that are free */
    pthread_mutex_t lock;
    atomic_size_t room;      /**< bytes of bodies and batches of keys */
    atomic_size_t open_room; /**< bytes of bodies that came without a key */
    atomic_int requests;     /**< that are not answered yet */
    atomic_bool draining;    /**< no new request is taken */
    atomic_bool kafka_well;  /**< as the watch last saw it */
    atomic_bool database_well;
    bool client_certificates; /**< every key needs one beside it */
    struct mh_metrics *metrics;
    struct mh_family *request_count, *event_count; /**< lent by `metrics` */
    struct mh_series *request_seconds;
};

/** An answer while it is made. */
struct answer {
    int status;
    const char *type; /**< static; content type */
    struct mh_buf body;
    int retry_s;       /**< Retry-After; 0: none */
    const char *allow; /**< static; methods, with 405; optional */
    bool languages;    /**< its words are in the language that was asked for */
    bool close;        /**< the connection ends with it */
};

struct route;

struct request {
    struct gateway *gateway;           /**< lent */
    struct MHD_Connection *connection; /**< lent */
    struct visit *visit;               /**< lent by the connection */
    const struct route *route;         /**< lent; NULL: no such path */
    const char *path;                  /**< lent for the call of a handler */
    char name[256]; /**< what stands for `*` in the route, decoded */
    enum words_lang lang;
    enum media media;
    struct key *key;         /**< held; NULL: none was needed */
    enum problem problem;    /**< PROBLEM_NONE, or what it is refused for */
    int retry_s;             /**< with `problem` */
    const char *more;        /**< static or `note`; with `problem`, optional */
    char note[160];          /**< what is told in numbers */
    struct mh_buf body;      /**< as far as it is here */
    size_t reserved;         /**< bytes taken of the gateway's room */
    size_t body_bytes;       /**< received, discarded ones too */
    bool chunked;            /**< the body comes in pieces */
    bool answered_raw;       /**< 413 was written past the library */
    bool counted;            /**< in gateway->requests */
    struct batch *batch;     /**< held; what was posted */
    struct inquiry *inquiry; /**< held; what was asked of the database */
    struct contract *contract; /**< held */
    int status;                /**< that was answered */
    struct tally tally;
    int64_t began_ms;
    int64_t due_ms; /**< when what was posted is answered at the latest */
};

/** The request is done with it; NULL is fine. */
void inquiry_leave(struct inquiry *inquiry);

/** Most bytes of the body of this request. */
size_t gateway_body_most(const struct request *request);
/** Add to what requests hold: whoever has no key has a small room apart, and
 *  takes nothing from those who post. @returns false: there is no room; nothing
 *  was added */
bool gateway_reserve(struct request *request, size_t bytes);
/** Give back all that the request has reserved. */
void gateway_release(struct request *request);
/** The contract as it is now; held by the request. NULL: there is none yet. */
const struct contract *gateway_contract(struct request *request);
/** A reader's room of this thread's own until it is given back. NULL: no
 *  memory. */
struct bench *gateway_take_bench(struct gateway *gateway);
void gateway_give_bench(struct gateway *gateway, struct bench *bench);
/** Take another picture of the contract. @param contract taken */
void gateway_set_contract(struct gateway *gateway, struct contract *contract);

#endif
