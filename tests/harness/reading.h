/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One line of JSON through json and intake, as mahalle-post reads it.
 *
 * For tests of the intake; the time of day is the same in all of them.
 */
#ifndef MAHALLE_READING_H
#define MAHALLE_READING_H

#include "intake.h"
#include "world.h"

enum { READING_NOW_MS = 1760421600 };

struct reading {
    struct world *world; /**< owned */
    struct intake intake;
    struct mh_buf line; /**< the last one; the event points into it */
    struct mh_buf scratch;
    json_t *object; /**< owned; of the last line */
    struct intake_room room;
    struct mh_event event;
    struct mh_faults faults; /**< of the last line */
};

void reading_open(struct reading *reading);
void reading_close(struct reading *reading);
/** Read a line; its code is that of its first fault (asserted). */
void reading_line(struct reading *reading, const char *text, size_t len);
/** Show the faults of the last line on standard error. */
void reading_print_faults(const struct reading *reading, const char *name);

#endif
