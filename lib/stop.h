/* SPDX-License-Identifier: Apache-2.0 */
/** Asked to end by SIGTERM or SIGINT? */
#ifndef MAHALLE_STOP_H
#define MAHALLE_STOP_H

#include <stdbool.h>

/** Take SIGTERM and SIGINT, ignore SIGPIPE. Call once, before threads. */
void mh_stop_init(void);
bool mh_stop_asked(void);

#endif
