/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of a field at its boundary, with the published schemas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "expect.h"
#include "with_world.h"

static void expect(const char *type, const char *edits, const char *faults)
{
    expect_faults(world, type, edits, faults);
}

static void expect_bytes(const char *field, const void *bytes, size_t len,
                         const char *faults)
{
    struct mh_event event;

    sample_plain(world, world_type(world, "council_formed"), &event);
    sample_set_bytes(world, &event, field, bytes, len);
    assert_string_equal(sample_faults(world, &event), faults);
}

static void plain_events_of_all_types_pass(void **state)
{
    struct mh_event event;

    (void)state;
    for (int i = 0; i < mh_catalogue_count(world->catalogue); i++) {
        sample_plain(world, mh_catalogue_at(world->catalogue, i), &event);
        assert_int_equal(
            event.agency_id,
            mh_reference_agency(world->reference, "governorate", 11));
        assert_memory_equal(event.id, "\x74\xa1\xfd\x16", 4);
    }
}

static void required_fields_are_missed(void **state)
{
    (void)state;
    expect("council_formed", "event_id=", "/event_id REQUIRED");
    expect("council_formed", "op=", "/op REQUIRED");
    expect("council_formed", "revision=", "/revision REQUIRED");
    expect("council_formed", "occurred_on=", "/occurred_on REQUIRED");
    expect("council_formed", "posted_at=", "/posted_at REQUIRED");
    expect("council_formed", "agency_code=", "/agency_code REQUIRED");
    expect("council_formed", "place_code=", "/place_code REQUIRED");
    expect("council_formed", "council_phase=", "/council_phase REQUIRED");
    /* required by the type, not by Avro */
    expect("council_formed", "council_code=", "/council_code REQUIRED");
    expect("cleanup_held", "council_code=", "");
}

static void what_was_reported_is_left_alone(void **state)
{
    (void)state;
    expect("council_formed", "members_count=!", "");
    expect("council_formed", "members_count=! women_count=5", "");
    expect("council_formed", "op=! correction_reason=OTHER", "");
    expect("council_formed", "occurred_on=! occurred_at=0", "");
    expect("council_formed", "place_code=!", "");
    expect("council_formed", "agency_code=! event_id=! revision=!", "");
    /* a bad amount still wants its unit, a bad unit is still there */
    expect("school_rebuilt", "amount=!", "/currency_unit REQUIRES");
    expect("school_rebuilt", "amount=5 currency_unit=!", "");
    expect("school_rebuilt", "amount=! currency_unit=IRR_NEW", "");
    expect("council_status_changed", "status=MERGED merged_into=!", "");
}

static void numbers_have_bounds(void **state)
{
    (void)state;
    expect("council_formed", "members_count=0", "");
    expect("council_formed", "members_count=-1", "/members_count MIN");
    expect("council_formed", "members_count=1000000000", "");
    expect("council_formed", "members_count=1000000001", "/members_count MAX");
    expect("council_formed", "revision=1000000", "");
    expect("council_formed", "revision=1000001", "/revision MAX");
    expect("council_formed", "revision=-1", "/revision MIN");
    expect("prisoners_freed", "freed_count=0", "/freed_count MIN");
}

static void money_is_bounded_in_current_rials(void **state)
{
    (void)state;
    expect("school_rebuilt",
           "amount=100000000000000 "
           "currency_unit=IRR_CURRENT",
           "");
    expect("school_rebuilt",
           "amount=100000000000001 "
           "currency_unit=IRR_CURRENT",
           "/amount MAX");
    expect("school_rebuilt", "amount=10000000000 currency_unit=IRR_NEW", "");
    expect("school_rebuilt", "amount=10000000001 currency_unit=IRR_NEW",
           "/amount MAX");
    expect("school_rebuilt",
           "amount=9223372036854775807 "
           "currency_unit=IRR_NEW",
           "/amount MAX");
    expect("school_rebuilt", "amount=-1 currency_unit=IRR_NEW", "/amount MIN");
    expect("project_credit_allocated",
           "amount=-100000000000000 "
           "currency_unit=IRR_CURRENT",
           "");
    expect("project_credit_allocated",
           "amount=-100000000000001 "
           "currency_unit=IRR_CURRENT",
           "/amount MIN");
    expect("project_credit_allocated",
           "amount=-10000000000 "
           "currency_unit=IRR_NEW",
           "");
    expect("project_credit_allocated",
           "amount=-10000000001 "
           "currency_unit=IRR_NEW",
           "/amount MIN");
    expect("project_credit_allocated",
           "amount=-9223372036854775808 "
           "currency_unit=IRR_NEW",
           "/amount MIN");
    /* without a readable unit the amount is taken as it stands */
    expect("school_rebuilt", "amount=100000000000000 currency_unit=!", "");
}

/* A type with other bounds than the published ones. */
static void expect_bound(int64_t min, int64_t max, const char *edits,
                         const char *faults)
{
    struct mh_type type = *world_type(world, "project_credit_allocated");
    struct mh_field fields[MH_FIELDS_MAX];
    struct mh_event event;
    int amount = mh_type_find(&type, "amount", 6);

    memcpy(fields, type.fields, sizeof *fields * (size_t)type.field_count);
    sample_plain(world, &type, &event);
    fields[amount].min = min;
    fields[amount].max = max;
    type.fields = fields;
    sample_set(world, &event, "currency_unit=IRR_NEW");
    sample_set(world, &event, edits);
    if (strcmp(sample_faults(world, &event), faults) != 0) {
        fail_msg("%s: %s", edits, sample_faults(world, &event));
    }
}

static void bounds_need_not_divide_by_10000(void **state)
{
    (void)state;
    expect_bound(15000, 25000, "amount=1", "/amount MIN");
    expect_bound(15000, 25000, "amount=2", "");
    expect_bound(15000, 25000, "amount=3", "/amount MAX");
    expect_bound(-25000, -15000, "amount=-3", "/amount MIN");
    expect_bound(-25000, -15000, "amount=-2", "");
    expect_bound(-25000, -15000, "amount=-1", "/amount MAX");
    expect_bound(-20000, 20000, "amount=-2", "");
    expect_bound(-20000, 20000, "amount=-3", "/amount MIN");
    expect_bound(-20000, 20000, "amount=2", "");
    expect_bound(-20000, 20000, "amount=3", "/amount MAX");
    expect_bound(-1, 1, "amount=0", "");
    expect_bound(-1, 1, "amount=1", "/amount MAX");
    expect_bound(1, 1, "amount=0", "/amount MIN");
}

static void at_most_holds_while_both_are_there(void **state)
{
    (void)state;
    expect("council_formed", "women_count=5", "");
    expect("council_formed", "members_count=5", "");
    expect("council_formed", "women_count=5 members_count=5", "");
    expect("council_formed", "women_count=6 members_count=5",
           "/women_count AT_MOST");
    expect("public_meeting_held",
           "requests_count=1 "
           "requests_resolved_count=2 participants_count=0 women_count=1",
           "/women_count AT_MOST, /requests_resolved_count AT_MOST");
}

static void requires_names_the_missing_field(void **state)
{
    (void)state;
    expect("school_rebuilt", "amount=0", "/currency_unit REQUIRES");
    expect("school_rebuilt", "amount=0 currency_unit=IRR_CURRENT", "");
    /* always required: said once */
    expect("fund_loans_granted", "currency_unit=", "/currency_unit REQUIRED");
}

static void requires_any_stands_beside_another(void **state)
{
    (void)state;
    expect("school_rebuilt", "currency_unit=IRR_NEW",
           "/currency_unit REQUIRES_ANY");
    expect("school_rebuilt",
           "currency_unit=! amount=", "/currency_unit REQUIRES_ANY");
}

static void required_when_looks_at_the_symbol(void **state)
{
    (void)state;
    expect("council_status_changed", "status=MERGED",
           "/merged_into REQUIRED_WHEN");
    expect("council_status_changed",
           "status=MERGED "
           "merged_into=c1195-013-C1",
           "");
    expect("council_status_changed", "status=ACTIVE", "");
    expect("council_status_changed", "status=!", "");
}

static void null_when_looks_at_the_number(void **state)
{
    (void)state;
    expect("prisoners_freed",
           "freed_count=2 debt_settled=7 "
           "currency_unit=IRR_CURRENT",
           "/debt_settled NULL_WHEN");
    expect("prisoners_freed",
           "freed_count=3 debt_settled=7 "
           "currency_unit=IRR_CURRENT",
           "");
    expect("prisoners_freed", "freed_count=2", "");
    expect("prisoners_freed",
           "freed_count=! debt_settled=7 "
           "currency_unit=IRR_CURRENT",
           "");
}

static void codes_are_in_their_list(void **state)
{
    (void)state;
    expect("cleanup_held", "programme_code=OTHER", "");
    expect("cleanup_held", "programme_code=NO_SUCH", "/programme_code LOOKUP");
    expect("cleanup_held", "programme_code=other", "/programme_code PATTERN");
    /* a code of another list */
    expect("cleanup_held", "programme_code=CLOTHING", "/programme_code LOOKUP");
    expect("agency_presence_started", "present_agency_code=education", "");
    expect("agency_presence_started", "present_agency_code=nobody",
           "/present_agency_code LOOKUP");
}

static void texts_are_utf8_and_of_their_form(void **state)
{
    (void)state;
    expect("council_formed", "source_ref=A/b-1._9", "");
    expect_bytes("source_ref", "", 0, "/source_ref PATTERN");
    expect_bytes("source_ref", "a b", 3, "/source_ref PATTERN");
    expect_bytes("source_ref", "a\0b", 3, "/source_ref PATTERN");
    expect_bytes("source_ref", "\xD8\xB4", 2, "/source_ref PATTERN");
    expect_bytes("source_ref", "a\xFF", 2, "/source_ref UTF8");
    expect_bytes("event_id", "x", 1, "/event_id PATTERN");
    expect_bytes("event_id", "\xC0\x80", 2, "/event_id UTF8");
    expect_bytes("event_id", "74A1FD16-808E-5F52-A496-CD06C5FBC5B9", 36, "");
    expect_bytes("event_id", "74A1FD16-808E-5F52-A496-CD06C5FBC5Bg", 36,
                 "/event_id PATTERN");
    expect_bytes("place_code", "\xF5", 1, "/place_code UTF8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_events_of_all_types_pass),
        cmocka_unit_test(required_fields_are_missed),
        cmocka_unit_test(what_was_reported_is_left_alone),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(money_is_bounded_in_current_rials),
        cmocka_unit_test(bounds_need_not_divide_by_10000),
        cmocka_unit_test(at_most_holds_while_both_are_there),
        cmocka_unit_test(requires_names_the_missing_field),
        cmocka_unit_test(requires_any_stands_beside_another),
        cmocka_unit_test(required_when_looks_at_the_symbol),
        cmocka_unit_test(null_when_looks_at_the_number),
        cmocka_unit_test(codes_are_in_their_list),
        cmocka_unit_test(texts_are_utf8_and_of_their_form),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
