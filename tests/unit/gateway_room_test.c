/* SPDX-License-Identifier: Apache-2.0 */
/* Room for bodies: who has no key takes nothing from those who post. */
#include "gateway.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway_routes.h"

enum { KIB = 1024, ROOM = 2048 * KIB, BODY = 1024 * KIB };

static const struct route keyed = {.needs_key = true, .has_body = true};
static const struct route open = {.needs_key = false, .has_body = true};
static struct gateway gateway;

static struct request of(const struct route *route)
{
    return (struct request){.gateway = &gateway, .route = route};
}

static int begin(void **state)
{
    (void)state;
    gateway.limits.room_bytes = ROOM;
    gateway.limits.body_bytes = BODY;
    atomic_init(&gateway.room, 0);
    atomic_init(&gateway.open_room, 0);
    return 0;
}

static void a_body_without_a_key_is_small(void **state)
{
    const struct request posted = of(&keyed), asked = of(&open),
                         lost = of(NULL);

    (void)state;
    assert_int_equal(gateway_body_most(&posted), BODY);
    assert_int_equal(gateway_body_most(&asked), 64 * KIB);
    assert_int_equal(gateway_body_most(&lost), BODY);
}

static void requests_without_a_key_leave_room_to_post(void **state)
{
    struct request asked[64], post = of(&keyed);
    int count = 0;

    (void)state;
    for (int i = 0; i < 64; i++) {
        asked[i] = of(&open);
        count += gateway_reserve(&asked[i], 64 * KIB);
    }
    assert_int_equal(count, 16);
    assert_true(gateway_reserve(&post, ROOM));
    assert_false(gateway_reserve(&post, 1));
    for (int i = 0; i < 64; i++) {
        gateway_release(&asked[i]);
    }
    assert_int_equal(atomic_load(&gateway.open_room), 0);
    assert_int_equal(atomic_load(&gateway.room), ROOM);
    gateway_release(&post);
    gateway_release(&post);
    assert_int_equal(atomic_load(&gateway.room), 0);
    assert_true(gateway_reserve(&asked[63], 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_body_without_a_key_is_small, begin),
        cmocka_unit_test_setup(requests_without_a_key_leave_room_to_post,
                               begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
