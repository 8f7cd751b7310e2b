/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The description of the HTTP interface, OpenAPI 3.1, made from the catalogue:
 * a new event type is described as soon as it is known.
 */
#ifndef MAHALLE_GATEWAY_OPENAPI_H
#define MAHALLE_GATEWAY_OPENAPI_H

#include "buf.h"
#include "catalogue.h"

/** Append the whole document. The caller looks at `buf->failed`. */
void openapi_put(struct mh_buf *buf, const struct mh_catalogue *catalogue);

#endif
