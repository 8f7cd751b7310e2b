/* SPDX-License-Identifier: Apache-2.0 */
/* Prometheus' text: what is counted is shown, escaped, and bounded. */
#include "metrics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const REASON[] = {"reason", NULL};

static void assert_page(struct mh_metrics *metrics, const char *expected)
{
    struct mh_buf out;

    mh_buf_init(&out, MH_METRICS_BYTES_MAX);
    mh_metrics_write(metrics, &out);
    assert_string_equal(mh_buf_string(&out), expected);
    mh_buf_fini(&out);
}

static void counters_are_there_before_they_count(void **state)
{
    struct mh_metrics *metrics = mh_metrics_new();
    struct mh_family *family = mh_metrics_define(
        metrics, MH_METRIC_COUNTER, "dead_total", "Dead letters.", REASON);
    const char *const place[] = {"PLACE"};
    const char *const frame[] = {"FRAME"};
    struct mh_series *series = mh_metrics_series(family, place);

    (void)state;
    assert_page(metrics, "# HELP dead_total Dead letters.\n"
                         "# TYPE dead_total counter\n"
                         "dead_total{reason=\"PLACE\"} 0\n");
    mh_series_add(series, 2);
    mh_series_add(mh_metrics_series(family, frame), 1);
    mh_series_add(mh_metrics_series(family, place), 0.5);
    assert_ptr_equal(mh_metrics_series(family, place), series);
    assert_page(metrics, "# HELP dead_total Dead letters.\n"
                         "# TYPE dead_total counter\n"
                         "dead_total{reason=\"PLACE\"} 2.5\n"
                         "dead_total{reason=\"FRAME\"} 1\n");
    mh_metrics_free(metrics);
    mh_metrics_free(NULL);
}

static void gauges_need_no_labels(void **state)
{
    struct mh_metrics *metrics = mh_metrics_new();
    struct mh_series *series = mh_metrics_series(
        mh_metrics_define(metrics, MH_METRIC_GAUGE, "up", "Up.", NULL), NULL);

    (void)state;
    mh_series_set(series, 1764000000.125);
    assert_true(mh_series_value(series) == 1764000000.125);
    assert_page(metrics, "# HELP up Up.\n# TYPE up gauge\nup 1764000000.125\n");
    mh_metrics_free(metrics);
}

static void a_histogram_adds_up(void **state)
{
    static const double bounds[] = {0.1, 1};
    struct mh_metrics *metrics = mh_metrics_new();
    const char *const values[] = {"a"};
    struct mh_series *series =
        mh_metrics_series(mh_metrics_define_histogram(metrics, "s", "Seconds.",
                                                      REASON, bounds, 2),
                          values);

    (void)state;
    mh_series_observe(series, 0.1); /* a bound is in its bucket */
    mh_series_observe(series, 0.25);
    mh_series_observe(series, 2);
    assert_page(metrics, "# HELP s Seconds.\n# TYPE s histogram\n"
                         "s_bucket{reason=\"a\",le=\"0.1\"} 1\n"
                         "s_bucket{reason=\"a\",le=\"1\"} 2\n"
                         "s_bucket{reason=\"a\",le=\"+Inf\"} 3\n"
                         "s_sum{reason=\"a\"} 2.35\n"
                         "s_count{reason=\"a\"} 3\n");
    mh_metrics_free(metrics);
}

static void values_of_labels_stay_values(void **state)
{
    const char *const labels[] = {"a", "q\" b\\ n\nend", "b", "محله",
                                  "c", "\xff!",          NULL};
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, 1000);
    mh_metrics_head(&out, MH_METRIC_UNTYPED, "m", "a \"b\" \\ \n c");
    mh_metrics_sample(&out, "m", labels, 1);
    assert_string_equal(mh_buf_string(&out),
                        "# HELP m a \"b\" \\\\ \\n c\n# TYPE m untyped\n"
                        "m{a=\"q\\\" b\\\\ n\\nend\",b=\"محله\",c=\"?!\"} 1\n");
    mh_buf_fini(&out);
}

static void numbers_are_written_as_prometheus_reads_them(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "m 0\n"},
        {-1.5, "m -1.5\n"},
        {1e14, "m 100000000000000\n"},
        {(double)INFINITY, "m +Inf\n"},
        {-(double)INFINITY, "m -Inf\n"},
        {(double)NAN, "m NaN\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct mh_buf out;

        mh_buf_init(&out, 100);
        mh_metrics_sample(&out, "m", NULL, cases[i].value);
        assert_string_equal(mh_buf_string(&out), cases[i].text);
        mh_buf_fini(&out);
    }
}

static void series_have_a_bound(void **state)
{
    struct mh_metrics *metrics = mh_metrics_new();
    struct mh_family *family = mh_metrics_define(metrics, MH_METRIC_COUNTER,
                                                 "n_total", "Numbers.", REASON);
    const char *const other[] = {"other"};
    char text[24];
    const char *const values[] = {text};

    (void)state;
    for (int i = 0; i < MH_METRIC_SERIES_MAX + 10; i++) {
        (void)snprintf(text, sizeof text, "%d", i);
        mh_series_add(mh_metrics_series(family, values), 1);
    }
    assert_true(mh_series_value(mh_metrics_series(family, other)) == 10);
    mh_metrics_free(metrics);
}

static void without_memory_nothing_is_counted(void **state)
{
    (void)state;
    assert_null(mh_metrics_series(NULL, NULL));
    mh_series_add(NULL, 1);
    mh_series_set(NULL, 1);
    mh_series_observe(NULL, 1);
    assert_true(mh_series_value(NULL) == 0);
}

static void a_program_tells_its_version(void **state)
{
    struct mh_buf out;

    (void)state;
    mh_buf_init(&out, 1000);
    mh_metrics_build_info(&out, "mahalle-x");
    assert_non_null(strstr(mh_buf_string(&out),
                           "\nmahalle_build_info{program=\"mahalle-x\","
                           "version=\"" MAHALLE_VERSION "\"} 1\n"));
    mh_buf_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_are_there_before_they_count),
        cmocka_unit_test(gauges_need_no_labels),
        cmocka_unit_test(a_histogram_adds_up),
        cmocka_unit_test(values_of_labels_stay_values),
        cmocka_unit_test(numbers_are_written_as_prometheus_reads_them),
        cmocka_unit_test(series_have_a_bound),
        cmocka_unit_test(without_memory_nothing_is_counted),
        cmocka_unit_test(a_program_tells_its_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
