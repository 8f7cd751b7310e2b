/* SPDX-License-Identifier: Apache-2.0 */
/* The pattern language: what matches, what is refused, what is known of it. */
#include "pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <regex.h>

static struct mh_pattern *make(const char *text)
{
    struct mh_pattern *pattern = NULL;
    struct mh_err err = {.text = ""};

    if (mh_pattern_new(text, &pattern, &err) != MH_OK) {
        fail_msg("%s: %s", text, err.text);
    }
    return pattern;
}

static bool matches(const struct mh_pattern *pattern, const char *text)
{
    return mh_pattern_match(pattern, text, strlen(text));
}

static void each_form_takes_its_texts_and_no_other(void **state)
{
    static const struct {
        const char *pattern, *good[6], *bad[8];
    } CASES[] = {
        {"a", {"a"}, {"", "b", "aa"}},
        {"[A-Z][A-Z0-9_]{1,39}",
         {"AB", "A_", "OTHER", "A123456789012345678901234567890123456789"},
         {"", "A", "1A", "aB", "AB ", "A-",
          "A1234567890123456789012345678901234567890"}},
        {"[A-Za-z0-9._/-]{1,40}", {"a", "-", "x/y.z_-"}, {"", "a b", "a\n"}},
        {"m[0-9]{4}-[0-9]{4}",
         {"m1234-5678"},
         {"m1234-567", "m1234-56789", "m12345678", "n1234-5678"}},
        {"(c[0-9]{4}|v[0-9]{6})-[0-9]{3}-C[0-9]{1,2}",
         {"c1195-012-C1", "v000268-001-C12"},
         {"c1195-012-C", "c1195-012-C123", "c119-012-C1", "v0268-001-C1"}},
        {"[0-9]{2}|[0-9]{4}|c[0-9]{4}|v[0-9]{6}|(c[0-9]{4}|v[0-9]{6})-[0-9]{3}",
         {"24", "2409", "c1198", "v000268", "c1195-012", "v000268-001"},
         {"", "2", "240", "24091", "c119", "v00026", "c1195-01", "24-001"}},
        {"ab?c*d+", {"ad", "abd", "acccd", "abcdd"}, {"a", "abbd", "abc"}},
        {"(ab|c){2,3}",
         {"abab", "cc", "abc", "ccab", "cabc"},
         {"ab", "c", "cccc", "aba"}},
        {"(a|b)*", {"", "a", "abba"}, {"c", "abc"}},
        {"(a?b?){0,2}", {"", "ab", "ba", "abab"}, {"aaa", "bab a"}},
        {"\\.\\[\\\\[\\]\\^a-]", {".[\\]", ".[\\^", ".[\\-"}, {".[\\b", ".["}},
        {"[-a]", {"-", "a"}, {"b"}},
        {"[a\\-z]", {"-", "a", "z"}, {"b"}},
        {"a{3}", {"aaa"}, {"aa", "aaaa"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct mh_pattern *pattern = make(CASES[i].pattern);

        for (size_t k = 0; k < 6 && CASES[i].good[k] != NULL; k++) {
            if (!matches(pattern, CASES[i].good[k])) {
                fail_msg("%s: %s", CASES[i].pattern, CASES[i].good[k]);
            }
        }
        for (size_t k = 0; k < 8 && CASES[i].bad[k] != NULL; k++) {
            if (matches(pattern, CASES[i].bad[k])) {
                fail_msg("%s: not %s", CASES[i].pattern, CASES[i].bad[k]);
            }
        }
        mh_pattern_free(pattern);
    }
}

static void no_byte_beyond_ascii_and_no_nul_ever_matches(void **state)
{
    struct mh_pattern *chain = make("[ -~]{1,4}");
    struct mh_pattern *table = make("[ -~]*");

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text = (char)byte;
        bool printable = byte >= ' ' && byte <= '~';

        assert_int_equal(mh_pattern_match(chain, &text, 1), printable);
        assert_int_equal(mh_pattern_match(table, &text, 1), printable);
        assert_int_equal(mh_pattern_admits(chain, text), printable);
    }
    assert_false(mh_pattern_match(chain, NULL, 0));
    assert_true(mh_pattern_match(table, NULL, 0));
    mh_pattern_free(chain);
    mh_pattern_free(table);
}

/* The C library's regular expressions are the oracle, on random texts. */
static void verdicts_equal_those_of_posix(void **state)
{
    static const char *const PATTERNS[] = {
        "[ab]{1,4}",       "(ab|ba)*c?",    "a{2}|b{3}|(a|b){5}",
        "a(b(c|a)?){1,3}", "(a|ab)(c|bc)?", "(a+b)*",
        "[a-c]+b[a-c]{2}", "a?a?a?aaa",     "((a|b){2}|c){1,2}",
        "ab{0,2}c|b+"};
    unsigned seed = 1;

    (void)state;
    for (size_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0]; i++) {
        struct mh_pattern *pattern = make(PATTERNS[i]);
        char whole[64];
        regex_t regex;

        (void)snprintf(whole, sizeof whole, "^(%s)$", PATTERNS[i]);
        assert_int_equal(regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB), 0);
        for (int n = 0; n < 2000; n++) {
            char text[10];
            size_t len = 0;

            seed = seed * 1103515245 + 12345;
            for (unsigned bits = seed >> 8; bits > 3 && len < 9; bits >>= 2) {
                text[len++] = "abca"[bits & 3];
            }
            text[len] = '\0';
            if (matches(pattern, text) !=
                (regexec(&regex, text, 0, NULL, 0) == 0)) {
                fail_msg("%s: %s", PATTERNS[i], text);
            }
        }
        regfree(&regex);
        mh_pattern_free(pattern);
    }
}

static void what_is_not_of_the_language_is_refused(void **state)
{
    static const char *const BAD[] = {
        "",         "a|",     "|a",     "()",      "(a",    "a)",
        "[",        "[]",     "[a",     "[^a]",    "[z-a]", "[a-c-e]",
        "a**",      "a{2}?",  "a{",     "a{2",     "a{2,",  "a{2,}",
        "a{,2}",    "a{0}",   "a{3,2}", "a{256}",  "*",     "{2}",
        "^a",       "a$",     ".",      "\\d",     "a\\",   "a\n",
        "\xd9\x85", "[\xd9]", "[[]",    "a{2}{3}", "]",     "}"};
    struct mh_pattern *pattern = NULL;
    struct mh_err err;

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        if (mh_pattern_new(BAD[i], &pattern, &err) != MH_CONTRACT) {
            fail_msg("taken: %s", BAD[i]);
        }
        assert_non_null(strstr(err.text, "pattern, byte "));
        assert_null(pattern);
    }
}

static void what_is_too_large_is_refused(void **state)
{
    static const char *const LARGE[] = {
        "(a{255}){5}",          /* positions */
        "((a{255}){255}){255}", /* the same, quickly */
        "[ab]*a[ab]{12}",       /* 2^12 states */
        "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))",
    };
    struct mh_pattern *pattern = NULL;
    struct mh_err err;

    (void)state;
    for (size_t i = 0; i < sizeof LARGE / sizeof LARGE[0]; i++) {
        assert_int_equal(mh_pattern_new(LARGE[i], &pattern, &err), MH_CONTRACT);
    }
    mh_pattern_free(NULL);
}

static void long_forms_that_fit_are_taken(void **state)
{
    char text[256];
    struct mh_pattern *chain = make("[a-z]{1,255}");
    struct mh_pattern *table = make("(ab|[a-z]){1,200}");

    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(mh_pattern_match(chain, text, 255));
    assert_false(mh_pattern_match(chain, text, 256));
    assert_true(mh_pattern_match(table, text, 200));
    assert_false(mh_pattern_match(table, text, 201));
    mh_pattern_free(chain);
    mh_pattern_free(table);
}

static void the_longest_text_is_known(void **state)
{
    static const struct {
        const char *pattern;
        size_t longest;
    } CASES[] = {{"a", 1},
                 {"a?", 1},
                 {"[A-Z][A-Z0-9_]{1,39}", 40},
                 {"ab|abcd|x{3}", 4},
                 {"(ab){2,3}", 6},
                 {"a+", SIZE_MAX},
                 {"x(ab)*|y", SIZE_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct mh_pattern *pattern = make(CASES[i].pattern);

        assert_int_equal(mh_pattern_longest(pattern), CASES[i].longest);
        mh_pattern_free(pattern);
    }
}

static void admitted_are_the_bytes_of_some_text(void **state)
{
    struct mh_pattern *pattern = make("m[0-9]{2}|(v|w)-x?");

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        bool some = byte != 0 && strchr("m0123456789vw-x", byte) != NULL;

        assert_int_equal(mh_pattern_admits(pattern, (char)byte), some);
    }
    mh_pattern_free(pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_takes_its_texts_and_no_other),
        cmocka_unit_test(no_byte_beyond_ascii_and_no_nul_ever_matches),
        cmocka_unit_test(verdicts_equal_those_of_posix),
        cmocka_unit_test(what_is_not_of_the_language_is_refused),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(long_forms_that_fit_are_taken),
        cmocka_unit_test(the_longest_text_is_known),
        cmocka_unit_test(admitted_are_the_bytes_of_some_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
