/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that wait: each resumed once, and none once the list is closed.
 * The library for HTTP is two counters here. */
#include "gateway_parking.h"

#include <microhttpd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

static struct parking *parking;
static struct parked parked[3];
static int suspended, resumed;

void MHD_suspend_connection(struct MHD_Connection *connection)
{
    (void)connection;
    suspended++;
}

void MHD_resume_connection(struct MHD_Connection *connection)
{
    (void)connection;
    resumed++;
}

static void keep(struct parked *one)
{
    (void)one;
}

static int begin(void **state)
{
    struct mh_err err;

    (void)state;
    suspended = resumed = 0;
    for (int i = 0; i < 3; i++) {
        parked_init(&parked[i], 1, keep);
    }
    return parking_new(&parking, &err) == MH_OK ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    parking_free(parking);
    return 0;
}

static void each_is_resumed_once(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_true(parking_enter(parking, &parked[i], NULL, 10 * (i + 1)));
    }
    parking_wake(parking, &parked[1]);
    parking_wake(parking, &parked[1]);
    assert_int_equal(resumed, 1);
    parking_tick(parking, 9);
    assert_int_equal(resumed, 1);
    parking_tick(parking, 20);
    assert_int_equal(resumed, 2);
    parking_tick(parking, 30);
    parking_tick(parking, 40);
    assert_int_equal(resumed, 3);
    assert_int_equal(parking_count(parking), 0);
}

static void who_comes_after_the_end_is_not_suspended(void **state)
{
    (void)state;
    assert_true(parking_enter(parking, &parked[0], NULL, INT64_MAX));
    assert_true(parking_enter(parking, &parked[1], NULL, 10));
    parking_close(parking);
    assert_int_equal(resumed, 2);
    assert_false(parking_enter(parking, &parked[2], NULL, INT64_MAX));
    assert_int_equal(suspended, 2);
    for (int i = 0; i < 3; i++) {
        parking_wake(parking, &parked[i]);
    }
    parking_close(parking);
    assert_int_equal(resumed, 2);
    assert_int_equal(parking_count(parking), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_is_resumed_once),
        TEST(who_comes_after_the_end_is_not_suspended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
