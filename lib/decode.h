/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Strict decoder: the body of one record, by the version that wrote it.
 *
 * Every length, count and index is checked before it is used; nothing is
 * allocated; texts point into the record. What is well-formed here may still
 * break a rule: that is the check's business.
 *
 * Source: Avro 1.11 specification, "Binary Encoding". A varint may be padded
 * up to 10 bytes as long as its value is in range.
 */
#ifndef MAHALLE_DECODE_H
#define MAHALLE_DECODE_H

#include "catalogue.h"
#include "event.h"

/**
 * @param schema lent
 * @param body   lent; must outlive `event`
 * @param event  out; complete on success
 * @param field  out; on failure the field (of the latest version) at which
 *               decoding stopped, -1 for none
 * @returns MH_OK
 *          MH_DECODE    the bytes end early, a number is out of range, a
 *                       union or enum index does not exist, a length is
 *                       negative or beyond the record
 *          MH_TRAILING  bytes are left
 * Thread: any. Blocks: never. Allocates: no.
 */
MH_MUST enum mh_code mh_decode(const struct mh_schema *schema,
                               const uint8_t *body, size_t len,
                               struct mh_event *event, int *field);

#endif
