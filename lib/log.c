/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line is built in one piece and written by one call, so that lines of
 * several threads never mix. What would break the line is shown as `?`.
 */
#include "log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "calendar.h"
#include "text.h"

enum {
    LINE_MAX_BYTES = 2048, /* longer ones are cut and end in "..." */
    DAY_S = 86400
};

static atomic_int highest = MH_LOG_INFO;

static const char *const LEVELS[] = {"error", "warn", "info", "debug"};

void mh_log_set_level(enum mh_log_level level)
{
    atomic_store_explicit(&highest, (int)level, memory_order_relaxed);
}

/* Time, level and step. @returns bytes written */
static size_t begin_line(char *line, size_t size, enum mh_log_level level,
                         const char *step)
{
    struct timespec now = {0};
    struct mh_date date;
    int second, len;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    date = mh_gregorian_from_day((int32_t)(now.tv_sec / DAY_S));
    second = (int)(now.tv_sec % DAY_S);
    len = snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ %s %s ",
                   date.year, date.month, date.day, second / 3600,
                   second / 60 % 60, second % 60, (int)(now.tv_nsec / 1000000),
                   LEVELS[level], step);
    return len < 0 ? 0 : (size_t)len < size ? (size_t)len : size - 1;
}

const char *mh_log_quote(char to[MH_LOG_QUOTED], const char *text)
{
    size_t left = strlen(text);
    size_t len = 0;

    to[len++] = '"';
    while (left > 0) {
        size_t bytes = mh_text_character(text, left);
        bool escape = *text == '"' || *text == '\\';

        if (len + bytes + 4 > MH_LOG_QUOTED) { /* or one byte and its escape */
            break;
        }
        if (escape) {
            to[len++] = '\\';
        }
        if (bytes == 0) {
            to[len++] = '?';
            bytes = 1;
        } else {
            memcpy(to + len, text, bytes);
            len += bytes;
        }
        text += bytes;
        left -= bytes;
    }
    to[len++] = '"';
    to[len] = '\0';
    return to;
}

void mh_log(enum mh_log_level level, const char *step, const char *fmt, ...)
{
    static const char CUT[] = "...";
    char line[LINE_MAX_BYTES];
    size_t len, room;
    va_list args;
    int added;

    if ((int)level > atomic_load_explicit(&highest, memory_order_relaxed)) {
        return;
    }
    len = begin_line(line, sizeof line - sizeof CUT, level, step);
    room = sizeof line - sizeof CUT - len;
    va_start(args, fmt);
    added = vsnprintf(line + len, room, fmt, args);
    va_end(args);
    if (added < 0) {
        added = 0;
    }
    if ((size_t)added < room) {
        len += (size_t)added;
    } else {
        len += room - 1;
        for (const char *c = CUT; *c != '\0'; c++) {
            line[len++] = *c;
        }
    }
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f) {
            line[i] = '?';
        }
    }
    line[len++] = '\n';
    /* Nobody can be told when standard error itself fails. */
    if (write(STDERR_FILENO, line, len) < 0) {
        return;
    }
}
