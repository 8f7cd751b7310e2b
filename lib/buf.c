/* SPDX-License-Identifier: Apache-2.0 */
/* Growing by doubling; the bound is checked before any allocation. */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

void mh_buf_init(struct mh_buf *buf, size_t max)
{
    *buf = (struct mh_buf){.max = max};
}

void mh_buf_fini(struct mh_buf *buf)
{
    free(buf->bytes);
    mh_buf_init(buf, buf->max);
}

void mh_buf_reset(struct mh_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
}

static bool make_room(struct mh_buf *buf, size_t len)
{
    size_t room = buf->room == 0 ? FIRST_ROOM : buf->room;
    uint8_t *bytes;

    if (len > buf->max || buf->len > buf->max - len) {
        return false;
    }
    while (room < buf->len + len) {
        room = room > buf->max / 2 ? buf->max : room * 2;
    }
    if (room > buf->max) {
        room = buf->max;
    }
    bytes = realloc(buf->bytes, room);
    if (bytes == NULL) {
        return false;
    }
    buf->bytes = bytes;
    buf->room = room;
    return true;
}

uint8_t *mh_buf_grow(struct mh_buf *buf, size_t len)
{
    uint8_t *start;

    if (len > buf->room - buf->len) {
        if (buf->failed || !make_room(buf, len)) {
            buf->failed = true;
            return NULL;
        }
    }
    start = buf->bytes + buf->len;
    buf->len += len;
    return start;
}

void mh_buf_put(struct mh_buf *buf, const void *bytes, size_t len)
{
    uint8_t *to;

    if (len == 0) {
        return;
    }
    to = mh_buf_grow(buf, len);
    if (to != NULL) {
        memcpy(to, bytes, len);
    }
}

void mh_buf_text(struct mh_buf *buf, const char *text)
{
    mh_buf_put(buf, text, strlen(text));
}

void mh_buf_byte(struct mh_buf *buf, uint8_t byte)
{
    mh_buf_put(buf, &byte, 1);
}

void mh_buf_format(struct mh_buf *buf, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof text) {
        buf->failed = true;
        return;
    }
    mh_buf_put(buf, text, (size_t)len);
}

const char *mh_buf_string(struct mh_buf *buf)
{
    uint8_t *end = mh_buf_grow(buf, 1);

    if (end == NULL) {
        return "";
    }
    *end = 0;
    buf->len--;
    return (const char *)buf->bytes;
}
