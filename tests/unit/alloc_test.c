/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once: the step says MH_MEMORY and leaves nothing
 * behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "alloc.h"
#include "client.h"
#include "encode.h"
#include "intake.h"
#include "json.h"
#include "lag_judge.h"
#include "metrics.h"
#include "model.h"
#include "post_mend.h"
#include "sample.h"
#include "scratch.h"
#include "text.h"
#include "verdict.h"
#include "with_world.h"

enum { ALLOCATIONS_MAX = 200000 };

/* Run `step` with the first, second, ... allocation failing until none does;
 * at least `least` have to. */
static void each_fails(enum mh_code (*step)(void), long least)
{
    long n = 1;

    for (;; n++) {
        enum mh_code code;
        bool failed;

        alloc_fail(n);
        code = step();
        failed = alloc_failed();
        alloc_fail(0);
        if (!failed) {
            assert_int_equal(code, MH_OK);
            break;
        }
        if (code != MH_MEMORY) {
            fail_msg("allocation %ld: %s", n, mh_code_name(code));
        }
        assert_true(n < ALLOCATIONS_MAX);
    }
    assert_true(n > least);
}

/* -------------------------------------------------------------- a catalogue */

static const char *const FILES[] = {
    "events/council/council_status_changed.v1.avsc",
    "events/social/prisoners_freed.v1.avsc"};
static struct mh_buf texts[2];
static struct mh_buf problems;

static enum mh_code load_schemas(void)
{
    struct mh_catalogue *catalogue = NULL;
    struct mh_err err;
    enum mh_code code = mh_catalogue_new(&catalogue, &err);

    mh_buf_reset(&problems);
    for (int i = 0; i < 2 && code == MH_OK; i++) {
        code = mh_catalogue_add(catalogue, (char *)texts[i].bytes, texts[i].len,
                                1, &problems, &err);
    }
    mh_catalogue_free(catalogue);
    return code;
}

static void a_catalogue_is_left_clean(void **state)
{
    struct mh_err err;
    char path[512];

    (void)state;
    mh_buf_init(&problems, 1 << 20);
    mh_buf_text(&problems, "room");
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", MAHALLE_SCHEMAS_DIR,
                       FILES[i]);
        mh_buf_init(&texts[i], 1 << 20);
        assert_int_equal(mh_text_read_file(path, &texts[i], &err), MH_OK);
    }
    each_fails(load_schemas, 200);
    mh_buf_fini(&texts[0]);
    mh_buf_fini(&texts[1]);
    mh_buf_fini(&problems);
}

static enum mh_code find_files(void)
{
    struct mh_catalogue *catalogue = NULL;
    struct mh_err err;
    enum mh_code code = mh_catalogue_new(&catalogue, &err);

    mh_buf_reset(&problems);
    if (code == MH_OK) {
        code =
            mh_catalogue_load(catalogue, MAHALLE_SCHEMAS_DIR, &problems, &err);
    }
    mh_catalogue_free(catalogue);
    return code;
}

/* The first allocations find the files; then it is as above. */
static void the_search_for_files_is_left_clean(void **state)
{
    (void)state;
    mh_buf_init(&problems, 1 << 20);
    for (long n = 1; n < 300; n++) {
        enum mh_code code;

        alloc_fail(n);
        code = find_files();
        assert_true(alloc_failed());
        /* the lines of no problem may fail to be read */
        if (code != MH_MEMORY && code != MH_OK) {
            fail_msg("allocation %ld: %s", n, mh_code_name(code));
        }
    }
    alloc_fail(0);
    mh_buf_fini(&problems);
}

/* ---------------------------------------------------------- reference data */

static enum mh_code load_reference(void)
{
    struct mh_reference *reference = NULL;
    struct mh_err err;
    enum mh_code code = mh_reference_new(&reference, &err);

    if (code == MH_OK) {
        code = mh_reference_load(reference, MAHALLE_SCHEMAS_DIR, &err);
    }
    mh_reference_free(reference);
    return code;
}

static void reference_data_are_left_clean(void **state)
{
    (void)state;
    each_fails(load_reference, 5);
}

/* ------------------------------------------------------------------- batch */

static struct mh_buf records;
static struct message messages[3];

static enum mh_code take_messages(struct batch *batch, struct delta *delta)
{
    enum mh_code code = MH_OK;

    for (int i = 0; i < 3 && code == MH_OK; i++) {
        batch->messages[i] = messages[i];
        batch->count = i + 1;
        code = verdict_read(&batch->messages[i], world->catalogue,
                            world->reference, &batch->arena,
                            &batch->versions[i], &batch->letters[i]);
        if (code == MH_OK && batch->versions[i] != NULL) {
            code = batch_add(batch, i);
        }
    }
    batch_sort(batch);
    return code == MH_OK ? delta_make(delta, batch) : code;
}

static enum mh_code run_batch(void)
{
    struct batch batch = {.max = 0};
    struct delta delta = {.max = 0};
    struct mh_err err;
    enum mh_code code = batch_init(&batch, 8, &err);

    if (code == MH_OK) {
        code = delta_init(&delta, 8, &err);
    }
    if (code == MH_OK) {
        code = take_messages(&batch, &delta);
    }
    if (batch.max > 0) {
        batch_fini(&batch);
    }
    if (delta.max > 0) {
        delta_fini(&delta);
    }
    return code;
}

/* A good record, a conflict with it, and one with faults. */
static void a_batch_is_left_clean(void **state)
{
    static const char *const EDITS[] = {"", "members_count=1",
                                        "members_count=-1"};
    size_t ends[4] = {0};
    struct mh_event event;

    (void)state;
    mh_buf_init(&records, 4096);
    for (int i = 0; i < 3; i++) {
        sample_plain(world, world_type(world, "council_formed"), &event);
        sample_set(world, &event, EDITS[i]);
        mh_encode(&event, &records);
        ends[i + 1] = records.len;
    }
    for (int i = 0; i < 3; i++) {
        messages[i] = (struct message){
            .offset = i,
            .value = records.bytes + ends[i],
            .value_len = ends[i + 1] - ends[i],
        };
    }
    each_fails(run_batch, 9);
    mh_buf_fini(&records);
}

/* ------------------------------------------------------------------ intake */

static const char *line;

static enum mh_code take_line(void)
{
    const struct intake intake = {world->catalogue, world->reference, NULL};
    struct mh_faults faults = {.count = 0};
    struct intake_room room;
    struct mh_event event;
    struct mh_buf scratch, out;
    json_t *object = NULL;
    enum mh_code code;

    mh_buf_init(&scratch, 1 << 20);
    mh_buf_init(&out, 4096);
    code = json_read(line, strlen(line), &scratch, &object, &faults);
    if (code == MH_OK) {
        code = intake_read(&intake, object, 0, &room, &event, &faults);
    }
    if (code == MH_OK) {
        mh_encode(&event, &out);
        code = out.failed ? MH_MEMORY : MH_OK;
    }
    json_decref(object);
    mh_buf_fini(&scratch);
    mh_buf_fini(&out);
    return code;
}

static void a_line_is_left_clean(void **state)
{
    (void)state;
    line = "{\"event_type\": \"prisoners_freed\", \"event_id\": "
           "\"\\u062b\\u0628\\u062a 7\", \"occurred_on\": \"1404/07/21\", "
           "\"agency_code\": \"governorate\", \"place_code\": \"2401\", "
           "\"period_from\": \"2025-10-01\", \"freed_count\": \"12\", "
           "\"debt_settled\": {\"long\": 5}, "
           "\"currency_unit\": \"IRR_NEW\"}";
    each_fails(take_line, 1);
}

/* ------------------------------------------------------------------- tables */

static char table_path[SCRATCH_PATH_MAX];

static enum mh_code take_rows(struct rows *rows, struct mend *mend)
{
    static struct sheet sheet;
    struct mh_faults faults;
    struct mh_err err;
    enum rows_state state = ROWS_ROW;
    enum mh_code code = MH_OK;

    while (code == MH_OK) {
        struct row row;

        code = rows_read(rows, 0, &state, &row, &err);
        if (code != MH_OK || state == ROWS_END) {
            break;
        }
        faults.count = 0;
        if (row.number == 0) {
            assert_int_equal(sheet_header(&sheet,
                                          world_type(world, "cleanup_held"),
                                          &row, &faults),
                             MH_OK);
            code = mend_header(mend, &sheet, &row, ';', &err);
        } else {
            assert_int_equal(sheet_row(&sheet, &row, &faults), MH_OK);
            code = mend_row(mend, &row, &faults, &err);
        }
    }
    return code;
}

static enum mh_code take_table(void)
{
    struct rows *rows = NULL;
    struct mend *mend = NULL;
    struct mh_err err;
    enum mh_code code = rows_open(table_path, "ASCII", &rows, &err);

    if (code == MH_OK) {
        code = mend_open("/dev/null", WORDS_FA, &mend, &err);
    }
    if (code == MH_OK) {
        code = take_rows(rows, mend);
    }
    mend_close(mend);
    rows_close(rows);
    return code;
}

/* Doubled quotes, which are copied, in another character set. */
static void a_table_is_left_clean(void **state)
{
    static const char TABLE[] = "Day;op\n\"\"\"x\"\"\";y\n";

    (void)state;
    scratch_file(table_path, TABLE, sizeof TABLE - 1);
    each_fails(take_table, 5);
    (void)unlink(table_path);
}

/* ----------------------------------------------------------- what is watched */

/* A judgement as mahalle-lag makes it: what cannot be had leaves the last one
 * as it was. */
static enum mh_code judge_a_look(void)
{
    struct lag_source source = {.retention_ms = -1};
    struct lag_sink sink = {.count = 0};
    struct lag_source source_copy = {.retention_ms = -1};
    struct lag_sink sink_copy = {.count = 0};
    struct lag_judge judge = {.count = 0};
    struct mh_err err;
    enum mh_code code = lag_source_resize(&source, 3, &err);

    if (code == MH_OK) {
        code = lag_sink_resize(&sink, 2, &err);
    }
    if (code == MH_OK) {
        code = lag_source_copy(&source_copy, &source, &err);
    }
    if (code == MH_OK) {
        code = lag_sink_copy(&sink_copy, &sink, &err);
    }
    if (code == MH_OK) {
        code = lag_judge_look(&judge, &source_copy, &sink_copy, 1, &err);
    }
    lag_judge_fini(&judge);
    lag_source_fini(&source);
    lag_sink_fini(&sink);
    lag_source_fini(&source_copy);
    lag_sink_fini(&sink_copy);
    return code;
}

static void a_judgement_is_left_clean(void **state)
{
    (void)state;
    each_fails(judge_a_look, 4);
}

/* What cannot be counted is not; the rest goes on. */
static enum mh_code count_something(void)
{
    static const char *const LABELS[] = {"a", "b", NULL};
    static const double BOUNDS[] = {1, 2};
    const char *const values[] = {"x", "y"};
    struct mh_metrics *metrics = mh_metrics_new();
    struct mh_series *counter, *histogram;
    struct mh_buf out;
    enum mh_code code;

    if (metrics == NULL) {
        return MH_MEMORY;
    }
    counter = mh_metrics_series(
        mh_metrics_define(metrics, MH_METRIC_COUNTER, "n_total", "N.", LABELS),
        values);
    histogram = mh_metrics_series(
        mh_metrics_define_histogram(metrics, "h", "H.", LABELS, BOUNDS, 2),
        values);
    mh_series_add(counter, 1);
    mh_series_observe(histogram, 1);
    mh_buf_init(&out, 10000);
    mh_metrics_write(metrics, &out);
    code =
        out.failed || counter == NULL || histogram == NULL ? MH_MEMORY : MH_OK;
    mh_buf_fini(&out);
    mh_metrics_free(metrics);
    return code;
}

static void counts_are_left_clean(void **state)
{
    (void)state;
    each_fails(count_something, 8);
}

/* ------------------------------------------------------------- libmahalle */

static enum mh_code tell_faults(void)
{
    static struct mh_faults faults;
    struct told *told, *copy;

    faults.count = 0;
    mh_fault_add_name(&faults, MH_UNKNOWN_FIELD, "x", 1, "y", "z", 1);
    mh_fault_add_name(&faults, MH_REQUIRED, "w", 1, "", NULL, 0);
    told = told_faults(&faults, NULL, "id", WORDS_FA);
    copy = told == NULL ? NULL : told_copy(&told->result);
    told_free(told);
    if (copy == NULL) {
        return MH_MEMORY;
    }
    assert_string_equal(copy->result.faults[1]->pointer, "/w");
    told_free(copy);
    return MH_OK;
}

static void results_are_left_clean(void **state)
{
    (void)state;
    each_fails(tell_faults, 3);
}

static enum mh_code open_and_post(void)
{
    static const char EVENT[] = "{\"event_type\":\"council_formed\"}";
    struct client_settings settings = {.library = true};
    struct mh_err err;
    struct client *client = NULL;
    struct work work;
    enum mh_code code;

    mahalle_settings_init(&settings.all, sizeof settings.all);
    code = client_open(&settings, &client, &err);
    if (code != MH_OK) {
        return code;
    }
    work_init(&work);
    code = client_text(client, &work, EVENT, sizeof EVENT - 1,
                       (struct label){.owner = NULL}, 0, &err);
    assert_true(code == MH_MEMORY || code == MH_REQUIRED);
    code = code == MH_REQUIRED && work.told != NULL ? MH_OK : MH_MEMORY;
    work_fini(&work);
    client_close(client);
    return code;
}

/* Reading the contract fails as it does above; the rest is looked at. */
static void a_client_is_left_clean(void **state)
{
    long n = 1;
    bool failed = true;

    (void)state;
    for (; failed; n = n < 8 ? n + 1 : n * 9 / 8) {
        enum mh_code code;

        alloc_fail(n);
        code = open_and_post();
        failed = alloc_failed();
        alloc_fail(0);
        assert_true(failed || code == MH_OK);
    }
    assert_true(n > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_catalogue_is_left_clean),
        cmocka_unit_test(the_search_for_files_is_left_clean),
        cmocka_unit_test(reference_data_are_left_clean),
        cmocka_unit_test(a_batch_is_left_clean),
        cmocka_unit_test(a_line_is_left_clean),
        cmocka_unit_test(a_table_is_left_clean),
        cmocka_unit_test(a_judgement_is_left_clean),
        cmocka_unit_test(counts_are_left_clean),
        cmocka_unit_test(results_are_left_clean),
        cmocka_unit_test(a_client_is_left_clean),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
