/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handler only sets a flag (and starts the limit, if there is one).
 * Blocking calls are interrupted (no SA_RESTART), so that a program waiting on
 * a pipe or socket wakes up too.
 */
#include "stop.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t asked;
static volatile sig_atomic_t limit_s;
static volatile sig_atomic_t hung_up;

static void on_signal(int number)
{
    (void)number;
    if (asked == 0 && limit_s > 0) {
        (void)alarm((unsigned)limit_s);
    }
    asked = 1;
}

static void on_limit(int number)
{
    (void)number;
    _exit(0);
}

void mh_stop_limit(unsigned seconds)
{
    struct sigaction end = {.sa_handler = on_limit};

    (void)sigaction(SIGALRM, &end, NULL);
    limit_s = (sig_atomic_t)seconds;
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

static void on_hangup(int number)
{
    (void)number;
    hung_up = 1;
}

void mh_stop_hangup_init(void)
{
    struct sigaction note = {.sa_handler = on_hangup, .sa_flags = SA_RESTART};

    (void)sigaction(SIGHUP, &note, NULL);
}

bool mh_stop_hangup_asked(void)
{
    bool was = hung_up != 0;

    hung_up = 0;
    return was;
}
