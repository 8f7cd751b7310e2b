/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handler only sets a flag. Blocking calls are interrupted (no
 * SA_RESTART), so that a program waiting on a pipe or socket wakes up too.
 */
#include "stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t asked;

static void on_signal(int number)
{
    (void)number;
    asked = 1;
}

void mh_stop_init(void)
{
    struct sigaction stop = {.sa_handler = on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    /* These cannot fail: the signals exist and the pointers are ours. */
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
}

bool mh_stop_asked(void)
{
    return asked != 0;
}
