/* SPDX-License-Identifier: Apache-2.0 */
/* Events of late: duplicate, conflict, new, forgotten. */
#include "gateway_recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct recent *open_recent(size_t events)
{
    struct recent *recent = NULL;
    struct mh_err err;

    assert_int_equal(recent_new(events, &recent, &err), MH_OK);
    return recent;
}

/* Fact `number` of agency 1, stored at offset 10 + `number`. */
static struct recent_event event(unsigned number, int32_t revision,
                                 uint64_t content)
{
    struct recent_event made = {.agency_id = 1,
                                .revision = revision,
                                .content = content,
                                .partition = 3,
                                .offset = 10 + (int64_t)number,
                                .stored_ms = 1 + (int64_t)number};

    memcpy(made.id + 8, &number, sizeof number);
    return made;
}

static void a_repeat_is_told_from_another_content(void **state)
{
    struct recent *recent = open_recent(64);
    struct recent_event one = event(1, 2, 77), same = event(1, 2, 77);
    struct recent_event other = event(1, 2, 78), next = event(1, 3, 78);
    struct recent_event foreign = event(1, 2, 77);

    (void)state;
    assert_int_equal(recent_find(recent, &one), RECENT_NEW);
    recent_add(recent, &one);
    same.partition = -1;
    same.offset = -1;
    assert_int_equal(recent_find(recent, &same), RECENT_DUPLICATE);
    assert_int_equal(same.partition, 3);
    assert_int_equal(same.offset, 11);
    assert_int_equal(recent_find(recent, &other), RECENT_CONFLICT);
    assert_int_equal(recent_find(recent, &next), RECENT_NEW);
    foreign.agency_id = 2;
    assert_int_equal(recent_find(recent, &foreign), RECENT_NEW);
    recent_add(recent, &next);
    assert_int_equal(recent_find(recent, &one), RECENT_NEW);
    assert_true(recent_get(recent, one.id, 1, &same));
    assert_int_equal(same.revision, 3);
    assert_false(recent_get(recent, one.id, 2, &same));
    recent_free(recent);
}

static void what_is_too_much_pushes_out_the_oldest(void **state)
{
    struct recent *recent = open_recent(4);
    struct recent_event made;

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        made = event(i, 0, i);
        recent_add(recent, &made);
    }
    for (unsigned i = 0; i < 6; i++) {
        made = event(i, 0, i);
        assert_int_equal(recent_find(recent, &made),
                         i < 2 ? RECENT_NEW : RECENT_DUPLICATE);
    }
    recent_free(recent);
}

static void a_log_made_anew_is_a_new_memory(void **state)
{
    struct recent *recent = open_recent(64);
    struct recent_event old = event(5, 0, 1), first = event(9, 0, 1);

    (void)state;
    recent_add(recent, &old);
    first.offset = 0;
    recent_add(recent, &first);
    assert_int_equal(recent_find(recent, &old), RECENT_NEW);
    assert_int_equal(recent_find(recent, &first), RECENT_DUPLICATE);
    recent_free(recent);
}

static void no_memory_at_all_is_allowed(void **state)
{
    struct recent *recent = open_recent(0);
    struct recent_event made = event(1, 0, 1);

    (void)state;
    recent_add(recent, &made);
    assert_int_equal(recent_find(recent, &made), RECENT_NEW);
    assert_false(recent_get(recent, made.id, 1, &made));
    recent_free(recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_repeat_is_told_from_another_content),
        cmocka_unit_test(what_is_too_much_pushes_out_the_oldest),
        cmocka_unit_test(a_log_made_anew_is_a_new_memory),
        cmocka_unit_test(no_memory_at_all_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
