/* SPDX-License-Identifier: Apache-2.0 */
/* Rates are of the whole run: they are what the time left is told from. */
#include "post_progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

enum { SHOW_EVERY_MS = 250 };

void progress_init(struct progress *progress, uint64_t bytes_total)
{
    memset(progress, 0, sizeof *progress);
    progress->start_ms = mh_clock_ms();
    progress->shown_ms = progress->start_ms;
    progress->bytes_total = bytes_total;
    progress->moving = isatty(STDERR_FILENO) == 1;
}

void progress_refused(struct progress *progress, const struct mh_faults *faults)
{
    progress->refused++;
    for (int i = 0; i < faults->count; i++) {
        progress->faults[faults->items[i].code]++;
    }
}

static double seconds(const struct progress *progress)
{
    int64_t ms = mh_clock_ms() - progress->start_ms;

    return (double)(ms > 0 ? ms : 1) / 1000;
}

void progress_show(struct progress *progress, uint64_t bytes)
{
    int64_t now_ms;
    double past_s;

    if (!progress->moving) {
        return;
    }
    now_ms = mh_clock_ms();
    if (now_ms - progress->shown_ms < SHOW_EVERY_MS) {
        return;
    }
    progress->shown_ms = now_ms;
    past_s = seconds(progress);
    (void)fprintf(
        stderr, "\r\033[K%" PRIu64 " lines, %.0f/s, %" PRIu64 " refused",
        progress->read, (double)progress->read / past_s, progress->refused);
    if (progress->bytes_total > 0 && bytes > 0) {
        double part = (double)bytes / (double)progress->bytes_total;

        part = part < 1 ? part : 1;
        (void)fprintf(stderr, ", %.0f %%, %.0f s left", 100 * part,
                      past_s / part - past_s);
    }
}

void progress_hide(const struct progress *progress)
{
    if (progress->moving) {
        (void)fputs("\r\033[K", stderr);
    }
}

void progress_sum_up(const struct progress *progress, const char *good,
                     uint64_t count)
{
    double past_s = seconds(progress);
    const char *before = "refused for: ";

    (void)printf("read %" PRIu64 ", %s %" PRIu64 ", refused %" PRIu64
                 " in %.1f s (%.0f/s)\n",
                 progress->read, good, count, progress->refused, past_s,
                 (double)progress->read / past_s);
    for (int code = 0; code < MH_CODE_COUNT; code++) {
        if (progress->faults[code] > 0) {
            (void)printf("%s%s %" PRIu64, before,
                         mh_code_name((enum mh_code)code),
                         progress->faults[code]);
            before = ", ";
        }
    }
    if (progress->refused > 0) {
        (void)putchar('\n');
    }
}
