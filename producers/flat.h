/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Flat JSON on its way to a gateway: an event that came as cells, written; an
 * event that came as JSON, copied. One line each, so that many make NDJSON.
 *
 * The mirror of intake. Pure.
 */
#ifndef MAHALLE_FLAT_H
#define MAHALLE_FLAT_H

#include "buf.h"
#include "event.h"

/**
 * Append an event as one flat object.
 * @param event     lent; has passed the check
 * @param posted_at write it, too: it was given and not made up here
 * The caller looks at `buf->failed`.
 */
void flat_put(const struct mh_event *event, bool posted_at, struct mh_buf *buf);

/**
 * Append an object that came as text, ends of line in it replaced.
 * @param type    its event_type when it names none; NULL: none
 * @param scratch lent; as in json.h
 * @param cloud   out; whether it is a CloudEvent, which gets no type; NULL:
 *                not asked, all are flat
 * @param faults  what is no object
 * @returns MH_OK, MH_MEMORY, the code of the fault
 */
MH_MUST enum mh_code flat_copy(const char *text, size_t len, const char *type,
                               struct mh_buf *scratch, struct mh_buf *buf,
                               bool *cloud, struct mh_faults *faults);

#endif
