/* SPDX-License-Identifier: Apache-2.0 */
/* Grants and the future: which fault, where, and which county a place is in. */
#include "gateway_policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "with_world.h"

/* A village that changed its county on day 100. */
static struct contract_span spans[] = {
    {"c1195", "2401", INT32_MIN},
    {"v000268", "2402", 50},
    {"v000268", "2409", 100},
};
static const struct contract contract = {.spans = spans, .span_count = 3};
static struct mh_event event;
static struct mh_faults faults;

enum { NOW_DAY = 20000 };
static const int64_t now_ms = INT64_C(20000) * 86400000;

static void set(int field, const char *text, int64_t number)
{
    event.values[field] = (struct mh_value){.set = MH_VALUE,
                                            .text = text,
                                            .len = (uint32_t)strlen(text),
                                            .number = number};
}

static bool check(const struct key *key, const char *place, int64_t day)
{
    memset(&event, 0, sizeof event);
    event.type = world_type(world, "cleanup_held");
    set(MH_FIELD_AGENCY_CODE, "environment", 0);
    set(MH_FIELD_PLACE_CODE, place, 0);
    set(MH_FIELD_OCCURRED_ON, "", day);
    set(MH_FIELD_POSTED_AT, "", now_ms);
    faults.count = 0;
    return policy_check(&contract, key, &event, now_ms, &faults);
}

static void assert_fault(int i, const char *pointer, enum mh_code code)
{
    assert_true(i < faults.count);
    assert_string_equal(faults.items[i].pointer, pointer);
    assert_int_equal(faults.items[i].code, code);
}

static void a_place_has_the_county_of_its_day(void **state)
{
    char room[5];

    (void)state;
    assert_string_equal(contract_county(&contract, "2403", 4, 0, room), "2403");
    assert_null(contract_county(&contract, "24", 2, 0, room));
    assert_null(contract_county(&contract, "c9999", 5, 0, room));
    assert_string_equal(contract_county(&contract, "c1195-012", 9, 0, room),
                        "2401");
    assert_string_equal(contract_county(&contract, "v000268", 7, 10, room),
                        "2402");
    assert_string_equal(contract_county(&contract, "v000268", 7, 99, room),
                        "2402");
    assert_string_equal(
        contract_county(&contract, "v000268-001", 11, 100, room), "2409");
}

static void every_missing_grant_is_named(void **state)
{
    char agency[] = "education", types[] = ",school_opened,";
    char counties[] = ",2402,2403,";
    struct key key = {.agency = agency, .types = types, .counties = counties};

    (void)state;
    assert_false(check(&key, "c1195", 10));
    assert_int_equal(faults.count, 3);
    assert_fault(0, "/event_type", MH_GRANT);
    assert_string_equal(faults.items[0].got, "cleanup_held");
    assert_string_equal(faults.items[0].expected, "school_opened");
    assert_fault(1, "/agency_code", MH_GRANT);
    assert_string_equal(faults.items[1].expected, "education");
    assert_fault(2, "/place_code", MH_GRANT);
    assert_string_equal(faults.items[2].got, "2401");
    assert_string_equal(faults.items[2].expected, "2402 2403");
}

static void a_grant_of_a_county_is_by_the_day(void **state)
{
    char counties[] = ",2402,";
    struct key key = {.counties = counties};

    (void)state;
    assert_true(check(&key, "v000268", 99));
    assert_int_equal(faults.count, 0);
    assert_false(check(&key, "v000268", 100));
    assert_false(check(&key, "24", 99));
    assert_string_equal(faults.items[0].got, "24");
}

static void a_county_is_not_guessed(void **state)
{
    char counties[] = ",2402,";
    struct key key = {.counties = counties};

    (void)state;
    assert_false(check(&key, "c1195", 99));
    event.values[MH_FIELD_OCCURRED_ON].set = MH_BAD; /* no day */
    faults.count = 0;
    assert_true(policy_check(&contract, &key, &event, now_ms, &faults));
    assert_int_equal(faults.count, 0);
    event.values[MH_FIELD_OCCURRED_ON].set = MH_VALUE;
    (void)mh_fault_add(&faults, MH_PLACE, event.type, MH_FIELD_PLACE_CODE, "",
                       NULL, 0);
    assert_true(policy_check(&contract, &key, &event, now_ms, &faults));
    assert_int_equal(faults.count, 1);
}

static void a_fact_is_the_keys_by_what_it_is_now(void **state)
{
    char counties[] = ",2402,", types[] = ",cleanup_held,";
    const struct key all = {.types = NULL},
                     some = {.counties = counties, .types = types};
    struct policy_fact fact = {"cleanup_held", "v000268", 99};

    (void)state;
    faults.count = 0;
    assert_true(policy_check_fact(&contract, &all, &fact, &faults));
    assert_true(policy_check_fact(&contract, &some, &fact, &faults));
    assert_int_equal(faults.count, 0);
    fact = (struct policy_fact){"school_opened", "v000268", 100};
    assert_true(policy_check_fact(&contract, &all, &fact, &faults));
    assert_false(policy_check_fact(&contract, &some, &fact, &faults));
    assert_int_equal(faults.count, 2);
    assert_fault(0, "/event_id", MH_GRANT);
    assert_string_equal(faults.items[0].expected, "cleanup_held");
    assert_fault(1, "/event_id", MH_GRANT);
    assert_string_equal(faults.items[1].expected, "2402");
    for (int i = 0; i < faults.count; i++) {
        /* what a fact is that is none of the key's it is not told */
        assert_string_equal(faults.items[i].got, "");
    }
    faults.count = 0;
    assert_false(policy_check_fact(&contract, &some, NULL, &faults));
    assert_fault(0, "/event_id", MH_GRANT);
}

static void today_is_the_last_day(void **state)
{
    const struct key key = {.agency = NULL};

    (void)state;
    assert_true(check(&key, "c1195", NOW_DAY));
    assert_int_equal(faults.count, 0);
    assert_true(check(&key, "c1195", NOW_DAY + 1));
    assert_int_equal(faults.count, 1);
    assert_fault(0, "/occurred_on", MH_FUTURE);
    set(MH_FIELD_OCCURRED_ON, "", NOW_DAY);
    set(MH_FIELD_POSTED_AT, "", now_ms + 300000);
    faults.count = 0;
    assert_true(policy_check(&contract, &key, &event, now_ms, &faults));
    assert_int_equal(faults.count, 0);
    event.values[MH_FIELD_POSTED_AT].number++;
    assert_true(policy_check(&contract, &key, &event, now_ms, &faults));
    assert_fault(0, "/posted_at", MH_FUTURE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_has_the_county_of_its_day),
        cmocka_unit_test(every_missing_grant_is_named),
        cmocka_unit_test(a_grant_of_a_county_is_by_the_day),
        cmocka_unit_test(a_county_is_not_guessed),
        cmocka_unit_test(a_fact_is_the_keys_by_what_it_is_now),
        cmocka_unit_test(today_is_the_last_day),
    };

    return cmocka_run_group_tests(tests, open_world, close_world);
}
