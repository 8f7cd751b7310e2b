/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libmicrohttpd is driven by a loop of our own, because its time limit is one
 * of idleness: a client that sends a byte now and then would hold a connection
 * for ever. Here each one has an end, whatever it does.
 */
#include "web.h"

#include <microhttpd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "listen.h"
#include "log.h"

enum {
    TICK_MS = 500,
    AGAIN_MS = 1000, /* to listen */
    CROWD = MH_WEB_CONNECTIONS_MAX * 3 / 4,
    CROWD_MS = 1000 /* that each may stay while there are so many */
};

/* A client that is being served. */
struct visit {
    int fd; /* -1: the place is free */
    int64_t since_ms;
};

struct mh_web {
    const char *step, *listen;         /* lent */
    const struct mh_web_route *routes; /* lent */
    void *context;
    struct MHD_Daemon *daemon; /* owned; NULL while it does not listen */
    int wake;                  /* owned; an eventfd */
    atomic_bool ending;
    bool running; /* there is a thread */
    pthread_t thread;
    struct visit visits[MH_WEB_CONNECTIONS_MAX];
    char url[MH_WEB_URL];
};

struct mh_web_request {
    struct MHD_Connection *connection;
};

/* ----------------------------------------------------------------- answers */

const char *mh_web_query(const struct mh_web_request *request, const char *name)
{
    return MHD_lookup_connection_value(request->connection,
                                       MHD_GET_ARGUMENT_KIND, name);
}

const char *mh_web_header(const struct mh_web_request *request,
                          const char *name)
{
    return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
                                       name);
}

void mh_web_line(struct mh_web_reply *reply, int status, const char *text)
{
    reply->status = status;
    mh_buf_text(&reply->body, text);
    mh_buf_byte(&reply->body, '\n');
}

static enum MHD_Result send_reply(struct MHD_Connection *connection,
                                  struct mh_web_reply *reply)
{
    static const char *const HEADERS[][2] = {
        {"Connection", "close"},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; "
         "connect-src 'self'; frame-ancestors 'self'"},
    };
    struct MHD_Response *response;
    enum MHD_Result result;

    if (reply->body.failed) {
        mh_buf_fini(&reply->body);
        mh_web_line(reply, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory");
    }
    response = MHD_create_response_from_buffer(
        reply->body.len, reply->body.bytes, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        mh_buf_fini(&reply->body);
        return MHD_NO;
    }
    for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
        (void)MHD_add_response_header(response, HEADERS[i][0], HEADERS[i][1]);
    }
    (void)MHD_add_response_header(response, "Content-Type", reply->type);
    if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(response, "Allow", "GET, HEAD");
    }
    result =
        MHD_queue_response(connection, (unsigned int)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *context,
                                  struct MHD_Connection *connection,
                                  const char *path, const char *method,
                                  const char *version, const char *body,
                                  size_t *body_len, void **state)
{
    const struct mh_web *web = context;
    const struct mh_web_request request = {connection};
    struct mh_web_reply reply = {.status = MHD_HTTP_OK,
                                 .type = "text/plain; charset=utf-8"};
    const struct mh_web_route *route = web->routes;

    (void)version;
    (void)body;
    (void)body_len;
    (void)state;
    mh_buf_init(&reply.body, MH_WEB_BODY_BYTES);
    while (route->path != NULL && strcmp(route->path, path) != 0) {
        route++;
    }
    if (route->path == NULL) {
        mh_web_line(&reply, MHD_HTTP_NOT_FOUND, "there is nothing here");
    } else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        mh_web_line(&reply, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD");
    } else {
        route->handler(web->context, &request, &reply);
    }
    return send_reply(connection, &reply);
}

/* ------------------------------------------------------------- connections */

static int fd_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info == NULL ? -1 : info->connect_fd;
}

static void on_connection(void *context, struct MHD_Connection *connection,
                          void **state,
                          enum MHD_ConnectionNotificationCode what)
{
    struct mh_web *web = context;
    bool begins = what == MHD_CONNECTION_NOTIFY_STARTED;
    int fd = fd_of(connection);

    (void)state;
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX; i++) {
        if (web->visits[i].fd == (begins ? -1 : fd)) {
            web->visits[i].fd = begins ? fd : -1;
            web->visits[i].since_ms = mh_clock_ms();
            return;
        }
    }
}

/* The library notices the end of the connection and frees it. */
static void end_slow_ones(const struct mh_web *web)
{
    int64_t before_ms = mh_clock_ms() - MH_WEB_REQUEST_S * 1000;
    int count = 0;

    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX; i++) {
        count += web->visits[i].fd >= 0;
    }
    if (count >= CROWD) {
        before_ms = mh_clock_ms() - CROWD_MS;
    }
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX; i++) {
        if (web->visits[i].fd >= 0 && web->visits[i].since_ms < before_ms) {
            (void)shutdown(web->visits[i].fd, SHUT_RDWR);
        }
    }
}

/* ------------------------------------------------------------------- start */

static void on_log(void *context, const char *fmt, va_list args)
{
    (void)context; /* what clients do wrong is no news */
    (void)fmt;
    (void)args;
}

static enum mh_code start_daemon(struct mh_web *web,
                                 struct mh_listener *listener,
                                 struct mh_err *err)
{
    enum mh_code code =
        mh_listen(web->listen, MH_WEB_CONNECTIONS_MAX, listener, err);

    if (code != MH_OK) {
        return code;
    }
    web->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, web,
        MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_STRICT_FOR_CLIENT,
        1, MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned int)MH_WEB_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MH_WEB_HEAD_BYTES,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)MH_WEB_REQUEST_S,
        MHD_OPTION_NOTIFY_CONNECTION, on_connection, web, MHD_OPTION_END);
    if (web->daemon == NULL) {
        (void)close(listener->fd);
        return mh_fail(err, MH_MEMORY, "the server does not start");
    }
    mh_log(MH_LOG_INFO, web->step, "listen=http://%s", listener->at);
    return MH_OK;
}

/* Unless it does already. */
static void listen_at_last(struct mh_web *web, struct pollfd *wake)
{
    int64_t told_ms = 0;
    struct mh_listener listener;
    struct mh_err err;

    while (web->daemon == NULL && !atomic_load(&web->ending) &&
           start_daemon(web, &listener, &err) != MH_OK) {
        mh_listen_tell(web->step, &told_ms, &err);
        (void)poll(wake, 1, AGAIN_MS);
    }
}

static void *run(void *argument)
{
    struct mh_web *web = argument;
    const union MHD_DaemonInfo *info;
    struct pollfd fds[] = {{.fd = -1, .events = POLLIN},
                           {.fd = web->wake, .events = POLLIN}};

    listen_at_last(web, &fds[1]);
    if (web->daemon == NULL) {
        return NULL;
    }
    info = MHD_get_daemon_info(web->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    fds[0].fd = info->epoll_fd;
    while (!atomic_load(&web->ending)) {
        MHD_UNSIGNED_LONG_LONG wait_ms = TICK_MS;

        if (MHD_get_timeout(web->daemon, &wait_ms) != MHD_YES ||
            wait_ms > TICK_MS) {
            wait_ms = TICK_MS;
        }
        (void)poll(fds, 2, (int)wait_ms);
        (void)MHD_run(web->daemon);
        end_slow_ones(web);
    }
    return NULL;
}

/* Signals are for the thread of the program. */
static bool start_thread(struct mh_web *web)
{
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    web->running = pthread_create(&web->thread, NULL, run, web) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return web->running;
}

enum mh_code mh_web_open(const char *step, const char *listen,
                         const struct mh_web_route *routes, void *context,
                         struct mh_web **web, struct mh_err *err)
{
    struct mh_web *new = calloc(1, sizeof *new);
    struct mh_listener listener;
    enum mh_code code;

    if (new == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a server");
    }
    new->step = step;
    new->listen = listen;
    new->routes = routes;
    new->context = context;
    new->wake = -1;
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX; i++) {
        new->visits[i].fd = -1;
    }
    code = start_daemon(new, &listener, err);
    if (code == MH_OK) {
        (void)snprintf(new->url, sizeof new->url, "http://%s", listener.at);
    } else if (code != MH_LISTEN) {
        mh_web_close(new);
        return code;
    }
    new->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (new->wake < 0 || !start_thread(new)) {
        mh_web_close(new);
        return mh_fail(err, MH_MEMORY, "no thread for the server");
    }
    *web = new;
    return MH_OK;
}

void mh_web_close(struct mh_web *web)
{
    if (web == NULL) {
        return;
    }
    if (web->running) {
        atomic_store(&web->ending, true);
        (void)eventfd_write(web->wake, 1);
        (void)pthread_join(web->thread, NULL);
    }
    if (web->daemon != NULL) {
        MHD_stop_daemon(web->daemon); /* closes the socket, too */
    }
    if (web->wake >= 0) {
        (void)close(web->wake);
    }
    free(web);
}

const char *mh_web_url(const struct mh_web *web)
{
    return web->url;
}
