/* SPDX-License-Identifier: Apache-2.0 */
/* The thread that asks the database, here one that is not there: who asks it is
   never kept longer than it says. */
#include "lag_asker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "clock.h"

enum { LOOKS = 20, WAIT_MS = 10000 };

static const char NOWHERE[] = "host=127.0.0.1 port=9 dbname=none user=none";

static void each_question_has_its_answer(void **state)
{
    struct lag_asker *asker = NULL;
    struct lag_sink sink = {.count = 0};
    struct mh_err err;

    (void)state;
    assert_int_equal(lag_asker_open(NOWHERE, "topic", &asker, &err), MH_OK);
    for (int i = 0; i < LOOKS; i++) {
        memset(&sink.reach, 0, sizeof sink.reach);
        assert_int_equal(lag_asker_look(asker, WAIT_MS, &sink, &err), MH_OK);
        assert_int_equal(sink.reach.code, MH_PG_DOWN);
        assert_int_equal(sink.reach.good_ms, 0);
        assert_non_null(strstr(sink.reach.text, "no connection"));
        assert_int_equal(sink.count, 0);
    }
    lag_asker_close(asker);
    lag_asker_close(NULL);
    lag_sink_fini(&sink);
}

static void nobody_waits_longer_than_he_wants_to(void **state)
{
    struct lag_asker *asker = NULL;
    struct lag_sink sink = {.count = 0};
    int64_t began_ms = mh_clock_ms();
    struct mh_err err;

    (void)state;
    assert_int_equal(lag_asker_open(NOWHERE, "topic", &asker, &err), MH_OK);
    for (int i = 0; i < LOOKS; i++) {
        assert_int_equal(lag_asker_look(asker, 0, &sink, &err), MH_OK);
    }
    assert_true(mh_clock_ms() - began_ms < WAIT_MS);
    lag_asker_close(asker);
    lag_sink_fini(&sink);
}

/* A database that takes longer than anybody waits is still listened to. */
static void an_answer_that_comes_late_is_taken(void **state)
{
    struct lag_asker *asker = NULL;
    struct lag_sink sink = {.count = 0};
    struct mh_err err;

    (void)state;
    assert_int_equal(lag_asker_open(NOWHERE, "topic", &asker, &err), MH_OK);
    assert_int_equal(lag_asker_look(asker, 0, &sink, &err), MH_OK);
    mh_clock_sleep_ms(500);
    assert_int_equal(lag_asker_look(asker, 0, &sink, &err), MH_OK);
    assert_int_equal(sink.reach.code, MH_PG_DOWN);
    lag_asker_close(asker);
    lag_sink_fini(&sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_question_has_its_answer),
        cmocka_unit_test(nobody_waits_longer_than_he_wants_to),
        cmocka_unit_test(an_answer_that_comes_late_is_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
