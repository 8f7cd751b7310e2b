/* SPDX-License-Identifier: Apache-2.0 */
/* What a broken client of Kafka had sent is told of as what it is: it may be
 * stored. A cluster of two brokers: one is slow to confirm what it has stored,
 * the other breaks the client, and then both are away. */
#include "mahalle/mahalle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

enum { PRODUCE = 0, BROKERS = 2, SLOW_MS = 4000, TIMEOUT_MS = 2500 };

static const char TOPIC[] = "mahalle.events";

/* What became of an event, by its tag. */
static enum mahalle_fate fates[2 * BROKERS];

static void on_result(void *opaque, const struct mahalle_result *result)
{
    (void)opaque;
    fates[(uintptr_t)result->tag] = result->fate;
}

/* Post an event that goes to this partition; each partition has a broker. */
static void post_to(struct mahalle *client, int32_t partition, uintptr_t tag)
{
    char id[37], text[512];
    unsigned number = 1000 * (unsigned)tag;

    do {
        (void)snprintf(id, sizeof id, "0b1f6a52-3c4d-4e5f-8a9b-%012u",
                       number++);
    } while (rd_kafka_msg_partitioner_murmur2(NULL, id, 36, BROKERS, NULL,
                                              NULL) != partition);
    (void)snprintf(text, sizeof text,
                   "{\"event_type\": \"council_meeting_held\", \"event_id\": "
                   "\"%s\", \"occurred_on\": \"1404/07/21\", \"agency_code\": "
                   "\"municipality_1198\", \"place_code\": \"c1198-003\", "
                   "\"council_code\": \"c1198-003-C1\"}",
                   id);
    assert_int_equal(
        mahalle_post(client, text, strlen(text), (void *)tag, 1000, NULL),
        MAHALLE_OK);
}

static rd_kafka_mock_cluster_t *make_cluster(rd_kafka_t *holder)
{
    rd_kafka_mock_cluster_t *cluster =
        rd_kafka_mock_cluster_new(holder, BROKERS);

    assert_non_null(cluster);
    assert_int_equal(rd_kafka_mock_topic_create(cluster, TOPIC, BROKERS, 1), 0);
    for (int i = 0; i < BROKERS; i++) {
        assert_int_equal(
            rd_kafka_mock_partition_set_leader(cluster, TOPIC, i, i + 1), 0);
    }
    return cluster;
}

static void what_a_broken_client_had_sent_is_uncertain(void **state)
{
    char text[256];
    rd_kafka_t *holder =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    rd_kafka_mock_cluster_t *cluster = make_cluster(holder);
    struct mahalle_settings settings;
    struct mahalle *client = NULL;

    (void)state;
    mahalle_settings_init(&settings, sizeof settings);
    settings.brokers = rd_kafka_mock_cluster_bootstraps(cluster);
    settings.on_result = on_result;
    settings.timeout_ms = TIMEOUT_MS;
    assert_int_equal(mahalle_open(&settings, &client, NULL), MAHALLE_OK);
    post_to(client, 0, 0);
    post_to(client, 1, 1);
    assert_int_equal(mahalle_flush(client, 20000, NULL), MAHALLE_OK);
    assert_true(fates[0] == MAHALLE_STORED && fates[1] == MAHALLE_STORED);
    /* stored, and not confirmed for long */
    (void)rd_kafka_mock_broker_set_rtt(cluster, 1, SLOW_MS);
    post_to(client, 0, 2);
    (void)mahalle_flush(client, 300, NULL);
    rd_kafka_mock_push_request_errors(
        cluster, PRODUCE, 1, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    post_to(client, 1, 3);
    (void)mahalle_flush(client, 600, NULL);
    for (int i = 1; i <= BROKERS; i++) {
        (void)rd_kafka_mock_broker_set_down(cluster, i);
    }
    assert_int_equal(mahalle_flush(client, 20000, NULL), MAHALLE_OK);
    assert_int_equal(fates[2], MAHALLE_UNCERTAIN);
    mahalle_close(client);
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(holder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_broken_client_had_sent_is_uncertain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
