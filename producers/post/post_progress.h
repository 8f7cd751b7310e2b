/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What mahalle-post says about its own work: a moving line on a terminal, and
 * the summary at the end.
 */
#ifndef MAHALLE_POST_PROGRESS_H
#define MAHALLE_POST_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

struct progress {
    int64_t start_ms, shown_ms;
    uint64_t bytes_total;           /**< of all files; 0 = unknown */
    bool moving;                    /**< standard error is a terminal */
    uint64_t read;                  /**< lines that were not blank */
    uint64_t refused;               /**< lines */
    uint64_t faults[MH_CODE_COUNT]; /**< by code */
};

/** @param bytes_total size of the input, 0 when it is not known */
void progress_init(struct progress *progress, uint64_t bytes_total);
void progress_refused(struct progress *progress,
                      const struct mh_faults *faults);
/** Show the moving line, when there is one and it is time. */
void progress_show(struct progress *progress, uint64_t bytes);
/** Take the moving line away. */
void progress_hide(const struct progress *progress);
/**
 * Print the summary to standard output.
 * @param good what became of good lines, as "stored"
 * @param count of them
 */
void progress_sum_up(const struct progress *progress, const char *good,
                     uint64_t count);

#endif
