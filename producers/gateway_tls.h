/* SPDX-License-Identifier: Apache-2.0 */
/** The border to GnuTLS: what of a connection libmicrohttpd does not tell. */
#ifndef MAHALLE_GATEWAY_TLS_H
#define MAHALLE_GATEWAY_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;

/** TLS 1.2 and 1.3, no older one. */
extern const char TLS_PRIORITIES[];

/** Whether the client has shown a certificate that the CA of clients vouches
 *  for. */
bool tls_client_is_known(struct MHD_Connection *connection);
/** Write at once, encrypted where the connection is; what does not fit is
 *  lost. */
void tls_write(struct MHD_Connection *connection, const char *bytes,
               size_t len);

#endif
