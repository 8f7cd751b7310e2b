/* SPDX-License-Identifier: Apache-2.0 */
/* A file of JSON lines -> events. */
#include "clock.h"
#include "intake_line.h"
#include "post.h"
#include "stop.h"

/* @returns MH_OK: sent; a code to refuse with; a failure of the program */
static enum mh_code take_line(struct post *post, const struct line *line,
                              uint64_t ticket, struct mh_err *err)
{
    struct intake_room room;
    struct mh_event event MH_UNINITIALIZED;
    json_t *object = NULL;
    enum mh_code code;

    do {
        json_decref(object);
        post->faults.count = 0;
        code = intake_line(&post->intake, line->text, line->len,
                           mh_clock_wall_ms(), &post->scratch, &object, &room,
                           &event, &post->faults);
    } while (mh_code_act(code) == MH_ACT_REFUSE && post_renew(post, true));
    if (code == MH_OK) {
        code = post_event(post, &event, ticket, err);
    }
    json_decref(object);
    return code;
}

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

            code = take_line(post, &line, ticket, err);
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
