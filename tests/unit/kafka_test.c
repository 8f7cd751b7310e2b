/* SPDX-License-Identifier: Apache-2.0 */
/* Clients of librdkafka: which library is taken, which settings, and what its
   errors mean. Nothing is connected to. */
#include "kafka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The program's own function comes before the library's. */
static int version = RD_KAFKA_VERSION;

int rd_kafka_version(void)
{
    return version;
}

static enum mh_code make_with(rd_kafka_type_t kind, mh_kafka_settings settings,
                              const struct mh_options *options,
                              struct mh_err *err)
{
    rd_kafka_t *client = NULL;
    enum mh_code code = mh_kafka_new(kind, "127.0.0.1:1", settings, options,
                                     NULL, NULL, &client, err);

    assert_int_equal(code == MH_OK, client != NULL);
    if (client != NULL) {
        rd_kafka_destroy(client);
    }
    return code;
}

static enum mh_code make(mh_kafka_settings settings, struct mh_err *err)
{
    return make_with(RD_KAFKA_PRODUCER, settings, NULL, err);
}

/* A client with one setting of the operator's, NAME=VALUE. */
static enum mh_code operate(rd_kafka_type_t kind, const char *pair,
                            struct mh_err *err)
{
    static const struct mh_option none = {.name = NULL};
    static const struct mh_program program = {.name = "kafka_test",
                                              .options = &none};
    static const char *const consumer[] = {"group.id", "test", NULL};
    static const char *const producer[] = {"acks", "all", NULL};
    char name[] = "kafka_test", flag[] = "--kafka", value[64];
    char *argv[] = {name, flag, value, NULL};
    struct mh_options *options = NULL;
    enum mh_code code;
    bool done;

    (void)snprintf(value, sizeof value, "%s", pair);
    assert_int_equal(mh_options_read(&program, 3, argv, &options, &done, err),
                     MH_OK);
    code = make_with(kind, kind == RD_KAFKA_CONSUMER ? consumer : producer,
                     options, err);
    mh_options_free(options);
    return code;
}

static void what_the_totals_rest_on_is_not_the_operators(void **state)
{
    static const char *const consumers[] = {
        "auto.offset.reset=latest",
        "enable.auto.commit=true",
        "auto.commit.enable=true",
        "enable.auto.offset.store=true",
        "isolation.level=read_committed",
        "group.id=other",
        "partition.assignment.strategy=range",
        "check.crcs=false",
        "allow.auto.create.topics=true"};
    static const char *const producers[] = {
        "acks=all", "request.required.acks=1", "enable.idempotence=false",
        "partitioner=random", "delivery.report.only.error=true"};
    struct mh_err err;

    (void)state;
    for (size_t i = 0; i < sizeof consumers / sizeof consumers[0]; i++) {
        assert_int_equal(operate(RD_KAFKA_CONSUMER, consumers[i], &err),
                         MH_USAGE);
        assert_non_null(strstr(err.text, " is not for the operator: "));
    }
    for (size_t i = 0; i < sizeof producers / sizeof producers[0]; i++) {
        assert_int_equal(operate(RD_KAFKA_PRODUCER, producers[i], &err),
                         MH_USAGE);
        assert_non_null(strstr(err.text, " is not for the operator: "));
    }
    assert_int_equal(operate(RD_KAFKA_PRODUCER, "acks=1", &err), MH_USAGE);
    assert_string_equal(err.text, "kafka.acks is not for the operator: what "
                                  "is said to be stored would not be");
    assert_int_equal(operate(RD_KAFKA_PRODUCER, "linger.ms=7", &err), MH_OK);
    assert_int_equal(operate(RD_KAFKA_CONSUMER, "fetch.min.bytes=2", &err),
                     MH_OK);
    /* One configuration file may serve programs of both kinds. */
    assert_int_equal(
        operate(RD_KAFKA_PRODUCER, "isolation.level=read_committed", &err),
        MH_OK);
}

static void a_library_older_than_2_8_is_refused(void **state)
{
    static const char *const none[] = {NULL};
    static const int older[] = {0x020002ff, 0x020700ff, 0x02080063};
    struct mh_err err;

    (void)state;
    for (size_t i = 0; i < sizeof older / sizeof older[0]; i++) {
        version = older[i];
        assert_int_equal(make(none, &err), MH_CONTRACT);
        assert_non_null(strstr(err.text, "too old, at least 2.8 is needed"));
    }
    version = 0x020800ff;
    assert_int_equal(make(none, &err), MH_OK);
    version = RD_KAFKA_VERSION;
    assert_int_equal(make(none, &err), MH_OK);
}

static void a_setting_the_library_does_not_know_is_named(void **state)
{
    static const char *const unknown[] = {"linger", "5", NULL};
    static const char *const wrong[] = {"linger.ms", "long", NULL};
    static const char *const together[] = {"enable.idempotence", "true", "acks",
                                           "0", NULL};
    struct mh_err err;

    (void)state;
    assert_int_equal(make(unknown, &err), MH_USAGE);
    assert_non_null(strstr(err.text, "kafka.linger: "));
    assert_int_equal(make(wrong, &err), MH_USAGE);
    assert_non_null(strstr(err.text, "kafka.linger.ms: "));
    assert_int_equal(make(together, &err), MH_USAGE);
    assert_non_null(strstr(err.text, "kafka client: "));
}

static void errors_say_whether_waiting_helps(void **state)
{
    (void)state;
    assert_int_equal(mh_kafka_code(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN),
                     MH_KAFKA_DOWN);
    assert_int_equal(mh_kafka_code(RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION),
                     MH_KAFKA_DOWN);
    assert_int_equal(mh_kafka_code(RD_KAFKA_RESP_ERR__AUTHENTICATION),
                     MH_KAFKA_REFUSED);
    assert_int_equal(mh_kafka_code(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
                     MH_KAFKA_REFUSED);
    assert_int_equal(mh_kafka_code(RD_KAFKA_RESP_ERR__FATAL), MH_KAFKA_FATAL);
    assert_int_equal(mh_kafka_code(RD_KAFKA_RESP_ERR__FENCED), MH_KAFKA_FATAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_library_older_than_2_8_is_refused),
        cmocka_unit_test(a_setting_the_library_does_not_know_is_named),
        cmocka_unit_test(what_the_totals_rest_on_is_not_the_operators),
        cmocka_unit_test(errors_say_whether_waiting_helps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
