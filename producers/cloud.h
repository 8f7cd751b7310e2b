/* SPDX-License-Identifier: Apache-2.0 */
/**
 * CloudEvents 1.0 -> the values of a flat event.
 *
 * `id`, `type`, `source`, `time` and the extensions `revision` and `op` are
 * fields of the envelope, `data` is the rest; other attributes are nobody's
 * business here. Step between json and intake. Pure; for mahalle-gateway and libmahalle.
 * Source: CloudEvents 1.0.2, and its JSON format and HTTP binding.
 */
#ifndef MAHALLE_CLOUD_H
#define MAHALLE_CLOUD_H

#include <jansson.h>

#include "catalogue.h"
#include "event.h"
#include "given.h"
#include "intake.h"

enum {
    /* An event has at most MH_FIELDS_MAX; the rest are unknown names. */
    CLOUD_ITEMS_MAX = 2 * MH_FIELDS_MAX
};

struct cloud {
    struct given_item items[CLOUD_ITEMS_MAX];
    int count;
};

/**
 * @param event  lent; attributes and `data`; must outlive `cloud`
 * @param cloud  out; for intake_items
 * @param faults what is no event of CloudEvents, and SOURCE
 */
void cloud_read(const struct mh_catalogue *catalogue, const json_t *event,
                struct cloud *cloud, struct mh_faults *faults);
/** The same, and the event of it. @param cloud lent; must outlive `event`
 *  @returns as intake_items */
MH_MUST enum mh_code cloud_intake(const struct intake *intake,
                                  const json_t *object, int64_t now_ms,
                                  struct cloud *cloud, struct intake_room *room,
                                  struct mh_event *event,
                                  struct mh_faults *faults);
/**
 * Whether `text` is an event of CloudEvents: one object with `specversion`.
 * @param scratch lent; as in json.h
 * @param object  out, when it is; given, json_decref
 */
bool cloud_find(const char *text, size_t len, struct mh_buf *scratch,
                json_t **object);

#endif
