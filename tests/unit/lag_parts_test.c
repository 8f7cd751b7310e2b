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

/* Hands over an old record of partition `i`, and leaves another one. */
static void commit_one_of(struct lag_world *w, int i)
{
    struct lag_log *log = &w->source.items[i];

    w->sink.items[i].next++;
    w->sink.items[i].committed_ms = w->now;
    log->first = log->read_from = w->sink.items[i].next;
    log->first_ms = w->start;
}

/* A slow consumer works through one partition at a time. */
static void one_that_is_busy_with_another_partition(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    for (int i = 0; i < PARTS; i++) {
        memcpy(w.sink.items[i].owner, i == 2 ? "two" : "one", 4);
        for (int n = 0; n < 100; n++) {
            lag_world_append(&w, i);
        }
    }
    for (int n = 0; n < 29; n++) {
        commit_one_of(&w, 0);
        lag_world_pass(&w, SECOND, LAG_OK);
    }
    for (int n = 0; n < 61; n++) {
        commit_one_of(&w, 0);
        lag_world_second(&w);
    }
    assert_int_equal(lag_world_of(&w, 0)->status, LAG_LAGGING);
    assert_int_equal(lag_world_of(&w, 0)->cause, LAG_BEHIND);
    assert_int_equal(lag_world_of(&w, 1)->status, LAG_LAGGING);
    assert_int_equal(lag_world_of(&w, 1)->cause, LAG_BUSY);
    assert_int_equal(lag_world_of(&w, 2)->status, LAG_STALLED); /* another's */
    assert_int_equal(w.judge.counts[LAG_STALLED], 1);
    /* it has done with one, and takes nothing of the other */
    w.sink.items[0].next = w.source.items[0].end;
    w.sink.items[0].committed_ms = w.now;
    for (int n = 0; n < 31; n++) {
        lag_world_second(&w);
    }
    assert_int_equal(lag_world_of(&w, 1)->status, LAG_STALLED);
    assert_int_equal(lag_world_of(&w, 0)->status, LAG_OK);
    lag_world_end(&w);
}

/* Who takes what comes to one partition, and nothing of the other. */
static void one_that_passes_a_partition_over(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    lag_world_append(&w, 1);
    for (int n = 0; n < 31; n++) {
        lag_world_append(&w, 0);
        lag_world_judge(&w);
        w.sink.items[0].next = w.source.items[0].end;
        w.sink.items[0].committed_ms = w.now;
        lag_world_second(&w);
    }
    assert_int_equal(lag_world_of(&w, 1)->status, LAG_STALLED);
    lag_world_end(&w);
}

/* It was busy, and commits nothing any more: all of it stands still. */
static void one_that_stops_amid_its_work(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    for (int n = 0; n < 100; n++) {
        lag_world_append(&w, 0);
        lag_world_append(&w, 1);
    }
    for (int n = 0; n < 50; n++) {
        commit_one_of(&w, 0);
        lag_world_second(&w);
    }
    assert_int_equal(w.judge.group.status, LAG_OK);
    assert_in_range(lag_world_until(&w, LAG_STALLED), 25, 31);
    lag_world_second(&w);
    assert_int_equal(w.judge.counts[LAG_STALLED], 2);
    lag_world_end(&w);
}

/* Being read again is news; a consumer that is dead or stuck is worse. */
static void a_position_that_went_back_hides_nobody(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 0);
    lag_world_append(&w, 1);
    lag_world_pass(&w, MINUTE, LAG_OK);
    w.applying = false;
    w.sink.items[0].next = w.sink.items[1].next = 0;
    lag_world_pass(&w, 20 * SECOND, LAG_REWOUND);
    w.sink.items[1].next = 1;
    for (int n = 0; n < 12; n++) {
        lag_world_second(&w);
    }
    assert_int_equal(lag_world_of(&w, 0)->status, LAG_STALLED);
    assert_int_equal(lag_world_of(&w, 1)->status, LAG_REWOUND);
    w.alive = false;
    assert_true(lag_world_until(&w, LAG_STOPPED) <= 60);
    assert_int_equal(w.judge.counts[LAG_STOPPED], PARTS);
    lag_world_end(&w);
}

/* In a COMMIT that waits for a standby it gives no signs of life. */
static void one_whose_transaction_takes_long_is_not_dead(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_pass(&w, MINUTE, LAG_OK);
    lag_world_append(&w, 0);
    w.alive = false;
    for (int i = 0; i < PARTS; i++) {
        w.sink.items[i].at_work = true;
    }
    assert_true(lag_world_until(&w, LAG_STALLED) <= 60);
    assert_int_equal(w.judge.group.cause, LAG_AT_WORK);
    assert_int_equal(w.judge.counts[LAG_STALLED], 1);
    lag_world_pass(&w, HOUR, LAG_STALLED);
    for (int i = 0; i < PARTS; i++) {
        w.sink.items[i].at_work = false; /* frozen; PostgreSQL has ended it */
    }
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_STOPPED);
    lag_world_end(&w);
}

/* Who looks but once takes what else is known. */
static void one_look_at_a_record_that_cannot_be_read(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 0);
    w.source.items[0].first = w.source.items[0].read_from = -1;
    w.now += HOUR;
    w.sink.items[0].committed_ms = w.now - MINUTE;
    for (int i = 0; i < PARTS; i++) {
        w.sink.items[i].seen_ms = w.now;
    }
    lag_world_judge(&w); /* more looks will come */
    assert_int_equal(w.judge.group.status, LAG_OK);
    assert_int_equal(w.judge.group.cause, LAG_UNDATED);
    lag_judge_fini(&w.judge);
    w.judge.once = true;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_STALLED);
    lag_judge_fini(&w.judge);
    w.judge.once = true;
    w.sink.items[0].known = false;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_NEVER_COMMITTED);
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
        w.sink.items[i].locked = w.sink.items[i].at_work = true;
    }
    assert_true(lag_world_until(&w, LAG_STALLED) <= 60);
    assert_int_equal(w.judge.group.cause, LAG_LOCKED);
    lag_world_pass(&w, HOUR, LAG_STALLED);
    assert_int_equal(w.judge.counts[LAG_OK], PARTS - 1);
    w.sink.items[0].locked = w.sink.items[1].locked = false;
    w.sink.items[0].at_work = w.sink.items[1].at_work = false;
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
        cmocka_unit_test(one_that_is_busy_with_another_partition),
        cmocka_unit_test(one_that_passes_a_partition_over),
        cmocka_unit_test(one_that_stops_amid_its_work),
        cmocka_unit_test(a_position_that_went_back_hides_nobody),
        cmocka_unit_test(one_whose_transaction_takes_long_is_not_dead),
        cmocka_unit_test(one_look_at_a_record_that_cannot_be_read),
        cmocka_unit_test(one_partition_without_a_leader),
        cmocka_unit_test(a_partition_that_never_answered),
        cmocka_unit_test(a_record_that_cannot_be_read),
        cmocka_unit_test(one_that_waits_for_a_lock_is_not_dead),
        cmocka_unit_test(every_status_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
