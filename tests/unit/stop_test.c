/* SPDX-License-Identifier: Apache-2.0 */
/* Being asked to end: by signal, and not by a closed pipe. */
#include "stop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

static void a_closed_pipe_is_an_error_and_no_end(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(close(ends[1]), 0);
    assert_false(mh_stop_asked());
}

static void a_hangup_is_told_once(void **state)
{
    (void)state;
    mh_stop_hangup_init();
    assert_false(mh_stop_hangup_asked());
    assert_int_equal(raise(SIGHUP), 0);
    assert_true(mh_stop_hangup_asked());
    assert_false(mh_stop_hangup_asked());
    assert_false(mh_stop_asked());
}

static void sigterm_asks_to_end_and_wakes_up(void **state)
{
    struct sigaction now;

    (void)state;
    assert_false(mh_stop_asked());
    assert_int_equal(raise(SIGTERM), 0);
    assert_true(mh_stop_asked());
    assert_int_equal(raise(SIGINT), 0);
    assert_true(mh_stop_asked());
    assert_int_equal(sigaction(SIGTERM, NULL, &now), 0);
    assert_int_equal(now.sa_flags & SA_RESTART, 0);
}

static int take_signals(void **state)
{
    (void)state;
    mh_stop_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_pipe_is_an_error_and_no_end),
        cmocka_unit_test(a_hangup_is_told_once),
        cmocka_unit_test(sigterm_asks_to_end_and_wakes_up),
    };

    return cmocka_run_group_tests(tests, take_signals, NULL);
}
