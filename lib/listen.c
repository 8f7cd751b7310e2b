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

#include "clock.h"
#include "log.h"
#include "stop.h"

enum {
    HOST_BYTES = 256,
    PORT_BYTES = 6,
    AGAIN_MS = 1000, /* an address may come up after the program */
    TELL_MS = 60000
};

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

/* What another start may find mended without anybody changing the settings. */
static enum mh_code code_of_name(int error)
{
    return error == EAI_AGAIN || error == EAI_MEMORY || error == EAI_SYSTEM
               ? MH_LISTEN
               : MH_USAGE;
}

static enum mh_code code_of_socket(int error)
{
    return error == EACCES || error == EAFNOSUPPORT || error == EINVAL ||
                   error == EOPNOTSUPP
               ? MH_USAGE
               : MH_LISTEN;
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
        return mh_fail(err, code_of_name(error), "listen: %s: %s", host,
                       gai_strerror(error));
    }
    fd = listen_at(found, backlog);
    error = errno;
    freeaddrinfo(found);
    if (fd < 0) {
        return mh_fail(err, code_of_socket(error), "listen on %s port %s: %s",
                       host, port, strerror(error));
    }
    memset(&bound, 0, sizeof bound);
    if (getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0 ||
        getnameinfo((struct sockaddr *)&bound, bound_len, host, 64, port,
                    sizeof port, NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        (void)close(fd);
        return mh_fail(err, MH_LISTEN, "listen: the address cannot be told");
    }
    listener->fd = fd;
    listener->loopback = is_loopback(&bound);
    (void)snprintf(listener->at, sizeof listener->at,
                   strchr(host, ':') == NULL ? "%.45s:%s" : "[%.45s]:%s", host,
                   port);
    return MH_OK;
}

void mh_listen_tell(const char *step, int64_t *told_ms,
                    const struct mh_err *err)
{
    int64_t now_ms = mh_clock_ms();

    if (*told_ms == 0 || now_ms - *told_ms >= TELL_MS) {
        *told_ms = now_ms;
        mh_log(MH_LOG_WARN, step, "listen=none again_ms=%d reason=%s", AGAIN_MS,
               mh_log_quote((char[MH_LOG_QUOTED]){0}, err->text));
    }
}

enum mh_code mh_listen_wait(const char *listen, int backlog, const char *step,
                            struct mh_listener *listener, struct mh_err *err)
{
    int64_t told_ms = 0;
    enum mh_code code;

    while ((code = mh_listen(listen, backlog, listener, err)) == MH_LISTEN &&
           !mh_stop_asked()) {
        mh_listen_tell(step, &told_ms, err);
        mh_clock_sleep_ms(AGAIN_MS);
    }
    return code;
}
