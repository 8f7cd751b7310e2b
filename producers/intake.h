/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Named values -> event, with all faults at once.
 *
 * Step between the readers of formats and encode: finds the type, reads each
 * value as its field wants it, fills in defaults and identity, and runs the one
 * check. Has no clock, no file and no network. What is tolerated in values:
 * intake_value.h.
 */
#ifndef MAHALLE_INTAKE_H
#define MAHALLE_INTAKE_H

#include <jansson.h>

#include "catalogue.h"
#include "event.h"
#include "given.h"
#include "reference.h"
#include "uuid.h"

/** What events are read against. */
struct intake {
    const struct mh_catalogue *catalogue; /**< lent */
    const struct mh_reference *reference; /**< lent */
    const struct mh_type *type; /**< lent; of events that name none; optional */
};

/** Texts of one event that no one else owns. */
struct intake_room {
    char id[MH_UUID_TEXT + 1];
};

/**
 * Read one event from flat JSON.
 *
 * @param object  lent; must outlive `event`, which points into it
 * @param now_ms  posted_at of an event that has none
 * @param room    lent; must outlive `event`
 * @param event   out; complete when there is no fault; `type` is NULL when
 *                the type is unknown
 * @param faults  lent; faults are added, in field order; it may have some
 * @returns MH_OK: the event may be encoded
 *          MH_MEMORY
 *          the code of the first fault
 * Thread: any. Blocks: never.
 */
MH_MUST enum mh_code intake_read(const struct intake *intake,
                                 const json_t *object, int64_t now_ms,
                                 struct intake_room *room,
                                 struct mh_event *event,
                                 struct mh_faults *faults);
/**
 * Read one event from values by name, `event_type` among them.
 * @param items lent; must outlive `event`; each name once
 * The rest as above.
 */
MH_MUST enum mh_code intake_items(const struct intake *intake,
                                  const struct given_item *items, int count,
                                  int64_t now_ms, struct intake_room *room,
                                  struct mh_event *event,
                                  struct mh_faults *faults);

#endif
