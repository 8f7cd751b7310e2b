/* SPDX-License-Identifier: Apache-2.0 */
/**
 * libmahalle: post civic events to Kafka or to a gateway, from C or C++.
 *
 *     struct mahalle_settings settings;
 *     struct mahalle_err err;
 *     struct mahalle *client;
 *
 *     mahalle_settings_init(&settings, sizeof settings);
 *     settings.gateway = "https://gateway.example";
 *     settings.key_file = "/etc/agency/key";
 *     settings.on_result = on_result;
 *     if (mahalle_open(&settings, &client, &err) != MAHALLE_OK) ...
 *     mahalle_post(client, json, strlen(json), NULL, 1000, &err);
 *     mahalle_flush(client, 60000, &err);
 *     mahalle_close(client);
 *
 * An event is one JSON object, flat or a CloudEvent (manual: mahalle(3)). Each
 * event that is taken gets exactly one result: stored, known already, refused
 * with all its faults, not stored, or uncertain. "Stored" means acknowledged
 * by all in-sync replicas of Kafka.
 *
 * Repeats: the library itself tries again until `timeout_ms` is over. Whoever
 * hears NOT_STORED or UNCERTAIN may post the same event again at any time: a
 * fact is known by its agency and `event_id` (or its `source_ref`, from which
 * an id is made), so nothing counts twice. An event must therefore have one of
 * the two, kept by the caller; mahalle_uuid makes an id.
 *
 * Threads: a client may be used by any number of threads at once. on_result is
 * called in the threads that call mahalle_post, mahalle_post_many,
 * mahalle_poll, mahalle_flush and mahalle_close, one call at a time.
 * Processes: a client belongs to the process that opened it. After fork() the
 * child leaves it alone and opens its own; a call there is MAHALLE_USAGE.
 * Signal handlers, locale and environment of the program are left alone,
 * nothing is printed, and clients know nothing of each other. errno says
 * nothing after a call.
 *
 * Pointers are lent for the call unless a comment says otherwise; texts are
 * UTF-8 and end with a NUL unless there is a length.
 */
#ifndef MAHALLE_MAHALLE_H
#define MAHALLE_MAHALLE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What became of a call. Numbers never change; there may be more. */
enum mahalle_code {
    MAHALLE_OK = 0,
    MAHALLE_USAGE = 1,  /**< the call or a setting is wrong; `text` says how */
    MAHALLE_MEMORY = 2, /**< out of memory or threads; nothing was taken */
    MAHALLE_CONTRACT = 3, /**< schemas or reference data missing or broken */
    MAHALLE_FULL = 4,     /**< no room within `wait_ms`; nothing was taken */
    MAHALLE_TIMEOUT = 5   /**< not all have a result within `wait_ms` */
};

/** A failure in words: lower case, no full stop, never contents of an event.
 *  Of the caller's memory; its size never changes. */
struct mahalle_err {
    enum mahalle_code code;
    char text[512];
};

/** What became of an event. Numbers never change; there may be more. */
enum mahalle_fate {
    MAHALLE_STORED = 1,     /**< acknowledged by all in-sync replicas */
    MAHALLE_DUPLICATE = 2,  /**< the gateway knows it already: stored before */
    MAHALLE_REFUSED = 3,    /**< never stored as it is; `faults` say why */
    MAHALLE_NOT_STORED = 4, /**< certainly not; `reason` says why */
    MAHALLE_UNCERTAIN = 5   /**< sent and not acknowledged: it may be stored */
};

/** One fault of an event. Lent with the result. */
struct mahalle_fault {
    const char *pointer;  /**< RFC 6901, into the flat event, as /women_count;
                               "" is the whole event */
    const char *code;     /**< as AT_MOST; names never change, there may be
                               more (README, dictionary of the events) */
    const char *detail;   /**< one sentence for people, in `settings.lang` */
    const char *expected; /**< what would have been right; "" when unsaid */
    const char *got;      /**< what was there, cut at 63 bytes; content of the
                               event, so not for a log; "" when unsaid */
};

/** What became of one event. Lent: in on_result for the call, in a
 *  mahalle_results until it is freed. New members come at the end. */
struct mahalle_result {
    enum mahalle_fate fate;
    void *tag;         /**< as given when it was posted */
    const char *id;    /**< event_id, 36 characters in lower case; "" where
                            none could be made or none was told */
    int32_t partition; /**< of the topic; -1: not told */
    int64_t offset;    /**< in the partition; -1: not told */
    size_t fault_count;
    /** All faults of the event; `fault_count` pointers and a NULL. */
    const struct mahalle_fault *const *faults;
    const char *reason; /**< of NOT_STORED and UNCERTAIN, in English, for a
                             log; else "" */
};

/** Language of what people read. */
enum mahalle_lang { MAHALLE_FA = 0, MAHALLE_EN = 1 };

/** How much a line of `on_log` matters. */
enum mahalle_level { MAHALLE_LOG_ERROR, MAHALLE_LOG_WARN, MAHALLE_LOG_INFO };

/** How to open a client. mahalle_settings_init sets every member to its
 *  default; new members come at the end. Texts are copied. */
struct mahalle_settings {
    size_t size; /**< of this structure, as the caller knows it */

    /* Where to: exactly one of `gateway` and `brokers`. */
    const char *gateway; /**< URL without /v1; NULL. https://, or http:// where
                              nobody can read the key on the way. Proxies are
                              those of libcurl's environment (https_proxy) */
    const char *brokers; /**< of Kafka, HOST:PORT with commas between; NULL */

    /* Of a gateway. */
    const char *key;       /**< API key; NULL */
    const char *key_file;  /**< file with the key; read again when the gateway
                                refuses the key; NULL */
    const char *ca_file;   /**< PEM of authorities; NULL: the system's */
    const char *cert_file; /**< PEM of a client certificate; NULL: none */
    const char *cert_key_file; /**< PEM of its key; NULL: in `cert_file` */
    int connections;           /**< requests at once, 1 to 16; default 2 */

    /* Of Kafka. */
    const char *topic;   /**< default mahalle.events */
    const char *schemas; /**< directory with events/ and reference/, against
                              which events are checked; NULL: the one installed
                              with the library (linked statically: where this
                              was to be installed when it was built). Changes
                              there are taken up. */
    /** Settings for librdkafka: name, value, ..., NULL; NULL: none. */
    const char *const *kafka;

    /* Of both. */
    const char *event_type; /**< of flat events that name none; NULL: none */
    enum mahalle_lang lang; /**< of mahalle_fault.detail; default MAHALLE_FA */
    /** An event that is not stored for so long is given up: since it was posted.
     *  On the way to a gateway the time of an event that waits behind others
     *  begins when the gateway last took some of those, and begins anew when
     *  the gateway asks for patience (429 with Retry-After, as to a key with a
     *  rate) or for smaller requests. 1000 to 3600000, default 45000 */
    int timeout_ms;
    size_t queue_bytes; /**< memory for events without a result and for results
                             that on_result did not hear yet, in bytes: when
                             it is taken, no more events are; results of those
                             under way may go beyond. 128 KiB to 1 GiB,
                             default 32 MiB */

    /** Called once for each event of mahalle_post. It may call mahalle_post
     *  with a wait_ms of 0, and no other function of this client; while
     *  mahalle_close runs that is MAHALLE_USAGE too. It returns: no longjmp,
     *  no exception. NULL: results are dropped. */
    void (*on_result)(void *opaque, const struct mahalle_result *result);
    /** Called for what an operator may want to read, from any thread, maybe
     *  several at once. Never contents of events. It calls nothing of this
     *  client, whose locks may be held. NULL: dropped. */
    void (*on_log)(void *opaque, enum mahalle_level level, const char *text);
    void *opaque; /**< for both */
};

/** A connection to Kafka or to a gateway. */
struct mahalle;

/** An event to be posted. */
struct mahalle_event {
    const char *json; /**< `len` bytes; one JSON object of at most 64 KiB */
    size_t len;
    void *tag; /**< the caller's; comes back in the result */
};

/** Results of mahalle_post_many. */
struct mahalle_results;

/** Version of the library that runs, as "0.1.0". Static. */
const char *mahalle_version(void);

/** Set every member to its default.
 *  @param size sizeof *settings */
void mahalle_settings_init(struct mahalle_settings *settings, size_t size);

/**
 * Open a client. Reads schemas (Kafka) or the key (gateway); does not wait for
 * the other side, which may be away: events that are posted tell.
 *
 * @param client out; given, mahalle_close
 * @param err    out, on failure; may be NULL (everywhere)
 * @returns MAHALLE_OK, MAHALLE_USAGE, MAHALLE_MEMORY, MAHALLE_CONTRACT
 */
enum mahalle_code mahalle_open(const struct mahalle_settings *settings,
                               struct mahalle **client,
                               struct mahalle_err *err);

/**
 * Post one event; its result comes to on_result, later or before this returns.
 *
 * The text is copied. On the way to Kafka the event is checked here and now; a
 * gateway checks by itself. An event with faults is taken as well: its result
 * is MAHALLE_REFUSED.
 *
 * @param wait_ms longest wait for room in the queue, 0: none
 * @returns MAHALLE_OK: taken, there will be one result
 *          MAHALLE_FULL, MAHALLE_MEMORY, MAHALLE_USAGE: not taken
 */
enum mahalle_code mahalle_post(struct mahalle *client, const char *json,
                               size_t len, void *tag, int wait_ms,
                               struct mahalle_err *err);

/**
 * Post many events and wait until each has its result. on_result does not hear
 * of them.
 *
 * @param events  `count` of them
 * @param wait_ms longest wait; those without a result by then are UNCERTAIN,
 *                or NOT_STORED when the queue had no room for them
 * @param results out; given, mahalle_results_free; in the order of `events`
 * @returns MAHALLE_OK: there are `count` results, whatever they are
 *          MAHALLE_MEMORY, MAHALLE_USAGE: nothing was taken
 */
enum mahalle_code mahalle_post_many(struct mahalle *client,
                                    const struct mahalle_event *events,
                                    size_t count, int wait_ms,
                                    struct mahalle_results **results,
                                    struct mahalle_err *err);

/** Deliver results that are there; wait for the first at most `wait_ms`.
 *  @returns MAHALLE_OK, MAHALLE_USAGE */
enum mahalle_code mahalle_poll(struct mahalle *client, int wait_ms,
                               struct mahalle_err *err);

/** Wait until every event that was posted has its result, and deliver them.
 *  @returns MAHALLE_OK, MAHALLE_USAGE
 *           MAHALLE_TIMEOUT  some have none yet; they stay on their way */
enum mahalle_code mahalle_flush(struct mahalle *client, int wait_ms,
                                struct mahalle_err *err);

/** Events without a result so far, of all threads; 0 in a child process. */
size_t mahalle_waiting(const struct mahalle *client);

/** End the client, without waiting for answers, within about a second: what
 *  has no result becomes UNCERTAIN, or NOT_STORED if it was never sent, and is
 *  told to on_result, whose posts are refused (MAHALLE_USAGE). Flush first. No
 *  other thread may use the client any more. NULL is fine. */
void mahalle_close(struct mahalle *client);

size_t mahalle_results_count(const struct mahalle_results *results);
/** @param i below the count, else NULL is returned. Lent by `results`. */
const struct mahalle_result *mahalle_results_at(
    const struct mahalle_results *results, size_t i);
/** How many came to this fate. */
size_t mahalle_results_of(const struct mahalle_results *results,
                          enum mahalle_fate fate);
void mahalle_results_free(struct mahalle_results *results);

/** Name of a fate in lower case, as "not stored"; "unknown" for others. */
const char *mahalle_fate_name(enum mahalle_fate fate);

/**
 * Make a new event_id: a random UUID (RFC 9562, version 4). Keep it with the
 * event before it is posted, so that it can be posted again.
 * @param id out; 36 characters and a NUL
 * @returns MAHALLE_OK, MAHALLE_MEMORY (the system has no random numbers)
 */
enum mahalle_code mahalle_uuid(char id[37]);

#ifdef __cplusplus
}
#endif
#endif
