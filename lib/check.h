/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The one check of an event, the same for producers and consumers.
 *
 * A pure function of the event, its schema and the reference data: no clock,
 * no other event, no I/O. It finds all faults, not the first one.
 */
#ifndef MAHALLE_CHECK_H
#define MAHALLE_CHECK_H

#include "event.h"
#include "reference.h"

/**
 * @param event     `id` and `agency_id` are set where they can be; values
 *                  marked MH_BAD are left alone (already reported)
 * @param reference lent
 * @param faults    faults are added and the whole list is sorted
 * @returns true when `faults` is empty
 * Thread: any. Blocks: never. Allocates: no.
 */
bool mh_check(struct mh_event *event, const struct mh_reference *reference,
              struct mh_faults *faults);

#endif
