/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A test program's world: opened and closed around a group of its tests by
 * cmocka_run_group_tests(tests, open_world, close_world).
 */
#ifndef MAHALLE_WITH_WORLD_H
#define MAHALLE_WITH_WORLD_H

#include "world.h"

static struct world *world; /* published types and reference data */

static int open_world(void **state)
{
    (void)state;
    world = world_open();
    return 0;
}

static int close_world(void **state)
{
    (void)state;
    world_close(world);
    return 0;
}

#endif
