/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of Persian text (cases/text/persian.json) as far as events have
 * any: numbers in cells, names of columns, and what shows that a text was
 * damaged. Codes and ids keep their letters, so the form that is stored for
 * display is not asked for, only that its spellings have one key. */
#include "persian.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intake_value.h"
#include "reading.h"

static struct reading reading;
static json_t *vectors;

static int load(void **state)
{
    (void)state;
    reading_open(&reading);
    vectors = json_load_file("cases/text/persian.json", JSON_ALLOW_NUL, NULL);
    return vectors == NULL;
}

static int unload(void **state)
{
    (void)state;
    json_decref(vectors);
    reading_close(&reading);
    return 0;
}

struct vector {
    const char *in;
    size_t in_len;
    const json_t *ok;
};

/* The next vector of `function`; NULL `ok`: it is to be refused. */
static bool next(const char *function, size_t *at, struct vector *vector)
{
    for (; *at < json_array_size(vectors); (*at)++) {
        const json_t *item = json_array_get(vectors, *at);
        const json_t *in = json_object_get(item, "in");

        if (strcmp(json_string_value(json_object_get(item, "fn")), function) ==
            0) {
            *vector =
                (struct vector){json_string_value(in), json_string_length(in),
                                json_object_get(item, "ok")};
            (*at)++;
            return true;
        }
    }
    return false;
}

/* The cell as a number of members; @returns whether it was taken. */
static bool read_number(const char *text, size_t len, int64_t *number)
{
    struct given given = {.kind = GIVEN_CELL};
    const struct mh_type *type =
        world_type(reading.world, "council_meeting_held");
    int field = mh_type_find(type, "members_present", 15);
    struct mh_value value = {.set = MH_NULL};
    char room[100];
    struct persian_text clean = persian_clean(text, len, room);

    given.text = clean.text;
    given.len = clean.len;
    reading.faults.count = 0;
    intake_value(type, field, &given, &value, &reading.faults);
    *number = value.number;
    return reading.faults.count == 0 && value.number >= type->fields[field].min;
}

static void numbers_of_the_vectors_are_read_or_refused(void **state)
{
    struct vector vector;
    size_t at = 0;
    int count = 0;

    (void)state;
    while (next("num", &at, &vector)) {
        int64_t number;
        bool taken = read_number(vector.in, vector.in_len, &number);

        assert_int_equal(taken, vector.ok != NULL);
        if (taken) {
            assert_int_equal(number, json_integer_value(vector.ok));
        }
        count++;
    }
    assert_int_equal(count, 12);
}

static void keys_of_the_vectors_are_made(void **state)
{
    struct vector vector;
    size_t at = 0;
    int count = 0;

    (void)state;
    while (next("key", &at, &vector)) {
        char key[PERSIAN_KEY_MAX];

        persian_key(vector.in, vector.in_len, key);
        assert_string_equal(key, json_string_value(vector.ok));
        count++;
    }
    assert_int_equal(count, 12);
}

static void spellings_have_one_key_and_damage_is_seen(void **state)
{
    struct vector vector;
    size_t at = 0;
    int count = 0;

    (void)state;
    while (next("stored", &at, &vector)) {
        char room[200], key[PERSIAN_KEY_MAX], want[PERSIAN_KEY_MAX];
        struct persian_text clean =
            persian_clean(vector.in, vector.in_len, room);

        assert_int_equal(clean.spoiled || clean.len == 0, vector.ok == NULL);
        if (vector.ok != NULL) {
            persian_key(clean.text, clean.len, key);
            persian_key(json_string_value(vector.ok),
                        json_string_length(vector.ok), want);
            assert_string_equal(key, want);
        }
        count++;
    }
    assert_int_equal(count, 29);
}

static void expect_clean(const char *text, const char *want)
{
    char room[200];
    struct persian_text clean = persian_clean(text, strlen(text), room);

    assert_false(clean.spoiled);
    assert_int_equal(clean.len, strlen(want));
    assert_memory_equal(clean.text, want, clean.len);
}

static void cells_lose_what_nobody_sees(void **state)
{
    (void)state;
    expect_clean("", "");
    expect_clean(" \t a b \r\n", "a b");
    expect_clean("\xc2\xa0"
                 "12\xc2\xa0",
                 "12");
    expect_clean("\xe2\x80\x8f"
                 "12\xe2\x80\x8e/3",
                 "12/3");
    expect_clean("\xe2\x80\x8c\xc2\xa0", "");
    expect_clean("a\xe2\x80\x8c"
                 "b\xe2\x80\x8c",
                 "a\xe2\x80\x8c"
                 "b");
    expect_clean("\xef\xbb\xbf"
                 "a\xe3\x80\x80"
                 "b",
                 "a b");
    expect_clean("\xf0\x9d\x9f\x99", "\xf0\x9d\x9f\x99");
    /* an id keeps its letters: it is the same one in JSON */
    expect_clean("\xd9\x8a\xd9\x83", "\xd9\x8a\xd9\x83");
}

static void damaged_cells_are_seen(void **state)
{
    static const char *const BAD[] = {"a\xff",        "\xd8",
                                      "a\x01",        "\x7f",
                                      "\xef\xbf\xbd", "\xee\x80\x81",
                                      "\xe2\x80\xae", "\xf3\xa0\x81\x81",
                                      "\xef\xbf\xbf", "\xc3\x98\xc2\xa7"};
    char room[16];

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        assert_true(persian_clean(BAD[i], strlen(BAD[i]), room).spoiled);
    }
    assert_true(persian_clean("a\0b", 3, room).spoiled);
}

static void a_key_is_bounded(void **state)
{
    char text[2 * PERSIAN_KEY_MAX], key[PERSIAN_KEY_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof text; i += 2) {
        memcpy(text + i, "\xd8\xa7", 2);
    }
    persian_key(text, sizeof text, key);
    assert_int_equal(strlen(key), PERSIAN_KEY_MAX - 8);
    persian_key("a\xff", 2, key);
    assert_string_equal(key, "");
    persian_key("\xef\xbb\xbb Event_ID-1.\xf0\x9d\x9f\x99", 19, key);
    assert_string_equal(key, "\xd9\x84\xd8\xa7"
                             "eventid1\xf0\x9d\x9f\x99");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_the_vectors_are_read_or_refused),
        cmocka_unit_test(keys_of_the_vectors_are_made),
        cmocka_unit_test(spellings_have_one_key_and_damage_is_seen),
        cmocka_unit_test(cells_lose_what_nobody_sees),
        cmocka_unit_test(damaged_cells_are_seen),
        cmocka_unit_test(a_key_is_bounded),
    };

    return cmocka_run_group_tests(tests, load, unload);
}
