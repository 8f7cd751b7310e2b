/* SPDX-License-Identifier: Apache-2.0 */
/* Answers: one status for many events, JSON whatever the words. */
#include "gateway_reply.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 3 };

static struct entry entries[MOST];
static struct batch batch;
static struct mh_buf buf;
static struct tally tally;

static int status(int count, const enum outcome *outcomes)
{
    batch = (struct batch){.count = count, .entries = entries};
    for (int i = 0; i < count; i++) {
        entries[i] = (struct entry){.outcome = outcomes[i]};
    }
    mh_buf_reset(&buf);
    return results_put(&buf, &batch, "topic", &tally);
}

static void the_status_is_that_of_all_or_mixed(void **state)
{
    static const struct {
        enum outcome outcomes[MOST];
        int status;
    } CASES[] = {
        {{OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, OUTCOME_ACCEPTED}, 201},
        {{OUTCOME_DUPLICATE, OUTCOME_DUPLICATE, OUTCOME_DUPLICATE}, 200},
        {{OUTCOME_INVALID, OUTCOME_INVALID, OUTCOME_INVALID}, 422},
        {{OUTCOME_FORBIDDEN, OUTCOME_FORBIDDEN, OUTCOME_FORBIDDEN}, 403},
        {{OUTCOME_CONFLICT, OUTCOME_CONFLICT, OUTCOME_CONFLICT}, 409},
        {{OUTCOME_RETRY, OUTCOME_RETRY, OUTCOME_RETRY}, 503},
        {{OUTCOME_RETRY, OUTCOME_WAITING, OUTCOME_RETRY}, 503},
        {{OUTCOME_ACCEPTED, OUTCOME_DUPLICATE, OUTCOME_ACCEPTED}, 207},
        {{OUTCOME_ACCEPTED, OUTCOME_ACCEPTED, OUTCOME_RETRY}, 207},
        {{OUTCOME_INVALID, OUTCOME_FORBIDDEN, OUTCOME_INVALID}, 207},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        assert_int_equal(status(MOST, CASES[i].outcomes), CASES[i].status);
    }
}

static void a_result_has_all_members(void **state)
{
    const enum outcome stored = OUTCOME_ACCEPTED, unsure = OUTCOME_WAITING;

    (void)state;
    assert_int_equal(status(1, &stored), 201);
    assert_string_equal(
        mh_buf_string(&buf),
        "{\"results\":[{\"index\":0,\"id\":null,\"status\":\"accepted\","
        "\"topic\":\"topic\",\"partition\":0,\"offset\":0,\"errors\":[]}]}\n");
    assert_int_equal(tally.of[OUTCOME_ACCEPTED], 1);
    assert_int_equal(status(1, &unsure), 503);
    assert_string_equal(
        mh_buf_string(&buf),
        "{\"results\":[{\"index\":0,\"id\":null,\"status\":\"retry\","
        "\"topic\":null,\"partition\":null,\"offset\":null,"
        "\"stored\":\"unknown\",\"errors\":[]}]}\n");
}

static bool has_persian(void)
{
    for (size_t i = 0; i < buf.len; i++) {
        if (buf.bytes[i] >= 0xD8) {
            return true;
        }
    }
    return false;
}

static void every_problem_has_words_in_both_languages(void **state)
{
    (void)state;
    for (int i = PROBLEM_NONE + 1; i < PROBLEM_COUNT; i++) {
        enum problem problem = (enum problem)i;
        size_t english;

        assert_in_range(problem_status(problem), 400, 503);
        mh_buf_reset(&buf);
        problem_put(&buf, problem, WORDS_EN, "GET, HEAD");
        english = buf.len;
        assert_non_null(
            strstr(mh_buf_string(&buf), "\"detail\":\"GET, HEAD\""));
        mh_buf_reset(&buf);
        problem_put(&buf, problem, WORDS_FA, NULL);
        assert_true(has_persian());
        assert_true(english > 0 && !buf.failed);
    }
}

static int close_buf(void **state)
{
    (void)state;
    mh_buf_fini(&buf);
    return 0;
}

static int open_buf(void **state)
{
    (void)state;
    mh_buf_init(&buf, 65536);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_is_that_of_all_or_mixed),
        cmocka_unit_test(a_result_has_all_members),
        cmocka_unit_test(every_problem_has_words_in_both_languages),
    };

    return cmocka_run_group_tests(tests, open_buf, close_buf);
}
