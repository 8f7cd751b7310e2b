/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts the lines of a file to a gateway, so many an event array, over so many
 * connections at once, each line once; prints what was stored and how long
 * answers took. MAHALLE_API_KEY is the key.
 *
 *     http_load PORT FILE BATCH CONNECTIONS [POSTS_PER_S]
 *
 * With a rate the n-th post is due at its time, and its latency counts from
 * then on: a slow answer does not hide those behind it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "text.h"

enum {
    CONNECTIONS_MAX = 1024,
    FILE_MAX = 1024 * 1024 * 1024,
    ANSWER_MAX = 4 * 1024 * 1024
};

struct load {
    const char *text; /* all lines */
    const char **lines;
    long line_count, batch, post_count;
    in_port_t port;
    double rate; /* posts a second; 0: as fast as it goes */
    const char *key;
    double start_s;
    atomic_long next;    /* post that is to be made */
    atomic_long stored;  /* events */
    atomic_long refused; /* posts that were not 2xx */
    float *latency_s;    /* of each post */
};

static double now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
    (void)fprintf(stderr, "http_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_to(in_port_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        die("connect");
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

        if (sent <= 0) {
            die("send");
        }
        bytes += sent;
        len -= (size_t)sent;
    }
}

/* @returns the status of the answer */
static int take_answer(int fd, char *room)
{
    size_t len = 0, whole = SIZE_MAX;

    while (len < whole) {
        ssize_t got = recv(fd, room + len, ANSWER_MAX - 1 - len, 0);
        const char *end;

        if (got <= 0) {
            die("recv");
        }
        len += (size_t)got;
        room[len] = '\0';
        end = whole == SIZE_MAX ? strstr(room, "\r\n\r\n") : NULL;
        if (end != NULL) {
            const char *length = strstr(room, "Content-Length: ");

            if (length == NULL) {
                die("no length");
            }
            whole = (size_t)(end + 4 - room) + strtoul(length + 16, NULL, 10);
        }
    }
    return (int)strtol(room + 9, NULL, 10);
}

/* Events that are stored now or were before: the stream has repeats. */
static long count_known(const char *answer)
{
    static const char *const WORDS[] = {"\"status\":\"accepted\"",
                                        "\"status\":\"duplicate\""};
    long count = 0;

    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        for (const char *c = answer; (c = strstr(c, WORDS[i])) != NULL; c++) {
            count++;
        }
    }
    return count;
}

/* Post number `post`. */
static void make_post(const struct load *load, long post, struct mh_buf *body,
                      struct mh_buf *request)
{
    long first = post * load->batch, last = first + load->batch;

    last = last > load->line_count ? load->line_count : last;
    mh_buf_reset(body);
    mh_buf_byte(body, '[');
    for (long i = first; i < last; i++) {
        const char *end = strchr(load->lines[i], '\n');

        if (i > first) {
            mh_buf_byte(body, ',');
        }
        mh_buf_put(body, load->lines[i], (size_t)(end - load->lines[i]));
    }
    mh_buf_byte(body, ']');
    mh_buf_reset(request);
    mh_buf_format(request,
                  "POST /v1/events HTTP/1.1\r\nHost: x\r\n"
                  "Authorization: Bearer %s\r\n"
                  "Content-Type: application/json\r\n"
                  "Content-Length: %zu\r\n\r\n",
                  load->key, body->len);
    mh_buf_put(request, body->bytes, body->len);
}

static double wait_turn(const struct load *load, long post)
{
    double due_s, wait_s;

    if (load->rate <= 0) {
        return now_s();
    }
    due_s = load->start_s + (double)post / load->rate;
    wait_s = due_s - now_s();
    if (wait_s > 0) {
        struct timespec wait = {.tv_sec = (time_t)wait_s};

        wait.tv_nsec = (long)((wait_s - (double)wait.tv_sec) * 1e9);
        (void)nanosleep(&wait, NULL);
    }
    return due_s;
}

static void *run(void *argument)
{
    struct load *load = argument;
    int fd = connect_to(load->port);
    char *room = malloc(ANSWER_MAX);
    struct mh_buf body, request;
    long post;

    if (room == NULL) {
        die("memory");
    }
    mh_buf_init(&body, ANSWER_MAX);
    mh_buf_init(&request, ANSWER_MAX);
    while ((post = atomic_fetch_add(&load->next, 1)) < load->post_count) {
        long last = (post + 1) * load->batch;
        double began_s;
        int status;

        make_post(load, post, &body, &request);
        began_s = wait_turn(load, post);
        send_all(fd, request.bytes, request.len);
        status = take_answer(fd, room);
        last = last > load->line_count ? load->line_count : last;
        if (status == 201) {
            atomic_fetch_add(&load->stored, last - post * load->batch);
        } else if (status == 200 || status == 207) {
            atomic_fetch_add(&load->stored, count_known(room));
        } else {
            atomic_fetch_add(&load->refused, 1);
        }
        load->latency_s[post] = (float)(now_s() - began_s);
    }
    mh_buf_fini(&body);
    mh_buf_fini(&request);
    free(room);
    (void)close(fd);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    float left = *(const float *)a, right = *(const float *)b;

    return (left > right) - (left < right);
}

static void read_lines(struct load *load, const char *path)
{
    static struct mh_buf file;
    struct mh_err err;

    mh_buf_init(&file, FILE_MAX);
    if (mh_text_read_file(path, &file, &err) != MH_OK) {
        die(path);
    }
    load->text = mh_buf_string(&file);
    for (const char *c = load->text; *c != '\0'; c++) {
        load->line_count += *c == '\n';
    }
    load->lines = calloc((size_t)load->line_count + 1, sizeof *load->lines);
    if (load->lines == NULL) {
        die("memory");
    }
    load->lines[0] = load->text;
    for (long i = 1; i < load->line_count; i++) {
        load->lines[i] = strchr(load->lines[i - 1], '\n') + 1;
    }
}

int main(int argc, char **argv)
{
    static struct load load;
    static pthread_t threads[CONNECTIONS_MAX];
    double seconds;
    long count;

    if (argc < 5 || (load.key = getenv("MAHALLE_API_KEY")) == NULL) {
        (void)fprintf(stderr, "http_load PORT FILE BATCH CONNECTIONS "
                              "[POSTS_PER_S]; MAHALLE_API_KEY\n");
        return 2;
    }
    load.port = (in_port_t)strtol(argv[1], NULL, 10);
    read_lines(&load, argv[2]);
    load.batch = strtol(argv[3], NULL, 10);
    count = strtol(argv[4], NULL, 10);
    load.rate = argc > 5 ? strtod(argv[5], NULL) : 0;
    load.post_count = (load.line_count + load.batch - 1) / load.batch;
    load.latency_s = calloc((size_t)load.post_count, sizeof *load.latency_s);
    if (load.latency_s == NULL || count < 1 || count > CONNECTIONS_MAX) {
        die("memory or connections");
    }
    load.start_s = now_s();
    for (long i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, run, &load) != 0) {
            die("thread");
        }
    }
    for (long i = 0; i < count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    seconds = now_s() - load.start_s;
    qsort(load.latency_s, (size_t)load.post_count, sizeof *load.latency_s,
          by_size);
    (void)printf("stored %ld\nrefused_posts %ld\nseconds %.3f\nrate %.0f\n"
                 "p50_ms %.2f\np99_ms %.2f\nmax_ms %.2f\n",
                 atomic_load(&load.stored), atomic_load(&load.refused), seconds,
                 (double)atomic_load(&load.stored) / seconds,
                 (double)load.latency_s[load.post_count / 2] * 1e3,
                 (double)load.latency_s[load.post_count * 99 / 100] * 1e3,
                 (double)load.latency_s[load.post_count - 1] * 1e3);
    return 0;
}
