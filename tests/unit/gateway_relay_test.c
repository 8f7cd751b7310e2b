/* SPDX-License-Identifier: Apache-2.0 */
/* The relay against librdkafka's mock cluster: what is confirmed, what is not,
   and a client that breaks for good. Nobody is parked here: who is waited for
   is only counted. */
#include "gateway_relay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "clock.h"

enum {
    PRODUCE = 0, /* the number of this request in Kafka's protocol */
    EVENTS = 3,
    VALUE = 40,        /* bytes of a record */
    TIMEOUT_MS = 1500, /* of an impatient relay */
    PATIENCE_MS = 15000
};

static const char TOPIC[] = "mahalle.events";

struct mock {
    rd_kafka_t *holder;
    rd_kafka_mock_cluster_t *cluster;
    struct recent *recent;
    struct parking *parking;
    struct relay *relay;
};

static int begin(void **state)
{
    static struct mock mock;
    struct relay_settings settings = {
        .topic = TOPIC, .queue_kib = 1024, .timeout_ms = TIMEOUT_MS};
    char text[256];
    struct mh_err err;

    mock.holder =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    assert_non_null(mock.holder);
    mock.cluster = rd_kafka_mock_cluster_new(mock.holder, 1);
    assert_non_null(mock.cluster);
    assert_int_equal(rd_kafka_mock_topic_create(mock.cluster, TOPIC, 1, 1), 0);
    settings.brokers = rd_kafka_mock_cluster_bootstraps(mock.cluster);
    assert_int_equal(recent_new(64, &mock.recent, &err), MH_OK);
    assert_int_equal(parking_new(&mock.parking, &err), MH_OK);
    settings.recent = mock.recent;
    settings.parking = mock.parking;
    assert_int_equal(relay_open(&settings, &mock.relay, &err), MH_OK);
    *state = &mock;
    return 0;
}

static int end(void **state)
{
    const struct mock *mock = *state;

    relay_close(mock->relay, 1000);
    parking_free(mock->parking);
    recent_free(mock->recent);
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->holder);
    return 0;
}

/* ------------------------------------------------------------------ batches */

static int freed;

static void free_batch(struct parked *parked)
{
    struct batch *batch = (struct batch *)parked;

    free(batch->entries);
    mh_buf_fini(&batch->values);
    free(batch);
    freed++;
}

/* Events that differ by `seed` and their place. */
static struct batch *make_batch(unsigned seed)
{
    static char type[] = "council_formed";
    struct batch *batch = calloc(1, sizeof *batch);

    assert_non_null(batch);
    parked_init(&batch->parked, 1, free_batch);
    batch->count = EVENTS;
    batch->entries = calloc(EVENTS, sizeof *batch->entries);
    batch->headers = calloc(EVENTS, sizeof *batch->headers);
    assert_true(batch->entries != NULL && batch->headers != NULL);
    mh_buf_init(&batch->values, EVENTS * VALUE);
    assert_non_null(mh_buf_grow(&batch->values, EVENTS * VALUE));
    memset(batch->values.bytes, 7, EVENTS * VALUE);
    for (size_t i = 0; i < EVENTS; i++) {
        struct entry *entry = &batch->entries[i];
        unsigned number = seed * EVENTS + (unsigned)i;

        entry->batch = batch;
        entry->value_at = i * VALUE;
        entry->value_len = VALUE;
        entry->event.agency_id = 1;
        entry->event.content = number;
        memcpy(entry->event.id + 8, &number, sizeof number);
        memset(batch->headers[i].id, 'a', sizeof batch->headers[i].id);
        (void)snprintf(batch->headers[i].type, sizeof batch->headers[i].type,
                       "%s", type);
    }
    return batch;
}

/* Send and wait until nothing is on its way. */
static void send_and_wait(struct mock *mock, struct batch *batch)
{
    int64_t until_ms = mh_clock_ms() + PATIENCE_MS;

    (void)relay_send(mock->relay, batch);
    while (atomic_load(&batch->waiting) > 0) {
        assert_true(mh_clock_ms() < until_ms);
        mh_clock_sleep_ms(5);
    }
    while (relay_waiting(mock->relay) > 0) {
        mh_clock_sleep_ms(5);
    }
}

static void assert_outcome(const struct batch *batch, enum outcome outcome)
{
    for (int i = 0; i < batch->count; i++) {
        assert_int_equal(atomic_load(&batch->entries[i].outcome), outcome);
    }
}

/* The last user leaves when its reports have. */
static void leave(struct batch *batch)
{
    int before = freed;
    int64_t until_ms = mh_clock_ms() + PATIENCE_MS;

    parked_leave(&batch->parked);
    while (freed == before) {
        assert_true(mh_clock_ms() < until_ms);
        mh_clock_sleep_ms(5);
    }
}

/* ------------------------------------------------------------------- tests */

static void what_is_confirmed_is_accepted_and_remembered(void **state)
{
    struct mock *mock = *state;
    struct batch *batch = make_batch(1);

    send_and_wait(mock, batch);
    assert_outcome(batch, OUTCOME_ACCEPTED);
    for (int i = 0; i < EVENTS; i++) {
        struct recent_event event = batch->entries[i].event;

        assert_int_equal(event.offset, i);
        assert_true(event.stored_ms > 0);
        assert_int_equal(recent_find(mock->recent, &event), RECENT_DUPLICATE);
    }
    assert_true(relay_is_well(mock->relay, 5000));
    leave(batch);
}

static void only_what_waits_is_sent(void **state)
{
    struct mock *mock = *state;
    struct batch *batch = make_batch(1), *other = make_batch(2);

    batch->entries[1].outcome = OUTCOME_INVALID;
    send_and_wait(mock, batch);
    assert_int_equal(batch->entries[1].outcome, OUTCOME_INVALID);
    assert_int_equal(batch->entries[2].event.offset, 1);
    for (int i = 0; i < EVENTS; i++) {
        other->entries[i].outcome = OUTCOME_DUPLICATE;
    }
    assert_false(relay_send(mock->relay, other));
    leave(batch);
    leave(other);
}

static void without_a_broker_events_are_to_be_sent_again(void **state)
{
    struct mock *mock = *state;
    struct batch *batch = make_batch(1), *again = make_batch(1);
    int64_t began_ms;

    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    began_ms = mh_clock_ms();
    send_and_wait(mock, batch);
    assert_in_range(mh_clock_ms() - began_ms, 0, 2 * TIMEOUT_MS);
    assert_outcome(batch, OUTCOME_RETRY);
    assert_false(relay_is_well(mock->relay, 200));
    assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
    while (!relay_is_well(mock->relay, 1000)) {
        mh_clock_sleep_ms(50);
    }
    send_and_wait(mock, again);
    assert_outcome(again, OUTCOME_ACCEPTED);
    leave(batch);
    leave(again);
}

static void a_refusal_is_not_doubtful(void **state)
{
    struct mock *mock = *state;
    struct batch *batch = make_batch(1);

    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 1,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    send_and_wait(mock, batch);
    assert_outcome(batch, OUTCOME_RETRY);
    for (int i = 0; i < EVENTS; i++) {
        assert_false(batch->entries[i].doubtful);
    }
    leave(batch);
}

static void a_client_that_breaks_for_good_is_replaced(void **state)
{
    struct mock *mock = *state;
    int64_t until_ms = mh_clock_ms() + PATIENCE_MS;
    struct batch *batch = make_batch(1);
    bool stored = false;

    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 1,
        RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    send_and_wait(mock, batch);
    leave(batch);
    for (unsigned seed = 2; !stored; seed++) {
        assert_true(mh_clock_ms() < until_ms);
        batch = make_batch(seed);
        send_and_wait(mock, batch);
        stored = batch->entries[0].outcome == OUTCOME_ACCEPTED;
        leave(batch);
        mh_clock_sleep_ms(50);
    }
}

static void what_is_not_confirmed_at_the_end_is_told(void **state)
{
    struct mock *mock = *state;
    struct batch *batch = make_batch(1);
    struct mh_err err;
    struct relay_settings settings = {.brokers = "127.0.0.1:1",
                                      .topic = TOPIC,
                                      .queue_kib = 1024,
                                      .timeout_ms = 60000,
                                      .recent = mock->recent,
                                      .parking = mock->parking};
    struct relay *relay = NULL;

    assert_int_equal(relay_open(&settings, &relay, &err), MH_OK);
    assert_true(relay_send(relay, batch));
    relay_close(relay, 50);
    assert_outcome(batch, OUTCOME_RETRY);
    assert_false(batch->entries[0].doubtful);
    leave(batch);
}

static void ends_are_those_of_all_partitions_or_none(void **state)
{
    struct mock *mock = *state;
    struct batch *batch = make_batch(1);
    int64_t ends[2] = {-7, -7};

    assert_int_equal(relay_partitions(mock->relay, 5000), 1);
    assert_true(relay_ends(mock->relay, 1, 5000, ends));
    assert_int_equal(ends[0], 0);
    send_and_wait(mock, batch);
    assert_true(relay_ends(mock->relay, 1, 5000, ends));
    assert_int_equal(ends[0], EVENTS);
    assert_false(relay_ends(mock->relay, 2, 500, ends)); /* there is one */
    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    assert_false(relay_ends(mock->relay, 1, 300, ends));
    leave(batch);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(what_is_confirmed_is_accepted_and_remembered),
        TEST(only_what_waits_is_sent),
        TEST(ends_are_those_of_all_partitions_or_none),
        TEST(without_a_broker_events_are_to_be_sent_again),
        TEST(a_refusal_is_not_doubtful),
        TEST(a_client_that_breaks_for_good_is_replaced),
        TEST(what_is_not_confirmed_at_the_end_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
