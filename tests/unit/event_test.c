/* SPDX-License-Identifier: Apache-2.0 */
/* The list of faults: bounded, cut between characters, sorted stably. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample.h"
#include "text.h"

static void texts_are_cut_between_characters(void **state)
{
    struct mh_faults faults = {.count = 0};
    char text[512];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        const struct mh_fault *fault;

        memset(text, 'a', sizeof text);
        for (size_t i = shift; i + 4 <= sizeof text; i += 4) {
            memcpy(text + i, "\xF0\x9F\x98\x80", 4);
        }
        text[sizeof text - 1] = '\0';
        fault = mh_fault_add(&faults, MH_PATTERN, NULL, -1, text, text, 300);
        assert_non_null(fault);
        assert_true(strlen(fault->got) >= sizeof fault->got - 4);
        assert_true(strlen(fault->expected) >= sizeof fault->expected - 4);
        assert_true(mh_text_is_utf8(fault->got, strlen(fault->got)));
        assert_true(mh_text_is_utf8(fault->expected, strlen(fault->expected)));
    }
    assert_string_equal(
        mh_fault_add(&faults, MH_PATTERN, NULL, -1, NULL, NULL, 0)->got, "");
    assert_string_equal(
        mh_fault_add(&faults, MH_PATTERN, NULL, -1, "", "ab", 1)->got, "a");
    /* bytes that are no characters at all */
    memset(text, 0x80, sizeof text);
    assert_string_equal(
        mh_fault_add(&faults, MH_UTF8, NULL, -1, NULL, text, 500)->got, "");
}

static void no_more_than_the_list_holds(void **state)
{
    struct mh_faults faults = {.count = 0};

    (void)state;
    for (int i = 0; i < MH_FAULTS_MAX; i++) {
        assert_non_null(mh_fault_add(&faults, MH_MIN, NULL, -1, "", NULL, 0));
    }
    assert_null(mh_fault_add(&faults, MH_MIN, NULL, -1, "", NULL, 0));
    assert_int_equal(faults.count, MH_FAULTS_MAX);
}

static void order_is_by_field_and_stable(void **state)
{
    static const int FIELDS[] = {5, 3, 5, -1, 3, 0, -1, 5};
    static const int SORTED[] = {3, 6, 5, 1, 4, 0, 2, 7};
    struct world *world = world_open();
    const struct mh_type *type = world_type(world, "council_formed");
    struct mh_faults faults = {.count = 0};

    (void)state;
    mh_faults_sort(&faults);
    for (int i = 0; i < 8; i++) {
        assert_non_null(mh_fault_add(&faults, (enum mh_code)i, type, FIELDS[i],
                                     NULL, NULL, 0));
    }
    mh_faults_sort(&faults);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(faults.items[i].code, SORTED[i]);
    }
    assert_string_equal(faults.items[0].pointer, "");
    assert_string_equal(faults.items[2].pointer, "/event_id");
    world_close(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(no_more_than_the_list_holds),
        cmocka_unit_test(order_is_by_field_and_stable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
