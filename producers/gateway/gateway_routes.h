/* SPDX-License-Identifier: Apache-2.0 */
/** The paths of the gateway, exactly these. */
#ifndef MAHALLE_GATEWAY_ROUTES_H
#define MAHALLE_GATEWAY_ROUTES_H

#include "gateway.h"

/** What a handler came to. */
enum handled {
    HANDLED, /**< the answer is complete */
    REFUSED, /**< request->problem says why */
    PARKED,  /**< called again when there is something to tell */
};

struct route {
    const char *methods; /**< as in Allow */
    const char *path;    /**< one `*` stands for one or more bytes without / */
    const char *name;    /**< in metrics and audit lines */
    bool needs_key;
    bool has_body; /**< takes one, of gateway_body_most */
    bool quiet;    /**< no audit line: asked by machines all the time */
    enum handled (*handle)(struct request *request, struct answer *answer);
};

/**
 * The route of a path and method.
 * @param path    lent; as it was sent
 * @param request its `name` is set
 * @param allowed out; the methods that the path takes; NULL: no such path
 * @returns NULL: there is none
 */
const struct route *routes_find(const char *path, const char *method,
                                struct request *request, const char **allowed);

/* The handlers that have files of their own. */
enum handled post_handle(struct request *request, struct answer *answer);
enum handled receipt_handle(struct request *request, struct answer *answer);
enum handled rejections_handle(struct request *request, struct answer *answer);
enum handled registry_schema(struct request *request, struct answer *answer);
enum handled registry_types(struct request *request, struct answer *answer);
enum handled registry_config(struct request *request, struct answer *answer);
enum handled registry_subjects(struct request *request, struct answer *answer);
enum handled registry_versions(struct request *request, struct answer *answer);
enum handled registry_version(struct request *request, struct answer *answer);
enum handled registry_lookup(struct request *request, struct answer *answer);

#endif
