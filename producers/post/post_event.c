/* SPDX-License-Identifier: Apache-2.0 */
/* The end of every line, whatever the format: stored, kept aside, or lost. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "post.h"

struct label post_label(struct post *post, uint64_t ticket)
{
    return (struct label){.owner = &post->owner, .ticket = ticket};
}

/* -------------------------------------------------- what became of events */

/* Faults that a gateway told, as our own. @param type of all rows; optional */
static void copy_faults(struct mh_faults *faults, const struct mh_type *type,
                        const struct mahalle_result *result)
{
    faults->count = 0;
    for (size_t i = 0; i < result->fault_count; i++) {
        const struct mahalle_fault *fault = result->faults[i];
        enum mh_code code = mh_code_find(fault->code);
        struct mh_fault *copy;

        /* one of a later list is shown by what it says */
        copy = mh_fault_add(
            faults, code == MH_CODE_COUNT ? MH_GATEWAY : code, NULL, -1,
            code == MH_CODE_COUNT ? fault->detail : fault->expected, fault->got,
            strlen(fault->got));
        if (copy != NULL) {
            (void)snprintf(copy->pointer, sizeof copy->pointer, "%s",
                           fault->pointer);
            if (type != NULL && fault->pointer[0] == '/') {
                copy->field = mh_type_find(type, fault->pointer + 1,
                                           strlen(fault->pointer + 1));
            }
        }
    }
}

static enum mh_code keep_refused(struct post *post, const struct parcel *parcel,
                                 const struct mahalle_result *result,
                                 struct mh_err *err)
{
    static struct mh_faults faults; /* one thread, and 28 KB */
    const struct post_row *kept = parcel->tag;
    struct line line = {.text = (const char *)parcel->value,
                        .len = parcel->len,
                        .number = parcel->ticket &
                                  ((UINT64_C(1) << POST_TICKET_LINE_BITS) - 1)};

    copy_faults(&faults, kept == NULL ? NULL : post->sheet.type, result);
    if (kept != NULL) {
        line.text = kept->text;
        line.len = kept->len;
    } else if (parcel->added > 0) { /* the line as it was */
        struct mh_buf *buf = &post->work.scratch;
        size_t behind = parcel->added_at + parcel->added;

        mh_buf_reset(buf);
        mh_buf_put(buf, parcel->value, parcel->added_at);
        mh_buf_put(buf, parcel->value + behind, parcel->len - behind);
        line.text = (const char *)buf->bytes;
        line.len = buf->len;
    }
    progress_refused(&post->progress, &faults);
    progress_hide(&post->progress);
    if (kept != NULL && post->mend != NULL) {
        enum mh_code code = post_row_mend(post, kept, &faults, err);

        if (code != MH_OK) {
            return code;
        }
    }
    return rejects_write(
        post->rejects,
        mh_options_arg(post->options.all,
                       (int)(parcel->ticket >> POST_TICKET_LINE_BITS)),
        &line, &faults, err);
}

static void lose(struct post *post, enum mh_code code, const char *text)
{
    if (post->lost.code == MH_OK) {
        post->lost.code = code;
        (void)snprintf(post->lost.text, sizeof post->lost.text, "%s", text);
    }
}

void post_settled(struct parcel_owner *owner, const struct parcel *parcel,
                  const struct mahalle_result *result)
{
    struct post *post = (struct post *)owner;
    struct mh_err err;
    enum mh_code code;

    switch (result->fate) {
    case MAHALLE_STORED:
    case MAHALLE_DUPLICATE:
        post->stored++;
        break;
    case MAHALLE_REFUSED:
        code = keep_refused(post, parcel, result, &err);
        if (code != MH_OK) {
            lose(post, code, err.text);
        }
        break;
    case MAHALLE_NOT_STORED:
    case MAHALLE_UNCERTAIN:
        if (post->lost.count++ == 0 || parcel->ticket < post->lost.ticket) {
            post->lost.ticket = parcel->ticket;
        }
        lose(post, post->options.gateway == NULL ? MH_KAFKA_DOWN : MH_GATEWAY,
             result->reason);
        break;
    }
    free(parcel->tag);
}

/* ------------------------------------------------------------------- lines */

/* @returns MH_OK while nothing was given up */
static enum mh_code verdict(const struct post *post, struct mh_err *err)
{
    return post->lost.code == MH_OK
               ? MH_OK
               : mh_fail(err, post->lost.code, "%s", post->lost.text);
}

enum mh_code post_settle(struct post *post, enum mh_code code, const char *file,
                         const struct line *line, uint64_t ticket,
                         struct mh_err *err)
{
    const struct mh_faults *faults = &post->work.faults;

    if (mh_code_act(code) == MH_ACT_REFUSE) {
        progress_refused(&post->progress, faults);
        progress_hide(&post->progress);
        code = rejects_write(post->rejects, file, line, faults, err);
    } else if (code == MH_OK) {
        post->good++;
    }
    if (code == MH_OK) {
        post->progress.read++;
        post->last = ticket;
        code = verdict(post, err);
    }
    return code;
}

enum mh_code post_idle(struct post *post, struct mh_err *err)
{
    client_serve(post->client, 0);
    return verdict(post, err);
}
