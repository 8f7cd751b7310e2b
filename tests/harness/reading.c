/* SPDX-License-Identifier: Apache-2.0 */
/* The buffers are used again from line to line, as the program does. */
#include "reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "intake_line.h"

void reading_open(struct reading *reading)
{
    *reading = (struct reading){.world = world_open()};
    reading->intake = (struct intake){.catalogue = reading->world->catalogue,
                                      .reference = reading->world->reference};
    mh_buf_init(&reading->line, 2 * MH_EVENT_BYTES_MAX);
    mh_buf_init(&reading->scratch, 8 * MH_EVENT_BYTES_MAX);
}

void reading_close(struct reading *reading)
{
    json_decref(reading->object);
    mh_buf_fini(&reading->scratch);
    mh_buf_fini(&reading->line);
    world_close(reading->world);
}

void reading_line(struct reading *reading, const char *text, size_t len)
{
    enum mh_code code;

    json_decref(reading->object);
    reading->faults.count = 0;
    mh_buf_reset(&reading->line);
    mh_buf_put(&reading->line, text, len);
    code = intake_line(&reading->intake, mh_buf_string(&reading->line), len,
                       READING_NOW_MS, &reading->scratch, &reading->object,
                       &reading->room, &reading->event, &reading->faults);
    assert_int_equal(code, reading->faults.count > 0
                               ? reading->faults.items[0].code
                               : MH_OK);
}

void reading_print_faults(const struct reading *reading, const char *name)
{
    for (int i = 0; i < reading->faults.count; i++) {
        print_error("%s: %s %s\n", name, reading->faults.items[i].pointer,
                    mh_code_name(reading->faults.items[i].code));
    }
}
