/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The border to GnuTLS: certificates, ours and those of clients.
 *
 * The files can be read again while connections go on: from then on new
 * connections are shown the new certificate, and clients are judged by the new
 * authorities. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_TLS_H
#define MAHALLE_GATEWAY_TLS_H

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stddef.h>

#include "mahalle/err.h"

struct MHD_Connection;
struct tls;

/** TLS 1.2 and 1.3, no older one. */
extern const char TLS_PRIORITIES[];

/**
 * Read the files.
 * @param clients lent; NULL: clients need no certificate
 * @returns MH_OK, MH_FILE, MH_USAGE (not a certificate and its key), MH_MEMORY
 */
MH_MUST enum mh_code tls_open(const char *certificate, const char *key,
                              const char *clients, struct tls **tls,
                              struct mh_err *err);
/** NULL is fine. After the server that uses it. */
void tls_close(struct tls *tls);
/** Read the files again. On failure all stays as it was.
 *  @param changed out; whether anything in them is new */
MH_MUST enum mh_code tls_read_again(struct tls *tls, bool *changed,
                                    struct mh_err *err);
/** The authorities of clients as they were read first, PEM; lent; NULL: none. */
const char *tls_clients(const struct tls *tls);

/** Our certificate for a new connection, as GnuTLS asks for it: what it gets
 *  lives as long as `tls`, so that no handshake can outlive it. */
void tls_get_certificate(struct tls *tls, gnutls_pcert_st **chain,
                         unsigned int *count, gnutls_privkey_t *key);
/** Whether the client has shown a certificate for clients that an authority
 *  vouches for. */
bool tls_client_is_known(struct tls *tls, struct MHD_Connection *connection);
/** Write at once, encrypted where the connection is; what does not fit is
 *  lost. */
void tls_write(struct MHD_Connection *connection, const char *bytes,
               size_t len);

#endif
