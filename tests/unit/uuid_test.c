/* SPDX-License-Identifier: Apache-2.0 */
/* UUIDs: reading, writing, names; the vectors are the contract's. */
#include "uuid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_named(const char *name, size_t len, const char *expected)
{
    uint8_t uuid[MH_UUID_BYTES];
    char text[MH_UUID_TEXT + 1];

    assert_true(mh_uuid_name(name, len, uuid));
    mh_uuid_write(uuid, text);
    assert_string_equal(text, expected);
}

static void names_give_the_ids_of_the_contract(void **state)
{
    static const char BY_ID[] = "governorate\0reg-no 12/A";
    static const char BY_REF[] = "governorate\0cleanup_held\0REG/7";

    (void)state;
    assert_named(BY_ID, sizeof BY_ID - 1,
                 "74a1fd16-808e-5f52-a496-cd06c5fbc5b9");
    assert_named(BY_REF, sizeof BY_REF - 1,
                 "931a3cd2-db56-5dbf-a7c9-950ad4df0f84");
}

static void any_case_is_read_and_lower_case_written(void **state)
{
    static const char UPPER[] = "0123ABCD-4567-89EF-FEDC-BA9876543210";
    static const uint8_t BYTES[] = {0x01, 0x23, 0xab, 0xcd, 0x45, 0x67,
                                    0x89, 0xef, 0xfe, 0xdc, 0xba, 0x98,
                                    0x76, 0x54, 0x32, 0x10};
    uint8_t uuid[MH_UUID_BYTES];
    char text[MH_UUID_TEXT + 1];

    (void)state;
    assert_true(mh_uuid_read(UPPER, MH_UUID_TEXT, uuid));
    assert_memory_equal(uuid, BYTES, sizeof BYTES);
    mh_uuid_write(uuid, text);
    assert_string_equal(text, "0123abcd-4567-89ef-fedc-ba9876543210");
}

static void one_wrong_byte_anywhere_is_refused(void **state)
{
    static const char GOOD[] = "0123abcd-4567-89ef-fedc-ba9876543210";
    uint8_t uuid[MH_UUID_BYTES] = {7};

    (void)state;
    for (int i = 0; i < MH_UUID_TEXT; i++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[sizeof GOOD];
            bool dash = GOOD[i] == '-';
            bool right = dash ? byte == '-'
                              : byte != 0 && strchr("0123456789abcdefABCDEF",
                                                    byte) != NULL;

            memcpy(text, GOOD, sizeof text);
            text[i] = (char)byte;
            if (mh_uuid_read(text, MH_UUID_TEXT, uuid) != right) {
                fail_msg("byte %d at %d", byte, i);
            }
        }
    }
}

static void other_lengths_are_refused_and_nothing_written(void **state)
{
    static const char TEXT[] = "0123abcd-4567-89ef-fedc-ba98765432100";
    uint8_t uuid[MH_UUID_BYTES] = {7};

    (void)state;
    for (size_t len = 0; len < sizeof TEXT; len++) {
        assert_int_equal(mh_uuid_read(TEXT, len, uuid), len == MH_UUID_TEXT);
        if (len < MH_UUID_TEXT) {
            assert_int_equal(uuid[0], 7);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_give_the_ids_of_the_contract),
        cmocka_unit_test(any_case_is_read_and_lower_case_written),
        cmocka_unit_test(one_wrong_byte_anywhere_is_refused),
        cmocka_unit_test(other_lengths_are_refused_and_nothing_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
