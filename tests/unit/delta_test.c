/* SPDX-License-Identifier: Apache-2.0 */
/* Fates and changes of totals, case by case; in general: order_test.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "content_hash.h"
#include "delta.h"
#include "sample.h"

enum { MAX = 64 };

static struct world *world;
static struct batch batch;
static struct delta delta;
static struct mh_event events[MAX];
static struct version versions[MAX];

static struct version *make(int i, const char *type, const char *edits)
{
    struct mh_event *event = &events[i];
    const struct mh_value *values = event->values;

    sample_plain(world, world_type(world, type), event);
    sample_set(world, event, edits);
    assert_string_equal(sample_faults(world, event), "");
    versions[i] = (struct version){
        .type = event->type,
        .agency_id = event->agency_id,
        .revision = (int32_t)values[MH_FIELD_REVISION].number,
        .occurred_on = (int32_t)values[MH_FIELD_OCCURRED_ON].number,
        .in_force = values[MH_FIELD_OP].number != MH_OP_RETRACT,
        .content = mh_content_hash(event),
        .values = values,
        .message = &batch.messages[i],
        .received_ms = 1000 + i,
    };
    memcpy(versions[i].id, event->id, 16);
    batch.messages[i] = (struct message){.offset = i};
    return &versions[i];
}

/* As event_row_read makes it. */
static struct version *stored(const char *type, const char *edits)
{
    struct version *old = make(MAX - 1, type, edits);

    old->message = NULL;
    old->received_ms = 0;
    return old;
}

static void begin(void)
{
    batch.count = 0;
    memset(batch.letters, 0, sizeof(struct letter *) * MAX);
    batch_reset_facts(&batch);
}

static void add(const char *type, const char *edits)
{
    int i = batch.count++;

    batch.versions[i] = make(i, type, edits);
    assert_int_equal(batch_add(&batch, i), MH_OK);
}

/* "ADSX": applied, duplicate, stale, dead. */
static void expect_fates(const char *fates)
{
    char got[MAX + 1] = "";

    assert_int_equal(delta_make(&delta, &batch), MH_OK);
    for (int i = 0; i < batch.count; i++) {
        got[i] = "ADSX"[batch.fates[i]];
        assert_true((got[i] == 'X') == (batch.letters[i] != NULL));
    }
    assert_string_equal(got, fates);
}

static void expect_cell(int i, const char *place, const char *dims,
                        int64_t count, int64_t sum, int64_t by)
{
    const struct cell *cell = &delta.cells[i];

    assert_true(i < delta.count);
    assert_int_equal(cell->place_len, strlen(place));
    assert_memory_equal(cell->place, place, cell->place_len);
    assert_int_equal(cell->dims_len, strlen(dims));
    assert_memory_equal(cell->dims, dims, cell->dims_len);
    assert_int_equal(cell->events, count);
    assert_int_equal(cell->sums[0], sum);
    assert_int_equal(cell->by[0], by);
}

#define R(n) "op=CORRECT correction_reason=OTHER revision=" #n " "
#define RETRACT(n) "op=RETRACT correction_reason=OTHER revision=" #n " "

static void each_fate_at_its_turn(void **state)
{
    (void)state;
    begin();
    add("council_formed", R(2) "officials_present=4");
    add("council_formed", R(1) "officials_present=3");
    add("council_formed", R(2) "officials_present=4 posted_at=0");
    add("council_formed", R(2) "officials_present=5");
    add("council_formed", R(3) "officials_present=6");
    add("council_formed", R(2) "officials_present=5");
    expect_fates("ASDXAS");
    assert_int_equal(batch.letters[3]->reason, MH_CONFLICT);
    assert_string_equal(batch.letters[3]->pointer, "");
    assert_string_equal(batch.letters[3]->agency_code, "governorate");
    assert_memory_equal(batch.letters[3]->event_id, versions[3].id, 16);
    assert_int_equal(delta.superseded_count, 1);
    assert_ptr_equal(delta.superseded[0], &versions[0]);
    assert_ptr_equal(batch.facts[0].now, &versions[4]);
    assert_int_equal(delta.count, 1);
    expect_cell(0, "c1195-012", "|PILOT", 1, 6, 1);
}

static void what_is_stored_counts_as_taken_before(void **state)
{
    struct version *old;

    (void)state;
    begin();
    add("council_formed", R(2) "officials_present=4");
    add("council_formed", R(1));
    add("council_formed", R(2));
    old = stored("council_formed", R(2) "officials_present=4");
    batch.facts[0].old = old;
    expect_fates("DSX");
    assert_ptr_equal(batch.facts[0].now, old);
    assert_false(delta_changes(&batch.facts[0]));
    assert_int_equal(delta.count, 0);
    assert_int_equal(delta.superseded_count, 0);
}

static void a_correction_moves_the_numbers(void **state)
{
    struct version *old;

    (void)state;
    begin();
    add("council_formed", R(3) "officials_present=9 council_phase=REGULAR");
    old = stored("council_formed", "officials_present=4");
    batch.facts[0].old = old;
    expect_fates("A");
    assert_true(delta_changes(&batch.facts[0]));
    assert_int_equal(delta.superseded_count, 0);
    assert_int_equal(delta.count, 2);
    expect_cell(0, "c1195-012", "|PILOT", -1, -4, -1);
    expect_cell(1, "c1195-012", "|REGULAR", 1, 9, 1);
    assert_int_equal(delta.cells[0].received_ms, 1000);
    /* within one cell: the difference; the reporter goes */
    begin();
    add("council_formed", R(3));
    batch.facts[0].old = old;
    expect_fates("A");
    assert_int_equal(delta.count, 1);
    expect_cell(0, "c1195-012", "|PILOT", 0, -4, -1);
}

static void a_retraction_takes_out_of_force(void **state)
{
    struct version *old;

    (void)state;
    begin();
    add("council_formed", RETRACT(1) "officials_present=4");
    add("council_formed", "officials_present=4");
    expect_fates("AS");
    assert_int_equal(delta.count, 0);
    assert_true(delta_changes(&batch.facts[0]));
    begin();
    add("council_formed", RETRACT(1));
    add("council_formed", R(2) "officials_present=1");
    add("council_formed", RETRACT(3));
    old = stored("council_formed", "officials_present=4");
    batch.facts[0].old = old;
    expect_fates("AAA");
    assert_int_equal(delta.superseded_count, 2);
    assert_int_equal(delta.count, 1);
    expect_cell(0, "c1195-012", "|PILOT", -1, -4, -1);
}

static void a_type_may_change(void **state)
{
    struct version *old;

    (void)state;
    begin();
    add("cleanup_held", R(1) "participants_count=8");
    old = stored("council_formed", "officials_present=4");
    batch.facts[0].old = old;
    expect_fates("A");
    assert_int_equal(delta.count, 2);
    assert_int_equal(delta.cells[0].type_id, 101);
    assert_int_equal(delta.cells[0].events, -1);
    assert_int_equal(delta.cells[1].type_id, 141);
    assert_int_equal(delta.cells[1].events, 1);
}

static void money_is_summed_in_current_rials(void **state)
{
    int amount;

    (void)state;
    begin();
    add("project_credit_allocated", "amount=-3 currency_unit=IRR_NEW");
    add("project_credit_allocated",
        "amount=5 currency_unit=IRR_CURRENT "
        "event_id=00000000-0000-0000-0000-000000000001");
    expect_fates("AA");
    amount = mh_type_find(events[0].type, "amount", 6);
    amount = events[0].type->fields[amount].measure_slot - 1;
    assert_int_equal(delta.count, 1);
    assert_int_equal(delta.cells[0].sums[amount], -29995);
    assert_int_equal(delta.cells[0].by[amount], 2);
}

/* What women are a part of counts where women were counted, and is taken back. */
static void a_share_has_its_whole(void **state)
{
    const struct mh_type *type;
    int slot;

    (void)state;
    begin();
    add("cleanup_held", "participants_count=8 women_count=3");
    add("cleanup_held", "participants_count=100 "
                        "event_id=00000000-0000-0000-0000-000000000001");
    add("cleanup_held", "participants_count=20 women_count=0 "
                        "event_id=00000000-0000-0000-0000-000000000002");
    expect_fates("AAA");
    type = events[0].type;
    slot = type->fields[mh_type_find(type, "women_count", 11)].whole_slot - 1;
    assert_int_equal(slot, 11);
    assert_int_equal(delta.count, 1);
    assert_int_equal(delta.cells[0].sums[slot], 28);
    assert_int_equal(delta.cells[0].by[slot], 2);

    begin();
    add("cleanup_held", R(1) "participants_count=8");
    batch.facts[0].old =
        stored("cleanup_held", "participants_count=8 women_count=3");
    expect_fates("A");
    assert_int_equal(delta.count, 1);
    assert_int_equal(delta.cells[0].sums[slot], -8);
    assert_int_equal(delta.cells[0].by[slot], -1);
}

/* A fact that was corrected belongs to no day of posting. */
static void a_day_of_posting_goes_with_the_version(void **state)
{
    struct version *old;

    (void)state;
    begin();
    add("cleanup_held", R(1) "occurred_on=20374");
    batch.versions[0]->posted_on = POSTED_LATER;
    old = stored("cleanup_held", "occurred_on=20370");
    old->posted_on = 20400;
    batch.facts[0].old = old;
    expect_fates("A");
    assert_int_equal(delta.posted.count, 2);
    assert_int_equal(delta.posted.rows[0].occurred_on, 20370);
    assert_int_equal(delta.posted.rows[0].posted_on, 20400);
    assert_int_equal(delta.posted.rows[0].events, -1);
    assert_int_equal(delta.posted.rows[1].posted_on, POSTED_LATER);
    assert_int_equal(delta.posted.rows[1].events, 1);
    assert_int_equal(delta.posted.rows[1].received_ms, 1000);
}

static void agencies_do_not_touch_each_other(void **state)
{
    (void)state;
    begin();
    add("council_formed", "");
    add("council_formed", "agency_code=education officials_present=1");
    expect_fates("AA");
    assert_int_equal(batch.fact_count, 2);
    assert_int_equal(delta.count, 2);
}

static const char *agency(int n)
{
    for (int i = 0; i < world->code_count; i++) {
        if (strcmp(world->codes[i].list, "agency_code") == 0 && n-- == 0) {
            return world->codes[i].code;
        }
    }
    fail_msg("too few agencies");
    return NULL;
}

/* The part of the key that differs: day, place, agency, or none. */
static void crowd(const char *field, int first, int cells)
{
    char edits[160];

    begin();
    for (int i = 0; i < MAX - 1; i++) {
        int n = snprintf(edits, sizeof edits,
                         "event_id=00000000-0000-0000-0000-0000000000%02d "
                         "%s",
                         i, field);

        if (first < 0) {
            (void)snprintf(edits + n, sizeof edits - (size_t)n, "%s",
                           agency(i));
        } else {
            (void)snprintf(edits + n, sizeof edits - (size_t)n, "%03d",
                           first + i);
        }
        add("cleanup_held", edits);
    }
    assert_int_equal(delta_make(&delta, &batch), MH_OK);
    assert_int_equal(delta.count, cells);
}

static void neighbours_in_the_table_are_told_apart(void **state)
{
    (void)state;
    crowd("occurred_on=", 20374, MAX - 1);
    crowd("place_code=c1195-", 0, MAX - 1);
    crowd("agency_code=", -1, MAX - 1);
    crowd("source_ref=", 0, 1);
}

static void cells_stand_in_the_order_of_the_key(void **state)
{
    static const char *const EDITS[] = {"occurred_on=20375",
                                        "agency_code=education",
                                        "place_code=c1195-011",
                                        "place_code=c1195",
                                        "place_code=c1195-0",
                                        "programme_code=OTHER",
                                        "",
                                        "occurred_on=20373"};
    (void)state;
    begin();
    for (int i = 0; i < 8; i++) {
        char edits[128];

        (void)snprintf(edits, sizeof edits,
                       "event_id=00000000-0000-0000-0000-"
                       "00000000000%d %s",
                       i, i == 4 ? "" : EDITS[i]);
        add(i == 4 ? "council_formed" : "cleanup_held", edits);
    }
    expect_fates("AAAAAAAA");
    assert_int_equal(delta.count, 8);
    for (int i = 1; i < delta.count; i++) {
        const struct cell *a = &delta.cells[i - 1];
        const struct cell *b = &delta.cells[i];
        char left[256], right[256];

        (void)snprintf(left, sizeof left, "%05d %06d %-12.*s %05d %.*s",
                       a->type_id, a->occurred_on, (int)a->place_len, a->place,
                       a->agency_id, (int)a->dims_len, a->dims);
        (void)snprintf(right, sizeof right, "%05d %06d %-12.*s %05d %.*s",
                       b->type_id, b->occurred_on, (int)b->place_len, b->place,
                       b->agency_id, (int)b->dims_len, b->dims);
        assert_true(strcmp(left, right) < 0);
    }
}

static void a_full_arena_is_said(void **state)
{
    (void)state;
    begin();
    add("council_formed", "officials_present=4");
    while (mh_arena_take(&batch.arena, 16) != NULL) {
    }
    assert_int_equal(delta_make(&delta, &batch), MH_MEMORY);
    begin();
    add("council_formed", "officials_present=4");
    add("council_formed", "officials_present=5");
    while (mh_arena_take(&batch.arena, 16) != NULL) {
    }
    assert_int_equal(delta_make(&delta, &batch), MH_MEMORY);
}

static int open_world(void **state)
{
    struct mh_err err;

    (void)state;
    world = world_open();
    return batch_init(&batch, MAX, &err) == MH_OK &&
                   delta_init(&delta, MAX, &err) == MH_OK
               ? 0
               : -1;
}

static int close_world(void **state)
{
    (void)state;
    world_close(world);
    batch_fini(&batch);
    delta_fini(&delta);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fate_at_its_turn),
        cmocka_unit_test(what_is_stored_counts_as_taken_before),
        cmocka_unit_test(a_correction_moves_the_numbers),
        cmocka_unit_test(a_retraction_takes_out_of_force),
        cmocka_unit_test(a_type_may_change),
        cmocka_unit_test(money_is_summed_in_current_rials),
        cmocka_unit_test(a_share_has_its_whole),
        cmocka_unit_test(a_day_of_posting_goes_with_the_version),
        cmocka_unit_test(agencies_do_not_touch_each_other),
        cmocka_unit_test(neighbours_in_the_table_are_told_apart),
        cmocka_unit_test(cells_stand_in_the_order_of_the_key),
        cmocka_unit_test(a_full_arena_is_said),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
