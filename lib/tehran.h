/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Changes of Tehran's clock: facts only, calendar.c works with them.
 */
#ifndef MAHALLE_TEHRAN_H
#define MAHALLE_TEHRAN_H

#include <stdint.h>

/** From `at_s` (seconds since 1970 UTC) on, the clock is `offset_s` ahead. */
struct mh_tehran_change {
    int64_t at_s;
    int32_t offset_s;
};

enum { MH_TEHRAN_CHANGES = 71 };

/** In rising order; the first one holds since ever (local mean time). */
extern const struct mh_tehran_change mh_tehran_changes[MH_TEHRAN_CHANGES];

#endif
