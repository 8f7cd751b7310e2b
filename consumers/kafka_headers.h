/* SPDX-License-Identifier: Apache-2.0 */
/** Headers of a record as JSON, so that a dead letter can keep them. */
#ifndef MAHALLE_KAFKA_HEADERS_H
#define MAHALLE_KAFKA_HEADERS_H

#include "buf.h"
#include "message.h"

/** Append `[{"name": "...", "hex": "..."}]`; `[]` when there is none. */
void kafka_headers_json(const struct message *message, struct mh_buf *buf);

#endif
