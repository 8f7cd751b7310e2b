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

/** What a sender has to know of an event. */
struct flat_look {
    bool cloud;   /**< a CloudEvent */
    bool later;   /**< its revision is not 0 */
    uint64_t key; /**< flat_key of its event_id, or of what stands for it */
    size_t added_at, added; /**< where the type was put in, and its bytes */
};

/** Equal for equal texts, in letters of either case. */
uint64_t flat_key(const char *text, size_t len);

/**
 * Append an object that came as text, ends of line in it replaced.
 * @param type    its event_type when it names none; NULL: none
 * @param scratch lent; as in json.h
 * @param clouds  CloudEvents are told apart and get no type; else all are flat
 * @param look    out
 * @param faults  what is no object
 * @returns MH_OK, MH_MEMORY, the code of the fault
 */
MH_MUST enum mh_code flat_copy(const char *text, size_t len, const char *type,
                               struct mh_buf *scratch, struct mh_buf *buf,
                               bool clouds, struct flat_look *look,
                               struct mh_faults *faults);

#endif
