/* SPDX-License-Identifier: Apache-2.0 */
/* Which name is meant, and when none is. */
#include "nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *nearest_to(const char *name)
{
    static const char *const NAMES[] = {"members_count", "women_count",
                                        "occurred_on", "op"};
    struct mh_nearest nearest;

    mh_nearest_begin(&nearest, name, strlen(name));
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        mh_nearest_offer(&nearest, NAMES[i], NAMES[i]);
    }
    return nearest.best;
}

static void a_misspelt_name_has_a_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest_to("member_count"), "members_count");
    assert_string_equal(nearest_to("womencount"), "women_count");
    assert_string_equal(nearest_to("ocurred_at"), "occurred_on");
    assert_string_equal(nearest_to("opp"), "op");
    assert_string_equal(nearest_to("ip"), "op");
}

static void what_is_no_misspelling_has_none(void **state)
{
    char longer[MH_NEAREST_MAX + 2] = "";
    struct mh_nearest nearest;

    (void)state;
    assert_null(nearest_to("free_text"));
    assert_null(nearest_to(""));
    assert_null(nearest_to("foo"));
    assert_null(nearest_to("xy"));
    memset(longer, 'x', sizeof longer - 1);
    assert_null(nearest_to(longer));
    mh_nearest_begin(&nearest, longer, MH_NEAREST_MAX);
    mh_nearest_offer(&nearest, longer, "too long to be compared");
    assert_null(nearest.best);
    longer[MH_NEAREST_MAX] = '\0';
    mh_nearest_offer(&nearest, longer, "equal");
    assert_string_equal(nearest.best, "equal");
}

static void what_is_shown_may_be_another_text(void **state)
{
    struct mh_nearest nearest;

    (void)state;
    mh_nearest_begin(&nearest, "membrs", 6);
    mh_nearest_offer(&nearest, "members", "members_count");
    assert_string_equal(nearest.best, "members_count");
    mh_nearest_offer(&nearest, "member", "not nearer");
    assert_string_equal(nearest.best, "members_count");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_misspelt_name_has_a_nearest),
        cmocka_unit_test(what_is_no_misspelling_has_none),
        cmocka_unit_test(what_is_shown_may_be_another_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
