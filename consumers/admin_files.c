/* SPDX-License-Identifier: Apache-2.0 */
/* A file that others may read at any moment: written beside, then renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin.h"

enum { PATH_BYTES = 4096 };

static bool write_all(int fd, const uint8_t *at, size_t left)
{
    while (left > 0) {
        ssize_t put = write(fd, at, left);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        at += put;
        left -= (size_t)put;
    }
    return fsync(fd) == 0;
}

static bool write_new(const char *path, const struct mh_buf *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool fine;
    int error;

    if (fd < 0) {
        return false;
    }
    fine = write_all(fd, text->bytes, text->len);
    error = errno;
    if (close(fd) != 0) {
        return false;
    }
    errno = error;
    return fine;
}

static enum mh_code failed(const char *what, const char *path,
                           struct mh_err *err)
{
    return mh_fail(err, MH_FILE, "cannot %s %.300s: %s", what, path,
                   strerror(errno));
}

enum mh_code admin_write_file(const char *path, const struct mh_buf *text,
                              struct mh_err *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char folder[PATH_BYTES];
    char part[PATH_BYTES + 256];
    enum mh_code code;
    int len = snprintf(folder, sizeof folder, "%.*s",
                       slash == NULL ? 1 : (int)(slash - path),
                       slash == NULL ? "." : path);

    if (len < 0 || len >= PATH_BYTES - 256) {
        return mh_fail(err, MH_FILE, "path is too long: %.200s", path);
    }
    if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
        return failed("make", folder, err);
    }
    /* a hidden name is nothing to whoever lists the folder meanwhile */
    (void)snprintf(part, sizeof part, "%s/.%.200s.new", folder, name);
    if (write_new(part, text) && rename(part, path) == 0) {
        return MH_OK;
    }
    code = failed("write", path, err);
    (void)unlink(part);
    return code;
}
