/* SPDX-License-Identifier: Apache-2.0 */
/** The two clocks: one for durations, one for times of the world. */
#ifndef MAHALLE_CLOCK_H
#define MAHALLE_CLOCK_H

#include <stdint.h>

/** Milliseconds since some start; never goes back. For waits and rates. */
int64_t mh_clock_ms(void);
/** Milliseconds since 1970-01-01 UTC. */
int64_t mh_clock_wall_ms(void);
/** Sleep; a signal may end it early. */
void mh_clock_sleep_ms(int64_t ms);

#endif
