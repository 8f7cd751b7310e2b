/* SPDX-License-Identifier: Apache-2.0 */
/** Asked to end by SIGTERM or SIGINT? */
#ifndef MAHALLE_STOP_H
#define MAHALLE_STOP_H

#include <stdbool.h>

/** Take SIGTERM and SIGINT, ignore SIGPIPE. Call once, before threads. */
void mh_stop_init(void);
bool mh_stop_asked(void);
/**
 * End the process with exit code 0 this long after it was asked to stop, even
 * if it hangs in a call. For programs whose truth is elsewhere at any moment.
 */
void mh_stop_limit(unsigned seconds);

/** From now on SIGHUP does not end the program. */
void mh_stop_hangup_init(void);
/** Whether SIGHUP came since this was asked last. */
bool mh_stop_hangup_asked(void);

#endif
