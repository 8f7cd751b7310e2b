/* SPDX-License-Identifier: Apache-2.0 */
/* How far behind: what waits, for how long, and never a guess. */
#include "lag_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void caught_up_is_zero(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 1);
    lag_world_judge(&w);
    assert_int_equal(lag_world_of(&w, 1)->records, 1);
    w.now += 700;
    assert_int_equal(lag_age_ms(lag_world_of(&w, 1), w.now), 700);
    assert_int_equal(lag_age_ms(&w.judge.group, w.now), 700);
    lag_world_second(&w);
    assert_int_equal(lag_world_of(&w, 1)->records, 0);
    assert_int_equal(lag_age_ms(lag_world_of(&w, 1), w.now), 0);
    assert_int_equal(w.judge.group.status, LAG_OK);
    lag_world_end(&w);
}

static void lag_is_the_age_of_the_oldest_record(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    lag_world_append(&w, 0);
    lag_world_pass(&w, 10 * SECOND, LAG_OK);
    lag_world_append(&w, 0);
    lag_world_append(&w, 2);
    lag_world_pass(&w, 5 * SECOND, LAG_OK);
    assert_int_equal(lag_world_of(&w, 0)->records, 2);
    assert_int_equal(lag_age_ms(lag_world_of(&w, 0), w.now), 15 * SECOND);
    assert_int_equal(lag_age_ms(lag_world_of(&w, 2), w.now), 5 * SECOND);
    assert_int_equal(w.judge.group.records, 3);
    assert_int_equal(lag_age_ms(&w.judge.group, w.now), 15 * SECOND);
    lag_world_end(&w);
}

/* The mark of a transaction takes an offset and is never applied. */
static void an_offset_without_a_record_is_no_lag(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    w.source.items[0].end = 5;
    w.source.items[0].read_from = 0;
    w.source.items[0].empty_to = 5;
    lag_world_pass(&w, 10 * MINUTE, LAG_OK);
    assert_int_equal(lag_world_of(&w, 0)->records, 0);
    assert_int_equal(lag_age_ms(lag_world_of(&w, 0), w.now), 0);
    lag_world_end(&w);
}

static void a_record_of_the_future_is_not_negative(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    lag_world_append(&w, 0);
    w.source.items[0].first_ms += HOUR;
    lag_world_judge(&w);
    assert_int_equal(lag_age_ms(lag_world_of(&w, 0), w.now), 0);
    assert_true(lag_world_until(&w, LAG_STALLED) <= 60);
    lag_world_end(&w);
}

/* Windows are durations: they go on as if nobody had touched the clock. */
static void a_clock_that_is_set_blinds_nobody(void **state)
{
    static const int64_t by_ms[] = {-HOUR, HOUR};

    (void)state;
    for (int k = 0; k < 2; k++) {
        struct lag_world w;

        lag_world_begin(&w, true);
        lag_world_pass(&w, MINUTE, LAG_OK);
        w.postgresql = false;
        lag_world_pass(&w, 8 * SECOND, LAG_OK);
        lag_world_turn(&w, by_ms[k]);
        assert_true(lag_world_until(&w, LAG_SINK_DOWN) <= 3);
        w.postgresql = true;
        lag_world_pass(&w, MINUTE, LAG_OK);
        w.alive = w.applying = false;
        lag_world_pass(&w, 20 * SECOND, LAG_OK);
        lag_world_turn(&w, by_ms[k]);
        assert_true(lag_world_until(&w, LAG_STOPPED) <= 15);
        w.alive = true;
        lag_world_until(&w, LAG_OK);
        lag_world_append(&w, 0);
        lag_world_pass(&w, 20 * SECOND, LAG_OK);
        lag_world_turn(&w, by_ms[k]);
        assert_true(lag_world_until(&w, LAG_STALLED) <= 15);
        w.kafka = false;
        lag_world_until(&w, LAG_SOURCE_DOWN);
        lag_world_turn(&w, by_ms[k]);
        lag_world_pass(&w, MINUTE, LAG_SOURCE_DOWN);
        lag_world_end(&w);
    }
}

static void nothing_is_said_before_both_sides_are_seen(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 0);
    w.postgresql = false;
    lag_world_judge(&w);
    assert_false(w.judge.group.measured);
    assert_int_equal(w.judge.group.status, LAG_SINK_DOWN);
    assert_int_equal(w.judge.group.cause, LAG_DATABASE_NEVER);
    w.kafka = false;
    w.source.reach.good_ms = 0;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.cause, LAG_KAFKA_NEVER);
    lag_world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(caught_up_is_zero),
        cmocka_unit_test(lag_is_the_age_of_the_oldest_record),
        cmocka_unit_test(an_offset_without_a_record_is_no_lag),
        cmocka_unit_test(a_record_of_the_future_is_not_negative),
        cmocka_unit_test(a_clock_that_is_set_blinds_nobody),
        cmocka_unit_test(nothing_is_said_before_both_sides_are_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
