/* SPDX-License-Identifier: Apache-2.0 */
/* The way to a gateway without a real one: answers of all kinds, texts as they
 * are copied, and threads that post to a small server of our own. */
#include "upload.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "flat.h"
#include "upload_answer.h"

enum { THREADS = 4, EACH = 500, ANSWERS = 100000, REQUEST_MAX = 2 << 20 };

/* ----------------------------------------------------------------- answers */

static bool read_answer(const char *body, struct answer *answers, size_t count)
{
    return answer_read(body, strlen(body), answers, count);
}

static void each_event_has_its_answer(void **state)
{
    struct answer answers[4];

    (void)state;
    assert_true(read_answer(
        "{\"results\":["
        "{\"index\":0,\"id\":\"a\",\"status\":\"accepted\",\"topic\":\"t\","
        "\"partition\":3,\"offset\":7,\"errors\":[]},"
        "{\"index\":1,\"id\":null,\"status\":\"invalid\",\"errors\":["
        "{\"pointer\":\"/x\",\"code\":\"MAX\",\"detail\":\"d\",\"expected\":"
        "\"e\",\"got\":null},{\"code\":\"NEWER\"}]},"
        "{\"index\":2,\"status\":\"retry\",\"stored\":\"no\",\"errors\":[]},"
        "{\"index\":3,\"status\":\"retry\",\"stored\":\"unknown\"}]}",
        answers, 4));
    assert_int_equal(answers[0].told->result.fate, MAHALLE_STORED);
    assert_string_equal(answers[0].told->result.id, "a");
    assert_int_equal(answers[0].told->result.partition, 3);
    assert_int_equal(answers[0].told->result.offset, 7);
    assert_int_equal(answers[1].told->result.fate, MAHALLE_REFUSED);
    assert_int_equal(answers[1].told->result.fault_count, 2);
    assert_string_equal(answers[1].told->result.faults[0]->pointer, "/x");
    assert_string_equal(answers[1].told->result.faults[0]->got, "");
    assert_string_equal(answers[1].told->result.faults[1]->code, "NEWER");
    assert_null(answers[1].told->result.faults[2]);
    assert_int_equal(answers[2].kind, ANSWER_RETRY);
    assert_false(answers[2].doubtful);
    assert_true(answers[3].doubtful);
    told_free(answers[0].told);
    told_free(answers[1].told);
}

static void what_is_no_answer_settles_nothing(void **state)
{
    static const char *const BODIES[] = {
        "",
        "{",
        "[]",
        "{\"results\":{}}",
        "{\"results\":[]}",
        "{\"results\":[{\"index\":0,\"status\":\"accepted\"}]}",
        "{\"results\":[{\"index\":0,\"status\":\"accepted\"},"
        "{\"index\":0,\"status\":\"accepted\"}]}",
        "{\"results\":[{\"index\":0,\"status\":\"accepted\"},"
        "{\"index\":1,\"status\":\"perhaps\"}]}",
        "{\"results\":[{\"index\":0,\"status\":\"accepted\"},7]}"};
    struct answer answers[2];

    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof BODIES[0]; i++) {
        if (read_answer(BODIES[i], answers, 2)) {
            fail_msg("%s", BODIES[i]);
        }
    }
}

static void problems_are_one_line_without_control_characters(void **state)
{
    static const char BODY[] =
        "{\"title\":\"\\u067e\",\"message\":\"no\\nkey\",\"detail\":\"x\"}";
    char text[64];

    (void)state;
    answer_problem(BODY, sizeof BODY - 1, 401, text, sizeof text);
    assert_string_equal(text, "HTTP 401: no?key; x");
    answer_problem("<html>", 6, 502, text, sizeof text);
    assert_string_equal(text, "HTTP 502");
}

/* -------------------------------------------------------------- flat texts */

static void texts_are_copied_as_one_line_with_their_type(void **state)
{
    static const struct {
        const char *from, *to;
        bool cloud;
    } TEXTS[] = {{"{\"a\":1}", "{\"event_type\":\"t\",\"a\":1}", false},
                 {" {\n\"a\" :\r\n1 }",
                  " {\"event_type\":\"t\",\t\"a\" :\t\t1 }", false},
                 {"{}", "{\"event_type\":\"t\"}", false},
                 {"{\"event_type\":\"u\"}", "{\"event_type\":\"u\"}", false},
                 {"{\"event_type\":\"u\",\"a\":{\"int\":5}}",
                  "{\"event_type\":\"u\",\"a\":{\"int\":5}}", false},
                 {"{\"specversion\":\"1.0\",\"data\":{}}",
                  "{\"specversion\":\"1.0\",\"data\":{}}", true}};
    struct mh_buf scratch, buf;
    struct mh_faults faults = {.count = 0};
    struct flat_look look;

    (void)state;
    mh_buf_init(&scratch, 1 << 20);
    mh_buf_init(&buf, 1 << 20);
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        mh_buf_reset(&buf);
        assert_int_equal(flat_copy(TEXTS[i].from, strlen(TEXTS[i].from), "t",
                                   &scratch, &buf, true, &look, &faults),
                         MH_OK);
        assert_string_equal(mh_buf_string(&buf), TEXTS[i].to);
        assert_int_equal(look.cloud, TEXTS[i].cloud);
    }
    assert_int_equal(
        flat_copy("[{}]", 4, "t", &scratch, &buf, true, &look, &faults),
        MH_JSON);
    mh_buf_fini(&buf);
    mh_buf_fini(&scratch);
}

/* ----------------------------------------------------------- a small server */

struct server {
    int listener;
    char url[64];
    pthread_t threads[8];
    atomic_int
        left;  /* answers; then a request is read and its connection cut */
    bool ends; /* and there is no server any more; else it has no room */
};

static atomic_int retries; /* events that were not stored at first */

static size_t count_lines(const char *body, size_t len)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        count += body[i] == '\n';
    }
    return count;
}

static bool answer(int client, size_t count)
{
    struct mh_buf buf;
    char head[128];
    bool good;

    mh_buf_init(&buf, REQUEST_MAX);
    mh_buf_text(&buf, "{\"results\":[");
    for (size_t i = 0; i < count; i++) {
        mh_buf_format(&buf,
                      "%s{\"index\":%zu,\"id\":\"i\",\"status\":\"%s\","
                      "\"stored\":\"no\",\"errors\":[]}",
                      i == 0 ? "" : ",", i,
                      i % 7 == 3 && atomic_fetch_add(&retries, 1) < 9
                          ? "retry"
                          : "accepted");
    }
    mh_buf_text(&buf, "]}");
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 207 Mixed\r\nContent-Length: %zu\r\n\r\n",
                   buf.len);
    good = write(client, head, strlen(head)) > 0 &&
           write(client, buf.bytes, buf.len) == (ssize_t)buf.len;
    mh_buf_fini(&buf);
    return good;
}

/* @returns false: the connection is over */
static bool answer_in_turn(struct server *server, int client, size_t count)
{
    static const char NO_ROOM[] =
        "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n{}";
    int left = atomic_fetch_sub(&server->left, 1);

    if (left > 0) {
        return answer(client, count);
    }
    if (left < 0) {
        return write(client, NO_ROOM, sizeof NO_ROOM - 1) > 0;
    }
    if (server->ends) {
        (void)shutdown(server->listener, SHUT_RDWR);
    }
    return false;
}

/* Requests of one connection, until it ends. */
static void serve(struct server *server, int client)
{
    char *text = malloc(REQUEST_MAX + 1);
    size_t have = 0;
    ssize_t got;

    assert_non_null(text);
    while ((got = read(client, text + have, REQUEST_MAX - have)) > 0) {
        const char *body, *length;

        have += (size_t)got;
        text[have] = '\0';
        body = strstr(text, "\r\n\r\n");
        length = strstr(text, "Content-Length: ");
        if (body != NULL && length != NULL &&
            have >=
                (size_t)(body + 4 - text) + strtoul(length + 16, NULL, 10)) {
            size_t len = have - (size_t)(body + 4 - text);

            if (!answer_in_turn(server, client, count_lines(body + 4, len))) {
                break;
            }
            have = 0;
        }
    }
    free(text);
    (void)close(client);
}

static void *run_server(void *argument)
{
    struct server *server = argument;
    int client;

    while ((client = accept(server->listener, NULL, NULL)) >= 0) {
        serve(server, client);
    }
    return NULL;
}

static void begin_server(struct server *server)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;

    atomic_init(&server->left, ANSWERS);
    server->ends = false;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&at, len), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(
        getsockname(server->listener, (struct sockaddr *)&at, &len), 0);
    (void)snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d",
                   ntohs(at.sin_port));
    for (int i = 0; i < 8; i++) {
        assert_int_equal(
            pthread_create(&server->threads[i], NULL, run_server, server), 0);
    }
}

static void end_server(struct server *server)
{
    (void)shutdown(server->listener, SHUT_RDWR);
    for (int i = 0; i < 8; i++) {
        (void)pthread_join(server->threads[i], NULL);
    }
    (void)close(server->listener);
}

/* A client of the server, and what it was told. */
struct teller {
    struct mahalle_settings settings;
    struct mahalle *client;
    int stored;
    enum mahalle_fate last;
    enum mahalle_code again; /* of a post in on_result */
    bool posts;
};

static void on_result(void *opaque, const struct mahalle_result *result)
{
    struct teller *teller = opaque;

    teller->stored += result->fate == MAHALLE_STORED;
    teller->last = result->fate;
    if (teller->posts) {
        teller->again = mahalle_post(teller->client, "{}", 2, NULL, 0, NULL);
    }
}

static void prepare(struct teller *teller, const char *url)
{
    memset(teller, 0, sizeof *teller);
    mahalle_settings_init(&teller->settings, sizeof teller->settings);
    teller->settings.gateway = url;
    teller->settings.key = "mh_key";
    teller->settings.connections = 1;
    teller->settings.on_result = on_result;
    teller->settings.opaque = teller;
}

static void open_teller(struct teller *teller)
{
    struct mahalle_err err;

    if (mahalle_open(&teller->settings, &teller->client, &err) != MAHALLE_OK) {
        fail_msg("%s", err.text);
    }
}

static enum mahalle_fate post_one(struct teller *teller)
{
    assert_int_equal(
        mahalle_post(teller->client, "{\"a\":1}", 7, NULL, 0, NULL),
        MAHALLE_OK);
    assert_int_equal(mahalle_flush(teller->client, 20000, NULL), MAHALLE_OK);
    return teller->last;
}

static void *post(void *argument)
{
    for (int i = 0; i < EACH; i++) {
        if (mahalle_post(argument, "{\"a\":1}", 7, NULL, 20000, NULL) !=
            MAHALLE_OK) {
            abort();
        }
    }
    return NULL;
}

static void threads_post_over_connections_until_all_is_stored(void **state)
{
    struct server server;
    struct teller teller;
    pthread_t threads[THREADS];

    (void)state;
    begin_server(&server);
    prepare(&teller, server.url);
    teller.settings.connections = 4;
    teller.settings.queue_bytes = 256 * 1024;
    open_teller(&teller);
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, post, teller.client),
                         0);
    }
    for (int i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    assert_int_equal(mahalle_flush(teller.client, 60000, NULL), MAHALLE_OK);
    assert_int_equal(teller.stored, THREADS * EACH);
    mahalle_close(teller.client);
    end_server(&server);
}

/* libcurl posts again by itself when a connection that it kept is cut. */
static void what_was_sent_and_cut_off_is_uncertain_whatever_follows(
    void **state)
{
    (void)state;
    for (int ends = 0; ends < 2; ends++) {
        struct server server;
        struct teller teller;

        begin_server(&server);
        server.ends = ends == 1;
        atomic_store(&server.left, 1);
        prepare(&teller, server.url);
        teller.settings.timeout_ms = 1000;
        open_teller(&teller);
        assert_int_equal(post_one(&teller), MAHALLE_STORED);
        assert_int_equal(post_one(&teller), MAHALLE_UNCERTAIN);
        mahalle_close(teller.client);
        end_server(&server);
    }
}

static void what_was_never_sent_is_not_stored(void **state)
{
    struct teller teller;

    (void)state;
    prepare(&teller, "http://127.0.0.1:1");
    teller.settings.timeout_ms = 1000;
    open_teller(&teller);
    assert_int_equal(post_one(&teller), MAHALLE_NOT_STORED);
    mahalle_close(teller.client);
}

static void what_on_result_posts_while_it_is_closed_is_not_taken(void **state)
{
    struct teller teller;

    (void)state;
    prepare(&teller, "http://127.0.0.1:1");
    open_teller(&teller);
    teller.posts = true;
    assert_int_equal(mahalle_post(teller.client, "{\"a\":1}", 7, NULL, 0, NULL),
                     MAHALLE_OK);
    mahalle_close(teller.client);
    assert_int_equal(teller.last, MAHALLE_NOT_STORED);
    assert_int_equal(teller.again, MAHALLE_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_has_its_answer),
        cmocka_unit_test(what_is_no_answer_settles_nothing),
        cmocka_unit_test(problems_are_one_line_without_control_characters),
        cmocka_unit_test(texts_are_copied_as_one_line_with_their_type),
        cmocka_unit_test(threads_post_over_connections_until_all_is_stored),
        cmocka_unit_test(
            what_was_sent_and_cut_off_is_uncertain_whatever_follows),
        cmocka_unit_test(what_was_never_sent_is_not_stored),
        cmocka_unit_test(what_on_result_posts_while_it_is_closed_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
