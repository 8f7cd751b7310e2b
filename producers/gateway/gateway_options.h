/* SPDX-License-Identifier: Apache-2.0 */
/** Options of mahalle-gateway, read and checked against each other. */
#ifndef MAHALLE_GATEWAY_OPTIONS_H
#define MAHALLE_GATEWAY_OPTIONS_H

#include "gateway.h"
#include "options.h"

struct gateway_options {
    struct mh_options *all; /**< owned; the texts below are lent by it */
    const char *brokers, *topic, *pg, *listen;
    const char *tls_certificate, *tls_key, *tls_clients; /**< files; NULL */
    bool plain_http; /**< also where others than this machine reach it */
    int queue_kib;
    size_t recent_events;
    int64_t grace_ms;
    struct gateway_limits limits;
};

/**
 * @param done out; true: the help or the version was printed
 * @returns MH_OK, MH_USAGE (already printed), MH_MEMORY
 */
MH_MUST enum mh_code gateway_options_read(int argc, char **argv,
                                          struct gateway_options *options,
                                          bool *done, struct mh_err *err);
void gateway_options_fini(struct gateway_options *options);

#endif
