/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown of that which is not known, or was known a while ago. */
#include "lag_faces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lag_world.h"

enum { BYTES = 1024 * 1024 };

/* Two records wait in partition 1 for 90 s; the consumer is dead. The view
 * lends what `world` owns. */
static struct lag_view make_view(struct lag_world *world)
{
    lag_world_begin(world, true);
    world->alive = world->applying = false;
    memcpy(world->source.cluster_id, "cluster", 8);
    memcpy(world->sink.items[0].owner, "host:7", 7);
    memcpy(world->sink.items[1].owner, "<&\"", 4);
    lag_world_append(world, 1);
    lag_world_append(world, 1);
    while (world->now < world->start + 90 * SECOND) {
        lag_world_second(world);
    }
    return (struct lag_view){.group = "group",
                             .topic = "topic",
                             .at_ms = world->now,
                             .source = world->source,
                             .sink = world->sink,
                             .judge = world->judge};
}

static void assert_has(struct mh_buf *out, const char *text)
{
    if (strstr(mh_buf_string(out), text) == NULL) {
        print_error("%s\nis not in\n%s\n", text, mh_buf_string(out));
        fail();
    }
}

/* Nothing is invented while a server has not been reached. */
static void unknown_numbers_are_left_out(void **state)
{
    struct lag_world world;
    struct lag_view view;
    struct mh_buf out;

    (void)state;
    lag_world_begin(&world, true);
    world.postgresql = false;
    lag_world_append(&world, 0);
    lag_world_judge(&world);
    view = (struct lag_view){.group = "g",
                             .topic = "t",
                             .source = world.source,
                             .sink = world.sink,
                             .judge = world.judge};
    mh_buf_init(&out, BYTES);
    lag_write_metrics(&out, &view, world.now);
    assert_null(strstr(mh_buf_string(&out), "lag_seconds{"));
    assert_has(&out, "mahalle_topic_end_offset{topic=\"t\",partition=\"0\"} 1");
    assert_has(&out, "status=\"SINK_DOWN\"} 1");
    mh_buf_reset(&out);
    lag_write_json(&out, &view, world.now);
    assert_has(&out, "\"lag_seconds\":null");
    mh_buf_reset(&out);
    lag_write_table(&out, &view, world.now);
    assert_has(&out, "?");
    mh_buf_reset(&out);
    lag_write_page(&out, &view, PAGE_FA, world.now);
    assert_has(&out, "<td class=\"n\">؟</td>");
    assert_has(&out, "<td class=\"n wide\">؟</td>"); /* its position */
    mh_buf_fini(&out);
    lag_world_end(&world);
}

/* There is room for some; that others are not well is told. */
static void the_page_hides_nobody_who_is_not_well(void **state)
{
    enum { MANY = 70 };
    struct lag_world world;
    struct lag_view view;
    struct mh_buf out;
    struct mh_err err;

    (void)state;
    lag_world_begin(&world, false);
    assert_int_equal(lag_source_resize(&world.source, MANY, &err), MH_OK);
    for (int i = 0; i < MANY; i++) {
        world.source.items[i].begin = world.source.items[i].end = 0;
        lag_world_append(&world, i);
    }
    lag_world_until(&world, LAG_NEVER_COMMITTED);
    view = (struct lag_view){.group = "g",
                             .topic = "t",
                             .at_ms = world.now,
                             .source = world.source,
                             .sink = world.sink,
                             .judge = world.judge};
    mh_buf_init(&out, BYTES);
    lag_write_page(&out, &view, PAGE_EN, world.now);
    assert_has(&out, "class=\"bad\">6 more partitions are not up to date<");
    assert_null(strstr(mh_buf_string(&out), "partitions are up to date"));
    mh_buf_fini(&out);
    lag_world_end(&world);
}

/* A record that is there and was not read has no age yet. */
static void an_age_that_is_not_known_is_no_zero(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_buf out;

    (void)state;
    world.source.items[1].first = world.source.items[1].read_from = -1;
    lag_world_judge(&world);
    view.judge = world.judge;
    mh_buf_init(&out, BYTES);
    lag_write_metrics(&out, &view, world.now);
    assert_has(&out, "mahalle_consumer_lag_seconds{topic=\"topic\","
                     "partition=\"0\"} 0\n");
    assert_null(strstr(mh_buf_string(&out),
                       "mahalle_consumer_lag_seconds{topic=\"topic\","
                       "partition=\"1\"}"));
    assert_null(strstr(mh_buf_string(&out), "max_lag_seconds{"));
    assert_has(&out, "mahalle_consumer_lag_records{topic=\"topic\","
                     "partition=\"1\"} 2\n");
    mh_buf_reset(&out);
    lag_write_json(&out, &view, world.now);
    assert_has(&out, "\"lag_records\":2,\"lost_records\":0,"
                     "\"lag_seconds\":null");
    mh_buf_reset(&out);
    lag_write_table(&out, &view, world.now);
    assert_has(&out, "        2           ?");
    mh_buf_reset(&out);
    lag_write_page(&out, &view, PAGE_EN, world.now);
    assert_has(&out, "<td class=\"n\">2</td><td class=\"n\">?</td>");
    assert_has(&out, "<strong>?</strong>");
    mh_buf_fini(&out);
    lag_world_end(&world);
}

/* No look ends any more, and the last one was a good one. */
static void what_is_old_is_told_to_be(void **state)
{
    struct lag_world world;
    struct lag_view view;
    struct mh_buf out;

    (void)state;
    lag_world_begin(&world, true);
    lag_world_pass(&world, MINUTE, LAG_OK);
    view = (struct lag_view){.group = "g",
                             .topic = "t",
                             .at_ms = world.now,
                             .source = world.source,
                             .sink = world.sink,
                             .judge = world.judge};
    mh_buf_init(&out, BYTES);
    lag_view_refresh(&view, world.now + 5 * SECOND);
    lag_write_json(&out, &view, world.now + 5 * SECOND);
    assert_has(&out, "\"status\":\"OK\"");
    assert_has(&out, "\"old\":false,\"statuses\":{\"OK\":3},"
                     "\"positions_old\":false");
    mh_buf_reset(&out);
    lag_view_refresh(&view, world.now + MINUTE);
    lag_write_json(&out, &view, world.now + MINUTE);
    assert_has(&out, "\"status\":\"SOURCE_DOWN\"");
    assert_has(&out, "\"old\":true,\"statuses\":{\"SOURCE_DOWN\":3},"
                     "\"positions_old\":true");
    mh_buf_reset(&out);
    lag_write_page(&out, &view, PAGE_EN, world.now + MINUTE);
    assert_has(&out, "<p class=\"old\" role=\"alert\">What you see is old; "
                     "since the last look it has been 1 min</p>");
    mh_buf_reset(&out);
    lag_write_metrics(&out, &view, world.now + MINUTE);
    assert_has(&out, "\nmahalle_lag_up{source=\"kafka\"} 0\n");
    assert_has(&out, "\nmahalle_lag_up{source=\"postgresql\"} 0\n");
    assert_has(&out, "\nmahalle_lag_last_look_timestamp_seconds 1795500060\n");
    mh_buf_fini(&out);
    world.judge = view.judge;
    lag_world_end(&world);
}

/* For ever is known; that nobody may ask is not the same. */
static void retention_that_is_not_known_is_not_for_ever(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, BYTES);
    lag_write_metrics(&out, &view, world.now);
    assert_null(strstr(mh_buf_string(&out), "retention_seconds{"));
    mh_buf_reset(&out);
    lag_write_json(&out, &view, world.now);
    assert_has(&out, "\"retention_known\":false,\"retention_seconds\":null");
    view.source.retention_known = true;
    mh_buf_reset(&out);
    lag_write_json(&out, &view, world.now);
    assert_has(&out, "\"retention_known\":true,\"retention_seconds\":null");
    mh_buf_reset(&out);
    lag_write_metrics(&out, &view, world.now);
    assert_has(&out, "\nmahalle_topic_retention_seconds{topic=\"topic\"} "
                     "+Inf\n");
    view.source.retention_ms = HOUR;
    mh_buf_reset(&out);
    lag_write_metrics(&out, &view, world.now);
    assert_has(&out, "\nmahalle_topic_retention_seconds{topic=\"topic\"} "
                     "3600\n");
    mh_buf_fini(&out);
    lag_world_end(&world);
}

static void letters_that_are_open_are_counted(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, BYTES);
    lag_write_metrics(&out, &view, world.now);
    assert_null(strstr(mh_buf_string(&out), "mahalle_dead_letters_open{"));
    view.sink.letters_known = true;
    view.sink.letters[MH_PLACE] = 7;
    mh_buf_reset(&out);
    lag_write_metrics(&out, &view, world.now);
    assert_has(&out, "\nmahalle_dead_letters_open{reason=\"PLACE\"} 7\n");
    assert_has(&out, "\nmahalle_dead_letters_open{reason=\"FRAME\"} 0\n");
    assert_null(strstr(mh_buf_string(&out), "open{reason=\"OK\"}"));
    assert_null(strstr(mh_buf_string(&out), "open{reason=\"GRANT\"}"));
    mh_buf_fini(&out);
    lag_world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_numbers_are_left_out),
        cmocka_unit_test(the_page_hides_nobody_who_is_not_well),
        cmocka_unit_test(an_age_that_is_not_known_is_no_zero),
        cmocka_unit_test(what_is_old_is_told_to_be),
        cmocka_unit_test(retention_that_is_not_known_is_not_for_ever),
        cmocka_unit_test(letters_that_are_open_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
