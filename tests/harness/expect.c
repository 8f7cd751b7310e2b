/* SPDX-License-Identifier: Apache-2.0 */
/* Failures name the event, so that a table of them can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "expect.h"

void expect_faults(struct world *world, const char *type, const char *edits,
                   const char *faults)
{
    struct mh_event event;
    const char *got;

    sample_plain(world, world_type(world, type), &event);
    sample_set(world, &event, edits);
    got = sample_faults(world, &event);
    if (strcmp(got, faults) != 0) {
        fail_msg("%s, %s: [%s], not [%s]", type, edits, got, faults);
    }
}
