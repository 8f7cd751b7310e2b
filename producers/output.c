/* SPDX-License-Identifier: Apache-2.0 */
/* One write a record, so that no record is there in part. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum mh_code output_open(const char *path, struct output *output,
                         struct mh_err *err)
{
    int fd = path == NULL
                 ? STDERR_FILENO
                 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);

    if (fd < 0) {
        return mh_fail(err, MH_FILE, "%s: %s", path, strerror(errno));
    }
    *output = (struct output){.path = path, .fd = fd};
    return MH_OK;
}

void output_close(struct output *output)
{
    if (output->path != NULL) {
        (void)close(output->fd);
    }
}

enum mh_code output_write(const struct output *output, const struct mh_buf *buf,
                          struct mh_err *err)
{
    const char *name = output->path == NULL ? "standard error" : output->path;
    const uint8_t *bytes = buf->bytes;
    size_t len = buf->len;

    if (buf->failed) {
        return mh_fail(err, MH_MEMORY, "%s: out of memory", name);
    }
    while (len > 0) {
        ssize_t done = write(output->fd, bytes, len);

        if (done < 0 && errno != EINTR) {
            return mh_fail(err, MH_FILE, "%s: %s", name, strerror(errno));
        }
        if (done > 0) {
            bytes += done;
            len -= (size_t)done;
        }
    }
    return MH_OK;
}
