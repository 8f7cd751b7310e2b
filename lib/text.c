/* SPDX-License-Identifier: Apache-2.0 */
/* Eight bytes at a time while they are ASCII, which they nearly always are. */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK_BYTES = 64 * 1024 };

/* Bytes of the character that begins at `at`; 0: there is none. */
static size_t character_len(const uint8_t *at, size_t left)
{
    uint8_t lead = at[0];
    uint8_t low = 0x80; /* bounds of the second byte */
    uint8_t high = 0xbf;
    size_t len;

    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead == 0xe0) {
        low = 0xa0; /* below: not the shortest form */
    } else if (lead == 0xed) {
        high = 0x9f; /* above: surrogates */
    } else if (lead == 0xf0) {
        low = 0x90; /* below: not the shortest form */
    } else if (lead == 0xf4) {
        high = 0x8f; /* above: beyond U+10FFFF */
    }
    if (left < len || at[1] < low || at[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < len; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return len;
}

size_t mh_text_character(const char *text, size_t len)
{
    return character_len((const uint8_t *)text, len);
}

bool mh_text_is_utf8(const char *text, size_t len)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t at = 0;

    while (at < len) {
        uint64_t word;
        size_t step;

        if (len - at >= sizeof word) {
            memcpy(&word, bytes + at, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof word;
                continue;
            }
        }
        step = character_len(bytes + at, len - at);
        if (step == 0) {
            return false;
        }
        at += step;
    }
    return true;
}

/* Until the end of the file. */
static enum mh_code read_all(int fd, const char *path, struct mh_buf *buf,
                             struct mh_err *err)
{
    for (;;) {
        char chunk[CHUNK_BYTES];
        ssize_t len = read(fd, chunk, sizeof chunk);

        if (len == 0) {
            return MH_OK;
        }
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len < 0) {
            return mh_fail(err, MH_FILE, "read %s: %s", path, strerror(errno));
        }
        if ((size_t)len > buf->max - buf->len) {
            return mh_fail(err, MH_FILE, "read %s: larger than %zu bytes", path,
                           buf->max);
        }
        mh_buf_put(buf, chunk, (size_t)len);
        if (buf->failed) {
            return mh_fail(err, MH_MEMORY, "read %s: no memory", path);
        }
    }
}

enum mh_code mh_text_read_file(const char *path, struct mh_buf *buf,
                               struct mh_err *err)
{
    size_t before = buf->len;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum mh_code code;

    if (fd < 0) {
        return mh_fail(err, MH_FILE, "open %s: %s", path, strerror(errno));
    }
    code = read_all(fd, path, buf, err);
    if (code != MH_OK) {
        buf->len = before;
        buf->failed = false;
    }
    (void)close(fd);
    return code;
}
