/* SPDX-License-Identifier: Apache-2.0 */
/* A file of JSON lines -> events. */
#include "post.h"
#include "stop.h"

static enum mh_code post_all(struct post *post, int index, struct lines *lines,
                             struct mh_err *err)
{
    const char *file = mh_options_arg(post->options.all, index);
    uint64_t first = (uint64_t)index << POST_TICKET_LINE_BITS;
    enum mh_code code = MH_OK;

    while (code == MH_OK && !mh_stop_asked()) {
        enum lines_state state;
        struct line line;

        code = lines_read(lines, POST_WAIT_MS, &state, &line, err);
        if (code != MH_OK || state == LINES_END) {
            return code;
        }
        if (state == LINES_LINE) {
            uint64_t ticket = first | line.number;

            code =
                client_text(post->client, &post->work, line.text, line.len,
                            post_label(post, ticket), CLIENT_FOREVER_MS, err);
            code = post_settle(post, code, file, &line, ticket, err);
        } else {
            code = post_idle(post, err);
        }
        progress_show(&post->progress, post->bytes_done + lines_bytes(lines));
    }
    return code;
}

enum mh_code post_lines(struct post *post, int index, struct mh_err *err)
{
    struct lines *lines;
    enum mh_code code =
        lines_open(mh_options_arg(post->options.all, index), &lines, err);

    if (code == MH_OK) {
        code = post_all(post, index, lines, err);
        post->bytes_done += lines_bytes(lines);
        lines_close(lines);
    }
    return code;
}
