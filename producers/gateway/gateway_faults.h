/* SPDX-License-Identifier: Apache-2.0 */
/** Faults of an event as an answer tells them. Pure; part of mahalle-gateway. */
#ifndef MAHALLE_GATEWAY_FAULTS_H
#define MAHALLE_GATEWAY_FAULTS_H

#include "event.h"
#include "words.h"

/**
 * Append the faults as a JSON array.
 * @param most when `buf` has more bytes than this, only the first is told
 * @param type lent; NULL: none of them is a field's
 */
void faults_put(struct mh_buf *buf, size_t most, const struct mh_faults *faults,
                const struct mh_type *type, enum words_lang lang);

#endif
