/* SPDX-License-Identifier: Apache-2.0 */
/* The monitor's look at librdkafka's mock cluster: ends, the first record that
   waits and its time, and what happens when nobody answers. */
#include "lag_kafka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "clock.h"

enum { PARTITIONS = 3, FILLED = 1, RECORDS = 5, FETCH = 1, LIST_OFFSETS = 2 };

static const char TOPIC[] = "mahalle.events";
static const int64_t FIRST_MS = INT64_C(1795500000000);

struct mock {
    rd_kafka_t *holder;
    rd_kafka_mock_cluster_t *cluster;
    struct lag_kafka *kafka;
    struct lag_source source;
    struct lag_sink sink;
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
        assert_int_equal(
            rd_kafka_producev(
                producer, RD_KAFKA_V_TOPIC(TOPIC), RD_KAFKA_V_PARTITION(FILLED),
                RD_KAFKA_V_KEY(key, 1),
                RD_KAFKA_V_TIMESTAMP(FIRST_MS + i * 1000), RD_KAFKA_V_END),
            0);
    }
    assert_int_equal(rd_kafka_flush(producer, 10000), 0);
    rd_kafka_destroy(producer);
}

/* One cluster and one client for all: the first look is a slow one, since
 * the mock does not answer all that is asked. */
static struct mock mock;

static int begin_all(void **state)
{
    char text[256];
    struct mh_err err;

    (void)state;
    mock.holder =
        rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    assert_non_null(mock.holder);
    mock.cluster = rd_kafka_mock_cluster_new(mock.holder, 1);
    assert_int_equal(
        rd_kafka_mock_topic_create(mock.cluster, TOPIC, PARTITIONS, 1), 0);
    fill(mock.cluster);
    assert_int_equal(
        lag_kafka_open(rd_kafka_mock_cluster_bootstraps(mock.cluster), TOPIC,
                       NULL, &mock.kafka, &err),
        MH_OK);
    return 0;
}

static int end_all(void **state)
{
    (void)state;
    lag_kafka_close(mock.kafka);
    rd_kafka_mock_cluster_destroy(mock.cluster);
    rd_kafka_destroy(mock.holder);
    return 0;
}

static int begin(void **state)
{
    mock.source = (struct lag_source){.retention_ms = -1};
    mock.sink = (struct lag_sink){.count = 0};
    *state = &mock;
    return 0;
}

static int end(void **state)
{
    (void)state;
    lag_source_fini(&mock.source);
    lag_sink_fini(&mock.sink);
    return 0;
}

static enum mh_code look(struct mock *m)
{
    struct mh_err err;

    return lag_kafka_look(m->kafka, &m->source, &m->sink, &err);
}

static void stand_at(struct mock *m, int64_t next)
{
    struct mh_err err;

    assert_int_equal(lag_sink_resize(&m->sink, PARTITIONS, &err), MH_OK);
    m->sink.items[FILLED].known = true;
    m->sink.items[FILLED].next = next;
}

static void the_first_record_that_waits_is_read(void **state)
{
    struct mock *m = *state;
    const struct lag_log *log;

    assert_int_equal(look(m), MH_OK); /* nobody has a position */
    assert_int_equal(m->source.count, PARTITIONS);
    for (int i = 0; i < PARTITIONS; i++) {
        log = &m->source.items[i];
        assert_int_equal(log->begin, 0);
        assert_int_equal(log->end, i == FILLED ? RECORDS : 0);
        assert_int_equal(log->first, i == FILLED ? 0 : -1);
    }
    assert_int_equal(m->source.items[FILLED].first_ms, FIRST_MS);
    for (int64_t next = 1; next < RECORDS; next++) {
        stand_at(m, next);
        assert_int_equal(look(m), MH_OK);
        log = &m->source.items[FILLED];
        assert_int_equal(log->first, next);
        assert_int_equal(log->first_ms, FIRST_MS + next * 1000);
    }
    stand_at(m, RECORDS);
    assert_int_equal(look(m), MH_OK);
    assert_int_equal(m->source.items[FILLED].end, RECORDS);
}

/* A partition that stands still is read once: the second look is quick even
 * though reading would fail. */
static void what_is_known_is_not_read_again(void **state)
{
    struct mock *m = *state;
    struct lag_log before;

    assert_int_equal(look(m), MH_OK);
    before = m->source.items[FILLED];
    rd_kafka_mock_push_request_errors(
        m->cluster, 1, 3, RD_KAFKA_RESP_ERR_UNKNOWN, RD_KAFKA_RESP_ERR_UNKNOWN,
        RD_KAFKA_RESP_ERR_UNKNOWN);
    assert_int_equal(look(m), MH_OK);
    before.reach.good_ms = m->source.items[FILLED].reach.good_ms;
    assert_memory_equal(&before, &m->source.items[FILLED], sizeof before);
    rd_kafka_mock_clear_request_errors(m->cluster, FETCH);
}

static void errors_are_told_and_nothing_is_lost(void **state)
{
    struct mock *m = *state;
    int64_t began_ms;

    assert_int_equal(look(m), MH_OK);
    rd_kafka_mock_push_request_errors(
        m->cluster, LIST_OFFSETS, 1,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(look(m), MH_KAFKA_REFUSED);
    assert_int_equal(m->source.items[FILLED].end, RECORDS);
    rd_kafka_mock_broker_set_down(m->cluster, 1);
    began_ms = mh_clock_ms();
    assert_int_equal(look(m), MH_KAFKA_DOWN);
    assert_true(mh_clock_ms() - began_ms < 15000);
    assert_int_equal(m->source.items[FILLED].end, RECORDS);
    assert_int_equal(m->source.items[FILLED].first, 0);
    rd_kafka_mock_broker_set_up(m->cluster, 1);
}

/* A batch that cannot be read (here the broker says so) is that partition's
 * trouble: Kafka is there, and what waits is known but for its time. */
static void a_record_that_cannot_be_read_is_no_outage(void **state)
{
    struct mock *m = *state;
    const struct lag_log *log;

    stand_at(m, 2);
    rd_kafka_mock_push_request_errors(m->cluster, FETCH, 2,
                                      RD_KAFKA_RESP_ERR_INVALID_MSG,
                                      RD_KAFKA_RESP_ERR_INVALID_MSG);
    assert_int_equal(look(m), MH_OK);
    rd_kafka_mock_clear_request_errors(m->cluster, FETCH);
    log = &m->source.items[FILLED];
    assert_int_equal(log->end, RECORDS);
    assert_false(lag_first_is_known(log, 2));
    assert_true(log->unread[0] != '\0');
    stand_at(m, 3); /* passed, so what follows is read at once */
    assert_int_equal(look(m), MH_OK);
    assert_true(lag_first_is_known(log, 3));
    assert_int_equal(log->first_ms, FIRST_MS + 3 * 1000);
    assert_string_equal(log->unread, "");
}

static void one_without_a_leader_hides_no_other(void **state)
{
    struct mock *m = *state;
    int64_t began_ms;

    assert_int_equal(look(m), MH_OK);
    rd_kafka_mock_partition_set_leader(m->cluster, TOPIC, 0, -1);
    stand_at(m, 1);
    assert_int_equal(look(m), MH_OK); /* the broker is not its leader now */
    began_ms = mh_clock_ms();
    assert_int_equal(look(m), MH_OK);
    assert_true(mh_clock_ms() - began_ms < 1000);
    assert_int_equal(m->source.items[FILLED].end, RECORDS);
    assert_int_equal(m->source.items[FILLED].first, 1);
    assert_int_equal(m->source.items[0].reach.code, MH_KAFKA_DOWN);
    assert_non_null(strstr(m->source.items[0].reach.text, "eader"));
    rd_kafka_mock_partition_set_leader(m->cluster, TOPIC, 0, 1);
}

static void a_topic_that_is_not_there_is_refused(void **state)
{
    struct mock *m = *state;
    struct lag_kafka *other = NULL;
    struct mh_err err;

    assert_int_equal(
        lag_kafka_open(rd_kafka_mock_cluster_bootstraps(m->cluster),
                       "no_such_topic", NULL, &other, &err),
        MH_OK);
    rd_kafka_mock_topic_set_error(m->cluster, "no_such_topic",
                                  RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
    assert_int_equal(lag_kafka_look(other, &m->source, &m->sink, &err),
                     MH_KAFKA_REFUSED);
    assert_non_null(strstr(err.text, "no_such_topic"));
    lag_kafka_close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_first_record_that_waits_is_read,
                                        begin, end),
        cmocka_unit_test_setup_teardown(what_is_known_is_not_read_again, begin,
                                        end),
        cmocka_unit_test_setup_teardown(errors_are_told_and_nothing_is_lost,
                                        begin, end),
        cmocka_unit_test_setup_teardown(
            a_record_that_cannot_be_read_is_no_outage, begin, end),
        cmocka_unit_test_setup_teardown(one_without_a_leader_hides_no_other,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_topic_that_is_not_there_is_refused,
                                        begin, end),
    };

    return cmocka_run_group_tests(tests, begin_all, end_all);
}
