/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of an arena: aligned, apart, bounded, used again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"

enum { MIB = 1024 * 1024 };

static void pieces_are_aligned_and_apart(void **state)
{
    struct mh_arena arena;
    unsigned char *pieces[200];

    (void)state;
    mh_arena_init(&arena, 16 * MIB);
    for (int i = 0; i < 200; i++) {
        size_t size = (size_t)(i * i);

        pieces[i] = mh_arena_take(&arena, size);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
        memset(pieces[i], i, size);
    }
    for (int i = 0; i < 200; i++) {
        for (int k = 0; k < i * i; k++) {
            assert_int_equal(pieces[i][k], i);
        }
    }
    mh_arena_fini(&arena);
    mh_arena_fini(&arena);
}

static void the_bound_holds(void **state)
{
    struct mh_arena arena;

    (void)state;
    mh_arena_init(&arena, MIB);
    assert_null(mh_arena_take(&arena, MIB + 1));
    assert_null(mh_arena_take(&arena, SIZE_MAX));
    assert_null(mh_arena_take(&arena, SIZE_MAX - 8));
    assert_null(mh_arena_take(&arena, SIZE_MAX / 2));
    assert_non_null(mh_arena_take(&arena, MIB));
    assert_null(mh_arena_take(&arena, 1));
    assert_null(mh_arena_text(&arena, "x", 1));
    mh_arena_reset(&arena);
    assert_non_null(mh_arena_take(&arena, 1));
    mh_arena_fini(&arena);
    mh_arena_init(&arena, 0);
    assert_null(mh_arena_take(&arena, SIZE_MAX - 8));
    assert_null(mh_arena_take(&arena, 1));
    mh_arena_fini(&arena);
}

static void after_a_reset_nothing_is_allocated(void **state)
{
    struct mh_arena arena;
    size_t total = 0;

    (void)state;
    mh_arena_init(&arena, 16 * MIB);
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 1000; i++) {
            assert_non_null(mh_arena_take(&arena, 1000));
        }
        assert_non_null(mh_arena_take(&arena, MIB));
        if (round == 0) {
            total = arena.total;
        }
        assert_int_equal(arena.total, total);
        mh_arena_reset(&arena);
    }
    mh_arena_fini(&arena);
}

/* Blocks of odd sizes in the chain, taken again in another order. */
static void blocks_too_small_are_passed_over(void **state)
{
    static const size_t SIZES[] = {10, 300000, 10, 700000, 200000, 0, 500000};
    struct mh_arena arena;

    (void)state;
    mh_arena_init(&arena, 64 * MIB);
    for (size_t start = 0; start < 7; start++) {
        for (size_t i = 0; i < 7; i++) {
            size_t size = SIZES[(start + i * 3) % 7];
            char *piece = mh_arena_take(&arena, size);

            assert_non_null(piece);
            memset(piece, 1, size);
        }
        mh_arena_reset(&arena);
    }
    mh_arena_fini(&arena);
}

static void a_text_is_a_copy_with_an_end(void **state)
{
    struct mh_arena arena;
    char text[] = "abc";
    char *copy;

    (void)state;
    mh_arena_init(&arena, MIB);
    copy = mh_arena_text(&arena, text, 2);
    text[0] = 'x';
    assert_string_equal(copy, "ab");
    assert_string_equal(mh_arena_text(&arena, "", 0), "");
    assert_memory_equal(mh_arena_text(&arena, "a\0b", 3), "a\0b", 4);
    mh_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(the_bound_holds),
        cmocka_unit_test(after_a_reset_nothing_is_allocated),
        cmocka_unit_test(blocks_too_small_are_passed_over),
        cmocka_unit_test(a_text_is_a_copy_with_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
