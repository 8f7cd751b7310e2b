/* SPDX-License-Identifier: Apache-2.0 */
/* A file that others may read at any moment: written beside, then renamed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin.h"

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

/* A hidden name is nothing to whoever lists the folder meanwhile. */
static enum mh_code name_part(const char *path, char part[ADMIN_PATH_BYTES],
                              struct mh_err *err)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    int folder = (int)(name - path);

    return snprintf(part, ADMIN_PATH_BYTES, "%.*s.%s.new", folder, path, name) <
                   ADMIN_PATH_BYTES
               ? MH_OK
               : mh_fail(err, MH_FILE, "path is too long: %.200s", path);
}

static bool make_folder(const char *part)
{
    char folder[ADMIN_PATH_BYTES];
    const char *slash = strrchr(part, '/');

    if (slash == NULL) {
        return true;
    }
    (void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - part), part);
    return *folder == '\0' || mkdir(folder, 0755) == 0 || errno == EEXIST;
}

enum mh_code admin_write_beside(const char *path, const struct mh_buf *text,
                                char part[ADMIN_PATH_BYTES], struct mh_err *err)
{
    enum mh_code code = name_part(path, part, err);

    if (code != MH_OK) {
        return code;
    }
    if (!make_folder(part) || !write_new(part, text)) {
        code = failed("write", path, err);
        (void)unlink(part);
    }
    return code;
}

enum mh_code admin_put_in_place(const char *part, const char *path,
                                struct mh_err *err)
{
    enum mh_code code = MH_OK;

    if (rename(part, path) != 0) {
        code = failed("write", path, err);
        (void)unlink(part);
    }
    return code;
}

enum mh_code admin_write_file(const char *path, const struct mh_buf *text,
                              struct mh_err *err)
{
    char part[ADMIN_PATH_BYTES];
    enum mh_code code = admin_write_beside(path, text, part, err);

    return code == MH_OK ? admin_put_in_place(part, path, err) : code;
}
