/* SPDX-License-Identifier: Apache-2.0 */
/* Where the log begins and ends, asked of librdkafka's mock cluster: what
   nobody answers is never taken for an end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "poll.h"

enum { PARTITIONS = 3, FILLED = 1, RECORDS = 5, LIST_OFFSETS = 2 };

static const char TOPIC[] = "mahalle.events";

/* A cluster of one broker, five records in one partition, a consumer. */
struct mock {
    rd_kafka_t *holder;
    rd_kafka_mock_cluster_t *cluster;
    struct poll *poll;
    struct position items[PARTITIONS];
    struct positions positions;
};

static void fill(rd_kafka_mock_cluster_t *cluster)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];
    char key[] = "k";
    rd_kafka_t *producer;

    assert_int_equal(
        rd_kafka_conf_set(conf, "bootstrap.servers",
                          rd_kafka_mock_cluster_bootstraps(cluster), text,
                          sizeof text),
        RD_KAFKA_CONF_OK);
    producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    assert_non_null(producer);
    for (int i = 0; i < RECORDS; i++) {
        assert_int_equal(rd_kafka_producev(producer, RD_KAFKA_V_TOPIC(TOPIC),
                                           RD_KAFKA_V_PARTITION(FILLED),
                                           RD_KAFKA_V_KEY(key, 1),
                                           RD_KAFKA_V_END),
                         0);
    }
    assert_int_equal(rd_kafka_flush(producer, 10000), 0);
    rd_kafka_destroy(producer);
}

static int begin(void **state)
{
    static struct mock mock;
    char text[256];
    struct mh_err err;
    struct poll_config config = {
        .group = "g", .topic = TOPIC, .queue_kbytes = 64};

    mock.holder =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    assert_non_null(mock.holder);
    mock.cluster = rd_kafka_mock_cluster_new(mock.holder, 1);
    assert_int_equal(
        rd_kafka_mock_topic_create(mock.cluster, TOPIC, PARTITIONS, 1), 0);
    fill(mock.cluster);
    config.brokers = rd_kafka_mock_cluster_bootstraps(mock.cluster);
    assert_int_equal(poll_open(&config, &mock.poll, &err), MH_OK);
    for (int i = 0; i < PARTITIONS; i++) {
        mock.items[i] = (struct position){.partition = i, .high = 77};
    }
    mock.positions =
        (struct positions){.items = mock.items, .count = PARTITIONS};
    *state = &mock;
    return 0;
}

static int end(void **state)
{
    const struct mock *mock = *state;

    poll_close(mock->poll);
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->holder);
    return 0;
}

static void both_ends_of_every_partition(void **state)
{
    struct mock *mock = *state;
    int64_t low[PARTITIONS] = {9, 9, 9};
    struct mh_err err;

    assert_int_equal(poll_ends(mock->poll, &mock->positions, low, &err), MH_OK);
    for (int i = 0; i < PARTITIONS; i++) {
        assert_int_equal(low[i], 0);
        assert_int_equal(mock->items[i].high, i == FILLED ? RECORDS : 0);
    }
}

static void only_those_that_have_reached_the_end(void **state)
{
    struct mock *mock = *state;
    struct mh_err err;

    mock->items[0].next = 100; /* beyond what is known: asked */
    mock->items[2].next = 3;
    assert_int_equal(poll_reached_ends(mock->poll, &mock->positions, &err),
                     MH_OK);
    assert_int_equal(mock->items[0].high, 0);
    assert_int_equal(mock->items[FILLED].high, 77);
    assert_int_equal(mock->items[2].high, 77);
}

static void an_error_of_the_broker_is_no_end(void **state)
{
    struct mock *mock = *state;
    int64_t low[PARTITIONS];
    struct mh_err err;

    rd_kafka_mock_push_request_errors(
        mock->cluster, LIST_OFFSETS, 1,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(poll_ends(mock->poll, &mock->positions, low, &err),
                     MH_KAFKA_REFUSED);
    assert_int_equal(mock->items[FILLED].high, -1);
}

/* It went after the consumer knew it: the request is made and lost. */
static void a_broker_that_is_gone_is_no_end(void **state)
{
    struct mock *mock = *state;
    int64_t low[PARTITIONS];
    struct mh_err err;

    assert_int_equal(poll_ends(mock->poll, &mock->positions, low, &err), MH_OK);
    rd_kafka_mock_broker_set_down(mock->cluster, 1);
    assert_int_equal(poll_ends(mock->poll, &mock->positions, low, &err),
                     MH_KAFKA_DOWN);
    for (int i = 0; i < PARTITIONS; i++) {
        assert_int_equal(mock->items[i].high, -1);
    }
    rd_kafka_mock_broker_set_up(mock->cluster, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_ends_of_every_partition, begin,
                                        end),
        cmocka_unit_test_setup_teardown(only_those_that_have_reached_the_end,
                                        begin, end),
        cmocka_unit_test_setup_teardown(an_error_of_the_broker_is_no_end, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_broker_that_is_gone_is_no_end, begin,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
