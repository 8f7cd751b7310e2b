/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of persons are found; those of letters are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "personal.h"

struct example {
    const char *text;
    bool found;
};

static void try(const struct example *examples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *text = examples[i].text;

        if (mh_personal_found(text, strlen(text)) != examples[i].found) {
            fail_msg("%s", text);
        }
    }
}

#define TRY(table) try(table, sizeof table / sizeof table[0])

static void national_ids_have_a_check_digit(void **state)
{
    static const struct example TABLE[] = {
        {"0084575948", true},
        {"0084575947", false},
        {"0084575949", false},
        {"1111111111", false},
        {"0000000000", false},
        {"9999999999", false},
        {"1234567891", true},
        {"1234567890", false},
        {"x0084575948y", true},
        {"A-0084575948/1", true},
        /* an exact run: not within a longer one */
        {"00084575948", false},
        {"00845759480", false},
        {"084575948", false},
        /* remainder 0 and 1 stand for themselves */
        {"0000000310", true},
        {"0000000311", false},
        {"0000000401", true},
        {"0000000400", false}};

    (void)state;
    TRY(TABLE);
}

/* Of each nine digits exactly one tenth digit is right. */
static void one_check_digit_fits(void **state)
{
    char text[] = "0000000000";

    (void)state;
    for (int n = 1; n < 2000; n++) {
        int found = 0;

        for (int i = 8, rest = n * 7919; i >= 0; i--, rest /= 10) {
            text[i] = (char)('0' + rest % 10);
        }
        for (char digit = '0'; digit <= '9'; digit++) {
            text[9] = digit;
            found += mh_personal_found(text, 10);
        }
        if (strspn(text, "1") != 9) {
            assert_int_equal(found, 1);
        }
    }
}

static void mobile_numbers_begin_with_09_or_989(void **state)
{
    static const struct example TABLE[] = {
        {"09141234567", true},    {"0914123456", false},
        {"091412345678", false},  {"989141234567", true},
        {"00989141234567", true}, {"+989141234567", true},
        {"98914123456", false},   {"9891412345678", false},
        {"0098914123456", false}, {"08141234567", false},
        {"979141234567", false},  {"N/09141234567", true}};

    (void)state;
    TRY(TABLE);
}

static void cards_pass_the_check_of_luhn(void **state)
{
    static const struct example TABLE[] = {
        {"6037991234567893", true},     {"6037991234567894", false},
        {"4111111111111111", true},     {"411111111111111", false},
        {"41111111111111111", false},   {"0000000000000000", true},
        {"card.6037991234567893", true}};

    (void)state;
    TRY(TABLE);
}

static void an_iban_is_ir_and_24_digits(void **state)
{
    static const struct example TABLE[] = {
        {"IR062960000000100324200001", true},
        {"ir062960000000100324200001", true},
        {"062960000000100324200001", false},
        {"R062960000000100324200001", false},
        {"DE062960000000100324200001", false},
        {"IR06296000000010032420000", false},
        {"IR0629600000001003242000012", false},
        {"x/IR062960000000100324200001/y", true}};

    (void)state;
    TRY(TABLE);
}

static void every_run_is_looked_at(void **state)
{
    static const struct example TABLE[] = {{"", false},
                                           {"1", false},
                                           {"12345/678-9", false},
                                           {"1234567890-0084575948", true},
                                           {"0084575948-1", true},
                                           {"9/9/9/9/0084575948", true},
                                           {"1404/123.45_6", false},
                                           {"0912-345-6789", false}};

    (void)state;
    TRY(TABLE);
    assert_false(mh_personal_found("00845759481", 9));
    assert_true(mh_personal_found("00845759481", 10));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(national_ids_have_a_check_digit),
        cmocka_unit_test(one_check_digit_fits),
        cmocka_unit_test(mobile_numbers_begin_with_09_or_989),
        cmocka_unit_test(cards_pass_the_check_of_luhn),
        cmocka_unit_test(an_iban_is_ir_and_24_digits),
        cmocka_unit_test(every_run_is_looked_at),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
