/* SPDX-License-Identifier: Apache-2.0 */
/* Versions are gathered under their fact, in the order of the records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch.h"
#include "random.h"

enum { MESSAGES = 3000, IDS = 40 };

static struct version versions[MESSAGES];

/* Version `i` of a fact that is one of IDS ids of two agencies. */
static void make_versions(struct batch *batch, struct random *random)
{
    for (int i = 0; i < batch->max; i++) {
        versions[i] = (struct version){
            .agency_id = (int32_t)random_between(random, 1, 2),
            .revision = i,
        };
        versions[i].id[0] = (uint8_t)random_between(random, 1, IDS);
        versions[i].id[15] = 0xAB;
        batch->versions[i] = &versions[i];
    }
    batch->count = batch->max;
}

static void facts_hold_their_versions_in_order(void **state)
{
    struct random random = {random_seed()};
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, MESSAGES, &err), MH_OK);
    for (int round = 0; round < 3; round++) {
        int seen = 0;

        make_versions(&batch, &random);
        batch_reset_facts(&batch);
        for (int i = 0; i < batch.count; i++) {
            assert_int_equal(batch_add(&batch, i), MH_OK);
        }
        assert_int_equal(batch.fact_count, 2 * IDS);
        for (int f = 0; f < batch.fact_count; f++) {
            const struct fact *fact = &batch.facts[f];
            int last = -1;

            assert_ptr_equal(batch_find(&batch, fact->id, fact->agency_id),
                             fact);
            assert_null(fact->old);
            assert_null(fact->now);
            for (const struct step *step = fact->first; step != NULL;
                 step = step->next) {
                assert_true(step->message > last);
                last = step->message;
                assert_ptr_equal(step->version, &versions[last]);
                assert_int_equal(step->version->agency_id, fact->agency_id);
                assert_memory_equal(step->version->id, fact->id, 16);
                assert_true((step->next == NULL) == (step == fact->last));
                seen++;
            }
        }
        assert_int_equal(seen, MESSAGES);
    }
    batch_fini(&batch);
    batch_fini(&batch);
}

static void every_message_may_be_a_fact_of_its_own(void **state)
{
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, MESSAGES, &err), MH_OK);
    for (int i = 0; i < MESSAGES; i++) {
        versions[i] = (struct version){.agency_id = 1};
        memcpy(versions[i].id, &i, sizeof i);
        batch.versions[i] = &versions[i];
        assert_int_equal(batch_add(&batch, i), MH_OK);
    }
    assert_int_equal(batch.fact_count, MESSAGES);
    for (int i = 0; i < MESSAGES; i++) {
        assert_ptr_equal(batch_find(&batch, versions[i].id, 1),
                         &batch.facts[i]);
        assert_null(batch_find(&batch, versions[i].id, 2));
    }
    batch_fini(&batch);
}

/* A crowded table: neighbours differ in one part of the key only. */
static void neighbours_in_the_table_are_told_apart(void **state)
{
    enum { CROWD = 64 };
    struct batch batch;
    struct mh_err err;

    (void)state;
    for (int same_id = 0; same_id < 2; same_id++) {
        assert_int_equal(batch_init(&batch, CROWD, &err), MH_OK);
        for (int i = 0; i < CROWD; i++) {
            versions[i] = (struct version){.agency_id = same_id ? i : 1};
            versions[i].id[15] = (uint8_t)(same_id ? 7 : i);
            batch.versions[i] = &versions[i];
            assert_int_equal(batch_add(&batch, i), MH_OK);
        }
        assert_int_equal(batch.fact_count, CROWD);
        for (int i = 0; i < CROWD; i++) {
            assert_ptr_equal(
                batch_find(&batch, versions[i].id, versions[i].agency_id),
                &batch.facts[i]);
        }
        batch_fini(&batch);
    }
}

static void facts_are_sorted_by_id_and_agency(void **state)
{
    struct random random = {random_seed()};
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, MESSAGES, &err), MH_OK);
    make_versions(&batch, &random);
    for (int i = 0; i < batch.count; i++) {
        versions[i].id[0] |= (uint8_t)(i % 2 << 7); /* unsigned bytes */
        versions[i].agency_id -= i % 3;             /* also below zero */
        assert_int_equal(batch_add(&batch, i), MH_OK);
    }
    batch_sort(&batch);
    for (int f = 1; f < batch.fact_count; f++) {
        int order = memcmp(batch.facts[f - 1].id, batch.facts[f].id, 16);

        assert_true(order < 0 || (order == 0 && batch.facts[f - 1].agency_id <
                                                    batch.facts[f].agency_id));
    }
    batch_fini(&batch);
}

static void only_what_may_be_an_event_is_copied(void **state)
{
    static const uint8_t bytes[3 * 1024 * 1024] = {1, 2, 3};
    static int record;
    static const size_t lens[] = {0, 200, BATCH_COPY_BYTES_MAX - 2,
                                  BATCH_COPY_BYTES_MAX - 1, sizeof bytes};
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, 1, &err), MH_OK);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        struct message message = {.key = bytes,
                                  .key_len = 2,
                                  .value = bytes,
                                  .value_len = lens[i],
                                  .handle = &record};
        bool copied = lens[i] + 2 <= BATCH_COPY_BYTES_MAX;
        const struct message *own = &batch.messages[0];

        batch.count = 0;
        batch_reset_facts(&batch);
        assert_int_equal(batch_push(&batch, &message), MH_OK);
        assert_int_equal(batch.count, 1);
        assert_int_equal(own->value_len, lens[i]);
        assert_memory_equal(own->value, bytes, lens[i]);
        assert_memory_equal(own->key, bytes, 2);
        assert_true((own->value != bytes) == copied);
        assert_ptr_equal(own->handle, copied ? NULL : &record);
        assert_ptr_equal(message.handle, copied ? &record : NULL);
    }
    batch_fini(&batch);
}

static void what_is_kept_is_given_with_its_handle(void **state)
{
    static int record;
    struct message message = {.key = (const uint8_t *)"k", .handle = &record};
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, 1, &err), MH_OK);
    batch_keep(&batch, &message);
    assert_int_equal(batch.count, 1);
    assert_ptr_equal(batch.messages[0].key, message.key);
    assert_ptr_equal(batch.messages[0].handle, &record);
    assert_null(message.handle);
    batch_fini(&batch);
}

static void an_empty_batch_is_fine(void **state)
{
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, 1, &err), MH_OK);
    batch_sort(&batch);
    assert_null(batch_find(&batch, versions[0].id, 1));
    batch_reset_facts(&batch);
    assert_int_equal(batch.fact_count, 0);
    batch_fini(&batch);
}

static void a_full_arena_is_said(void **state)
{
    struct batch batch;
    struct mh_err err;

    (void)state;
    assert_int_equal(batch_init(&batch, 1, &err), MH_OK);
    while (mh_arena_take(&batch.arena, 64) != NULL) {
    }
    batch.versions[0] = &versions[0];
    assert_int_equal(batch_add(&batch, 0), MH_MEMORY);
    assert_int_equal(batch.fact_count, 0);
    batch_fini(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_hold_their_versions_in_order),
        cmocka_unit_test(every_message_may_be_a_fact_of_its_own),
        cmocka_unit_test(neighbours_in_the_table_are_told_apart),
        cmocka_unit_test(facts_are_sorted_by_id_and_agency),
        cmocka_unit_test(only_what_may_be_an_event_is_copied),
        cmocka_unit_test(what_is_kept_is_given_with_its_handle),
        cmocka_unit_test(an_empty_batch_is_fine),
        cmocka_unit_test(a_full_arena_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
