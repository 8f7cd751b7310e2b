/* SPDX-License-Identifier: Apache-2.0 */
/** Assertions about events. */
#ifndef MAHALLE_EXPECT_H
#define MAHALLE_EXPECT_H

#include "sample.h"

/** A plain event of `type` after `edits` (sample_set) has exactly these
 *  faults (sample_faults). */
void expect_faults(struct world *world, const char *type, const char *edits,
                   const char *faults);

#endif
