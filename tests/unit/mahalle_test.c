/* SPDX-License-Identifier: Apache-2.0 */
/* libmahalle as agencies call it, against librdkafka's mock cluster: wrong use,
 * faults as data, a full queue, no broker, many threads. */
#include "mahalle/mahalle.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

enum {
    FATES = MAHALLE_UNCERTAIN + 1,
    THREADS = 4,
    EACH = 1000,
    FLUSH_MS = 20000,
    EVENT_MAX = 512
};

struct world {
    rd_kafka_t *holder;
    rd_kafka_mock_cluster_t *cluster;
    struct mahalle_settings settings;
    struct mahalle *client;
    struct mahalle_err err;
    /* what on_result was told; it is called one at a time */
    int told[FATES];
    char last[1024]; /* faults of the last one that was refused, or why not */
    int inside;      /* what a call from on_result returned; -1: none is made */
    struct mahalle *calls, *posts;
};

static void on_result(void *opaque, const struct mahalle_result *result)
{
    struct world *world = opaque;

    world->told[result->fate]++;
    if (result->fate == MAHALLE_REFUSED) {
        world->last[0] = '\0';
        for (size_t i = 0; i < result->fault_count; i++) {
            size_t len = strlen(world->last);

            (void)snprintf(world->last + len, sizeof world->last - len,
                           "%s@%s ", result->faults[i]->code,
                           result->faults[i]->pointer);
            assert_true(strlen(result->faults[i]->detail) > 5);
        }
        assert_null(result->faults[result->fault_count]);
    } else {
        (void)snprintf(world->last, sizeof world->last, "%s", result->reason);
    }
    if (world->posts != NULL) {
        world->inside = (int)mahalle_post(world->posts, "{}", 2, NULL, 0, NULL);
    }
    if (world->calls != NULL) {
        struct mahalle *client = world->calls;

        world->calls = NULL;
        world->inside = (int)mahalle_flush(client, 1000, &world->err);
        assert_int_equal(mahalle_poll(client, 0, NULL), MAHALLE_USAGE);
        assert_int_equal(mahalle_post(client, "{}", 2, NULL, 5000, NULL),
                         MAHALLE_OK);
    }
}

static int begin(void **state)
{
    static struct world world;
    char text[256];

    memset(&world, 0, sizeof world);
    world.inside = -1;
    world.holder =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    assert_non_null(world.holder);
    world.cluster = rd_kafka_mock_cluster_new(world.holder, 1);
    assert_non_null(world.cluster);
    assert_int_equal(
        rd_kafka_mock_topic_create(world.cluster, "mahalle.events", 4, 1), 0);
    mahalle_settings_init(&world.settings, sizeof world.settings);
    world.settings.brokers = rd_kafka_mock_cluster_bootstraps(world.cluster);
    world.settings.on_result = on_result;
    world.settings.opaque = &world;
    *state = &world;
    return 0;
}

static int end(void **state)
{
    struct world *world = *state;

    mahalle_close(world->client);
    rd_kafka_mock_cluster_destroy(world->cluster);
    rd_kafka_destroy(world->holder);
    return 0;
}

static void open_client(struct world *world)
{
    if (mahalle_open(&world->settings, &world->client, &world->err) !=
        MAHALLE_OK) {
        fail_msg("%s", world->err.text);
    }
}

/* A good event, its number in its id. */
static const char *event(unsigned number, char text[EVENT_MAX])
{
    (void)snprintf(text, EVENT_MAX,
                   "{\"event_type\": \"council_meeting_held\", \"event_id\": "
                   "\"0b1f6a52-3c4d-4e5f-8a9b-%012u\", \"occurred_on\": "
                   "\"1404/07/21\", \"agency_code\": \"municipality_1198\", "
                   "\"place_code\": \"c1198-003\", \"council_code\": "
                   "\"c1198-003-C1\", \"members_present\": 9}",
                   number);
    return text;
}

static enum mahalle_code post(struct world *world, const char *text,
                              int wait_ms)
{
    return mahalle_post(world->client, text, strlen(text), NULL, wait_ms,
                        &world->err);
}

/* ------------------------------------------------------------------- tests */

static void wrong_settings_are_told(void **state)
{
    struct world *world = *state;
    struct mahalle_settings *settings = &world->settings;
    struct {
        struct mahalle_settings known;
        char later[8];
    } later = {*settings, "x"};

    assert_int_equal(mahalle_open(NULL, &world->client, NULL), MAHALLE_USAGE);
    assert_int_equal(mahalle_open(settings, NULL, NULL), MAHALLE_USAGE);
    settings->gateway = "http://localhost";
    settings->timeout_ms = 0;
    assert_int_equal(mahalle_open(settings, &world->client, &world->err),
                     MAHALLE_USAGE);
    assert_int_equal(world->err.code, MAHALLE_USAGE);
    assert_non_null(strstr(world->err.text, "one of gateway and brokers"));
    assert_non_null(strstr(world->err.text, "timeout_ms"));
    later.known.size = sizeof later;
    assert_int_equal(mahalle_open(&later.known, &world->client, &world->err),
                     MAHALLE_USAGE);
    assert_non_null(strstr(world->err.text, "later version"));
    memset(later.later, 0, sizeof later.later);
    assert_int_equal(mahalle_open(&later.known, &world->client, &world->err),
                     MAHALLE_OK);
}

static void a_program_that_knows_fewer_settings_is_served(void **state)
{
    struct world *world = *state;
    struct mahalle_settings *settings = &world->settings;

    settings->size = offsetof(struct mahalle_settings, on_log);
    settings->on_log = (void (*)(void *, enum mahalle_level, const char *))1;
    open_client(world);
}

static void wrong_calls_are_told(void **state)
{
    struct world *world = *state;
    struct mahalle_results *results = NULL;
    struct mahalle_event none = {.json = NULL};

    open_client(world);
    assert_int_equal(mahalle_post(NULL, "{}", 2, NULL, 0, NULL), MAHALLE_USAGE);
    assert_int_equal(mahalle_post(world->client, NULL, 2, NULL, 0, NULL),
                     MAHALLE_USAGE);
    assert_int_equal(
        mahalle_post_many(world->client, &none, 1, 0, &results, &world->err),
        MAHALLE_USAGE);
    assert_int_equal(
        mahalle_post_many(world->client, NULL, 0, 0, &results, &world->err),
        MAHALLE_OK);
    assert_int_equal(mahalle_results_count(results), 0);
    assert_null(mahalle_results_at(results, 0));
    mahalle_results_free(results);
    mahalle_results_free(NULL);
    assert_int_equal(mahalle_waiting(NULL), 0);
    mahalle_close(NULL);
    assert_string_equal(mahalle_fate_name(MAHALLE_NOT_STORED), "not stored");
    assert_string_equal(mahalle_fate_name((enum mahalle_fate)99), "unknown");
}

static void a_child_process_is_turned_away(void **state)
{
    struct world *world = *state;
    int status = 0;
    pid_t child;

    open_client(world);
    child = fork();
    if (child == 0) {
        bool good = mahalle_post(world->client, "{}", 2, NULL, 0, NULL) ==
                        MAHALLE_USAGE &&
                    mahalle_flush(world->client, 0, NULL) == MAHALLE_USAGE;

        mahalle_close(world->client);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(post(world, "{}", 0), MAHALLE_OK);
}

static void faults_are_data(void **state)
{
    struct world *world = *state;

    open_client(world);
    assert_int_equal(
        post(world,
             "{\"event_type\": \"council_meeting_held\", \"source_ref\": "
             "\"M-1\", \"occurred_on\": \"1404/13/01\", \"agency_code\": "
             "\"municipality_1198\", \"place_code\": \"c1198-003\", "
             "\"council_code\": \"c1198-003-C1\", \"members\": 1, "
             "\"members_present\": -1}",
             1000),
        MAHALLE_OK);
    assert_int_equal(mahalle_waiting(world->client), 1);
    assert_int_equal(mahalle_poll(world->client, FLUSH_MS, NULL), MAHALLE_OK);
    assert_int_equal(world->told[MAHALLE_REFUSED], 1);
    assert_string_equal(world->last, "UNKNOWN_FIELD@/members "
                                     "DATE@/occurred_on MIN@/members_present ");
    assert_int_equal(mahalle_waiting(world->client), 0);
}

static void on_result_may_post_and_nothing_else(void **state)
{
    struct world *world = *state;

    open_client(world);
    world->calls = world->client;
    assert_int_equal(post(world, "{}", 0), MAHALLE_OK);
    assert_int_equal(mahalle_flush(world->client, FLUSH_MS, NULL), MAHALLE_OK);
    assert_int_equal(world->inside, MAHALLE_USAGE);
    assert_int_equal(world->told[MAHALLE_REFUSED], 2);
}

static void a_full_queue_waits_its_time_and_loses_nothing(void **state)
{
    struct world *world = *state;
    enum mahalle_code code = MAHALLE_OK;
    char text[EVENT_MAX];
    unsigned taken = 0;

    world->settings.queue_bytes = 128 * 1024;
    open_client(world);
    rd_kafka_mock_broker_set_down(world->cluster, 1);
    while (code == MAHALLE_OK && taken < 5000) {
        code = post(world, event(taken, text), taken == 0 ? 100 : 10);
        taken += code == MAHALLE_OK;
    }
    assert_int_equal(code, MAHALLE_FULL);
    assert_int_equal(world->err.code, MAHALLE_FULL);
    assert_true(taken > 100);
    assert_int_equal(mahalle_flush(world->client, 50, &world->err),
                     MAHALLE_TIMEOUT);
    assert_int_equal(mahalle_waiting(world->client), taken);
    rd_kafka_mock_broker_set_up(world->cluster, 1);
    assert_int_equal(mahalle_flush(world->client, FLUSH_MS, &world->err),
                     MAHALLE_OK);
    assert_int_equal(world->told[MAHALLE_STORED], taken);
}

static void refusals_that_nobody_takes_fill_the_queue_too(void **state)
{
    struct world *world = *state;
    enum mahalle_code code = MAHALLE_OK;
    int taken = 0;

    world->settings.queue_bytes = 128 * 1024;
    open_client(world);
    while (code == MAHALLE_OK && taken < 5000) {
        code = post(world, "{", 0);
        taken += code == MAHALLE_OK;
    }
    assert_int_equal(code, MAHALLE_FULL);
    /* room is made by whoever waits for it */
    assert_int_equal(post(world, "{", FLUSH_MS), MAHALLE_OK);
    assert_int_equal(mahalle_flush(world->client, FLUSH_MS, NULL), MAHALLE_OK);
    assert_int_equal(world->told[MAHALLE_REFUSED], taken + 1);
}

static void without_a_broker_events_are_given_up_and_later_ones_stored(
    void **state)
{
    struct world *world = *state;
    struct mahalle_event one = {.tag = world};
    struct mahalle_results *results = NULL;
    char text[EVENT_MAX];

    world->settings.timeout_ms = 1000;
    open_client(world);
    one.json = event(1, text);
    one.len = strlen(text);
    rd_kafka_mock_broker_set_down(world->cluster, 1);
    assert_int_equal(mahalle_post_many(world->client, &one, 1, FLUSH_MS,
                                       &results, &world->err),
                     MAHALLE_OK);
    assert_int_equal(mahalle_results_at(results, 0)->fate, MAHALLE_NOT_STORED);
    assert_ptr_equal(mahalle_results_at(results, 0)->tag, world);
    assert_non_null(
        strstr(mahalle_results_at(results, 0)->reason, "not confirmed"));
    mahalle_results_free(results);
    rd_kafka_mock_broker_set_up(world->cluster, 1);
    for (int i = 0; i < 20 && world->told[MAHALLE_STORED] == 0; i++) {
        assert_int_equal(post(world, text, 1000), MAHALLE_OK);
        assert_int_equal(mahalle_flush(world->client, FLUSH_MS, NULL),
                         MAHALLE_OK);
    }
    assert_int_equal(world->told[MAHALLE_STORED], 1);
}

static void what_comes_too_late_is_uncertain_and_for_nobody(void **state)
{
    struct world *world = *state;
    struct mahalle_event one = {.tag = NULL};
    struct mahalle_results *results = NULL;
    char text[EVENT_MAX];

    open_client(world);
    one.json = event(1, text);
    one.len = strlen(text);
    rd_kafka_mock_broker_set_down(world->cluster, 1);
    assert_int_equal(
        mahalle_post_many(world->client, &one, 1, 50, &results, &world->err),
        MAHALLE_OK);
    assert_int_equal(mahalle_results_of(results, MAHALLE_UNCERTAIN), 1);
    mahalle_results_free(results);
    rd_kafka_mock_broker_set_up(world->cluster, 1);
    assert_int_equal(mahalle_flush(world->client, FLUSH_MS, NULL), MAHALLE_OK);
    assert_int_equal(world->told[MAHALLE_STORED], 0);
}

static void what_is_closed_too_early_is_told(void **state)
{
    struct world *world = *state;
    char text[EVENT_MAX];

    open_client(world);
    rd_kafka_mock_broker_set_down(world->cluster, 1);
    assert_int_equal(post(world, event(1, text), 0), MAHALLE_OK);
    assert_int_equal(post(world, "{", 0), MAHALLE_OK);
    mahalle_close(world->client);
    world->client = NULL;
    assert_int_equal(world->told[MAHALLE_UNCERTAIN], 1);
    assert_int_equal(world->told[MAHALLE_REFUSED], 1);
    assert_string_equal(world->last, "the client was closed");
}

static void what_on_result_posts_while_it_is_closed_is_not_taken(void **state)
{
    struct world *world = *state;
    char text[EVENT_MAX];

    open_client(world);
    rd_kafka_mock_broker_set_down(world->cluster, 1);
    assert_int_equal(post(world, event(1, text), 0), MAHALLE_OK);
    world->posts = world->client;
    mahalle_close(world->client);
    world->client = NULL;
    assert_int_equal(world->inside, MAHALLE_USAGE);
    assert_int_equal(world->told[MAHALLE_UNCERTAIN], 1);
    assert_int_equal(world->told[MAHALLE_REFUSED], 0);
}

/* ----------------------------------------------------------------- threads */

struct poster {
    struct world *world;
    unsigned first;
    bool many;
};

static void *run(void *argument)
{
    const struct poster *poster = argument;
    struct mahalle *client = poster->world->client;
    char texts[10][EVENT_MAX];
    struct mahalle_event events[10];

    for (unsigned i = 0; i < EACH; i += 10) {
        for (unsigned k = 0; k < 10; k++) {
            const char *text = event(poster->first + i + k, texts[k]);

            events[k] = (struct mahalle_event){
                .json = k == 9 ? "{" : text, .len = k == 9 ? 1 : strlen(text)};
        }
        if (poster->many) {
            struct mahalle_results *results = NULL;

            if (mahalle_post_many(client, events, 10, FLUSH_MS, &results,
                                  NULL) != MAHALLE_OK ||
                mahalle_results_of(results, MAHALLE_STORED) != 9 ||
                mahalle_results_of(results, MAHALLE_REFUSED) != 1) {
                abort();
            }
            mahalle_results_free(results);
        }
        for (unsigned k = 0; k < 10 && !poster->many; k++) {
            if (mahalle_post(client, events[k].json, events[k].len, NULL,
                             FLUSH_MS, NULL) != MAHALLE_OK) {
                abort();
            }
        }
    }
    return mahalle_flush(client, FLUSH_MS, NULL) == MAHALLE_OK ? NULL : client;
}

static void threads_share_a_client(void **state)
{
    struct world *world = *state;
    struct poster posters[THREADS + 1];
    pthread_t threads[THREADS + 1];

    world->settings.queue_bytes = 256 * 1024; /* so that it fills */
    open_client(world);
    for (unsigned i = 0; i <= THREADS; i++) {
        posters[i] = (struct poster){world, i * EACH, i == THREADS};
        assert_int_equal(pthread_create(&threads[i], NULL, run, &posters[i]),
                         0);
    }
    /* on_result is called one at a time, so it counts without a lock */
    rd_kafka_mock_push_request_errors(
        world->cluster, 0, 1, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    for (unsigned i = 0; i <= THREADS; i++) {
        void *failed = NULL;

        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
    assert_int_equal(world->told[MAHALLE_STORED], THREADS * EACH / 10 * 9);
    assert_int_equal(world->told[MAHALLE_REFUSED], THREADS * EACH / 10);
}

static void ids_are_uuids_of_version_4_and_new(void **state)
{
    char one[37], two[37];

    (void)state;
    assert_int_equal(mahalle_uuid(one), MAHALLE_OK);
    assert_int_equal(mahalle_uuid(two), MAHALLE_OK);
    assert_int_equal(strlen(one), 36);
    assert_true(one[14] == '4' && strchr("89ab", one[19]) != NULL);
    assert_string_not_equal(one, two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(wrong_settings_are_told),
        TEST(a_program_that_knows_fewer_settings_is_served),
        TEST(wrong_calls_are_told),
        TEST(a_child_process_is_turned_away),
        TEST(faults_are_data),
        TEST(on_result_may_post_and_nothing_else),
        TEST(a_full_queue_waits_its_time_and_loses_nothing),
        TEST(refusals_that_nobody_takes_fill_the_queue_too),
        TEST(without_a_broker_events_are_given_up_and_later_ones_stored),
        TEST(what_comes_too_late_is_uncertain_and_for_nobody),
        TEST(what_is_closed_too_early_is_told),
        TEST(what_on_result_posts_while_it_is_closed_is_not_taken),
        TEST(threads_share_a_client),
        TEST(ids_are_uuids_of_version_4_and_new),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
