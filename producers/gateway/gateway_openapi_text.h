/* SPDX-License-Identifier: Apache-2.0 */
/** The part of the OpenAPI document that is the same for every contract. */
#ifndef MAHALLE_GATEWAY_OPENAPI_TEXT_H
#define MAHALLE_GATEWAY_OPENAPI_TEXT_H

/** Up to the version of the program. */
extern const char OPENAPI_BEGIN[];
/** From there to the components. */
extern const char OPENAPI_PATHS[];
/** `components`, with schemas that more may follow. */
extern const char OPENAPI_SCHEMAS[];

#endif
