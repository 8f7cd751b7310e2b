/* SPDX-License-Identifier: Apache-2.0 */
/* Clients of librdkafka: which library is taken, which settings, and what its
   errors mean. Nothing is connected to. */
#include "kafka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The program's own function comes before the library's. */
static int version = RD_KAFKA_VERSION;

int rd_kafka_version(void)
{
    return version;
}

static enum mh_code make(mh_kafka_settings settings, struct mh_err *err)
{
    rd_kafka_t *client = NULL;
    enum mh_code code = mh_kafka_new(RD_KAFKA_PRODUCER, "127.0.0.1:1", settings,
                                     NULL, NULL, NULL, &client, err);

    assert_int_equal(code == MH_OK, client != NULL);
    if (client != NULL) {
        rd_kafka_destroy(client);
    }
    return code;
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
        cmocka_unit_test(errors_say_whether_waiting_helps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
