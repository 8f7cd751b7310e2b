/* SPDX-License-Identifier: Apache-2.0 */
/* Every pattern of every published schema has a sentence in both languages, and
 * the example at its end matches it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "catalogue.h"
#include "pattern.h"
#include "words_pattern.h"
#include "world.h"

static struct world *world;

/* The last word of a sentence. */
static const char *example(const char *sentence)
{
    return strrchr(sentence, ' ') + 1;
}

static int check_field(const struct mh_field *field)
{
    const char *fa, *en;

    if (field->pattern_text == NULL ||
        strcmp(field->pattern_text, "uuid") == 0) {
        return 0;
    }
    fa = words_pattern(field->pattern_text, WORDS_FA);
    en = words_pattern(field->pattern_text, WORDS_EN);
    if (fa == NULL || en == NULL) {
        fail_msg("no sentence for %s", field->pattern_text);
        return 0;
    }
    assert_string_equal(example(fa), example(en));
    assert_true(
        mh_pattern_match(field->pattern, example(en), strlen(example(en))));
    return 1;
}

static void every_pattern_has_its_sentence(void **state)
{
    int checked = 0;

    (void)state;
    for (int t = 0; t < mh_catalogue_count(world->catalogue); t++) {
        const struct mh_type *type = mh_catalogue_at(world->catalogue, t);

        for (int i = 0; i < type->field_count; i++) {
            checked += check_field(&type->fields[i]);
        }
    }
    assert_true(checked > 43 * 5);
}

static void another_pattern_has_none(void **state)
{
    (void)state;
    assert_null(words_pattern("[a-z]{1,9}", WORDS_FA));
}

/* Officials read the sentence, programs the pattern. */
static void a_fault_says_the_sentence(void **state)
{
    const struct mh_type *type = world_type(world, "cleanup_held");
    struct mh_fault fault = {.code = MH_PATTERN, .field = MH_FIELD_SOURCE_REF};
    struct mh_buf buf;

    (void)state;
    mh_buf_init(&buf, 4096);
    (void)memcpy(fault.expected, type->fields[fault.field].pattern_text,
                 strlen(type->fields[fault.field].pattern_text) + 1);
    words_fault(&fault, type, WORDS_EN, &buf);
    assert_non_null(strstr(mh_buf_string(&buf), "as AB/1404-12"));
    assert_null(strstr(mh_buf_string(&buf), "{1,40}"));
    mh_buf_reset(&buf);
    words_fault(&fault, type, WORDS_FA, &buf);
    assert_non_null(strstr(mh_buf_string(&buf), "مانند AB/1404-12"));
    mh_buf_fini(&buf);
}

static int set_up(void **state)
{
    (void)state;
    world = world_open();
    return world == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    world_close(world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_has_its_sentence),
        cmocka_unit_test(another_pattern_has_none),
        cmocka_unit_test(a_fault_says_the_sentence),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
