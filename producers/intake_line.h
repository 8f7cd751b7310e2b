/* SPDX-License-Identifier: Apache-2.0 */
/** A line of JSON -> event: json and intake in one step. */
#ifndef MAHALLE_INTAKE_LINE_H
#define MAHALLE_INTAKE_LINE_H

#include "buf.h"
#include "intake.h"

/**
 * @param text    lent; `len` bytes as they came; must outlive `event`
 * @param scratch lent; as in json.h
 * @param object  out; given, json_decref, also on failure; NULL: none was
 *                made. Must outlive `event`
 * The rest as in intake.h.
 * @returns MH_OK, MH_MEMORY, the code of the first fault
 */
MH_MUST enum mh_code intake_line(const struct intake *intake, const char *text,
                                 size_t len, int64_t now_ms,
                                 struct mh_buf *scratch, json_t **object,
                                 struct intake_room *room,
                                 struct mh_event *event,
                                 struct mh_faults *faults);

#endif
