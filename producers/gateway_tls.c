/* SPDX-License-Identifier: Apache-2.0 */
/* The session belongs to the library; here it is only asked. */
#include "gateway_tls.h"

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <sys/socket.h>

const char TLS_PRIORITIES[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

/* NULL: plain HTTP */
static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

    return info == NULL ? NULL : (gnutls_session_t)info->tls_session;
}

bool tls_client_is_known(struct MHD_Connection *connection)
{
    gnutls_session_t session = session_of(connection);
    unsigned int status = 0;

    return session != NULL &&
           gnutls_certificate_verify_peers2(session, &status) ==
               GNUTLS_E_SUCCESS &&
           status == 0;
}

void tls_write(struct MHD_Connection *connection, const char *bytes, size_t len)
{
    gnutls_session_t session = session_of(connection);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    if (session != NULL) {
        (void)gnutls_record_send(session, bytes, len);
    } else if (info != NULL) {
        (void)send(info->connect_fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}
