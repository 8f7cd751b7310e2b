/* SPDX-License-Identifier: Apache-2.0 */
/** What the subcommands of mahalle-lag do. */
#ifndef MAHALLE_LAG_SERVE_H
#define MAHALLE_LAG_SERVE_H

#include "options.h"

struct lag_config {
    const char *brokers, *conninfo, *topic, *group; /**< lent */
    const char *listen;                             /**< lent */
    bool json;
    const struct mh_options *options; /**< lent; kafka.* keys */
};

/** Look until what waits has been read, at most some 5 s, and print.
 *  @param ok out; the status is OK, and the age of what waits is known
 *  @returns MH_OK, or why it could not look */
MH_MUST enum mh_code lag_status(const struct lag_config *config, bool *ok,
                                struct mh_err *err);
/** Look each second and print, until asked to stop. */
MH_MUST enum mh_code lag_watch(const struct lag_config *config,
                               struct mh_err *err);
/** Look each second and answer over HTTP, until asked to stop. */
MH_MUST enum mh_code lag_serve(const struct lag_config *config,
                               struct mh_err *err);

#endif
