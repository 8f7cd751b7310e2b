/* SPDX-License-Identifier: Apache-2.0 */
/* What UTF-8 is, and files that can or cannot be read. */
#include "scratch.h"
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void well_formed_texts_are_utf8(void **state)
{
    static const char *const GOOD[] = {
        "",
        "a",
        "\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "\xd9\x85\xd8\xad\xd9\x84\xd9\x87 12345678"};

    (void)state;
    for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
        assert_true(mh_text_is_utf8(GOOD[i], strlen(GOOD[i])));
    }
    assert_true(mh_text_is_utf8("a\0b", 3));
    assert_true(mh_text_is_utf8(NULL, 0));
}

static void malformed_texts_are_not(void **state)
{
    static const char *const BAD[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x41",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xe2\x82",
                                      "\xe2\x82\x41",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xf0\x90\x80",
                                      "\xf8\x88\x80\x80\x80"};

    (void)state;
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        char text[32] = "12345678901";

        assert_false(mh_text_is_utf8(BAD[i], strlen(BAD[i])));
        /* Behind a run of ASCII, at every distance from a word's end. */
        for (size_t at = 0; at <= 11; at++) {
            size_t len = at + strlen(BAD[i]);

            memcpy(text + at, BAD[i], strlen(BAD[i]));
            assert_false(mh_text_is_utf8(text, len));
            memset(text + at, '1', strlen(BAD[i]));
        }
    }
}

/* Every pair and triple of bytes, against a decoder written the other way. */
static void verdicts_equal_those_of_decoding(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 1 << 24; n += n < 1 << 21 ? 1 : 61) {
        char text[3] = {(char)(n >> 16), (char)(n >> 8), (char)n};
        const uint8_t *b = (const uint8_t *)text;
        uint32_t two = ((b[0] & 0x1fU) << 6) | (b[1] & 0x3fU);
        uint32_t three =
            ((b[0] & 0xfU) << 12) | ((b[1] & 0x3fU) << 6) | (b[2] & 0x3fU);
        bool next1 = (b[1] & 0xc0) == 0x80;
        bool next2 = (b[2] & 0xc0) == 0x80;
        bool two_at_0 = (b[0] & 0xe0) == 0xc0 && next1 && two >= 0x80;
        bool two_at_1 = (b[1] & 0xe0) == 0xc0 && next2 &&
                        (((b[1] & 0x1fU) << 6) | (b[2] & 0x3fU)) >= 0x80;
        bool all = (b[0] & 0xf0) == 0xe0 && next1 && next2 && three >= 0x800 &&
                   (three < 0xd800 || three > 0xdfff);
        bool good = all || (two_at_0 && b[2] < 0x80) ||
                    (b[0] < 0x80 && two_at_1) ||
                    (b[0] < 0x80 && b[1] < 0x80 && b[2] < 0x80);

        if (mh_text_is_utf8(text, 3) != good) {
            fail_msg("%06x", n);
        }
    }
}

static void a_file_is_read_whole(void **state)
{
    static char text[200000];
    char path[SCRATCH_PATH_MAX];
    struct mh_buf buf;
    struct mh_err err;

    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = (char)('0' + i % 10);
    }
    scratch_file(path, text, sizeof text);
    mh_buf_init(&buf, 200000);
    assert_int_equal(mh_text_read_file(path, &buf, &err), MH_OK);
    assert_int_equal(buf.len, 200000);
    assert_memory_equal(buf.bytes + 199990, "0123456789", 10);
    mh_buf_fini(&buf);
    assert_int_equal(unlink(path), 0);
}

static void an_unreadable_file_is_said_and_leaves_nothing(void **state)
{
    char path[SCRATCH_PATH_MAX];
    struct mh_buf buf;
    struct mh_err err;

    (void)state;
    scratch_file(path, "123456", 6);
    mh_buf_init(&buf, 8);
    mh_buf_text(&buf, "abc");
    assert_int_equal(mh_text_read_file(path, &buf, &err), MH_FILE);
    assert_non_null(strstr(err.text, "larger than 8 bytes"));
    assert_int_equal(mh_text_read_file("/tmp", &buf, &err), MH_FILE);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mh_text_read_file(path, &buf, &err), MH_FILE);
    assert_non_null(strstr(err.text, path));
    assert_string_equal(mh_buf_string(&buf), "abc");
    mh_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_texts_are_utf8),
        cmocka_unit_test(malformed_texts_are_not),
        cmocka_unit_test(verdicts_equal_those_of_decoding),
        cmocka_unit_test(a_file_is_read_whole),
        cmocka_unit_test(an_unreadable_file_is_said_and_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
