/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mh-library-tool: libmahalle.so as a program of an agency uses it, for tests.
 *
 *     mh-library-tool post THREADS NAME=VALUE...   <LINES
 *     mh-library-tool many BATCH NAME=VALUE...     <LINES
 *
 * Posts each line: by mahalle_post from many threads over one client, or by
 * mahalle_post_many. NAME is a setting, or wait_ms. Prints one line for each
 * result: fate, line, id, partition, offset, reason, and each fault as
 * CODE@pointer; tabs between. The last line is what the last call said.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mahalle/mahalle.h>

enum { LINES_MAX = 200000, THREADS_MAX = 16 };

static struct mahalle *client;
static struct mahalle_event lines[LINES_MAX];
static size_t line_count;
static size_t thread_count;
static int wait_ms = 30000;

static void print_result(void *opaque, const struct mahalle_result *result)
{
    (void)opaque;
    (void)printf("%s\t%zu\t%s\t%d\t%lld\t%s", mahalle_fate_name(result->fate),
                 (size_t)(uintptr_t)result->tag, result->id,
                 (int)result->partition, (long long)result->offset,
                 result->reason);
    for (size_t i = 0; result->faults[i] != NULL; i++) {
        (void)printf("\t%s@%s", result->faults[i]->code,
                     result->faults[i]->pointer);
    }
    (void)putchar('\n');
}

static void read_lines(void)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t len;

    while ((len = getline(&text, &room, stdin)) > 0 && line_count < LINES_MAX) {
        size_t bytes = (size_t)len - (text[len - 1] == '\n');

        lines[line_count].json = strndup(text, bytes);
        lines[line_count].len = bytes;
        lines[line_count].tag = (void *)(uintptr_t)line_count;
        line_count++;
    }
    free(text);
}

static void *post_part(void *argument)
{
    struct mahalle_err err;

    for (size_t i = (size_t)(uintptr_t)argument; i < line_count;
         i += thread_count) {
        if (mahalle_post(client, lines[i].json, lines[i].len, lines[i].tag,
                         wait_ms, &err) != MAHALLE_OK) {
            (void)printf("not taken\t%zu\t\t-1\t-1\t%s\n", i, err.text);
        }
    }
    return NULL;
}

static enum mahalle_code post(struct mahalle_err *err)
{
    pthread_t threads[THREADS_MAX];

    for (size_t i = 0; i < thread_count; i++) {
        if (pthread_create(&threads[i], NULL, post_part,
                           (void *)(uintptr_t)i) != 0) {
            abort();
        }
    }
    for (size_t i = 0; i < thread_count; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return mahalle_flush(client, wait_ms, err);
}

static enum mahalle_code post_many(size_t batch, struct mahalle_err *err)
{
    enum mahalle_code code = MAHALLE_OK;

    for (size_t at = 0; at < line_count && code == MAHALLE_OK; at += batch) {
        size_t count = line_count - at < batch ? line_count - at : batch;
        struct mahalle_results *results = NULL;

        code = mahalle_post_many(client, lines + at, count, wait_ms, &results,
                                 err);
        for (size_t i = 0; i < mahalle_results_count(results); i++) {
            print_result(NULL, mahalle_results_at(results, i));
        }
        mahalle_results_free(results);
    }
    return code;
}

static void set(struct mahalle_settings *settings, const char *name,
                const char *value)
{
    const struct {
        const char *name, **place;
    } texts[] = {{"gateway", &settings->gateway},
                 {"brokers", &settings->brokers},
                 {"key", &settings->key},
                 {"key_file", &settings->key_file},
                 {"ca_file", &settings->ca_file},
                 {"cert_file", &settings->cert_file},
                 {"cert_key_file", &settings->cert_key_file},
                 {"topic", &settings->topic},
                 {"schemas", &settings->schemas},
                 {"event_type", &settings->event_type}};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].place = value;
            return;
        }
    }
    if (strcmp(name, "timeout_ms") == 0) {
        settings->timeout_ms = (int)strtol(value, NULL, 10);
    } else if (strcmp(name, "wait_ms") == 0) {
        wait_ms = (int)strtol(value, NULL, 10);
    } else if (strcmp(name, "queue_bytes") == 0) {
        settings->queue_bytes = strtoul(value, NULL, 10);
    } else {
        (void)fprintf(stderr, "no setting %s\n", name);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    struct mahalle_settings settings;
    struct mahalle_err err = {MAHALLE_OK, "success"};
    enum mahalle_code code;

    if (argc < 3) {
        return 2;
    }
    mahalle_settings_init(&settings, sizeof settings);
    settings.on_result = print_result;
    settings.lang = MAHALLE_EN;
    for (int i = 3; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (value == NULL) {
            return 2;
        }
        *value = '\0';
        set(&settings, argv[i], value + 1);
    }
    read_lines();
    code = mahalle_open(&settings, &client, &err);
    if (code == MAHALLE_OK) {
        thread_count = strtoul(argv[2], NULL, 10);
        code = strcmp(argv[1], "post") == 0 ? post(&err)
                                            : post_many(thread_count, &err);
    }
    mahalle_close(client);
    for (size_t i = 0; i < line_count; i++) {
        free((char *)(uintptr_t)lines[i].json);
    }
    (void)printf("%d %s\n", (int)code, err.text);
    return (int)code;
}
