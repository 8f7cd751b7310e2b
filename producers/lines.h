/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A file or standard input -> lines, in bounded memory.
 *
 * First step of mahalle-post. Ends of line are LF or CR LF; the last line needs
 * none; a byte order mark at the start is no part of the first line. Knows no
 * JSON.
 */
#ifndef MAHALLE_LINES_H
#define MAHALLE_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

enum {
    /* Of a longer line only this much is kept, and it is too much: one byte
     * over what an event may have, and one for a CR. */
    LINES_KEPT_MAX = 64 * 1024 + 2
};

struct lines;

enum lines_state {
    LINES_LINE, /**< there is a line */
    LINES_WAIT, /**< nothing came within the time, or a signal did */
    LINES_END   /**< the last line was given before */
};

struct line {
    const char *text; /**< lent until the next read; not terminated */
    size_t len;       /**< bytes, without the end of line */
    uint64_t number;  /**< from 1; blank lines are counted, but not given */
};

/**
 * @param path  lent; "-" is standard input
 * @param lines out; given, lines_close
 * @returns MH_OK, MH_FILE, MH_MEMORY
 */
MH_MUST enum mh_code lines_open(const char *path, struct lines **lines,
                                struct mh_err *err);
/**
 * @param wait_ms longest wait for input of a pipe
 * @param state   out; see there
 * @param line    out; set with LINES_LINE
 * @returns MH_OK, MH_FILE
 */
MH_MUST enum mh_code lines_read(struct lines *lines, int wait_ms,
                                enum lines_state *state, struct line *line,
                                struct mh_err *err);
/** Bytes read so far. */
uint64_t lines_bytes(const struct lines *lines);
void lines_close(struct lines *lines);

#endif
