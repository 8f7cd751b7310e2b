/* SPDX-License-Identifier: Apache-2.0 */
/** A socket that waits for clients at an address as people write it. */
#ifndef MAHALLE_LISTEN_H
#define MAHALLE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>

#include "mahalle/err.h"

struct mh_listener {
    int fd;        /**< given; close it, or give it to a server that does */
    bool loopback; /**< only this machine reaches it */
    char at[64];   /**< as "127.0.0.1:9102", with the port that was found */
};

/**
 * @param listen  lent; HOST:PORT or [ADDRESS]:PORT; port 0: any that is free
 * @param backlog clients that may wait to be accepted
 * @returns MH_OK, MH_USAGE (nothing that can be listened on), MH_LISTEN (an
 *          address that is not up yet, or that another process has)
 */
MH_MUST enum mh_code mh_listen(const char *listen, int backlog,
                               struct mh_listener *listener,
                               struct mh_err *err);
/** The same, again and again while it is MH_LISTEN and nobody asks to stop; told
 *  in the log as of `step`. */
MH_MUST enum mh_code mh_listen_wait(const char *listen, int backlog,
                                    const char *step,
                                    struct mh_listener *listener,
                                    struct mh_err *err);
/** Tell that it is tried again: the first time, then once a minute.
 *  @param told_ms in, out: 0 before the first */
void mh_listen_tell(const char *step, int64_t *told_ms,
                    const struct mh_err *err);

#endif
