/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Frame and Avro bytes of an event, by the latest version of its type.
 */
#ifndef MAHALLE_ENCODE_H
#define MAHALLE_ENCODE_H

#include "buf.h"
#include "event.h"

/**
 * Append frame and record to `buf`.
 * @param event lent; has passed the check (no MH_BAD, nothing required null)
 * The caller looks at `buf->failed`.
 */
void mh_encode(const struct mh_event *event, struct mh_buf *buf);

#endif
