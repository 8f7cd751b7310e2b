/* SPDX-License-Identifier: Apache-2.0 */
/* Statuses on simulated days: each one is found in time, and nothing is
   found when all is well. */
#include "lag_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

static const int64_t DAY = INT64_C(24) * HOUR;

static void one_that_never_started(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, false);
    lag_world_pass(&w, HOUR, LAG_OK); /* without records nothing is missed */
    lag_world_append(&w, 1);
    assert_true(lag_world_until(&w, LAG_NEVER_COMMITTED) <= 60);
    assert_int_equal(lag_world_of(&w, 0)->status, LAG_OK);
    assert_int_equal(w.judge.worst, 1);
    assert_int_equal(lag_world_of(&w, 1)->records, 1);
    lag_world_pass(&w, 2 * HOUR, LAG_NEVER_COMMITTED);
    lag_world_end(&w);
}

/* At any rate of events, for it is signs of life that are missed. */
static void a_dead_one(void **state)
{
    static const int64_t every[] = {MINUTE, HOUR, 24 * HOUR};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct lag_world w;
        int64_t died;

        lag_world_begin(&w, true);
        for (int64_t t = 0; t < 2 * every[k]; t += SECOND) {
            if (t % every[k] == 0) {
                lag_world_append(&w, 0);
            }
            lag_world_pass(&w, SECOND, LAG_OK);
        }
        w.alive = false;
        died = w.now;
        assert_true(lag_world_until(&w, LAG_STOPPED) <= 60);
        assert_true(died - w.judge.group.since_ms <= 4 * SECOND);
        lag_world_append(&w, 0);
        lag_world_pass(&w, 3 * HOUR, LAG_STOPPED);
        assert_int_equal(lag_age_ms(lag_world_of(&w, 0), w.now), 3 * HOUR);
        w.alive = true;
        assert_true(lag_world_until(&w, LAG_OK) <= 5);
        lag_world_pass(&w, MINUTE, LAG_OK);
        lag_world_end(&w);
    }
}

/* At any rate: from the event on that it does not take. */
static void one_that_lives_and_does_nothing(void **state)
{
    static const int64_t every[] = {MINUTE, HOUR, 24 * HOUR};

    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct lag_world w;

        lag_world_begin(&w, true);
        for (int64_t t = 0; t < 2 * every[k]; t += SECOND) {
            if (t % every[k] == 0) {
                lag_world_append(&w, 2);
            }
            lag_world_pass(&w, SECOND, LAG_OK);
        }
        w.applying = false;
        lag_world_append(&w, 2);
        assert_in_range(lag_world_until(&w, LAG_STALLED), 30, 60);
        lag_world_pass(&w, HOUR, LAG_STALLED);
        w.applying = true;
        lag_world_second(&w);
        assert_int_equal(w.judge.group.status, LAG_OK);
        lag_world_end(&w);
    }
}

/* Behind by an hour after it was down, and working: neither stalled nor
 * stopped, from its first sign of life on. */
static void one_that_catches_up(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.alive = false;
    lag_world_append(&w, 0);
    lag_world_pass(&w, 20 * SECOND, LAG_OK);
    while (w.now < w.start + HOUR) {
        lag_world_append(&w, 0);
        lag_world_second(&w);
    }
    assert_int_equal(w.judge.group.status, LAG_STOPPED);
    w.alive = true;
    w.applying = false;
    lag_world_until(&w, LAG_LAGGING);
    for (int64_t next = 0; next < 3000; next += 100) {
        struct lag_log *log = &w.source.items[0];

        lag_world_pass(&w, 20 * SECOND, LAG_LAGGING);
        w.sink.items[0].next = next + 100;
        w.sink.items[0].committed_ms = w.now;
        log->first = log->read_from = next + 100;
        log->first_ms += 90 * SECOND;
    }
    assert_true(w.judge.group.since_ms < w.start + HOUR + 10 * SECOND);
    lag_world_end(&w);
}

static void a_position_that_went_back(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 0);
    lag_world_append(&w, 0);
    lag_world_pass(&w, MINUTE, LAG_OK);
    w.applying = false;
    w.sink.items[0].next = 0;
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_REWOUND);
    w.applying = true;
    lag_world_pass(&w, 590 * SECOND, LAG_REWOUND);
    lag_world_pass(&w, 0, LAG_REWOUND);
    assert_true(lag_world_until(&w, LAG_OK) <= 15);
    lag_world_pass(&w, HOUR, LAG_OK);
    w.sink.items[1].rewound_ms = w.now; /* and was applied again at once */
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_REWOUND);
    assert_int_equal(w.judge.worst, 1);
    lag_world_end(&w);
}

static void one_that_waits_for_a_person(void **state)
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
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_BLOCKED);
    assert_string_equal(w.judge.group.text, "GAP");
    lag_world_pass(&w, HOUR, LAG_BLOCKED);
    w.sink.items[1].blocked = false; /* it tries once more */
    w.sink.items[1].reason[0] = '\0';
    lag_world_pass(&w, 10 * SECOND, LAG_BLOCKED);
    assert_string_equal(w.judge.group.text, "GAP");
    w.applying = true;
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_OK);
    lag_world_end(&w);
}

static void servers_that_are_away(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_pass(&w, MINUTE, LAG_OK);
    w.postgresql = false; /* a hiccup */
    lag_world_pass(&w, 9 * SECOND, LAG_OK);
    w.postgresql = true;
    lag_world_pass(&w, MINUTE, LAG_OK);
    lag_world_append(&w, 0);
    w.postgresql = false;
    assert_true(lag_world_until(&w, LAG_SINK_DOWN) <= 60);
    lag_world_pass(&w, HOUR, LAG_SINK_DOWN);
    assert_in_range(lag_age_ms(lag_world_of(&w, 0), w.now), HOUR,
                    HOUR + MINUTE);
    w.kafka = false;
    assert_true(lag_world_until(&w, LAG_SOURCE_DOWN) <= 60);
    w.postgresql = true;
    lag_world_pass(&w, HOUR, LAG_SOURCE_DOWN);
    w.kafka = true;
    lag_world_pass(&w, HOUR, LAG_OK);
    lag_world_end(&w);
}

/* The consumer needs a few seconds to connect again, and has them. */
static void nobody_is_blamed_for_an_outage(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 0);
    lag_world_judge(&w);
    w.postgresql = false;
    w.now += HOUR;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_SINK_DOWN);
    w.postgresql = true;
    w.alive = false;
    lag_world_pass(&w, 25 * SECOND, LAG_LAGGING);
    w.alive = true;
    lag_world_pass(&w, HOUR, LAG_OK);
    w.kafka = false; /* the group gives the consumer nothing meanwhile */
    w.alive = false;
    lag_world_until(&w, LAG_SOURCE_DOWN);
    lag_world_pass(&w, HOUR, LAG_SOURCE_DOWN);
    w.kafka = true;
    lag_world_pass(&w, 25 * SECOND, LAG_OK);
    w.alive = true;
    lag_world_pass(&w, HOUR, LAG_OK);
    lag_world_end(&w);
}

static void records_that_go(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.applying = false;
    w.source.retention_ms = 2 * HOUR;
    lag_world_append(&w, 0);
    lag_world_until(&w, LAG_STALLED);
    while (w.now < w.start + HOUR) {
        lag_world_second(&w);
    }
    assert_int_equal(w.judge.group.status, LAG_STALLED);
    lag_world_second(&w);
    assert_int_equal(w.judge.group.status, LAG_LOSS_RISK);
    assert_int_equal(w.judge.group.cause, LAG_GOES_SOON);
    w.source.items[0].begin = w.source.items[0].end = 7;
    lag_world_second(&w);
    assert_int_equal(w.judge.group.cause, LAG_GONE);
    assert_int_equal(lag_world_of(&w, 0)->lost, 7);
    assert_int_equal(lag_world_of(&w, 0)->records, 0);
    lag_world_end(&w);
}

/* An hour's retention and a consumer that does its work. */
static void short_retention_alone_is_no_risk(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    w.source.retention_ms = 10 * MINUTE;
    for (int i = 0; i < 3000; i++) {
        lag_world_append(&w, 0);
        w.source.items[0].begin = i > 600 ? i - 600 : 0;
        lag_world_pass(&w, SECOND, LAG_OK);
    }
    lag_world_end(&w);
}

static void records_that_go_by_size(void **state)
{
    struct lag_world w;
    int64_t took;

    (void)state;
    lag_world_begin(&w, true);
    for (int i = 0; i < 2000; i++) {
        lag_world_append(&w, 0);
    }
    lag_world_pass(&w, MINUTE, LAG_OK);
    w.applying = false;
    lag_world_append(&w, 0);
    w.source.by_size = true;
    lag_world_until(&w, LAG_STALLED);
    for (took = 0; w.judge.group.status == LAG_STALLED; took++) {
        w.source.items[0].begin += 1; /* one a second: all in 33 minutes */
        lag_world_second(&w);
        assert_true(took < 1100);
    }
    assert_int_equal(w.judge.group.status, LAG_LOSS_RISK);
    assert_int_equal(w.judge.group.cause, LAG_GOES_BY_PACE);
    lag_world_end(&w);
}

static void another_log(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    for (int i = 0; i < 10; i++) {
        lag_world_append(&w, 0);
    }
    lag_world_pass(&w, MINUTE, LAG_OK);
    w.alive = false;
    w.source.items[0].end = 4; /* cut short, as one broker thinks */
    lag_world_pass(&w, 5 * SECOND, LAG_OK);
    assert_int_equal(lag_world_of(&w, 0)->records, 0);
    assert_true(lag_world_until(&w, LAG_LOSS_RISK) <= 60);
    assert_int_equal(w.judge.group.cause, LAG_LOG_IS_SHORT);
    memcpy(w.source.topic_id, "two", 4); /* no: it is another topic */
    w.source.items[0].first = w.source.items[0].read_from = 0;
    w.source.items[0].first_ms = w.now;
    lag_world_second(&w);
    assert_int_equal(w.judge.group.cause, LAG_OTHER_TOPIC);
    assert_int_equal(lag_world_of(&w, 0)->records, 4);
    assert_int_equal(lag_age_ms(lag_world_of(&w, 0), w.now), SECOND);
    /* tables made anew with the topic: a new start, nothing went back */
    memcpy(w.sink.items[0].topic_id, "two", 4);
    memcpy(w.sink.items[1].topic_id, "two", 4);
    memcpy(w.sink.items[2].topic_id, "two", 4);
    w.sink.items[0].next = 0;
    w.alive = true;
    lag_world_until(&w, LAG_OK);
    lag_world_pass(&w, MINUTE, LAG_OK);
    lag_world_end(&w);
}

static void a_topic_with_fewer_partitions(void **state)
{
    struct lag_world w;
    struct mh_err err;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 2);
    lag_world_pass(&w, MINUTE, LAG_OK);
    assert_int_equal(lag_source_resize(&w.source, 2, &err), MH_OK);
    w.applying = false;
    lag_world_second(&w);
    assert_int_equal(lag_world_of(&w, 2)->status, LAG_LOSS_RISK);
    assert_int_equal(lag_world_of(&w, 2)->cause, LAG_NO_PARTITION);
    lag_world_end(&w);
}

/* What happens at other times is found by one that has just been started. */
static void the_first_look_knows(void **state)
{
    struct lag_world w;

    (void)state;
    lag_world_begin(&w, true);
    lag_world_append(&w, 0);
    w.now += HOUR;
    w.sink.items[0].seen_ms = w.now;
    w.sink.items[0].committed_ms = w.start;
    w.sink.items[1].seen_ms = w.sink.items[2].seen_ms = w.now;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_STALLED);
    lag_judge_fini(&w.judge);
    w.sink.items[0].since_ms = w.now - 2 * SECOND; /* it has just begun */
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_LAGGING);
    lag_judge_fini(&w.judge);
    w.sink.items[1].seen_ms = w.now - MINUTE;
    lag_world_judge(&w);
    assert_int_equal(w.judge.group.status, LAG_STOPPED);
    assert_int_equal(w.judge.group.since_ms, w.now - MINUTE);
    lag_world_end(&w);
}

static void wait_for_a_lock(struct lag_world *w, bool locked)
{
    w->alive = w->alive && !locked;
    for (int i = 0; i < PARTS; i++) {
        w->sink.items[i].locked = w->sink.items[i].at_work = locked;
    }
}

/* An event now and then; every day a restart of twenty seconds, a hiccup of each
 * server, another leader for a partition, a record that is read a moment late,
 * twenty seconds in which the consumer waits for a lock. */
static void thirty_quiet_days_are_quiet(void **state)
{
    struct lag_world w;
    struct random random = {.state = random_seed()};
    int64_t next_event = 0;

    (void)state;
    lag_world_begin(&w, true);
    while (w.now < w.start + 30 * DAY) {
        int64_t in_day = (w.now - w.start) % DAY;

        if (w.now >= next_event) {
            lag_world_append(&w, (int)random_between(&random, 0, PARTS - 1));
            next_event = w.now + random_between(&random, 0, 2 * HOUR);
        }
        w.alive = in_day < 5 * HOUR || in_day >= 5 * HOUR + 20 * SECOND;
        w.postgresql = in_day < 6 * HOUR || in_day >= 6 * HOUR + 8 * SECOND;
        w.kafka = in_day < 7 * HOUR || in_day >= 7 * HOUR + 8 * SECOND;
        w.source.items[1].leaderless =
            in_day >= 8 * HOUR && in_day < 8 * HOUR + 8 * SECOND;
        if (in_day == 9 * HOUR) {
            w.source.items[0].first = w.source.items[0].read_from = -1;
        }
        wait_for_a_lock(&w, in_day >= 10 * HOUR &&
                                in_day < 10 * HOUR + 20 * SECOND);
        lag_world_pass(&w, SECOND, LAG_OK);
    }
    lag_world_end(&w);
}

static void names_are_those_of_the_contract(void **state)
{
    static const char *const names[] = {
        "OK",      "LAGGING",   "NEVER_COMMITTED", "STALLED",   "STOPPED",
        "REWOUND", "LOSS_RISK", "BLOCKED",         "SINK_DOWN", "SOURCE_DOWN"};

    (void)state;
    assert_int_equal(LAG_STATUS_COUNT, 10);
    for (int i = 0; i < LAG_STATUS_COUNT; i++) {
        assert_string_equal(lag_status_name((enum lag_status)i), names[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_that_never_started),
        cmocka_unit_test(a_dead_one),
        cmocka_unit_test(one_that_lives_and_does_nothing),
        cmocka_unit_test(one_that_catches_up),
        cmocka_unit_test(a_position_that_went_back),
        cmocka_unit_test(one_that_waits_for_a_person),
        cmocka_unit_test(servers_that_are_away),
        cmocka_unit_test(nobody_is_blamed_for_an_outage),
        cmocka_unit_test(records_that_go),
        cmocka_unit_test(short_retention_alone_is_no_risk),
        cmocka_unit_test(records_that_go_by_size),
        cmocka_unit_test(another_log),
        cmocka_unit_test(a_topic_with_fewer_partitions),
        cmocka_unit_test(the_first_look_knows),
        cmocka_unit_test(thirty_quiet_days_are_quiet),
        cmocka_unit_test(names_are_those_of_the_contract),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
