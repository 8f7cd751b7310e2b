/* SPDX-License-Identifier: Apache-2.0 */
/* One table; every bound on what clients may cost is in it. */
#include "gateway_options.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

static const struct mh_option OPTIONS[] = {
    {"listen", MH_OPTION_TEXT, "127.0.0.1:8080", 0, 0, "",
     "Address of the server, HOST:PORT; port 0 is any that is free."},
    {"tls-certificate", MH_OPTION_TEXT, "", 0, 0, "",
     "File with the server's certificate and its chain, PEM; with it the "
     "server speaks TLS 1.2 and 1.3 alone."},
    {"tls-key", MH_OPTION_TEXT, "", 0, 0, "",
     "File with the key of that certificate, PEM."},
    {"tls-clients", MH_OPTION_TEXT, "", 0, 0, "",
     "File with the certificates of those who vouch for clients, PEM; with it "
     "a key is good only beside a certificate."},
    {"plain-http", MH_OPTION_FLAG, "false", 0, 0, "",
     "Speak HTTP without TLS where other machines reach it: behind a proxy "
     "that speaks TLS."},
    {"brokers", MH_OPTION_TEXT, "127.0.0.1:9092", 0, 0, "",
     "Kafka's bootstrap servers, HOST:PORT with commas between."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "",
     "Topic of the events."},
    {"pg", MH_OPTION_SECRET, NULL, 0, 0, "",
     "PostgreSQL connection string of a member of mahalle_gateway."},
    {"events", MH_OPTION_NUMBER, "500", 1, BATCH_EVENTS_MAX, "events",
     "Most events of one request."},
    {"body-kbytes", MH_OPTION_NUMBER, "1024", 64, 16 * 1024, "KiB",
     "Largest body of one request."},
    {"room-kbytes", MH_OPTION_NUMBER, "16384", 1024, 1024 * 1024, "KiB",
     "Memory for the bodies and events of all requests; beyond it the answer "
     "is 503."},
    {"queue-kbytes", MH_OPTION_NUMBER, "8192", 1024, 1024 * 1024, "KiB",
     "Events that wait for Kafka; beyond it the answer is 503."},
    {"connections", MH_OPTION_NUMBER, "1000", 1, 100000, "",
     "Most connections at once; each may take 12 KiB."},
    {"connections-per-address", MH_OPTION_NUMBER, "500", 0, 100000, "",
     "Most of them from one address; 0 is no bound, as behind a proxy."},
    {"threads", MH_OPTION_NUMBER, "0", 0, 64, "",
     "Threads that serve them; 0 is one a processor."},
    {"head-ms", MH_OPTION_NUMBER, "10000", 100, 600000, "ms",
     "Longest time for the head of a request."},
    {"body-ms", MH_OPTION_NUMBER, "30000", 100, 600000, "ms",
     "Longest time for the body of a request."},
    {"answer-ms", MH_OPTION_NUMBER, "30000", 100, 600000, "ms",
     "Longest time for a client to take an answer."},
    {"idle-ms", MH_OPTION_NUMBER, "30000", 1000, 600000, "ms",
     "Longest time between two requests of a connection."},
    {"wait-ms", MH_OPTION_NUMBER, "4500", 500, 60000, "ms",
     "Longest wait for Kafka or PostgreSQL; then the answer is 503."},
    {"recent-events", MH_OPTION_NUMBER, "65536", 0, 16 * 1024 * 1024, "events",
     "Events of late that are known again as duplicates or conflicts, 64 "
     "bytes each."},
    {"keys-hold-minutes", MH_OPTION_NUMBER, "1440", 1, 100000, "minutes",
     "How long known keys are good while the database is away."},
    {"log-level", MH_OPTION_NUMBER, "2", 0, 3, "",
     "0 errors, 1 warnings, 2 changes of state and audit lines, 3 everything."},
    {0}};

static const struct mh_program PROGRAM = {
    .name = "mahalle-gateway",
    .about = "Take events by HTTP, check them, and answer when Kafka has "
             "stored them.",
    .usage = "[OPTION]...",
    .examples =
        "MAHALLE_PG='host=db dbname=mahalle user=gateway' mahalle-gateway "
        "--brokers kafka1:9092\n"
        "mahalle-gateway --config /etc/mahalle/gateway.conf --listen "
        "0.0.0.0:443 --tls-certificate server.pem --tls-key server.key",
    .options = OPTIONS,
    .bare = true,
};

static const char *text_or_null(const struct mh_options *all, const char *name)
{
    const char *text = mh_options_text(all, name);

    return text[0] == '\0' ? NULL : text;
}

static int to_int(const struct mh_options *all, const char *name)
{
    return (int)mh_options_number(all, name);
}

static void read_limits(const struct mh_options *all,
                        struct gateway_limits *limits)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    *limits = (struct gateway_limits){
        .events_max = to_int(all, "events"),
        .body_bytes = (size_t)mh_options_number(all, "body-kbytes") * 1024,
        .room_bytes = (size_t)mh_options_number(all, "room-kbytes") * 1024,
        .connections = to_int(all, "connections"),
        .per_address = to_int(all, "connections-per-address"),
        .threads = to_int(all, "threads"),
        .head_ms = to_int(all, "head-ms"),
        .body_ms = to_int(all, "body-ms"),
        .answer_ms = to_int(all, "answer-ms"),
        .idle_ms = to_int(all, "idle-ms"),
        .wait_ms = to_int(all, "wait-ms")};
    if (limits->threads == 0) {
        limits->threads = processors < 2    ? 2
                          : processors > 16 ? 16
                                            : (int)processors;
    }
}

static enum mh_code check(const struct gateway_options *options,
                          struct mh_err *err)
{
    const char *wrong = NULL;

    if ((options->tls_certificate == NULL) != (options->tls_key == NULL)) {
        wrong = "--tls-certificate and --tls-key belong together";
    } else if (options->tls_clients != NULL &&
               options->tls_certificate == NULL) {
        wrong = "--tls-clients needs --tls-certificate";
    } else if (options->limits.threads > options->limits.connections) {
        wrong = "--threads cannot be more than --connections";
    }
    if (wrong != NULL) {
        (void)fprintf(stderr, "mahalle-gateway: %s\n", wrong);
        return mh_fail(err, MH_USAGE, "%s", wrong);
    }
    return MH_OK;
}

enum mh_code gateway_options_read(int argc, char **argv,
                                  struct gateway_options *options, bool *done,
                                  struct mh_err *err)
{
    struct mh_options *all = NULL;
    enum mh_code code;

    memset(options, 0, sizeof *options);
    code = mh_options_read(&PROGRAM, argc, argv, &all, done, err);
    if (code != MH_OK || *done) {
        mh_options_free(all);
        return code;
    }
    options->all = all;
    options->brokers = mh_options_text(all, "brokers");
    options->topic = mh_options_text(all, "topic");
    options->pg = mh_options_text(all, "pg");
    options->listen = mh_options_text(all, "listen");
    options->tls_certificate = text_or_null(all, "tls-certificate");
    options->tls_key = text_or_null(all, "tls-key");
    options->tls_clients = text_or_null(all, "tls-clients");
    options->plain_http = mh_options_flag(all, "plain-http");
    options->queue_kib = to_int(all, "queue-kbytes");
    options->recent_events = (size_t)mh_options_number(all, "recent-events");
    options->grace_ms = mh_options_number(all, "keys-hold-minutes") * 60000;
    read_limits(all, &options->limits);
    mh_log_set_level((enum mh_log_level)mh_options_number(all, "log-level"));
    return check(options, err);
}

void gateway_options_fini(struct gateway_options *options)
{
    mh_options_free(options->all);
}
