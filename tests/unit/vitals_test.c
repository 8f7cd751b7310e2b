/* SPDX-License-Identifier: Apache-2.0 */
/* What a batch adds to the numbers of the consumer. */
#include "vitals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { RECORDS = 6 };

static int64_t applied(const struct tally *tally, const struct mh_type *type)
{
    for (int i = 0; i < TALLY_TYPES; i++) {
        if (tally->types[i].type == type) {
            return tally->types[i].applied;
        }
    }
    return 0;
}

static void every_record_is_counted_once(void **state)
{
    static struct tally tally;
    struct mh_type types[2];
    struct version first = {.type = &types[0]};
    struct version second = {.type = &types[1]};
    struct letter letter = {.reason = MH_PLACE};
    struct version *versions[RECORDS] = {&first,  &first,  &second,
                                         &second, &second, NULL};
    struct letter *letters[RECORDS] = {NULL, NULL, NULL, NULL, NULL, &letter};
    enum fate fates[RECORDS] = {FATE_APPLIED, FATE_APPLIED,   FATE_APPLIED,
                                FATE_STALE,   FATE_DUPLICATE, FATE_DEAD};
    const struct batch batch = {.count = RECORDS,
                                .fates = fates,
                                .versions = versions,
                                .letters = letters};

    (void)state;
    for (int again = 0; again < 2; again++) { /* from zero each time */
        tally_batch(&tally, &batch);
        assert_int_equal(applied(&tally, &types[0]), 2);
        assert_int_equal(applied(&tally, &types[1]), 1);
        assert_int_equal(tally.fates[FATE_APPLIED], 3);
        assert_int_equal(tally.fates[FATE_STALE], 1);
        assert_int_equal(tally.fates[FATE_DUPLICATE], 1);
        assert_int_equal(tally.fates[FATE_DEAD], 1);
        assert_int_equal(tally.reasons[MH_PLACE], 1);
        assert_int_equal(tally.reasons[MH_FRAME], 0);
    }
}

/* More types than there are places: none is counted as another one. */
static void types_without_end_do_no_harm(void **state)
{
    static struct tally tally;
    static struct mh_type types[TALLY_TYPES + 10];
    static struct version versions[TALLY_TYPES + 10];
    static struct version *list[TALLY_TYPES + 10];
    static struct letter *letters[TALLY_TYPES + 10];
    static enum fate fates[TALLY_TYPES + 10]; /* applied */
    const struct batch batch = {.count = TALLY_TYPES + 10,
                                .fates = fates,
                                .versions = list,
                                .letters = letters};
    int64_t sum = 0;

    (void)state;
    for (int i = 0; i < batch.count; i++) {
        versions[i].type = &types[i];
        list[i] = &versions[i];
    }
    tally_batch(&tally, &batch);
    for (int i = 0; i < TALLY_TYPES; i++) {
        assert_int_equal(tally.types[i].applied, 1);
        sum += tally.types[i].applied;
    }
    assert_int_equal(sum, TALLY_TYPES);
    assert_int_equal(tally.fates[FATE_APPLIED], batch.count);
}

static void nobody_has_to_watch(void **state)
{
    static struct tally tally;
    struct vitals *vitals = (struct vitals *)&tally;
    struct mh_err err;

    (void)state;
    assert_int_equal(vitals_open("", &vitals, &err), MH_OK);
    assert_null(vitals);
    vitals_types(vitals, NULL);
    vitals_commit(vitals, &tally, 1);
    vitals_partitions(vitals, 1, 0);
    vitals_ready(vitals);
    vitals_wait(vitals, "why");
    vitals_close(vitals);
    assert_int_equal(vitals_open("nowhere", &vitals, &err), MH_USAGE);
    assert_null(vitals);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_is_counted_once),
        cmocka_unit_test(types_without_end_do_no_harm),
        cmocka_unit_test(nobody_has_to_watch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
