/* SPDX-License-Identifier: Apache-2.0 */
/* Equal content, equal hash, whatever the version; any other field counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "content_hash.h"
#include "sample.h"

enum { ROUNDS = 20 };

static struct world *world;
static struct world *evolved;
static struct random numbers;

static uint64_t hash(struct mh_event *event)
{
    (void)sample_faults(world, event); /* sets id and agency */
    return mh_content_hash(event);
}

static void posted_at_alone_does_not_count(void **state)
{
    struct mh_event event;
    uint64_t wanted;

    (void)state;
    for (int t = 0; t < mh_catalogue_count(world->catalogue); t++) {
        sample_event(world, &numbers, mh_catalogue_at(world->catalogue, t),
                     &event);
        wanted = hash(&event);
        event.values[MH_FIELD_POSTED_AT].number += 1;
        assert_true(hash(&event) == wanted);
        /* what a null leaves behind is no content */
        for (int i = 0; i < event.type->field_count; i++) {
            if (event.values[i].set == MH_NULL) {
                event.values[i].number = 99;
                event.values[i].text = "x";
                event.values[i].len = 1;
            }
        }
        assert_true(hash(&event) == wanted);
    }
}

static void the_case_of_an_id_does_not_count(void **state)
{
    struct mh_event event;
    uint64_t wanted;

    (void)state;
    sample_plain(world, world_type(world, "council_formed"), &event);
    wanted = hash(&event);
    sample_set(world, &event, "event_id=74A1FD16-808E-5F52-A496-CD06C5FBC5B9");
    assert_true(hash(&event) == wanted);
    sample_set(world, &event, "event_id=74A1FD16-808E-5F52-A496-CD06C5FBC5B8");
    assert_false(hash(&event) == wanted);
}

/* Change one value to another one. */
static void change(struct mh_event *event, int i)
{
    const struct mh_field *field = &event->type->fields[i];
    struct mh_value *value = &event->values[i];

    if (i == MH_FIELD_EVENT_ID) {
        event->id[random_between(&numbers, 0, 15)] ^= 1;
    } else if (field->kind == MH_KIND_STRING) {
        char *text = mh_arena_text(&world->arena, value->text, value->len);

        text[random_between(&numbers, 0, value->len - 1)] ^= 1;
        value->text = text;
    } else if (field->kind == MH_KIND_ENUM) {
        value->number = (value->number + 1) % field->symbol_count;
        value->text = field->symbols[value->number].name;
        value->len = field->symbols[value->number].len;
    } else {
        value->number ^= INT64_C(1) << random_between(&numbers, 0, 62);
    }
}

static void every_other_field_counts(void **state)
{
    struct mh_event event, changed;
    uint64_t wanted;

    (void)state;
    for (int n = 0; n < ROUNDS * mh_catalogue_count(world->catalogue); n++) {
        mh_arena_reset(&world->arena);
        sample_event(world, &numbers,
                     mh_catalogue_at(world->catalogue, n / ROUNDS), &event);
        wanted = mh_content_hash(&event);
        for (int i = 0; i < event.type->field_count; i++) {
            if (i == MH_FIELD_POSTED_AT) {
                continue;
            }
            changed = event;
            if (event.values[i].set == MH_VALUE) {
                change(&changed, i);
                assert_false(mh_content_hash(&changed) == wanted);
                changed.values[i].set = MH_NULL;
                assert_false(mh_content_hash(&changed) == wanted);
            }
        }
    }
}

/* The same values under other names, or shifted between neighbours. */
static void values_are_not_taken_for_others(void **state)
{
    static const char *const PAIRS[][2] = {
        {"members_count=5", "committees_count=5"},
        {"members_count=0", ""},
        {"officials_present=1", "committees_count=1"},
        {"source_ref=A", "programme_code=A"},
        {"source_ref=AB programme_code=C", "source_ref=A programme_code=BC"},
    };
    struct mh_event a, b;

    (void)state;
    for (size_t i = 0; i < sizeof PAIRS / sizeof PAIRS[0]; i++) {
        sample_plain(world, world_type(world, "council_formed"), &a);
        b = a;
        sample_set(world, &a, PAIRS[i][0]);
        sample_set(world, &b, PAIRS[i][1]);
        assert_false(mh_content_hash(&a) == mh_content_hash(&b));
    }
}

static void the_type_counts(void **state)
{
    struct mh_type other = *world_type(world, "governors_meeting_held");
    struct mh_event event;
    uint64_t wanted;
    char name[] = "governors_meeting_hels";

    (void)state;
    sample_plain(world, world_type(world, "governors_meeting_held"), &event);
    wanted = mh_content_hash(&event);
    other.name = name;
    event.type = &other;
    assert_false(mh_content_hash(&event) == wanted);
}

static void versions_agree_while_the_new_fields_are_null(void **state)
{
    struct mh_event event, later;
    uint64_t wanted;

    (void)state;
    for (int t = 0; t < mh_catalogue_count(world->catalogue); t++) {
        sample_event(world, &numbers, mh_catalogue_at(world->catalogue, t),
                     &event);
        wanted = mh_content_hash(&event);
        later = event;
        later.type = world_type(evolved, event.type->name);
        assert_true(mh_content_hash(&later) == wanted);
        sample_set(evolved, &later, "later_count=0");
        assert_false(mh_content_hash(&later) == wanted);
    }
}

static int open_worlds(void **state)
{
    (void)state;
    numbers.state = random_seed();
    world = world_open();
    evolved = world_open_evolved();
    return 0;
}

static int close_worlds(void **state)
{
    (void)state;
    world_close(world);
    world_close(evolved);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posted_at_alone_does_not_count),
        cmocka_unit_test(the_case_of_an_id_does_not_count),
        cmocka_unit_test(every_other_field_counts),
        cmocka_unit_test(values_are_not_taken_for_others),
        cmocka_unit_test(the_type_counts),
        cmocka_unit_test(versions_agree_while_the_new_fields_are_null),
    };

    return cmocka_run_group_tests(tests, open_worlds, close_worlds);
}
