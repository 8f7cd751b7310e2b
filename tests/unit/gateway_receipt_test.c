/* SPDX-License-Identifier: Apache-2.0 */
/* Answers to inquiries: what could not be held is refused, with a reason. */
#include "gateway_receipt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway_routes.h"

static struct question question;
static struct request request;
static struct answer answer;

static enum handled tell(int problem, const char *text, size_t most)
{
    question = (struct question){.agency = ""};
    request = (struct request){.inquiry = &question.inquiry};
    answer = (struct answer){.status = 200};
    atomic_init(&question.inquiry.problem, problem);
    mh_buf_init(&question.body, most);
    mh_buf_init(&answer.body, 1024);
    mh_buf_text(&question.body, text);
    return rejections_handle(&request, &answer);
}

static int fini(void **state)
{
    (void)state;
    mh_buf_fini(&question.body);
    mh_buf_fini(&answer.body);
    return 0;
}

static void a_complete_answer_is_given(void **state)
{
    (void)state;
    assert_int_equal(tell(PROBLEM_NONE, "{}", 1024), HANDLED);
    assert_string_equal(mh_buf_string(&answer.body), "{}");
}

static void an_answer_over_its_bound_is_refused_with_a_reason(void **state)
{
    (void)state;
    assert_int_equal(tell(PROBLEM_NONE, "0123456789", 4), REFUSED);
    assert_int_equal(request.problem, PROBLEM_BUSY);
    assert_int_equal(answer.body.len, 0);
}

static void what_the_desk_says_is_passed_on(void **state)
{
    (void)state;
    assert_int_equal(tell(PROBLEM_DATABASE, "{", 1024), REFUSED);
    assert_int_equal(request.problem, PROBLEM_DATABASE);
    assert_int_equal(answer.body.len, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, fini)
    const struct CMUnitTest tests[] = {
        TEST(a_complete_answer_is_given),
        TEST(an_answer_over_its_bound_is_refused_with_a_reason),
        TEST(what_the_desk_says_is_passed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
