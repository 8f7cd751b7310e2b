/* SPDX-License-Identifier: Apache-2.0 */
/* A pipe that says nothing must not keep Kafka's answers from being taken. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum mh_code input_open(const char *path, struct input *input,
                        struct mh_err *err)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO
                                    : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return mh_fail(err, MH_FILE, "%s: %s", path, strerror(errno));
    }
    *input = (struct input){.path = path, .fd = fd};
    return MH_OK;
}

void input_close(struct input *input)
{
    if (input->fd != STDIN_FILENO) {
        (void)close(input->fd);
    }
}

enum mh_code input_read(struct input *input, char *room, size_t size,
                        int wait_ms, size_t *len, bool *came,
                        struct mh_err *err)
{
    struct pollfd ready = {.fd = input->fd, .events = POLLIN};
    ssize_t got;

    *len = 0;
    *came = false;
    if (poll(&ready, 1, wait_ms) <= 0) {
        return MH_OK;
    }
    got = read(input->fd, room, size);
    if (got < 0) {
        return errno == EINTR || errno == EAGAIN
                   ? MH_OK
                   : mh_fail(err, MH_FILE, "%s: %s", input->path,
                             strerror(errno));
    }
    input->at_end = got == 0;
    input->bytes += (uint64_t)got;
    *len = (size_t)got;
    *came = true;
    return MH_OK;
}
