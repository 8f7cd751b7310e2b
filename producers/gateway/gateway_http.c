/* SPDX-License-Identifier: Apache-2.0 */
/* The threads of the library serve; the guard looks at every connection four
 * times a second and shuts the socket of one that is late, which the library
 * then finds closed. Under the lock of the list no socket can be closed. */
#include "gateway_http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "gateway_request.h"
#include "gateway_routes.h"
#include "gateway_tls.h"
#include "log.h"

enum {
    TICK_MS = 250,
    POOL_BYTES = 12 * 1024, /* of a connection: its head and buffers */
    POOL_STEP = 2 * 1024,
    SLOW_AFTER_MS = 5000, /* a body may begin slowly ... */
    SLOW_BYTES_S = 500,   /* ... but then has to come this fast at least */
    STACK_BYTES = 512 * 1024
};

struct http {
    struct gateway *gateway;   /* lent */
    struct tls *tls;           /* lent; NULL: plain HTTP */
    struct MHD_Daemon *daemon; /* owned */
    pthread_mutex_t lock;
    struct visit *first; /* under `lock` */
    int fd;              /* owned once the server is quiesced; else -1 */
    atomic_bool ending;
    bool guarded;
    pthread_t guard;
};

/* ------------------------------------------------------------- connections */

static void set_phase(struct http *http, struct visit *visit,
                      enum visit_phase phase)
{
    (void)pthread_mutex_lock(&http->lock);
    visit->served = visit->served || phase == PHASE_ANSWER;
    visit->phase = phase;
    visit->since_ms = mh_clock_ms();
    visit->bytes = 0;
    (void)pthread_mutex_unlock(&http->lock);
}

static void begin_visit(struct http *http, struct MHD_Connection *connection,
                        void **state)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct visit *visit = calloc(1, sizeof *visit);

    *state = visit;
    if (visit == NULL || info == NULL) {
        return;
    }
    visit->fd = info->connect_fd;
    visit->tls = http->tls;
    visit->since_ms = mh_clock_ms();
    (void)pthread_mutex_lock(&http->lock);
    visit->after = http->first;
    if (http->first != NULL) {
        http->first->before = visit;
    }
    http->first = visit;
    (void)pthread_mutex_unlock(&http->lock);
}

static void end_visit(struct http *http, struct visit *visit)
{
    (void)pthread_mutex_lock(&http->lock);
    if (visit->before != NULL) {
        visit->before->after = visit->after;
    } else if (http->first == visit) {
        http->first = visit->after;
    }
    if (visit->after != NULL) {
        visit->after->before = visit->before;
    }
    (void)pthread_mutex_unlock(&http->lock);
    free(visit);
}

static void on_connection(void *context, struct MHD_Connection *connection,
                          void **state,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http *http = context;

    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        begin_visit(http, connection, state);
    } else if (*state != NULL) {
        end_visit(http, *state);
        *state = NULL;
    }
}

static bool is_late(const struct http *http, const struct visit *visit,
                    int64_t now_ms)
{
    const struct gateway_limits *limits = &http->gateway->limits;
    int64_t age_ms = now_ms - visit->since_ms;

    switch (visit->phase) {
    case PHASE_HEAD:
        if (visit->served && atomic_load(&http->gateway->draining)) {
            return true;
        }
        return age_ms > limits->head_ms + (visit->served ? limits->idle_ms : 0);
    case PHASE_BODY:
        return age_ms > limits->body_ms ||
               (age_ms > SLOW_AFTER_MS &&
                (int64_t)visit->bytes <
                    (age_ms - SLOW_AFTER_MS) * SLOW_BYTES_S / 1000);
    case PHASE_WORK:
        return false; /* parking wakes it */
    case PHASE_ANSWER:
        break;
    }
    return age_ms > limits->answer_ms;
}

static void *run_guard(void *argument)
{
    struct http *http = argument;

    while (!atomic_load(&http->ending)) {
        int64_t now_ms = mh_clock_ms();

        parking_tick(http->gateway->parking, now_ms);
        (void)pthread_mutex_lock(&http->lock);
        for (struct visit *v = http->first; v != NULL; v = v->after) {
            if (!v->cut && is_late(http, v, now_ms)) {
                (void)shutdown(v->fd, SHUT_RDWR);
                v->cut = true;
            }
        }
        (void)pthread_mutex_unlock(&http->lock);
        mh_clock_sleep_ms(TICK_MS);
    }
    return NULL;
}

/* ----------------------------------------------------------------- answers */

static void add(struct MHD_Response *response, const char *name,
                const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

static void make_refusal(const struct request *request, struct answer *answer)
{
    /* a handler that refuses and does not say why is our own fault */
    enum problem problem =
        request->problem == PROBLEM_NONE ? PROBLEM_BUG : request->problem;

    *answer = (struct answer){.status = problem_status(problem),
                              .type = "application/problem+json",
                              .languages = true,
                              .retry_s = request->retry_s,
                              .close = problem == PROBLEM_HEADERS};
    if (answer->status == 503 && answer->retry_s == 0) {
        answer->retry_s = 2;
    }
    if (problem == PROBLEM_METHOD) {
        answer->allow = request->more;
    }
    mh_buf_init(&answer->body, 8192);
    problem_put(&answer->body, problem, request->lang, request->more);
}

bool http_answer(struct request *request, struct answer *answer)
{
    struct MHD_Response *response;
    enum MHD_Result queued;
    char number[24];

    if (answer->body.failed || answer->body.len == 0) {
        mh_buf_fini(&answer->body);
        request->problem = PROBLEM_BUG;
        make_refusal(request, answer);
    }
    request->status = answer->status;
    response = MHD_create_response_from_buffer(
        answer->body.len, answer->body.bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        mh_buf_fini(&answer->body);
        return false;
    }
    add(response, "Content-Type", answer->type);
    add(response, "Cache-Control", "no-store");
    add(response, "X-Content-Type-Options", "nosniff");
    if (answer->languages) {
        add(response, "Content-Language",
            request->lang == WORDS_FA ? "fa" : "en");
        add(response, "Vary", "Accept-Language");
    }
    if (answer->retry_s > 0) {
        (void)snprintf(number, sizeof number, "%d", answer->retry_s);
        add(response, "Retry-After", number);
    }
    if (answer->allow != NULL) {
        add(response, "Allow", answer->allow);
    }
    if (answer->status == MHD_HTTP_UNAUTHORIZED) {
        add(response, "WWW-Authenticate", "Bearer");
    }
    /* the library ends a piece at a bare line feed, too: what comes behind the
     * last one is not read */
    if (answer->close || request->chunked ||
        atomic_load(&request->gateway->draining)) {
        add(response, "Connection", "close");
    }
    queued = MHD_queue_response(request->connection,
                                (unsigned int)answer->status, response);
    MHD_destroy_response(response);
    return queued == MHD_YES;
}

bool http_refuse(struct request *request)
{
    struct answer answer;

    make_refusal(request, &answer);
    return http_answer(request, &answer);
}

void http_refuse_raw(struct request *request)
{
    struct answer answer;
    struct mh_buf text;

    make_refusal(request, &answer);
    mh_buf_init(&text, 16384);
    mh_buf_format(&text,
                  "HTTP/1.1 %d Refused\r\nContent-Type: %s\r\n"
                  "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                  answer.status, answer.type, answer.body.len);
    mh_buf_put(&text, answer.body.bytes, answer.body.len);
    tls_write(request->connection, (const char *)text.bytes, text.len);
    mh_buf_fini(&text);
    mh_buf_fini(&answer.body);
}

/* ---------------------------------------------------------------- requests */

static struct visit *visit_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

    return info == NULL ? NULL : info->socket_context;
}

static bool is_answered(const struct request *request)
{
    return request->status != 0;
}

static enum MHD_Result on_request(void *context,
                                  struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *bytes,
                                  size_t *len, void **state)
{
    struct http *http = context;
    struct request *request = *state;
    bool good;

    if (request == NULL) {
        struct visit *visit = visit_of(connection);

        request = visit == NULL ? NULL
                                : request_new(http->gateway, connection, visit);
        if (request == NULL) {
            return MHD_NO;
        }
        *state = request;
        set_phase(http, visit, PHASE_BODY);
        good = request_begin(request, path, method, version);
    } else if (*len > 0) {
        (void)pthread_mutex_lock(&http->lock);
        request->visit->bytes += *len;
        (void)pthread_mutex_unlock(&http->lock);
        good = request_take(request, bytes, *len);
        *len = 0;
    } else {
        set_phase(http, request->visit, PHASE_WORK);
        good = request_go_on(request, path);
    }
    if (good && is_answered(request)) {
        set_phase(http, request->visit, PHASE_ANSWER);
    }
    return good ? MHD_YES : MHD_NO;
}

static void on_completed(void *context, struct MHD_Connection *connection,
                         void **state, enum MHD_RequestTerminationCode code)
{
    struct http *http = context;
    struct request *request = *state;

    (void)connection;
    (void)code;
    if (request != NULL) {
        set_phase(http, request->visit, PHASE_HEAD);
        request_end(request);
        *state = NULL;
    }
}

/* Tells where the first line is, before it is cut into pieces. */
static void *on_uri(void *context, const char *uri,
                    struct MHD_Connection *connection)
{
    struct visit *visit = visit_of(connection);

    (void)context;
    if (visit != NULL) {
        visit->uri = uri;
        visit->uri_len = strlen(uri);
    }
    return NULL; /* the state of the request */
}

/* Paths stay as they were sent: an escaped one is none of ours, but for names,
 * which the routes decode. */
static size_t on_unescape(void *context, struct MHD_Connection *connection,
                          char *text)
{
    (void)context;
    (void)connection;
    return strlen(text);
}

/* What clients do wrong is no news, but what the library answers to it by itself
 * is counted and told as every answer is. */
static void on_log(void *context, const char *fmt, va_list args)
{
    static const char START[] = "Error processing request (HTTP response code";
    struct http *http = context;

    if (strncmp(fmt, START, sizeof START - 1) == 0) {
        request_note_refusal(http->gateway, (int)va_arg(args, unsigned int));
    }
}

/* ------------------------------------------------------------ open, close */

/* GnuTLS asks which certificate a new connection is to be shown. */
static int on_certificate(gnutls_session_t session,
                          const gnutls_datum_t *authorities, int count,
                          const gnutls_pk_algorithm_t *kinds, int kind_count,
                          gnutls_pcert_st **chain, unsigned int *chain_count,
                          gnutls_privkey_t *key)
{
    struct MHD_Connection *connection = gnutls_session_get_ptr(session);
    const struct visit *visit =
        connection == NULL ? NULL : visit_of(connection);

    (void)authorities;
    (void)count;
    (void)kinds;
    (void)kind_count;
    if (visit == NULL) {
        return -1;
    }
    tls_get_certificate(visit->tls, chain, chain_count, key);
    return 0;
}

static struct MHD_Daemon *start(struct http *http, int fd)
{
    const struct gateway_limits *limits = &http->gateway->limits;
    struct tls *tls = http->tls;
    unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD |
                         MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
                         MHD_USE_ITC | (tls == NULL ? 0 : MHD_USE_TLS);
    struct MHD_OptionItem more[4] = {{MHD_OPTION_END, 0, NULL}};

    if (tls != NULL) {
        const char *clients = tls_clients(tls);

        more[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0,
                                          (void *)on_certificate};
        more[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                          (void *)(uintptr_t)TLS_PRIORITIES};
        more[2] = (struct MHD_OptionItem){
            clients == NULL ? MHD_OPTION_END : MHD_OPTION_HTTPS_MEM_TRUST, 0,
            (void *)(uintptr_t)clients};
        more[3] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER,
        on_log, http, MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned int)limits->threads, MHD_OPTION_THREAD_STACK_SIZE,
        (size_t)STACK_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned int)limits->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned int)limits->per_address, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
        NULL, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_BYTES,
        MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)POOL_STEP,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)(limits->idle_ms / 1000),
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, more,
        MHD_OPTION_END);
}

enum mh_code http_open(struct gateway *gateway, int fd, struct tls *tls,
                       struct http **http, struct mh_err *err)
{
    struct http *made = calloc(1, sizeof *made);
    enum mh_code code = MH_OK;

    if (made == NULL || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        (void)close(fd);
        return mh_fail(err, MH_MEMORY, "no memory for a server");
    }
    made->gateway = gateway;
    made->tls = tls;
    made->fd = -1;
    made->daemon = start(made, fd);
    if (made->daemon == NULL) {
        (void)close(fd);
        code = mh_fail(err, MH_MEMORY, "the server does not start");
    } else {
        made->guarded =
            pthread_create(&made->guard, NULL, run_guard, made) == 0;
        if (!made->guarded) {
            code = mh_fail(err, MH_MEMORY, "no thread for the guard");
        }
    }
    if (code != MH_OK) {
        http_close(made);
        return code;
    }
    *http = made;
    return MH_OK;
}

void http_quiesce(struct http *http)
{
    http->fd = MHD_quiesce_daemon(http->daemon);
    /* who comes now is told so at once; it is closed when no thread of the
     * library can look at it any more */
    (void)shutdown(http->fd, SHUT_RDWR);
}

void http_close(struct http *http)
{
    if (http == NULL) {
        return;
    }
    if (http->guarded) {
        atomic_store(&http->ending, true);
        (void)pthread_join(http->guard, NULL);
    }
    parking_close(http->gateway->parking);
    if (http->daemon != NULL) {
        MHD_stop_daemon(http->daemon);
    }
    if (http->fd >= 0) {
        (void)close(http->fd);
    }
    (void)pthread_mutex_destroy(&http->lock);
    free(http);
}
