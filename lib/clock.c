/* SPDX-License-Identifier: Apache-2.0 */
/* Both clocks in milliseconds. */
#include "clock.h"

#include <time.h>

static int64_t read_ms(clockid_t which)
{
    struct timespec now;

    (void)clock_gettime(which, &now); /* cannot fail for these two */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t mh_clock_ms(void)
{
    return read_ms(CLOCK_MONOTONIC);
}

int64_t mh_clock_wall_ms(void)
{
    return read_ms(CLOCK_REALTIME);
}

void mh_clock_sleep_ms(int64_t ms)
{
    struct timespec wait = {.tv_sec = ms / 1000,
                            .tv_nsec = ms % 1000 * 1000000};

    if (ms > 0) {
        (void)nanosleep(&wait, NULL);
    }
}
