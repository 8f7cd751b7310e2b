/* SPDX-License-Identifier: Apache-2.0 */
/* Host and port apart, the first address that the host has, and what it came
 * to in numbers. */
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HOST_BYTES = 256, PORT_BYTES = 6 };

static bool split_address(const char *listen, char host[HOST_BYTES],
                          char port[PORT_BYTES])
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon == NULL ? 0 : (size_t)(colon - listen);

    if (len > 2 && listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    } else if (memchr(listen, ':', len) != NULL) {
        return false; /* which of them is before the port? */
    }
    if (len == 0 || len >= HOST_BYTES || strlen(colon + 1) >= PORT_BYTES ||
        colon[1] == '\0' ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strtoul(colon + 1, NULL, 10) > UINT16_MAX) {
        return false;
    }
    memcpy(host, listen, len);
    host[len] = '\0';
    (void)snprintf(port, PORT_BYTES, "%s", colon + 1);
    return true;
}

static int listen_at(const struct addrinfo *at, int backlog)
{
    const int on = 1;
    int fd =
        socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 &&
        (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
         bind(fd, at->ai_addr, at->ai_addrlen) != 0 ||
         listen(fd, backlog) != 0)) {
        int error = errno;

        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6) {
        return IN6_IS_ADDR_LOOPBACK(
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
    }
    return address->ss_family == AF_INET &&
           ntohl(((const struct sockaddr_in *)(const void *)address)
                     ->sin_addr.s_addr) >>
                   24 ==
               IN_LOOPBACKNET;
}

enum mh_code mh_listen(const char *listen, int backlog,
                       struct mh_listener *listener, struct mh_err *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct sockaddr_storage bound;
    socklen_t bound_len = sizeof bound;
    struct addrinfo *found = NULL;
    char host[HOST_BYTES];
    char port[PORT_BYTES];
    int error, fd;

    if (!split_address(listen, host, port)) {
        return mh_fail(err, MH_USAGE,
                       "listen: HOST:PORT or [ADDRESS]:PORT is expected");
    }
    error = getaddrinfo(host, port, &hints, &found);
    if (error != 0) {
        return mh_fail(err, MH_USAGE, "listen: %s: %s", host,
                       gai_strerror(error));
    }
    fd = listen_at(found, backlog);
    freeaddrinfo(found);
    if (fd < 0) {
        return mh_fail(err, MH_USAGE, "listen on %s port %s: %s", host, port,
                       strerror(errno));
    }
    memset(&bound, 0, sizeof bound);
    if (getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0 ||
        getnameinfo((struct sockaddr *)&bound, bound_len, host, 64, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        (void)close(fd);
        return mh_fail(err, MH_USAGE, "listen: the address cannot be told");
    }
    listener->fd = fd;
    listener->loopback = is_loopback(&bound);
    (void)snprintf(listener->at, sizeof listener->at,
                   strchr(host, ':') == NULL ? "%.45s:%s" : "[%.45s]:%s", host,
                   port);
    return MH_OK;
}
