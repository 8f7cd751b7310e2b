/* SPDX-License-Identifier: Apache-2.0 */
/* The small server, spoken to by bare sockets: what it answers, what it does
   not, and that it is bounded. How slow clients end takes its time and is seen
   to by tests/system/test_lag.py. */
#include "web.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"

enum { ANSWER_BYTES = 20000 };

static void on_hello(void *context, const struct mh_web_request *request,
                     struct mh_web_reply *reply)
{
    const char *lang = mh_web_query(request, "lang");
    const char *host = mh_web_header(request, "host");

    mh_buf_format(&reply->body, "%s %s %s", (const char *)context,
                  lang == NULL ? "-" : lang, host == NULL ? "-" : host);
}

static void on_bad(void *context, const struct mh_web_request *request,
                   struct mh_web_reply *reply)
{
    (void)context;
    (void)request;
    mh_web_line(reply, 503, "waiting for a person");
}

static void on_huge(void *context, const struct mh_web_request *request,
                    struct mh_web_reply *reply)
{
    (void)context;
    (void)request;
    (void)mh_buf_grow(&reply->body, MH_WEB_BODY_BYTES + 1);
}

static const struct mh_web_route ROUTES[] = {
    {"/hello", on_hello}, {"/bad", on_bad}, {"/huge", on_huge}, {NULL, NULL}};

static char CONTEXT[] = "context";

static struct mh_web *open_web(const char *listen)
{
    struct mh_web *web = NULL;
    struct mh_err err;

    assert_int_equal(mh_web_open("test", listen, ROUTES, CONTEXT, &web, &err),
                     MH_OK);
    return web;
}

static int dial(const char *url)
{
    const struct timeval limit = {.tv_sec = 8};
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)strtoul(strrchr(url, ':') + 1, NULL, 10));
    assert_int_equal(
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* All that comes until the server closes. */
static void ask(const char *url, const char *request, char answer[ANSWER_BYTES])
{
    int fd = dial(url);
    size_t len = 0;
    ssize_t got;

    (void)send(fd, request, strlen(request), MSG_NOSIGNAL);
    while ((got = recv(fd, answer + len, ANSWER_BYTES - 1 - len, 0)) > 0) {
        len += (size_t)got;
    }
    answer[len] = '\0';
    (void)close(fd);
}

static void assert_status(const char *answer, const char *status)
{
    assert_memory_equal(answer, "HTTP/1.1 ", 9);
    assert_memory_equal(answer + 9, status, 3);
}

static void a_path_of_the_table_is_answered(void **state)
{
    struct mh_web *web = open_web("127.0.0.1:0");
    char answer[ANSWER_BYTES];

    (void)state;
    ask(mh_web_url(web), "GET /hello?lang=fa%20x&b HTTP/1.1\r\nHost: h\r\n\r\n",
        answer);
    assert_status(answer, "200");
    assert_string_equal(strstr(answer, "\r\n\r\n") + 4, "context fa x h");
    assert_non_null(strstr(answer, "Connection: close\r\n"));
    assert_non_null(strstr(answer, "Cache-Control: no-store\r\n"));
    assert_non_null(strstr(answer, "Content-Type: text/plain"));
    ask(mh_web_url(web), "HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_status(answer, "200");
    assert_non_null(strstr(answer, "Content-Length: 11\r\n"));
    assert_string_equal(strstr(answer, "\r\n\r\n"), "\r\n\r\n");
    ask(mh_web_url(web), "GET /bad HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_status(answer, "503");
    assert_string_equal(strstr(answer, "\r\n\r\n") + 4,
                        "waiting for a person\n");
    mh_web_close(web);
}

static void nothing_else_is(void **state)
{
    static const struct {
        const char *request, *status;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "404"},
        {"GET /hello/ HTTP/1.1\r\nHost: h\r\n\r\n", "404"},
        {"GET /../hello HTTP/1.1\r\nHost: h\r\n\r\n", "404"},
        {"DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n", "405"},
        {"POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
         "405"},
        {"POST /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n"
         "\r\nabc",
         "405"},
        {"GET /hello HTTP/1.1\r\n\r\n", "400"}, /* no host */
    };
    struct mh_web *web = open_web("127.0.0.1:0");
    char answer[ANSWER_BYTES];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ask(mh_web_url(web), cases[i].request, answer);
        if (strncmp(answer + 9, cases[i].status, 3) != 0) {
            print_error("case %zu: %.40s\n", i, answer);
        }
        assert_status(answer, cases[i].status);
    }
    ask(mh_web_url(web), "POST /hello HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_non_null(strstr(answer, "Allow: GET, HEAD\r\n"));
    ask(mh_web_url(web), "\x16\x03\x01 what is this\r\n\r\n", answer);
    assert_null(strstr(answer, "context"));
    mh_web_close(web);
}

static void what_is_too_large_is_refused(void **state)
{
    static char request[4 * MH_WEB_HEAD_BYTES];
    struct mh_web *web = open_web("127.0.0.1:0");
    char answer[ANSWER_BYTES];
    size_t len;

    (void)state;
    (void)snprintf(request, sizeof request,
                   "GET /hello HTTP/1.1\r\nHost: h\r\nX: ");
    len = strlen(request);
    memset(request + len, 'x', 2 * MH_WEB_HEAD_BYTES);
    memcpy(request + len + 2 * MH_WEB_HEAD_BYTES, "\r\n\r\n", 5);
    ask(mh_web_url(web), request, answer);
    assert_null(strstr(answer, "context"));
    ask(mh_web_url(web), "GET /huge HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_status(answer, "500");
    mh_web_close(web);
}

static void those_who_say_nothing_are_few(void **state)
{
    struct mh_web *web = open_web("127.0.0.1:0");
    int silent[MH_WEB_CONNECTIONS_MAX - 1];
    char answer[ANSWER_BYTES];

    (void)state;
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX - 1; i++) {
        silent[i] = dial(mh_web_url(web));
        (void)send(silent[i], "GET /he", 7, MSG_NOSIGNAL);
    }
    ask(mh_web_url(web), "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_status(answer, "200");
    mh_web_close(web); /* and that they are there does not matter */
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX - 1; i++) {
        assert_true(recv(silent[i], answer, 1, 0) <= 0);
        (void)close(silent[i]);
    }
}

static void addresses_are_read(void **state)
{
    static const char *const bad[] = {
        "",           "9102",         ":9102",           "127.0.0.1",
        "127.0.0.1:", "127.0.0.1:x",  "127.0.0.1:99999", "::1:9102",
        "[]:9102",    "300.0.0.1:80", "127.0.0.1:9 "};
    struct mh_web *web = open_web("[::1]:0");
    struct mh_err err;

    (void)state;
    assert_memory_equal(mh_web_url(web), "http://[::1]:", 13);
    mh_web_close(web);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(mh_web_open("test", bad[i], ROUTES, NULL, &web, &err),
                         MH_USAGE);
    }
    mh_web_close(open_web("localhost:0"));
    mh_web_close(NULL);
}

/* One that another process has, or that is not up yet: it is tried again, for
 * nobody else would. */
static void an_address_is_waited_for(void **state)
{
    struct mh_web *first = open_web("127.0.0.1:0");
    const char *address = mh_web_url(first) + strlen("http://");
    char kept[MH_WEB_URL];
    char answer[ANSWER_BYTES];
    struct mh_web *second;

    (void)state;
    (void)snprintf(kept, sizeof kept, "%s", address);
    second = open_web(kept);
    assert_string_equal(mh_web_url(second), "");
    mh_web_close(first);
    mh_clock_sleep_ms(1500);
    ask(kept, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_status(answer, "200");
    mh_web_close(second);
    second = open_web("192.0.2.1:80"); /* no address of this machine */
    mh_web_close(second);
}

/* Those who say nothing hold every place: one that asks waits a second or two,
 * not until they give up. */
static void a_crowd_makes_room(void **state)
{
    struct mh_web *web = open_web("127.0.0.1:0");
    int64_t began_ms = mh_clock_ms();
    int silent[MH_WEB_CONNECTIONS_MAX];
    char answer[ANSWER_BYTES];

    (void)state;
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX; i++) {
        silent[i] = dial(mh_web_url(web));
    }
    ask(mh_web_url(web), "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n", answer);
    assert_status(answer, "200");
    assert_true(mh_clock_ms() - began_ms < 4000);
    mh_web_close(web);
    for (int i = 0; i < MH_WEB_CONNECTIONS_MAX; i++) {
        (void)close(silent[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_of_the_table_is_answered),
        cmocka_unit_test(nothing_else_is),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(those_who_say_nothing_are_few),
        cmocka_unit_test(addresses_are_read),
        cmocka_unit_test(an_address_is_waited_for),
        cmocka_unit_test(a_crowd_makes_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
