/* SPDX-License-Identifier: Apache-2.0 */
/* The buffers are used again from line to line, as the program does. */
#include "reading.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "frame.h"
#include "json.h"

void reading_open(struct reading *reading)
{
    *reading = (struct reading){.world = world_open()};
    reading->intake = (struct intake){.catalogue = reading->world->catalogue,
                                      .reference = reading->world->reference};
    mh_buf_init(&reading->scratch, 8 * MH_EVENT_BYTES_MAX);
}

void reading_close(struct reading *reading)
{
    json_decref(reading->object);
    mh_buf_fini(&reading->scratch);
    world_close(reading->world);
}

void reading_line(struct reading *reading, const char *text, size_t len)
{
    enum mh_code code;

    json_decref(reading->object);
    reading->object = NULL;
    reading->faults.count = 0;
    code = json_read(text, len, &reading->scratch, &reading->object,
                     &reading->faults);
    if (code == MH_OK) {
        code = intake_read(&reading->intake, reading->object, READING_NOW_MS,
                           &reading->room, &reading->event, &reading->faults);
    }
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
