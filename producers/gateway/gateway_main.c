/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mahalle-gateway: events by HTTP -> Kafka.
 *
 * The way of a request is in gateway_request.c and gateway_post.c. Here the
 * parts are put together, and taken apart in an order that loses no answer:
 * no new connections, the requests that are there, Kafka, the rest.
 */
#include <inttypes.h>
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "gateway_desk.h"
#include "gateway_http.h"
#include "gateway_options.h"
#include "gateway_tls.h"
#include "gateway_watch.h"
#include "log.h"
#include "stop.h"

enum {
    STOP_S = 9,       /* promised: 10 s after SIGTERM at most */
    DRAIN_MS = 6000,  /* for the requests that are there */
    FLUSH_MS = 1000,  /* then for what Kafka has not confirmed */
    EARLIER_MS = 300, /* Kafka gives up before the request does */
    BACKLOG = 512,    /* connections that wait to be accepted */
    LOOK_MS = 100,
    READY_MS = 3000 /* who comes first shall not be told to come again */
};

/* From the fastest answer to the longest wait. */
static const double SECONDS[] = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1,
                                 0.2,   0.5,   1.0,  2.0,  5.0};

/* What a rise is seen of from the first one on. */
static const char *const POSTS[][2] = {
    {"events", "200"}, {"events", "201"}, {"events", "207"}, {"events", "401"},
    {"events", "403"}, {"events", "409"}, {"events", "413"}, {"events", "422"},
    {"events", "429"}, {"events", "500"}, {"events", "503"}};

static void make_metrics(struct gateway *gateway)
{
    static const char *const REQUEST[] = {"route", "status", NULL};
    static const char *const STATUS[] = {"status", NULL};
    struct mh_metrics *metrics = mh_metrics_new();
    struct mh_family *seconds;

    gateway->metrics = metrics;
    gateway->request_count = mh_metrics_define(
        metrics, MH_METRIC_COUNTER, "mahalle_gateway_requests_total",
        "Requests by what they asked for and the status of the answer; 0: the "
        "client went before it.",
        REQUEST);
    gateway->event_count = mh_metrics_define(
        metrics, MH_METRIC_COUNTER, "mahalle_gateway_events_total",
        "Events by what became of them.", STATUS);
    seconds = mh_metrics_define_histogram(
        metrics, "mahalle_gateway_post_seconds",
        "From the head of a post to its answer.", NULL, SECONDS,
        sizeof SECONDS / sizeof SECONDS[0]);
    gateway->request_seconds = mh_metrics_series(seconds, NULL);
    for (int i = OUTCOME_ACCEPTED; i < OUTCOME_COUNT; i++) {
        const char *const name[] = {outcome_name((enum outcome)i)};

        (void)mh_metrics_series(gateway->event_count, name);
    }
    for (size_t i = 0; i < sizeof POSTS / sizeof POSTS[0]; i++) {
        (void)mh_metrics_series(gateway->request_count, POSTS[i]);
    }
}

static enum mh_code make_gateway(struct gateway *gateway,
                                 const struct gateway_options *options,
                                 struct mh_err *err)
{
    struct relay_settings settings = {.brokers = options->brokers,
                                      .topic = options->topic,
                                      .options = options->all,
                                      .queue_kib = options->queue_kib,
                                      .timeout_ms =
                                          options->limits.wait_ms - EARLIER_MS};
    enum mh_code code;

    gateway->limits = options->limits;
    gateway->topic = options->topic;
    gateway->client_certificates = options->tls_clients != NULL;
    if (pthread_mutex_init(&gateway->lock, NULL) != 0) {
        return mh_fail(err, MH_MEMORY, "no memory for a lock");
    }
    make_metrics(gateway);
    code = keys_new(options->grace_ms, &gateway->keys, err);
    if (code == MH_OK) {
        code = recent_new(options->recent_events, &gateway->recent, err);
    }
    if (code == MH_OK) {
        code = parking_new(&gateway->parking, err);
    }
    settings.recent = gateway->recent;
    settings.parking = gateway->parking;
    if (code == MH_OK) {
        code = relay_open(&settings, &gateway->relay, err);
    }
    if (code == MH_OK) {
        code = desk_open(gateway, options->pg, "mahalle-gateway receipts",
                         &gateway->receipts, err);
    }
    if (code == MH_OK) {
        code = desk_open(gateway, options->pg, "mahalle-gateway grants",
                         &gateway->grants, err);
    }
    return code;
}

static void free_gateway(struct gateway *gateway)
{
    relay_close(gateway->relay, FLUSH_MS);
    contract_leave(gateway->contract);
    while (gateway->benches != NULL) {
        struct bench *bench = gateway->benches;

        gateway->benches = bench->next;
        bench_free(bench);
    }
    parking_free(gateway->parking);
    recent_free(gateway->recent);
    keys_free(gateway->keys);
    mh_metrics_free(gateway->metrics);
    (void)pthread_mutex_destroy(&gateway->lock);
}

/* -------------------------------------------------------------- the server */

static enum mh_code open_server(struct gateway *gateway,
                                const struct gateway_options *options,
                                struct tls **tls, struct http **http,
                                struct mh_err *err)
{
    bool plain = options->tls_certificate == NULL;
    struct mh_listener listener = {.fd = -1};
    enum mh_code code = MH_OK;

    if (!plain) {
        code = tls_open(options->tls_certificate, options->tls_key,
                        options->tls_clients, tls, err);
    }
    if (code == MH_OK) {
        code =
            mh_listen_wait(options->listen, BACKLOG, "gateway", &listener, err);
    }
    if (code == MH_OK && plain && !listener.loopback && !options->plain_http) {
        (void)close(listener.fd);
        code = mh_fail(err, MH_USAGE,
                       "others than this machine reach %s: give "
                       "--tls-certificate, or --plain-http behind a proxy "
                       "that speaks TLS",
                       listener.at);
    } else if (code == MH_OK) {
        code = http_open(gateway, listener.fd, *tls, http, err);
    }
    if (code == MH_OK) {
        mh_log(MH_LOG_INFO, "gateway", "listen=%s://%s threads=%d topic=%s",
               plain ? "http" : "https", listener.at, gateway->limits.threads,
               gateway->topic);
    }
    return code;
}

/* Somebody has put other files in their places. */
static void read_certificates(struct tls *tls)
{
    struct mh_err err = {.text = ""};
    bool changed = false;

    if (tls == NULL) {
        mh_log(MH_LOG_INFO, "gateway", "hangup=\"nothing is read again\"");
    } else if (tls_read_again(tls, &changed, &err) != MH_OK) {
        mh_log(MH_LOG_ERROR, "gateway", "certificates=kept reason=%s",
               mh_log_quote((char[MH_LOG_QUOTED]){0}, err.text));
    } else {
        mh_log(MH_LOG_INFO, "gateway", "certificates=%s",
               changed ? "new" : "unchanged");
    }
}

static void drain(struct gateway *gateway, struct http *http)
{
    int64_t until_ms = mh_clock_ms() + DRAIN_MS;

    mh_log(MH_LOG_INFO, "gateway", "draining requests=%d",
           atomic_load(&gateway->requests));
    atomic_store(&gateway->draining, true);
    http_quiesce(http);
    while (atomic_load(&gateway->requests) > 0 && mh_clock_ms() < until_ms) {
        mh_clock_sleep_ms(LOOK_MS / 2);
    }
}

/* Keys, contract and Kafka are there, or it has taken long enough. */
static void wait_ready(struct gateway *gateway)
{
    int64_t until_ms = mh_clock_ms() + READY_MS;

    while (!(atomic_load(&gateway->kafka_well) &&
             atomic_load(&gateway->database_well)) &&
           !mh_stop_asked() && mh_clock_ms() < until_ms) {
        mh_clock_sleep_ms(LOOK_MS / 5);
    }
}

static enum mh_code run(const struct gateway_options *options,
                        struct mh_err *err)
{
    static struct gateway gateway;
    struct watch *watch = NULL;
    struct http *http = NULL;
    struct tls *tls = NULL;
    bool ended;
    enum mh_code code = make_gateway(&gateway, options, err);

    if (code == MH_OK) {
        code = watch_open(&gateway, options->pg, &watch, err);
    }
    if (code == MH_OK) {
        wait_ready(&gateway);
        code = open_server(&gateway, options, &tls, &http, err);
    }
    if (code == MH_OK) {
        while (!mh_stop_asked()) {
            mh_clock_sleep_ms(LOOK_MS);
            if (mh_stop_hangup_asked()) {
                read_certificates(tls);
            }
        }
        drain(&gateway, http);
    }
    http_close(http);
    tls_close(tls);
    ended = watch_close(watch);
    ended = desk_close(gateway.receipts) && ended;
    ended = desk_close(gateway.grants) && ended;
    if (ended) {
        free_gateway(&gateway);
    }
    return code == MH_LISTEN ? MH_OK
                             : code; /* asked to stop before it was up */
}

int main(int argc, char **argv)
{
    struct gateway_options options;
    struct mh_err err = {.code = MH_OK};
    bool done = false;
    enum mh_code code = gateway_options_read(argc, argv, &options, &done, &err);

    if (code != MH_OK || done) {
        gateway_options_fini(&options);
        return mh_code_exit(code);
    }
    /* What one thread has read another one frees: an arena a thread would keep
     * what the others could use. */
    (void)mallopt(M_ARENA_MAX, 2);
    (void)json_object_seed(0);
    mh_stop_init();
    mh_stop_limit(STOP_S);
    mh_stop_hangup_init();
    code = run(&options, &err);
    if (code != MH_OK) {
        mh_log(MH_LOG_ERROR, "gateway", "stop=\"%s\"", err.text);
    } else {
        mh_log(MH_LOG_INFO, "gateway", "end=0");
    }
    gateway_options_fini(&options);
    return mh_code_exit(code);
}
