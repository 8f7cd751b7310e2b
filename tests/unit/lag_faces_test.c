/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown is what was judged, in each form and both languages. */
#include "lag_faces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

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

static void prometheus_gets_every_series(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, BYTES);
    lag_write_metrics(&out, &view, world.now);
    for (int i = 0; i < PARTS; i++) {
        char line[200];

        (void)snprintf(line, sizeof line,
                       "\nmahalle_consumer_lag_seconds{topic=\"topic\","
                       "partition=\"%d\"} %d\n",
                       i, i == 1 ? 90 : 0);
        assert_has(&out, line);
        (void)snprintf(line, sizeof line,
                       "\nkafka_consumergroup_lag{consumergroup=\"group\","
                       "topic=\"topic\",partition=\"%d\"} %d\n",
                       i, i == 1 ? 2 : 0);
        assert_has(&out, line);
    }
    assert_has(&out, "\nmahalle_consumer_status{group=\"group\","
                     "status=\"STOPPED\"} 1\n");
    assert_has(&out, "\nmahalle_consumer_status{group=\"group\","
                     "status=\"OK\"} 0\n");
    assert_has(&out, "\nmahalle_consumer_partitions{group=\"group\","
                     "status=\"STOPPED\"} 3\n");
    assert_has(&out, "\nmahalle_consumer_partitions{group=\"group\","
                     "status=\"BLOCKED\"} 0\n");
    assert_has(&out, "\nkafka_consumergroup_group_max_lag_seconds{"
                     "cluster_name=\"cluster\",group=\"group\"} 90\n");
    assert_has(&out, "\nkafka_consumergroup_lag_sum{consumergroup=\"group\","
                     "topic=\"topic\"} 2\n");
    assert_has(&out, "\nkafka_consumergroup_members{consumergroup=\"group\"} "
                     "0\n");
    assert_null(strstr(mh_buf_string(&out), "NaN"));
    assert_null(strstr(mh_buf_string(&out), "} -"));
    mh_buf_fini(&out);
    lag_world_end(&world);
}

static void json_is_that_of_the_contract(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    const char *group, *status, *reason, *since, *topic, *of, *owner;
    int partition, records, next, end;
    double seconds;
    json_t *root, *parts;
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, BYTES);
    lag_write_json(&out, &view, world.now);
    root = json_loads(mh_buf_string(&out), 0, NULL);
    assert_non_null(root);
    assert_int_equal(json_unpack(root, "{s:s,s:s,s:s,s:s,s:o}", "group", &group,
                                 "status", &status, "reason", &reason, "since",
                                 &since, "partitions", &parts),
                     0);
    assert_string_equal(group, "group");
    assert_string_equal(status, "STOPPED");
    assert_non_null(strstr(reason, "no sign of life"));
    assert_int_equal(strlen(since), strlen("2026-11-24T11:00:00.000Z"));
    assert_int_equal(json_array_size(parts), PARTS);
    assert_int_equal(json_unpack(json_array_get(parts, 1),
                                 "{s:s,s:i,s:s,s:i,s:F,s:i,s:i,s:s}", "topic",
                                 &topic, "partition", &partition, "status", &of,
                                 "lag_records", &records, "lag_seconds",
                                 &seconds, "next_offset", &next, "end_offset",
                                 &end, "owner", &owner),
                     0);
    assert_string_equal(topic, "topic");
    assert_int_equal(partition, 1);
    assert_string_equal(of, "STOPPED");
    assert_int_equal(records, 2);
    assert_true(seconds > 89.999 && seconds < 90.001);
    assert_int_equal(next, 0);
    assert_int_equal(end, 2);
    assert_string_equal(owner, "<&\"");
    json_decref(root);
    mh_buf_fini(&out);
    lag_world_end(&world);
}

static void what_others_wrote_is_no_markup(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_buf out;

    (void)state;
    view.group = "\x01\"\\<b>\xff";
    view.topic = "<script>";
    mh_buf_init(&out, BYTES);
    lag_write_json(&out, &view, world.now);
    assert_has(&out, "\"group\":\"\\u0001\\\"\\\\<b>?\"");
    mh_buf_reset(&out);
    lag_write_page(&out, &view, PAGE_EN, world.now);
    assert_null(strstr(mh_buf_string(&out), "<b>"));
    assert_null(strstr(mh_buf_string(&out), "<script>"));
    assert_has(&out, "&lt;script&gt;");
    mh_buf_fini(&out);
    lag_world_end(&world);
}

static void the_page_speaks_both_languages(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, BYTES);
    lag_write_page(&out, &view, PAGE_FA, world.now);
    assert_has(&out, "<html lang=\"fa\" dir=\"rtl\">");
    assert_has(&out, "ایستاده");
    assert_has(&out, "data-status=\"STOPPED\"");
    assert_has(&out, "۱ دقیقه ۳۰ ثانیه");
    mh_buf_reset(&out);
    lag_write_page(&out, &view, PAGE_EN, world.now);
    assert_has(&out, "<html lang=\"en\" dir=\"ltr\">");
    assert_has(&out, "<h2>Stopped</h2>");
    assert_has(&out, "1 min 30 s");
    mh_buf_fini(&out);
    lag_world_end(&world);
}

/* Of a thousand, those that are not well. */
static void a_page_has_an_end(void **state)
{
    struct lag_world world;
    struct lag_view view = make_view(&world);
    struct mh_err err;
    struct mh_buf out;

    (void)state;
    assert_int_equal(lag_source_resize(&world.source, 1000, &err), MH_OK);
    lag_world_judge(&world);
    view.source = world.source;
    view.judge = world.judge;
    mh_buf_init(&out, BYTES);
    lag_write_page(&out, &view, PAGE_EN, world.now);
    assert_has(&out, "997 more partitions");
    assert_true(out.len < 20000);
    mh_buf_fini(&out);
    lag_world_end(&world);
}

static void durations_are_rounded_down(void **state)
{
    static const struct {
        int64_t ms;
        const char *en, *fa;
    } cases[] = {
        {-5, "0 s", "۰ ثانیه"},
        {999, "0 s", "۰ ثانیه"},
        {59999, "59 s", "۵۹ ثانیه"},
        {60000, "1 min", "۱ دقیقه"},
        {3600000 + 59999, "1 h", "۱ ساعت"},
        {2 * 3600000 + 1200000, "2 h 20 min", "۲ ساعت ۲۰ دقیقه"},
        {INT64_C(86400000) * 1003 + 3600000, "1,003 d 1 h", "۱٬۰۰۳ روز ۱ ساعت"},
    };
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, 1000);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mh_buf_reset(&out);
        lag_put_duration(&out, PAGE_EN, cases[i].ms);
        assert_string_equal(mh_buf_string(&out), cases[i].en);
        mh_buf_reset(&out);
        lag_put_duration(&out, PAGE_FA, cases[i].ms);
        assert_string_equal(mh_buf_string(&out), cases[i].fa);
    }
    mh_buf_fini(&out);
}

static void every_cause_can_be_said(void **state)
{
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, 1000);
    for (int cause = 0; cause < LAG_CAUSE_COUNT; cause++) {
        const struct lag_verdict verdict = {
            .cause = (enum lag_cause)cause, .number = 61000, .text = "TEXT"};

        for (int lang = PAGE_FA; lang <= PAGE_EN; lang++) {
            mh_buf_reset(&out);
            lag_put_reason(&out, (enum page_lang)lang, &verdict);
            assert_true(out.len > 10);
            assert_null(memchr(out.bytes, '{', out.len));
        }
    }
    mh_buf_fini(&out);
}

static void the_group_names_the_partition(void **state)
{
    struct lag_world world;
    struct mh_buf out;

    (void)state;
    lag_world_begin(&world, true);
    world.alive = false;
    while (world.now < world.start + 40 * SECOND) {
        lag_world_second(&world);
    }
    mh_buf_init(&out, 1000);
    lag_put_group_reason(&out, PAGE_EN, &world.judge);
    assert_string_equal(mh_buf_string(&out),
                        "partition 0: no sign of life from the consumer for "
                        "40 s (and 2 more)");
    mh_buf_fini(&out);
    lag_world_end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prometheus_gets_every_series),
        cmocka_unit_test(json_is_that_of_the_contract),
        cmocka_unit_test(what_others_wrote_is_no_markup),
        cmocka_unit_test(the_page_speaks_both_languages),
        cmocka_unit_test(a_page_has_an_end),
        cmocka_unit_test(durations_are_rounded_down),
        cmocka_unit_test(every_cause_can_be_said),
        cmocka_unit_test(the_group_names_the_partition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
