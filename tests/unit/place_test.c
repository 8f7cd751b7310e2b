/* SPDX-License-Identifier: Apache-2.0 */
/* The forms of places and councils say what their patterns say. */
#include "place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

enum { ROUNDS = 200000, TEXT_MAX = 17 };

static struct random numbers;

static struct mh_pattern *make(const char *text)
{
    struct mh_pattern *pattern = NULL;
    struct mh_err err;

    assert_int_equal(mh_pattern_new(text, &pattern, &err), MH_OK);
    return pattern;
}

/* A code with a few bytes changed, half of the time at any length. */
static size_t make_text(char text[static TEXT_MAX])
{
    static const char *const CODES[] = {"24",
                                        "2409",
                                        "c1195",
                                        "v000268",
                                        "c1195-012",
                                        "v000268-001",
                                        "c1195-012-C1",
                                        "c1195-012-C10",
                                        "v000268-001-C1",
                                        "v000268-001-C12"};
    static const char BYTES[] = "0123456789:/-cvC.\x80\xb0";
    const char *code = CODES[random_between(&numbers, 0, 9)];

    memset(text, '7', TEXT_MAX);
    memcpy(text, code, strlen(code));
    for (int64_t i = random_between(&numbers, 0, 2); i > 0; i--) {
        text[random_between(&numbers, 0, TEXT_MAX - 1)] =
            BYTES[random_between(&numbers, 0, sizeof BYTES - 2)];
    }
    return random_chance(&numbers, 50)
               ? strlen(code)
               : (size_t)random_between(&numbers, 0, TEXT_MAX);
}

static void forms_and_patterns_agree(void **state)
{
    struct mh_pattern *place = make(MH_PLACE_PATTERN);
    struct mh_pattern *council = make(MH_COUNCIL_PATTERN);
    int places = 0;
    int councils = 0;

    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        char text[TEXT_MAX];
        size_t len = make_text(text);
        bool is_place = mh_place_level(text, len) != MH_LEVEL_NONE;
        bool is_council = mh_place_is_council(text, len);

        assert_int_equal(is_place, mh_pattern_match(place, text, len));
        assert_int_equal(is_council, mh_pattern_match(council, text, len));
        places += is_place;
        councils += is_council;
    }
    assert_true(places > ROUNDS / 20 && councils > ROUNDS / 20);
    mh_pattern_free(place);
    mh_pattern_free(council);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_and_patterns_agree),
    };

    numbers.state = random_seed();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
