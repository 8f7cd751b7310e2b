/* SPDX-License-Identifier: Apache-2.0 */
/* The size is what was read, not what the directory says: pipes work too. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 65536 };

enum mh_code mh_file_read(const char *path, struct mh_buf *buf,
                          struct mh_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char piece[PIECE_BYTES];
    ssize_t got;
    enum mh_code code = MH_OK;

    if (fd < 0) {
        return mh_fail(err, MH_FILE, "cannot open %.300s: %s", path,
                       strerror(errno));
    }
    while ((got = read(fd, piece, sizeof piece)) != 0) {
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            code = mh_fail(err, MH_FILE, "cannot read %.300s: %s", path,
                           strerror(errno));
            break;
        }
        if (buf->max - buf->len < (size_t)got) {
            code = mh_fail(err, MH_FILE, "%.300s is larger than %zu bytes",
                           path, buf->max);
            break;
        }
        mh_buf_put(buf, piece, (size_t)got);
        if (buf->failed) {
            code =
                mh_fail(err, MH_MEMORY, "out of memory reading %.300s", path);
            break;
        }
    }
    (void)close(fd);
    return code;
}
