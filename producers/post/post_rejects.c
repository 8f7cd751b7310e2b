/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON object, or one short line a fault. */
#include "post_rejects.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "json.h"
#include "output.h"

enum {
    /* A line with each byte escaped to six, and its faults. */
    REJECT_MAX = 8 * LINES_KEPT_MAX
};

struct rejects {
    struct output output; /* without path: short form */
    struct mh_buf buf;
};

enum mh_code rejects_open(const char *path, struct rejects **rejects,
                          struct mh_err *err)
{
    struct rejects *made = malloc(sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "rejects: out of memory");
    }
    code = output_open(path, &made->output, err);
    if (code != MH_OK) {
        free(made);
        return code;
    }
    mh_buf_init(&made->buf, REJECT_MAX);
    *rejects = made;
    return MH_OK;
}

void rejects_close(struct rejects *rejects)
{
    if (rejects == NULL) {
        return;
    }
    output_close(&rejects->output);
    mh_buf_fini(&rejects->buf);
    free(rejects);
}

static void put_whole(struct mh_buf *buf, const char *file,
                      const struct line *line, const struct mh_faults *faults)
{
    mh_buf_text(buf, "{\"file\":");
    json_put(buf, file, strlen(file));
    mh_buf_format(buf, ",\"line\":%" PRIu64 ",\"errors\":[", line->number);
    for (int i = 0; i < faults->count; i++) {
        const struct mh_fault *fault = &faults->items[i];

        mh_buf_text(buf, i == 0 ? "{\"pointer\":" : ",{\"pointer\":");
        json_put(buf, fault->pointer, strlen(fault->pointer));
        json_put_member(buf, ",\"code\":", mh_code_name(fault->code));
        json_put_member(buf, ",\"detail\":", mh_code_text(fault->code));
        json_put_member(buf, ",\"expected\":", fault->expected);
        json_put_member(buf, ",\"got\":", fault->got);
        mh_buf_byte(buf, '}');
    }
    mh_buf_text(buf, "],\"input\":");
    json_put(buf, line->text, line->len);
    mh_buf_text(buf, "}\n");
}

static void put_short(struct mh_buf *buf, const char *file,
                      const struct line *line, const struct mh_faults *faults)
{
    for (int i = 0; i < faults->count; i++) {
        const struct mh_fault *fault = &faults->items[i];

        mh_buf_text(buf, file);
        mh_buf_format(buf, ":%" PRIu64 ": ", line->number);
        /* quoted, so that a terminal gets no bytes of the input as they are */
        json_put(buf, fault->pointer, strlen(fault->pointer));
        mh_buf_format(buf, " %s: %s", mh_code_name(fault->code),
                      mh_code_text(fault->code));
        if (fault->expected[0] != '\0') {
            mh_buf_text(buf, ", expected ");
            json_put(buf, fault->expected, strlen(fault->expected));
        }
        if (fault->got[0] != '\0') {
            mh_buf_text(buf, ", got ");
            json_put(buf, fault->got, strlen(fault->got));
        }
        mh_buf_byte(buf, '\n');
    }
}

enum mh_code rejects_write(struct rejects *rejects, const char *file,
                           const struct line *line,
                           const struct mh_faults *faults, struct mh_err *err)
{
    mh_buf_reset(&rejects->buf);
    (rejects->output.path == NULL ? put_short : put_whole)(&rejects->buf, file,
                                                           line, faults);
    return output_write(&rejects->output, &rejects->buf, err);
}
