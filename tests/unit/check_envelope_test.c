/* SPDX-License-Identifier: Apache-2.0 */
/* What the check says of the envelope as a whole, at every boundary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "check.h"
#include "expect.h"
#include "place.h"
#include "with_world.h"

static void expect(const char *type, const char *edits, const char *faults)
{
    expect_faults(world, type, edits, faults);
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
    expect("cleanup_held", "posted_at=9223372036854775807", "/posted_at DATE");
    expect("cleanup_held", "posted_at=-9223372036854775808", "/posted_at DATE");
    /* 1500-12-29 ends, and 1300-01-01 begins, in Tehran */
    expect("cleanup_held", "posted_at=4803481799999", "");
    expect("cleanup_held", "posted_at=4803481800000", "/posted_at DATE");
    expect("cleanup_held", "posted_at=-1539487544000", "");
    expect("cleanup_held", "posted_at=-1539487544001", "/posted_at DATE");
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
    expect("cleanup_held", "op=CORRECT", "/revision OP, /correction_reason OP");
    expect("cleanup_held", "op=CORRECT revision=1", "/correction_reason OP");
    expect("cleanup_held", "op=CORRECT correction_reason=PRIVACY",
           "/revision OP");
    expect("cleanup_held", "op=CORRECT revision=1 correction_reason=PRIVACY",
           "");
    expect("cleanup_held", "op=RETRACT revision=1 correction_reason=PRIVACY",
           "");
    expect("cleanup_held", "op=RETRACT", "/revision OP, /correction_reason OP");
    expect("cleanup_held", "op=RETRACT revision=1 correction_reason=!", "");
    expect("cleanup_held",
           "op=RETRACT revision=1 correction_reason=OTHER "
           "participants_count=-1",
           "/participants_count MIN");
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
    expect("cleanup_held", "council_code=c1195-012", "/council_code PATTERN");
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
                 {"", MH_LEVEL_NONE},
                 {"2", MH_LEVEL_NONE},
                 {"2a", MH_LEVEL_NONE},
                 {"240", MH_LEVEL_NONE},
                 {"24011", MH_LEVEL_NONE},
                 {"c", MH_LEVEL_NONE},
                 {"c119", MH_LEVEL_NONE},
                 {"c11955", MH_LEVEL_NONE},
                 {"c119x", MH_LEVEL_NONE},
                 {"c1195-01", MH_LEVEL_NONE},
                 {"c1195-0123", MH_LEVEL_NONE},
                 {"c1195_012", MH_LEVEL_NONE},
                 {"v1195", MH_LEVEL_NONE},
                 {"v000268-0a1", MH_LEVEL_NONE}};

    (void)state;
    for (size_t i = 0; i < sizeof CODES / sizeof CODES[0]; i++) {
        assert_int_equal(mh_place_level(CODES[i].code, strlen(CODES[i].code)),
                         CODES[i].level);
    }
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
    expect("public_support_received",
           "occurred_at=0 source_ref=0084575948 "
           "op=CORRECT revision=0 place_code=99 amount=-1 agency_code=nobody "
           "council_code=c1195-012-C1 programme_code=X event_id=y",
           "/event_id PATTERN, /revision OP, /correction_reason OP, "
           "/occurred_at DAY, /agency_code AGENCY, /source_ref PERSONAL, "
           "/place_code COARSEST_PLACE, /place_code PLACE, "
           "/council_code COUNCIL, /programme_code PATTERN, "
           "/amount MIN, /currency_unit REQUIRES");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_period_has_1_to_366_days),
        cmocka_unit_test(an_instant_lies_on_the_day_in_tehran),
        cmocka_unit_test(dates_lie_within_two_centuries),
        cmocka_unit_test(op_revision_and_reason_fit_together),
        cmocka_unit_test(a_council_starts_with_the_neighbourhood),
        cmocka_unit_test(places_are_known_and_of_a_level),
        cmocka_unit_test(levels_are_read_off_the_code),
        cmocka_unit_test(persons_are_found_in_references),
        cmocka_unit_test(faults_stand_in_field_order),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
