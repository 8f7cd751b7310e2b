/* SPDX-License-Identifier: Apache-2.0 */
/* The producer against librdkafka's mock cluster: good days and bad ones. */
#include "send.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "clock.h"
#include "stop.h"

enum {
    PRODUCE = 0, /* the number of this request in Kafka's protocol */
    PARTITIONS = 4,
    SHORT_MS = 1500 /* an impatient sender */
};

static const char TOPIC[] = "mahalle.events";

/* A cluster of one broker, and a client that holds it. */
struct mock {
    rd_kafka_t *holder;
    rd_kafka_mock_cluster_t *cluster;
    struct send_settings settings;
};

static int begin(void **state)
{
    static struct mock mock;
    char text[256];

    mock.holder =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    assert_non_null(mock.holder);
    mock.cluster = rd_kafka_mock_cluster_new(mock.holder, 1);
    assert_non_null(mock.cluster);
    assert_int_equal(
        rd_kafka_mock_topic_create(mock.cluster, TOPIC, PARTITIONS, 1), 0);
    mock.settings = (struct send_settings){
        .brokers = rd_kafka_mock_cluster_bootstraps(mock.cluster),
        .topic = TOPIC,
        .queue_kib = SEND_QUEUE_KIB,
        .timeout_ms = SEND_TIMEOUT_MS};
    *state = &mock;
    return 0;
}

static int end(void **state)
{
    const struct mock *mock = *state;

    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->holder);
    return 0;
}

static struct send *open_sender(const struct mock *mock)
{
    struct send *sender = NULL;
    struct mh_err err = {0};

    if (send_open(&mock->settings, &sender, &err) != MH_OK) {
        fail_msg("%s", err.text);
    }
    return sender;
}

/* Event number `i`; only what `send` looks at. */
static enum mh_code send_one(struct send *sender, uint64_t i,
                             struct mh_err *err)
{
    static char name[] = "council_formed";
    static const struct mh_type TYPE = {.name = name};
    struct mh_event event = {.type = &TYPE};
    char id[37];
    uint8_t bytes[200];
    struct mh_buf value = {.bytes = bytes, .len = sizeof bytes};

    (void)snprintf(id, sizeof id, "0b1f6a52-3c4d-4e5f-8a9b-%012llu",
                   (unsigned long long)i);
    memset(bytes, (int)i, sizeof bytes);
    event.values[MH_FIELD_EVENT_ID] =
        (struct mh_value){.text = id, .len = 36, .set = MH_VALUE};
    event.values[MH_FIELD_AGENCY_CODE] =
        (struct mh_value){.text = "education!", .len = 9, .set = MH_VALUE};
    event.values[MH_FIELD_POSTED_AT] =
        (struct mh_value){.number = 1760338800250, .set = MH_VALUE};
    return send_event(sender, &event, &value, i, err);
}

static void send_range(struct send *sender, uint64_t from, uint64_t to)
{
    struct mh_err err = {0};

    for (uint64_t i = from; i < to; i++) {
        if (send_one(sender, i, &err) != MH_OK) {
            fail_msg("%s", err.text);
        }
    }
}

static void flush_all(struct send *sender, uint64_t stored)
{
    struct mh_err err = {0};
    uint64_t ticket;

    if (send_flush(sender, 20000, &err) != MH_OK) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(send_stored(sender), stored);
    assert_int_equal(send_waiting(sender), 0);
    assert_false(send_oldest(sender, &ticket));
}

/* ------------------------------------------------------- what is in the log */

static rd_kafka_t *open_reader(const struct mock *mock)
{
    rd_kafka_topic_partition_list_t *all =
        rd_kafka_topic_partition_list_new(PARTITIONS);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];
    rd_kafka_t *reader;

    (void)rd_kafka_conf_set(conf, "bootstrap.servers", mock->settings.brokers,
                            text, sizeof text);
    (void)rd_kafka_conf_set(conf, "group.id", "test", text, sizeof text);
    reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    assert_non_null(reader);
    (void)rd_kafka_poll_set_consumer(reader);
    for (int i = 0; i < PARTITIONS; i++) {
        rd_kafka_topic_partition_list_add(all, TOPIC, i)->offset = 0;
    }
    assert_int_equal(rd_kafka_assign(reader, all), 0);
    rd_kafka_topic_partition_list_destroy(all);
    return reader;
}

static void expect_header(const rd_kafka_headers_t *headers, const char *name,
                          const char *text)
{
    const void *value;
    size_t len;

    assert_int_equal(rd_kafka_header_get_last(headers, name, &value, &len), 0);
    assert_int_equal(len, strlen(text));
    assert_memory_equal(value, text, len);
}

static void expect_record(const rd_kafka_message_t *msg, uint64_t i)
{
    rd_kafka_headers_t *headers = NULL;
    char id[37];

    (void)snprintf(id, sizeof id, "%.36s", (const char *)msg->key);
    assert_int_equal(msg->key_len, 36);
    assert_int_equal(msg->len, 200);
    assert_int_equal(((const uint8_t *)msg->payload)[199], (uint8_t)i);
    assert_int_equal(rd_kafka_message_headers(msg, &headers), 0);
    expect_header(headers, "ce_specversion", "1.0");
    expect_header(headers, "ce_id", id);
    expect_header(headers, "ce_type", "council_formed");
    expect_header(headers, "ce_source", "/agencies/education");
    expect_header(headers, "ce_time", "2025-10-13T07:00:00.250Z");
    expect_header(headers, "content-type", "application/avro");
    assert_int_equal(msg->partition,
                     rd_kafka_msg_partitioner_murmur2(
                         NULL, msg->key, msg->key_len, PARTITIONS, NULL, NULL));
}

/* The log has each of the events 0..count-1, and `extra` repeats at most. */
static void expect_log(const struct mock *mock, unsigned count, unsigned extra)
{
    static uint8_t seen[65536];
    rd_kafka_t *reader = open_reader(mock);
    unsigned found = 0;
    unsigned records = 0;

    memset(seen, 0, sizeof seen);
    while (found < count) {
        rd_kafka_message_t *msg = rd_kafka_consumer_poll(reader, 10000);
        unsigned long i;

        assert_non_null(msg);
        assert_int_equal(msg->err, 0);
        i = strtoul((const char *)msg->key + 24, NULL, 10);
        expect_record(msg, i);
        assert_true(i < count);
        found += seen[i] == 0;
        seen[i] = 1;
        records++;
        rd_kafka_message_destroy(msg);
    }
    assert_true(records <= count + extra);
    rd_kafka_destroy(reader);
}

/* ------------------------------------------------------------------- tests */

static void what_is_confirmed_is_in_the_log_once(void **state)
{
    struct mock *mock = *state;
    struct send *sender = open_sender(mock);

    send_range(sender, 0, 3000);
    flush_all(sender, 3000);
    send_close(sender);
    expect_log(mock, 3000, 0);
}

static void a_full_queue_waits_and_loses_nothing(void **state)
{
    struct mock *mock = *state;
    struct send *sender;

    mock->settings.queue_kib = 16;
    sender = open_sender(mock);
    for (uint64_t i = 0; i < 5000; i += 100) {
        send_range(sender, i, i + 100);
        assert_true(send_waiting(sender) <= 100);
    }
    flush_all(sender, 5000);
    send_close(sender);
    expect_log(mock, 5000, 0);
}

static void passing_errors_are_tried_again(void **state)
{
    struct mock *mock = *state;
    struct send *sender = open_sender(mock);

    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
    send_range(sender, 0, 100);
    flush_all(sender, 100);
    send_close(sender);
    expect_log(mock, 100, 0);
}

static void a_broken_client_is_made_anew_and_nothing_is_lost(void **state)
{
    struct mock *mock = *state;
    struct send *sender = open_sender(mock);

    send_range(sender, 0, 10);
    flush_all(sender, 10);
    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 1,
        RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    send_range(sender, 10, 500);
    flush_all(sender, 500);
    send_close(sender);
    expect_log(mock, 500, 500);
}

static void clients_that_break_again_and_again_are_given_up(void **state)
{
    struct mock *mock = *state;
    struct send *sender = open_sender(mock);
    struct mh_err err = {0};
    enum mh_code code = MH_OK;

    for (int i = 0; i < 100; i++) {
        rd_kafka_mock_push_request_errors(
            mock->cluster, PRODUCE, 1,
            RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
    code = send_one(sender, 7, &err);
    if (code == MH_OK) {
        code = send_flush(sender, 20000, &err);
    }
    assert_int_equal(code, MH_KAFKA_FATAL);
    assert_int_equal(send_waiting(sender), 1);
    send_close(sender);
}

static void what_kafka_refuses_is_said_and_kept(void **state)
{
    struct mock *mock = *state;
    struct send *sender = open_sender(mock);
    struct mh_err err = {0};
    uint64_t ticket = 0;

    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 2, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(send_one(sender, 5, &err), MH_OK);
    assert_int_equal(send_flush(sender, 20000, &err), MH_KAFKA_REFUSED);
    assert_true(send_oldest(sender, &ticket));
    assert_int_equal(ticket, 5);
    /* it stays given up */
    assert_int_equal(send_poll(sender, &err), MH_KAFKA_REFUSED);
    send_close(sender);
}

static void a_broker_that_goes_away_is_given_up_in_time(void **state)
{
    struct mock *mock = *state;
    struct send *sender;
    struct mh_err err = {0};
    int64_t start_ms = mh_clock_ms();
    uint64_t ticket = 0;

    mock->settings.timeout_ms = SHORT_MS;
    sender = open_sender(mock);
    send_range(sender, 0, 20);
    flush_all(sender, 20);
    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    send_range(sender, 20, 40);
    assert_int_equal(send_flush(sender, 20000, &err), MH_KAFKA_DOWN);
    assert_int_equal(send_stored(sender), 20);
    assert_int_equal(send_waiting(sender), 20);
    assert_true(send_oldest(sender, &ticket));
    assert_int_equal(ticket, 20);
    send_close(sender);
    assert_true(mh_clock_ms() - start_ms < 15000);
}

static void a_broker_that_comes_back_in_time_gets_all(void **state)
{
    struct mock *mock = *state;
    struct send *sender = open_sender(mock);
    struct mh_err err = {0};

    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    send_range(sender, 0, 20);
    assert_int_equal(send_flush(sender, 500, &err), MH_KAFKA_DOWN);
    assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
    flush_all(sender, 20);
    send_close(sender);
    expect_log(mock, 20, 0);
}

static void without_an_answer_nothing_is_opened(void **state)
{
    struct mock *mock = *state;
    struct send *sender = NULL;
    struct mh_err err = {0};

    mock->settings.timeout_ms = SHORT_MS;
    mock->settings.brokers = "127.0.0.1:1";
    assert_int_equal(send_open(&mock->settings, &sender, &err), MH_KAFKA_DOWN);
    assert_non_null(strstr(err.text, "127.0.0.1:1"));
    assert_null(sender);
}

static void without_the_topic_nothing_is_opened(void **state)
{
    struct mock *mock = *state;
    struct send *sender = NULL;
    struct mh_err err = {0};

    rd_kafka_mock_topic_set_error(mock->cluster, TOPIC,
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    assert_int_equal(send_open(&mock->settings, &sender, &err),
                     MH_KAFKA_REFUSED);
    assert_null(sender);
    send_close(NULL);
}

/* Last: a process that was asked to stop stays so. */
static void asked_to_stop_before_a_full_queue_still_flushes(void **state)
{
    struct mock *mock = *state;
    struct send *sender;
    struct mh_err err = {0};
    enum mh_code code = MH_OK;
    uint64_t taken = 0;

    mock->settings.queue_kib = 16;
    sender = open_sender(mock);
    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    mh_stop_init();
    assert_int_equal(raise(SIGTERM), 0);
    while (code == MH_OK && taken < 1000) {
        code = send_one(sender, taken, &err);
        taken += code == MH_OK;
    }
    assert_int_equal(code, MH_KAFKA_DOWN);
    assert_string_equal(err.text, "asked to stop");
    assert_true(taken > 0);
    assert_int_equal(send_waiting(sender), taken);
    assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
    flush_all(sender, taken);
    send_close(sender);
    expect_log(mock, (unsigned)taken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
        TEST(what_is_confirmed_is_in_the_log_once),
        TEST(a_full_queue_waits_and_loses_nothing),
        TEST(passing_errors_are_tried_again),
        TEST(a_broken_client_is_made_anew_and_nothing_is_lost),
        TEST(clients_that_break_again_and_again_are_given_up),
        TEST(what_kafka_refuses_is_said_and_kept),
        TEST(a_broker_that_goes_away_is_given_up_in_time),
        TEST(a_broker_that_comes_back_in_time_gets_all),
        TEST(without_an_answer_nothing_is_opened),
        TEST(without_the_topic_nothing_is_opened),
        TEST(asked_to_stop_before_a_full_queue_still_flushes),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
