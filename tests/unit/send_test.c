/* SPDX-License-Identifier: Apache-2.0 */
/* The producer against librdkafka's mock cluster: good days and bad ones. */
#include "send.h"

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
        .queue_bytes = SEND_QUEUE_BYTES,
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

/* A sender, its list, and what its owner was told. */
struct sending {
    struct parcel_owner owner; /* first */
    struct parcels parcels;
    struct send *send;
    uint64_t stored, lost;
    enum mahalle_fate fate;
    char reason[512]; /* of the last that was lost */
};

static void on_settled(struct parcel_owner *owner, const struct parcel *parcel,
                       const struct mahalle_result *result)
{
    struct sending *sender = (struct sending *)owner;

    assert_memory_equal(result->id, parcel->headers.id, SEND_ID_BYTES);
    if (result->fate == MAHALLE_STORED) {
        assert_true(result->partition >= 0 && result->offset >= 0);
        sender->stored++;
    } else {
        sender->lost++;
        sender->fate = result->fate;
        (void)snprintf(sender->reason, sizeof sender->reason, "%s",
                       result->reason);
    }
}

static enum mh_code try_open(struct mock *mock, struct sending *sender,
                             int wait_ms, struct mh_err *err)
{
    enum mh_code code;

    memset(sender, 0, sizeof *sender);
    sender->owner.on_settled = on_settled;
    assert_true(parcels_init(&sender->parcels));
    mock->settings.parcels = &sender->parcels;
    code = send_open(&mock->settings, &sender->send, err);
    return code == MH_OK ? send_contact(sender->send, wait_ms, err) : code;
}

static struct sending *open_sender(struct mock *mock)
{
    static struct sending sender;
    struct mh_err err = {0};

    if (try_open(mock, &sender, SEND_CONTACT_MS, &err) != MH_OK) {
        fail_msg("%s", err.text);
    }
    return &sender;
}

static void close_sender(struct sending *sender)
{
    send_close(sender->send);
    parcels_fini(&sender->parcels);
}

static char type_name[] = "council_formed";

/* Event number `i`; only what `send` looks at. */
static enum mh_code send_one(struct sending *sender, uint64_t i,
                             struct mh_err *err)
{
    static const struct mh_type TYPE = {.name = type_name};
    struct mh_event event = {.type = &TYPE};
    char id[37];
    uint8_t bytes[200];
    struct parcel *parcel;
    enum mh_code code;

    (void)snprintf(id, sizeof id, "0b1f6a52-3c4d-4e5f-8a9b-%012llu",
                   (unsigned long long)i);
    memset(bytes, (int)i, sizeof bytes);
    event.values[MH_FIELD_EVENT_ID] =
        (struct mh_value){.text = id, .len = 36, .set = MH_VALUE};
    event.values[MH_FIELD_AGENCY_CODE] =
        (struct mh_value){.text = "education!", .len = 9, .set = MH_VALUE};
    event.values[MH_FIELD_POSTED_AT] =
        (struct mh_value){.number = 1760338800250, .set = MH_VALUE};
    parcel = parcels_pack(bytes, sizeof bytes);
    assert_non_null(parcel);
    parcel->owner = &sender->owner;
    parcel->ticket = i;
    send_headers_make(&event, &parcel->headers);
    while ((code = send_event(sender->send, parcel, err)) == MH_FULL) {
        send_turn(sender->send, 100);
    }
    if (code != MH_OK) {
        free(parcel);
    }
    return code;
}

static void send_range(struct sending *sender, uint64_t from, uint64_t to)
{
    struct mh_err err = {0};

    for (uint64_t i = from; i < to; i++) {
        if (send_one(sender, i, &err) != MH_OK) {
            fail_msg("%s", err.text);
        }
    }
}

/* @returns whether nothing waits any more */
static bool flush(struct sending *sender, int wait_ms)
{
    int64_t until_ms = mh_clock_ms() + wait_ms;

    while (parcels_count(&sender->parcels) > 0 && mh_clock_ms() < until_ms) {
        send_turn(sender->send, 100);
    }
    return parcels_count(&sender->parcels) == 0;
}

static void flush_all(struct sending *sender, uint64_t stored)
{
    uint64_t ticket;

    assert_true(flush(sender, 20000));
    assert_int_equal(sender->stored, stored);
    assert_int_equal(sender->lost, 0);
    assert_false(parcels_oldest(&sender->parcels, &ticket));
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
    struct sending *sender = open_sender(mock);

    send_range(sender, 0, 3000);
    flush_all(sender, 3000);
    close_sender(sender);
    expect_log(mock, 3000, 0);
}

static void a_full_queue_waits_and_loses_nothing(void **state)
{
    struct mock *mock = *state;
    struct sending *sender;

    mock->settings.queue_bytes = 16 * 1024;
    sender = open_sender(mock);
    for (uint64_t i = 0; i < 5000; i += 100) {
        send_range(sender, i, i + 100);
        assert_true(parcels_count(&sender->parcels) <= 100);
    }
    flush_all(sender, 5000);
    close_sender(sender);
    expect_log(mock, 5000, 0);
}

static void passing_errors_are_tried_again(void **state)
{
    struct mock *mock = *state;
    struct sending *sender = open_sender(mock);

    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 4, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
    send_range(sender, 0, 100);
    flush_all(sender, 100);
    close_sender(sender);
    expect_log(mock, 100, 0);
}

static void a_broken_client_is_made_anew_and_nothing_is_lost(void **state)
{
    struct mock *mock = *state;
    struct sending *sender = open_sender(mock);

    send_range(sender, 0, 10);
    flush_all(sender, 10);
    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 1,
        RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    send_range(sender, 10, 500);
    /* types are read anew while events are on their way to the next client */
    memset(type_name, 'x', sizeof type_name - 1);
    flush_all(sender, 500);
    memcpy(type_name, "council_formed", sizeof type_name);
    close_sender(sender);
    expect_log(mock, 500, 500);
}

static void clients_that_break_again_and_again_are_given_up(void **state)
{
    struct mock *mock = *state;
    struct sending *sender = open_sender(mock);
    struct mh_err err = {0};

    for (int i = 0; i < 100; i++) {
        rd_kafka_mock_push_request_errors(
            mock->cluster, PRODUCE, 1,
            RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
    assert_int_equal(send_one(sender, 7, &err), MH_OK);
    assert_true(flush(sender, 20000));
    assert_int_equal(sender->lost, 1);
    assert_int_equal(sender->fate, MAHALLE_UNCERTAIN);
    assert_non_null(strstr(sender->reason, "3 clients in a row broke"));
    /* and when Kafka is well again, so is the sender */
    rd_kafka_mock_clear_request_errors(mock->cluster, PRODUCE);
    assert_int_equal(send_one(sender, 8, &err), MH_OK);
    assert_true(flush(sender, 20000));
    assert_int_equal(sender->stored, 1);
    close_sender(sender);
}

static void what_kafka_refuses_is_said(void **state)
{
    struct mock *mock = *state;
    struct sending *sender = open_sender(mock);
    struct mh_err err = {0};

    rd_kafka_mock_push_request_errors(
        mock->cluster, PRODUCE, 2, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(send_one(sender, 5, &err), MH_OK);
    assert_true(flush(sender, 20000));
    assert_int_equal(sender->lost, 1);
    assert_int_equal(sender->fate, MAHALLE_NOT_STORED);
    assert_non_null(strstr(sender->reason, TOPIC));
    close_sender(sender);
}

static void a_broker_that_goes_away_is_given_up_in_time(void **state)
{
    struct mock *mock = *state;
    struct sending *sender;
    int64_t start_ms = mh_clock_ms();

    mock->settings.timeout_ms = SHORT_MS;
    sender = open_sender(mock);
    send_range(sender, 0, 20);
    flush_all(sender, 20);
    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    send_range(sender, 20, 40);
    assert_true(flush(sender, 20000));
    assert_int_equal(sender->stored, 20);
    assert_int_equal(sender->lost, 20);
    assert_non_null(strstr(sender->reason, "not confirmed within 1 s"));
    /* the same sender goes on when the broker is back */
    assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
    for (uint64_t i = 40; sender->stored == 20 && i < 50; i++) {
        send_range(sender, i, i + 1);
        assert_true(flush(sender, 20000));
    }
    assert_int_equal(sender->stored, 21);
    close_sender(sender);
    assert_true(mh_clock_ms() - start_ms < 15000);
}

static void a_broker_that_comes_back_in_time_gets_all(void **state)
{
    struct mock *mock = *state;
    struct sending *sender = open_sender(mock);
    uint64_t ticket = 99;

    assert_int_equal(rd_kafka_mock_broker_set_down(mock->cluster, 1), 0);
    send_range(sender, 0, 20);
    assert_false(flush(sender, 500));
    assert_true(parcels_oldest(&sender->parcels, &ticket));
    assert_int_equal(ticket, 0);
    assert_int_equal(rd_kafka_mock_broker_set_up(mock->cluster, 1), 0);
    flush_all(sender, 20);
    close_sender(sender);
    expect_log(mock, 20, 0);
}

static void without_an_answer_that_is_said(void **state)
{
    struct mock *mock = *state;
    struct sending sender;
    struct mh_err err = {0};

    mock->settings.brokers = "127.0.0.1:1";
    assert_int_equal(try_open(mock, &sender, SHORT_MS, &err), MH_KAFKA_DOWN);
    assert_non_null(strstr(err.text, "127.0.0.1:1"));
    close_sender(&sender);
}

static void without_the_topic_that_is_said(void **state)
{
    struct mock *mock = *state;
    struct sending sender;
    struct mh_err err = {0};

    rd_kafka_mock_topic_set_error(mock->cluster, TOPIC,
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    assert_int_equal(try_open(mock, &sender, SHORT_MS, &err), MH_KAFKA_REFUSED);
    close_sender(&sender);
}

static void settings_that_are_not_the_callers_are_refused(void **state)
{
    static const char *const ACKS[] = {"acks", "1", NULL};
    static const char *const HALF[] = {"linger.ms", NULL};
    static const char *const UNKNOWN[] = {"linger.hours", "1", NULL};
    struct mock *mock = *state;
    struct sending sender;
    struct mh_err err = {0};

    mock->settings.pairs = ACKS;
    assert_int_equal(try_open(mock, &sender, SHORT_MS, &err), MH_USAGE);
    assert_non_null(strstr(err.text, "acks"));
    mock->settings.pairs = HALF;
    assert_int_equal(try_open(mock, &sender, SHORT_MS, &err), MH_USAGE);
    mock->settings.pairs = UNKNOWN;
    assert_int_equal(try_open(mock, &sender, SHORT_MS, &err), MH_USAGE);
    assert_non_null(strstr(err.text, "linger.hours"));
    send_close(NULL);
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
        TEST(what_kafka_refuses_is_said),
        TEST(a_broker_that_goes_away_is_given_up_in_time),
        TEST(a_broker_that_comes_back_in_time_gets_all),
        TEST(without_an_answer_that_is_said),
        TEST(without_the_topic_that_is_said),
        TEST(settings_that_are_not_the_callers_are_refused),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
