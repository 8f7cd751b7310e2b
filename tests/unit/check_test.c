/* SPDX-License-Identifier: Apache-2.0 */
/* Each rule of the check at its boundary, with the published schemas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "sample.h"

static struct world *world;

/* The faults of a plain event of the type after `edits`. */
static void expect(const char *type, const char *edits, const char *faults)
{
    struct mh_event event;
    const char *got;

    sample_plain(world, world_type(world, type), &event);
    sample_set(world, &event, edits);
    got = sample_faults(world, &event);
    if (strcmp(got, faults) != 0) {
        fail_msg("%s, %s: [%s], not [%s]", type, edits, got, faults);
    }
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
    expect("council_formed", "members_count=1000000001",
           "/members_count MAX");
    expect("council_formed", "revision=1000000", "");
    expect("council_formed", "revision=1000001", "/revision MAX");
    expect("council_formed", "revision=-1", "/revision MIN");
    expect("prisoners_freed", "freed_count=0", "/freed_count MIN");
}

static void money_is_bounded_in_current_rials(void **state)
{
    (void)state;
    expect("school_rebuilt", "amount=100000000000000 "
           "currency_unit=IRR_CURRENT", "");
    expect("school_rebuilt", "amount=100000000000001 "
           "currency_unit=IRR_CURRENT", "/amount MAX");
    expect("school_rebuilt", "amount=10000000000 currency_unit=IRR_NEW", "");
    expect("school_rebuilt", "amount=10000000001 currency_unit=IRR_NEW",
           "/amount MAX");
    expect("school_rebuilt", "amount=9223372036854775807 "
           "currency_unit=IRR_NEW", "/amount MAX");
    expect("school_rebuilt", "amount=-1 currency_unit=IRR_NEW",
           "/amount MIN");
    expect("project_credit_allocated", "amount=-100000000000000 "
           "currency_unit=IRR_CURRENT", "");
    expect("project_credit_allocated", "amount=-100000000000001 "
           "currency_unit=IRR_CURRENT", "/amount MIN");
    expect("project_credit_allocated", "amount=-10000000000 "
           "currency_unit=IRR_NEW", "");
    expect("project_credit_allocated", "amount=-10000000001 "
           "currency_unit=IRR_NEW", "/amount MIN");
    expect("project_credit_allocated", "amount=-9223372036854775808 "
           "currency_unit=IRR_NEW", "/amount MIN");
    /* without a readable unit the amount is taken as it stands */
    expect("school_rebuilt", "amount=100000000000000 currency_unit=!", "");
}

/* A type with other bounds than the published ones. */
static void expect_bound(int64_t min, int64_t max, const char *edits,
                         const char *faults)
{
    struct mh_type type =
        *world_type(world, "project_credit_allocated");
    struct mh_field fields[MH_FIELDS_MAX];
    struct mh_event event;
    int amount = mh_type_find(&type, "amount", 6);

    memcpy(fields, type.fields,
           sizeof *fields * (size_t)type.field_count);
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
    expect("public_meeting_held", "requests_count=1 "
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
    expect("school_rebuilt", "currency_unit=! amount=",
           "/currency_unit REQUIRES_ANY");
}

static void required_when_looks_at_the_symbol(void **state)
{
    (void)state;
    expect("council_status_changed", "status=MERGED",
           "/merged_into REQUIRED_WHEN");
    expect("council_status_changed", "status=MERGED "
           "merged_into=c1195-013-C1", "");
    expect("council_status_changed", "status=ACTIVE", "");
    expect("council_status_changed", "status=!", "");
}

static void null_when_looks_at_the_number(void **state)
{
    (void)state;
    expect("prisoners_freed", "freed_count=2 debt_settled=7 "
           "currency_unit=IRR_CURRENT", "/debt_settled NULL_WHEN");
    expect("prisoners_freed", "freed_count=3 debt_settled=7 "
           "currency_unit=IRR_CURRENT", "");
    expect("prisoners_freed", "freed_count=2", "");
    expect("prisoners_freed", "freed_count=! debt_settled=7 "
           "currency_unit=IRR_CURRENT", "");
}

static void a_period_has_1_to_366_days(void **state)
{
    (void)state;
    expect("prisoners_freed", "period_from=20374", "");
    expect("prisoners_freed", "period_from=20009", "");
    expect("prisoners_freed", "period_from=20008", "/period_from PERIOD");
    expect("prisoners_freed", "period_from=20375", "/period_from PERIOD");
    expect("prisoners_freed", "period_from=-2147483648",
           "/period_from DATE, /period_from PERIOD");
    expect("prisoners_freed", "occurred_on=-17818 period_from=-17819",
           "/period_from DATE");
}

static void an_instant_lies_on_the_day_in_tehran(void **state)
{
    (void)state;
    /* 2025-10-13, UTC+3:30 */
    expect("cleanup_held", "occurred_at=1760301000000", "");
    expect("cleanup_held", "occurred_at=1760300999999", "/occurred_at DAY");
    expect("cleanup_held", "occurred_at=1760387399999", "");
    expect("cleanup_held", "occurred_at=1760387400000", "/occurred_at DAY");
    /* 2020-07-01, summer time, UTC+4:30 */
    expect("cleanup_held", "occurred_on=18444 occurred_at=1593545400000", "");
    expect("cleanup_held", "occurred_on=18444 occurred_at=1593545399999",
           "/occurred_at DAY");
    expect("cleanup_held", "occurred_on=18444 occurred_at=1593631799999", "");
    expect("cleanup_held", "occurred_on=18444 occurred_at=1593631800000",
           "/occurred_at DAY");
    /* 2022-03-22 began at 01:00, as the clock was set on at midnight */
    expect("cleanup_held", "occurred_on=19073 occurred_at=1647894600000", "");
    expect("cleanup_held", "occurred_on=19073 occurred_at=1647894599999",
           "/occurred_at DAY");
    expect("cleanup_held", "occurred_at=9223372036854775807",
           "/occurred_at DAY");
    expect("cleanup_held", "occurred_at=-9223372036854775808",
           "/occurred_at DAY");
}

static void dates_lie_within_two_centuries(void **state)
{
    (void)state;
    expect("cleanup_held", "occurred_on=-17818", "");
    expect("cleanup_held", "occurred_on=-17819", "/occurred_on DATE");
    expect("cleanup_held", "occurred_on=55595", "");
    expect("cleanup_held", "occurred_on=55596", "/occurred_on DATE");
    expect("cleanup_held", "posted_at=9223372036854775807",
           "/posted_at DATE");
    expect("cleanup_held", "posted_at=-9223372036854775808",
           "/posted_at DATE");
    /* 1500-12-29 ends, and 1300-01-01 begins, in Tehran */
    expect("cleanup_held", "posted_at=4803481799999", "");
    expect("cleanup_held", "posted_at=4803481800000", "/posted_at DATE");
    expect("cleanup_held", "posted_at=-1539487545000",
           "");
    expect("cleanup_held", "posted_at=-1539487544001",
           "");
    expect("cleanup_held", "occurred_on=-17819 occurred_at=0",
           "/occurred_on DATE, /occurred_at DAY");
}

static void op_revision_and_reason_fit_together(void **state)
{
    (void)state;
    expect("cleanup_held", "revision=7", "");
    expect("cleanup_held", "correction_reason=OTHER", "/correction_reason OP");
    expect("cleanup_held", "revision=3 correction_reason=OTHER",
           "/correction_reason OP");
    expect("cleanup_held", "op=CORRECT",
           "/revision OP, /correction_reason OP");
    expect("cleanup_held", "op=CORRECT revision=1", "/correction_reason OP");
    expect("cleanup_held", "op=CORRECT correction_reason=PRIVACY",
           "/revision OP");
    expect("cleanup_held", "op=CORRECT revision=1 correction_reason=PRIVACY",
           "");
    expect("cleanup_held", "op=RETRACT revision=1 correction_reason=PRIVACY",
           "");
    expect("cleanup_held", "op=RETRACT", "/revision OP, /correction_reason OP");
    expect("cleanup_held", "op=RETRACT revision=1 correction_reason=!", "");
    expect("cleanup_held", "op=RETRACT revision=1 correction_reason=OTHER "
           "participants_count=-1", "/participants_count MIN");
}

static void a_council_starts_with_the_neighbourhood(void **state)
{
    (void)state;
    expect("cleanup_held", "council_code=c1195-012-C1", "");
    expect("cleanup_held", "council_code=c1195-012-C99", "");
    expect("cleanup_held", "council_code=c1195-013-C1",
           "/council_code COUNCIL");
    expect("cleanup_held", "place_code=c1195 council_code=c1195-012-C1",
           "/council_code COUNCIL");
    expect("cleanup_held", "place_code=2401 council_code=c1195-012-C1",
           "/council_code COUNCIL");
    expect("cleanup_held", "place_code=! council_code=c1195-012-C1", "");
    expect("cleanup_held", "council_code=c1195-012",
           "/council_code PATTERN");
}

static void places_are_known_and_of_a_level(void **state)
{
    (void)state;
    expect("prisoners_freed", "place_code=24", "/place_code COARSEST_PLACE");
    expect("prisoners_freed", "place_code=c1195", "/place_code FINEST_PLACE");
    expect("prisoners_freed", "place_code=c1195-001",
           "/place_code FINEST_PLACE");
    expect("prisoners_freed", "place_code=2499", "/place_code PLACE");
    expect("prisoners_freed", "place_code=99",
           "/place_code COARSEST_PLACE, /place_code PLACE");
    expect("cleanup_held", "place_code=c1195-999", "");
    expect("cleanup_held", "place_code=c0001-001", "/place_code PLACE");
    expect("cleanup_held", "place_code=v000268", "");
    expect("cleanup_held", "place_code=v999999", "/place_code PLACE");
    expect("cleanup_held", "place_code=240101", "/place_code PATTERN");
    expect("cleanup_held", "agency_code=nobody", "/agency_code AGENCY");
    expect("cleanup_held", "agency_code=Nobody", "/agency_code PATTERN");
}

static void levels_are_read_off_the_code(void **state)
{
    static const struct {
        const char *code;
        enum mh_level level;
    } CODES[] = {{"24", MH_LEVEL_PROVINCE},
                 {"2409", MH_LEVEL_COUNTY},
                 {"c1198", MH_LEVEL_SETTLEMENT},
                 {"v000268", MH_LEVEL_SETTLEMENT},
                 {"c1195-012", MH_LEVEL_NEIGHBOURHOOD},
                 {"v000268-001", MH_LEVEL_NEIGHBOURHOOD},
                 {"", MH_LEVEL_NONE}, {"2", MH_LEVEL_NONE},
                 {"2a", MH_LEVEL_NONE}, {"240", MH_LEVEL_NONE},
                 {"24011", MH_LEVEL_NONE}, {"c", MH_LEVEL_NONE},
                 {"c119", MH_LEVEL_NONE}, {"c11955", MH_LEVEL_NONE},
                 {"c119x", MH_LEVEL_NONE}, {"c1195-01", MH_LEVEL_NONE},
                 {"c1195-0123", MH_LEVEL_NONE}, {"c1195_012", MH_LEVEL_NONE},
                 {"v1195", MH_LEVEL_NONE}, {"v000268-0a1", MH_LEVEL_NONE}};

    (void)state;
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        assert_int_equal(
            mh_place_level(CODES[i].code, strlen(CODES[i].code)),
            CODES[i].level);
    }
}

static void codes_are_in_their_list(void **state)
{
    (void)state;
    expect("cleanup_held", "programme_code=OTHER", "");
    expect("cleanup_held", "programme_code=NO_SUCH", "/programme_code LOOKUP");
    expect("cleanup_held", "programme_code=other", "/programme_code PATTERN");
    /* a code of another list */
    expect("cleanup_held", "programme_code=CLOTHING",
           "/programme_code LOOKUP");
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

static void persons_are_found_in_references(void **state)
{
    (void)state;
    expect("cleanup_held", "source_ref=0084575948", "/source_ref PERSONAL");
    expect("cleanup_held", "source_ref=0084575949", "");
    expect("cleanup_held", "source_ref=N/09141234567", "/source_ref PERSONAL");
}

static void faults_stand_in_field_order(void **state)
{
    (void)state;
    expect("public_support_received", "occurred_at=0 source_ref=0084575948 "
           "op=CORRECT revision=0 place_code=99 amount=-1 agency_code=nobody "
           "council_code=c1195-012-C1 programme_code=X event_id=y",
           "/event_id PATTERN, /revision OP, /correction_reason OP, "
           "/occurred_at DAY, /agency_code AGENCY, /source_ref PERSONAL, "
           "/place_code COARSEST_PLACE, /place_code PLACE, "
           "/council_code COUNCIL, /programme_code PATTERN, "
           "/amount MIN, /currency_unit REQUIRES");
}

static int open_world(void **state)
{
    (void)state;
    world = world_open();
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(world);
    return 0;
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
        cmocka_unit_test(a_period_has_1_to_366_days),
        cmocka_unit_test(an_instant_lies_on_the_day_in_tehran),
        cmocka_unit_test(dates_lie_within_two_centuries),
        cmocka_unit_test(op_revision_and_reason_fit_together),
        cmocka_unit_test(a_council_starts_with_the_neighbourhood),
        cmocka_unit_test(places_are_known_and_of_a_level),
        cmocka_unit_test(levels_are_read_off_the_code),
        cmocka_unit_test(codes_are_in_their_list),
        cmocka_unit_test(texts_are_utf8_and_of_their_form),
        cmocka_unit_test(persons_are_found_in_references),
        cmocka_unit_test(faults_stand_in_field_order),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
