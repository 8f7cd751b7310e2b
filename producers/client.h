/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A client of libmahalle, as its own programs use it: the way of an event from
 * text or cells through the check to Kafka or a gateway.
 *
 * mahalle.h is what agencies call; it is made of this. mahalle-post needs more:
 * the verdict on a line at once, with its faults, to keep the line aside.
 * Any thread, with a workbench (struct work) of its own.
 */
#ifndef MAHALLE_CLIENT_H
#define MAHALLE_CLIENT_H

#include <jansson.h>
#include <stdatomic.h>

#include "cloud.h"
#include "file_contract.h"
#include "intake.h"
#include "parcels.h"
#include "send.h"
#include "upload.h"

enum { CLIENT_FOREVER_MS = INT32_MAX };

struct client_settings {
    struct mahalle_settings all; /**< complete; neither `gateway` nor `brokers`:
                                      events are checked and go nowhere */
    const struct mh_options *options; /**< lent; kafka.*; optional */
    bool checks; /**< the contract is read also on the way to a gateway, since
                      events come as cells */
    /** What to say of an `event_type` that there is not; NULL: just that. */
    enum mh_code (*on_no_type)(const struct mh_catalogue *catalogue,
                               const char *type, struct mh_err *err);
    bool library; /**< of mahalle.h: CloudEvents are told apart, refusals come
                       as results, and nothing is written to standard error */
};

/** A reader's room, used again from event to event. */
struct work {
    struct work *next; /**< in whoever keeps them */
    struct mh_buf scratch, value;
    struct mh_faults faults; /**< of the event in hand */
    struct cloud cloud;
    struct told *told; /**< library: the refusal of the event in hand; owned */
};

/** Whose event it is. */
struct label {
    struct parcel_owner *owner; /**< lent until it is told */
    uint64_t ticket;
    void *tag;
};

/** libmahalle's handle. */
struct client {
    struct client_settings settings; /**< texts lent by whoever opened it */
    struct parcels parcels;
    struct send *sender;            /**< owned; NULL: not Kafka */
    struct upload *upload;          /**< owned; NULL: not a gateway */
    pthread_rwlock_t contract_lock; /**< many read events, one renews */
    struct file_contract contract;  /**< of Kafka, and with `checks` */
    struct intake intake;           /**< of the contract as it is now */
    bool has_contract;
    atomic_uint since_turn; /**< events handed over since all was heard */
};

/**
 * @param client out; given, client_close
 * @returns MH_OK, MH_USAGE, MH_MEMORY, MH_CONTRACT, MH_FILE (key, certificate)
 */
MH_MUST enum mh_code client_open(const struct client_settings *settings,
                                 struct client **client, struct mh_err *err);
/** What has no result is told to its owner as NOT_STORED or UNCERTAIN; the
 *  owner hands nothing over then. NULL is fine. */
void client_close(struct client *client);

void work_init(struct work *work);
void work_fini(struct work *work);

/**
 * Read an event from JSON text and hand it over.
 * @param wait_ms longest wait for room
 * @returns MH_OK: its owner will be told
 *          a code to refuse with: `work->faults` has all faults; nobody is told
 *          MH_FULL, MH_MEMORY, MH_KAFKA_REFUSED, MH_KAFKA_DOWN: not taken
 */
MH_MUST enum mh_code client_text(struct client *client, struct work *work,
                                 const char *text, size_t len,
                                 struct label label, int wait_ms,
                                 struct mh_err *err);
/** The same from values by name. What they were found with (a type) is not
 *  read anew meanwhile. */
MH_MUST enum mh_code client_items(struct client *client, struct work *work,
                                  const struct given_item *items, int count,
                                  struct label label, int wait_ms,
                                  struct mh_err *err);
/** Let events be read by the contract as it is now. */
void client_use_contract(struct client *client);
/** Look whether the contract has changed. @param types its types, too
 *  @returns whether it has; what points into the old one is gone */
bool client_renew(struct client *client, bool types);

/** Hand an event over. @param parcel taken, also on failure
 *  @returns as client_text, no code to refuse with */
MH_MUST enum mh_code client_hand_over(struct client *client,
                                      struct parcel *parcel, struct label label,
                                      int wait_ms, struct mh_err *err);
/** Hand over a result of our own: the refusal of an event. @param told taken
 *  @returns MH_OK, MH_FULL, MH_MEMORY: `told` is freed */
MH_MUST enum mh_code client_refuse(struct client *client, struct label label,
                                   struct told *told, int wait_ms,
                                   struct mh_err *err);

/** Tell owners what is known; wait for the first at most `wait_ms`. */
void client_serve(struct client *client, int wait_ms);
/** Serve until `done`, `wait_ms` at most. @returns whether it is */
bool client_wait(struct client *client, bool (*done)(const void *opaque),
                 const void *opaque, int wait_ms);
/** Wait until every owner was told. @returns false: the time is over */
bool client_flush(struct client *client, int wait_ms);

#endif
