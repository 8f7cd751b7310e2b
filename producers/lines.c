/* SPDX-License-Identifier: Apache-2.0 */
/* One buffer: what lies between `start` and `end` was read and not given. A
 * line that outgrows the bound loses its middle while the end is looked for. */
#include "lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

enum { ROOM = 4 * 64 * 1024 };

_Static_assert(ROOM > 2 * LINES_KEPT_MAX, "room to look for the end of a line");

struct lines {
    struct input input;
    uint64_t number; /* of the line given last */
    size_t start, end;
    size_t seen; /* no LF between start and here */
    char room[ROOM];
};

enum mh_code lines_open(const char *path, struct lines **lines,
                        struct mh_err *err)
{
    struct lines *made = malloc(sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "%s: out of memory", path);
    }
    code = input_open(path, &made->input, err);
    if (code != MH_OK) {
        free(made);
        return code;
    }
    made->number = 0;
    made->start = made->end = made->seen = 0;
    *lines = made;
    return MH_OK;
}

void lines_close(struct lines *lines)
{
    if (lines == NULL) {
        return;
    }
    input_close(&lines->input);
    free(lines);
}

uint64_t lines_bytes(const struct lines *lines)
{
    return lines->input.bytes;
}

/* The line from `start` to `end`; @returns false: it is blank. */
static bool make_line(struct lines *lines, size_t end, struct line *line)
{
    const char *text = lines->room + lines->start;
    size_t len = end - lines->start;
    size_t i = 0;

    line->number = ++lines->number;
    if (line->number == 1 && len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (len > 0 && text[len - 1] == '\r') {
        len--;
    }
    while (i < len && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r')) {
        i++;
    }
    line->text = text;
    line->len = len;
    return i < len;
}

/* @returns true: a line was found in what is there; it may be blank */
static bool find_end(struct lines *lines, size_t *end, size_t *next)
{
    const char *lf =
        memchr(lines->room + lines->seen, '\n', lines->end - lines->seen);

    if (lf != NULL) {
        /* Of an overlong line `seen` is the end of what was kept. */
        size_t at = (size_t)(lf - lines->room);

        *end = at - lines->start < LINES_KEPT_MAX
                   ? at
                   : lines->start + LINES_KEPT_MAX;
        *next = at + 1;
        return true;
    }
    if (lines->end - lines->start > LINES_KEPT_MAX) {
        lines->end = lines->start + LINES_KEPT_MAX;
    }
    lines->seen = lines->end;
    *end = *next = lines->end;
    return lines->input.at_end && lines->end > lines->start;
}

static enum mh_code fill(struct lines *lines, int wait_ms, bool *came,
                         struct mh_err *err)
{
    enum mh_code code;
    size_t len;

    memmove(lines->room, lines->room + lines->start, lines->end - lines->start);
    lines->seen -= lines->start;
    lines->end -= lines->start;
    lines->start = 0;
    code = input_read(&lines->input, lines->room + lines->end,
                      ROOM - lines->end, wait_ms, &len, came, err);
    if (code == MH_OK) {
        lines->end += len;
    }
    return code;
}

enum mh_code lines_read(struct lines *lines, int wait_ms,
                        enum lines_state *state, struct line *line,
                        struct mh_err *err)
{
    for (;;) {
        size_t end, next;
        bool came;
        enum mh_code code;

        if (find_end(lines, &end, &next)) {
            bool blank = !make_line(lines, end, line);

            lines->start = lines->seen = next;
            if (!blank) {
                *state = LINES_LINE;
                return MH_OK;
            }
            continue;
        }
        if (lines->input.at_end) {
            *state = LINES_END;
            return MH_OK;
        }
        code = fill(lines, wait_ms, &came, err);
        if (code != MH_OK) {
            return code;
        }
        if (!came) {
            *state = LINES_WAIT;
            return MH_OK;
        }
    }
}
