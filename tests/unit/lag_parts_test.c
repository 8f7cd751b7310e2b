/* SPDX-License-Identifier: Apache-2.0 */
/* What befalls one partition, or several of them at once, on simulated days:
   the others go on being judged, and nothing hides behind the worst. */
#include "lag_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What waits for a person waits in vain when nobody is there to go on: the
 * consumer comes first. */
static void one_that_is_blocked_and_dies_is_dead(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    lag_world_append(&w, 1);
    lag_world_second(&w);
    w.sink.items[1].blocked = true;
    w.sink.items[1].since_ms = w.now;
    memcpy(w.sink.items[1].reason, "GAP", 4);
    lag_world_pass(&w, 10 * MINUTE, LAG_BLOCKED);
    w.postgresql = false; /* an outage is no death */
    lag_world_until(&w, LAG_SINK_DOWN);
    w.postgresql = true;
    lag_world_pass(&w, MINUTE, LAG_BLOCKED);
    w.alive = false;
    assert_true(lag_world_until(&w, LAG_STOPPED) <= 60);
    assert_int_equal(w.judge.counts[LAG_STOPPED], PARTS);
    assert_int_equal(w.judge.counts[LAG_BLOCKED], 0);
    assert_int_equal(lag_world_of(&w, 1)->cause, LAG_NO_LIFE_BLOCKED);
    assert_string_equal(lag_world_of(&w, 1)->text, "GAP");
    assert_int_equal(lag_world_of(&w, 0)->cause, LAG_NO_LIFE);
    w.alive = true;
    assert_true(lag_world_until(&w, LAG_BLOCKED) <= 5);
    lag_world_end(&w);
}

static void one_partition_without_a_leader(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_pass(&w, MINUTE, LAG_OK);
    w.source.items[2].leaderless = true; /* another one is being chosen */
    lag_world_pass(&w, 9 * SECOND, LAG_OK);
    w.source.items[2].leaderless = false;
    lag_world_pass(&w, MINUTE, LAG_OK);
    lag_world_append(&w, 2);
    lag_world_judge(&w);
    w.source.items[2].leaderless = true;
    w.applying = false;
    assert_true(lag_world_until(&w, LAG_SOURCE_DOWN) <= 60);
    assert_int_equal(lag_world_of(&w, 2)->cause, LAG_NO_PART);
    assert_int_equal(w.judge.worst, 2);
    assert_int_equal(w.judge.counts[LAG_SOURCE_DOWN], 1);
    assert_int_equal(w.judge.counts[LAG_OK], PARTS - 1);
    lag_world_append(&w, 0); /* the others go on being judged */
    lag_world_pass(&w, MINUTE, LAG_SOURCE_DOWN);
    assert_int_equal(lag_world_of(&w, 0)->status, LAG_STALLED);
    assert_true(lag_age_ms(lag_world_of(&w, 2), w.now) >= MINUTE);
    w.source.items[2].leaderless = false; /* and its consumer has its time */
    w.sink.items[0].next = w.source.items[0].end;
    lag_world_pass(&w, 20 * SECOND, LAG_LAGGING);
    w.applying = true;
    assert_true(lag_world_until(&w, LAG_OK) <= 5);
    lag_world_end(&w);
}

/* A partition that was never seen: at once by one that has just been started,
 * after its time by one that sees it being made. */
static void a_partition_that_never_answered(void **state)
{
    struct lag_world w;
    struct mh_err err;

    (void)state;
    lag_world_begin(&w, true);
    w.source.items[1].leaderless = true;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_SOURCE_DOWN);
    assert_int_equal(w.judge.group.cause, LAG_PART_NEVER);
    assert_false(lag_world_of(&w, 1)->measured);
    assert_false(w.judge.group.measured);
    assert_true(lag_age_is_known(lag_world_of(&w, 0)));
    w.source.items[1].leaderless = false;
    lag_world_pass(&w, MINUTE, LAG_OK);
    assert_int_equal(lag_source_resize(&w.source, PARTS + 1, &err), MH_OK);
    w.source.items[PARTS].since_ms = w.now;
    w.source.items[PARTS].leaderless = true;
    lag_world_pass(&w, 9 * SECOND, LAG_OK);
    assert_true(lag_world_until(&w, LAG_SOURCE_DOWN) <= 5);
    lag_world_end(&w);
}

/* Unread, it has no age; who does not commit it is still found. */
static void a_record_that_cannot_be_read(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    lag_world_append(&w, 0);
    w.source.items[0].first = w.source.items[0].read_from = -1;
    memcpy(w.source.items[0].unread, "checksum", 9);
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_OK);
    assert_int_equal(lag_world_of(&w, 0)->cause, LAG_UNREAD);
    assert_int_equal(lag_world_of(&w, 0)->records, 1);
    assert_false(lag_age_is_known(lag_world_of(&w, 0)));
    assert_false(lag_age_is_known(&w.judge.group));
    assert_true(lag_world_until(&w, LAG_STALLED) <= 60);
    w.sink.items[0].blocked = true;
    lag_world_pass(&w, HOUR, LAG_BLOCKED);
    lag_world_end(&w);
}

/* Who waits for a lock of another session gives no signs of life, and lives. */
static void one_that_waits_for_a_lock_is_not_dead(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_pass(&w, MINUTE, LAG_OK);
    lag_world_append(&w, 0);
    lag_world_judge(&w);
    w.alive = false;
    for (int i = 0; i < PARTS; i++) {
        w.sink.items[i].locked = true;
    }
    assert_true(lag_world_until(&w, LAG_STALLED) <= 60);
    assert_int_equal(w.judge.group.cause, LAG_LOCKED);
    lag_world_pass(&w, HOUR, LAG_STALLED);
    assert_int_equal(w.judge.counts[LAG_OK], PARTS - 1);
    w.sink.items[0].locked = w.sink.items[1].locked = false;
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_STOPPED);
    lag_world_end(&w);
}

/* One is away, another was never taken: neither hides the other. */
static void every_status_is_counted(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    lag_world_append(&w, 0);
    lag_world_append(&w, 1);
    w.sink.items[1] = (struct lag_position){.known = false};
    lag_world_until(&w, LAG_STALLED);
    lag_world_pass(&w, MINUTE, LAG_STALLED);
    assert_int_equal(w.judge.counts[LAG_STALLED], 1);
    assert_int_equal(w.judge.counts[LAG_NEVER_COMMITTED], 1);
    assert_int_equal(w.judge.counts[LAG_OK], 1);
    w.sink.items[2].rewound_ms = w.now;
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_REWOUND);
    assert_int_equal(w.judge.counts[LAG_STALLED], 1);
    assert_int_equal(w.judge.counts[LAG_OK], 0);
    lag_world_end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_is_blocked_and_dies_is_dead),
        cmocka_unit_test(one_partition_without_a_leader),
        cmocka_unit_test(a_partition_that_never_answered),
        cmocka_unit_test(a_record_that_cannot_be_read),
        cmocka_unit_test(one_that_waits_for_a_lock_is_not_dead),
        cmocka_unit_test(every_status_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
