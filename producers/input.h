/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A file or standard input as bytes, read with a bounded wait.
 *
 * First step of mahalle-post, below lines and rows.
 */
#ifndef MAHALLE_INPUT_H
#define MAHALLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

struct input {
    const char *path; /**< lent */
    int fd;
    uint64_t bytes; /**< read so far */
    bool at_end;    /**< there is no more */
};

/** @param path lent; "-" is standard input. @returns MH_OK, MH_FILE */
MH_MUST enum mh_code input_open(const char *path, struct input *input,
                                struct mh_err *err);
/**
 * @param room    lent; `size` bytes, at least 1
 * @param wait_ms longest wait for input of a pipe
 * @param len     out; bytes that came
 * @param came    out; false: nothing came in that time, or a signal did
 * @returns MH_OK, MH_FILE
 */
MH_MUST enum mh_code input_read(struct input *input, char *room, size_t size,
                                int wait_ms, size_t *len, bool *came,
                                struct mh_err *err);
void input_close(struct input *input);

#endif
