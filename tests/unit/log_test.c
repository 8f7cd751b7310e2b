/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: their form, their levels, and that one is always one line. */
#include "log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <regex.h>

#include "text.h"

static char text[8192];
static FILE *file;
static int kept;

/* Standard error goes to a file between begin and end. */
static void begin(void)
{
    file = tmpfile();
    assert_non_null(file);
    kept = dup(STDERR_FILENO);
    assert_true(kept >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
}

static void end(void)
{
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
}

static void a_line_has_time_level_step_and_facts(void **state)
{
    regex_t form;

    (void)state;
    begin();
    mh_log(MH_LOG_WARN, "store", "topic=%s part=%d", "mahalle.events", 3);
    end();
    assert_int_equal(
        regcomp(&form,
                "^20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
                "[0-5][0-9]\\.[0-9]{3}Z warn store topic=mahalle.events "
                "part=3\n$",
                REG_EXTENDED | REG_NOSUB),
        0);
    if (regexec(&form, text, 0, NULL, 0) != 0) {
        fail_msg("%s", text);
    }
    regfree(&form);
}

static void lines_above_the_level_are_dropped(void **state)
{
    (void)state;
    begin();
    mh_log(MH_LOG_INFO, "a", "n=1");
    mh_log(MH_LOG_DEBUG, "a", "n=2");
    mh_log_set_level(MH_LOG_DEBUG);
    mh_log(MH_LOG_DEBUG, "a", "n=3");
    mh_log_set_level(MH_LOG_ERROR);
    mh_log(MH_LOG_WARN, "a", "n=4");
    mh_log(MH_LOG_ERROR, "a", "n=5");
    mh_log_set_level(MH_LOG_INFO);
    end();
    assert_non_null(strstr(text, "n=1"));
    assert_null(strstr(text, "n=2"));
    assert_non_null(strstr(text, "n=3"));
    assert_null(strstr(text, "n=4"));
    assert_non_null(strstr(text, "n=5"));
}

static void a_text_of_others_is_one_value(void **state)
{
    char to[MH_LOG_QUOTED];
    char many[1000];

    (void)state;
    assert_string_equal(mh_log_quote(to, ""), "\"\"");
    assert_string_equal(mh_log_quote(to, "relation \"a\" \\ b"),
                        "\"relation \\\"a\\\" \\\\ b\"");
    assert_string_equal(mh_log_quote(to, "a\xff\xd8"), "\"a??\"");
    for (size_t shift = 0; shift < 2; shift++) { /* cut at either byte of two */
        memset(many, 'x', shift);
        for (size_t i = shift; i + 2 < sizeof many; i += 2) {
            memcpy(many + i, "\xd8\xa8", 3);
        }
        (void)mh_log_quote(to, many);
        assert_true(mh_text_is_utf8(to, strlen(to)));
        assert_in_range(strlen(to), MH_LOG_QUOTED - 8, MH_LOG_QUOTED - 1);
        assert_int_equal(to[strlen(to) - 1], '"');
    }
    memset(many, '"', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    assert_true(strlen(mh_log_quote(to, many)) < MH_LOG_QUOTED);
}

static void whatever_is_logged_it_is_one_bounded_line(void **state)
{
    static char large[5000];

    (void)state;
    memset(large, 'x', sizeof large - 1);
    begin();
    mh_log(MH_LOG_INFO, "a", "a=\"%s\"", "1\n2\r3\t4\x1b[0m");
    mh_log(MH_LOG_INFO, "b", "%s", large);
    end();
    assert_non_null(strstr(text, "a=\"1?2?3?4?[0m\"\n"));
    assert_non_null(strstr(text, "xxx...\n"));
    assert_true(strlen(text) < 2200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_step_and_facts),
        cmocka_unit_test(lines_above_the_level_are_dropped),
        cmocka_unit_test(a_text_of_others_is_one_value),
        cmocka_unit_test(whatever_is_logged_it_is_one_bounded_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
