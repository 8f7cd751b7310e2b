/* SPDX-License-Identifier: Apache-2.0 */
/* API keys: their form, and that only their hash tells them apart. */
#include "apikey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void a_key_is_read_as_it_was_made(void **state)
{
    char text[MH_KEY_TEXT + 1], other[MH_KEY_TEXT + 1];
    struct mh_key made, read, second;
    struct mh_err err;

    (void)state;
    assert_int_equal(mh_key_make(text, &made, &err), MH_OK);
    assert_int_equal(mh_key_make(other, &second, &err), MH_OK);
    assert_int_equal(strlen(text), MH_KEY_TEXT);
    assert_string_not_equal(text, other);
    assert_string_not_equal(made.id, second.id);
    assert_true(mh_key_read(text, MH_KEY_TEXT, &read));
    assert_string_equal(read.id, made.id);
    assert_true(mh_key_equal(read.hash, made.hash));
    assert_false(mh_key_equal(read.hash, second.hash));
    assert_memory_equal(text + 4, made.id, MH_KEY_ID);
}

static void every_character_of_a_key_counts(void **state)
{
    char text[MH_KEY_TEXT + 1];
    struct mh_key made, read;
    struct mh_err err;

    (void)state;
    assert_int_equal(mh_key_make(text, &made, &err), MH_OK);
    for (size_t i = 0; i < MH_KEY_TEXT; i++) {
        char was = text[i];

        text[i] = was == '0' ? '1' : '0';
        assert_true(!mh_key_read(text, MH_KEY_TEXT, &read) ||
                    !mh_key_equal(read.hash, made.hash));
        text[i] = was;
    }
}

static void what_has_not_the_form_is_no_key(void **state)
{
    char text[MH_KEY_TEXT + 1];
    struct mh_key made, read;
    struct mh_err err;

    (void)state;
    assert_int_equal(mh_key_make(text, &made, &err), MH_OK);
    assert_false(mh_key_read("", 0, &read));
    assert_false(mh_key_read(text, MH_KEY_TEXT - 1, &read));
    text[MH_KEY_TEXT - 1] = 'G';
    assert_false(mh_key_read(text, MH_KEY_TEXT, &read));
    text[MH_KEY_TEXT - 1] = 'A';
    assert_false(mh_key_read(text, MH_KEY_TEXT, &read));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_read_as_it_was_made),
        cmocka_unit_test(every_character_of_a_key_counts),
        cmocka_unit_test(what_has_not_the_form_is_no_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
