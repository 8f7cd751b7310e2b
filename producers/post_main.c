/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mahalle-post: files of events -> Kafka.
 * post_lines and post_rows have the steps in the order of the data: lines and
 * json, or rows and sheet; intake (with the check), encode, send; what is
 * refused on the way goes to the rejects.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "frame.h"
#include "nearest.h"
#include "post.h"
#include "stop.h"
#include "template.h"

enum {
    SCRATCH_MAX = 8 * MH_EVENT_BYTES_MAX,
    TEMPLATE_MAX = MH_FIELDS_MAX * (2 * MH_LABEL_MAX + 3) + 8,
    STOP_FLUSH_MS = 10000 /* asked to stop: for what is on its way */
};

/* ------------------------------------------------------------- all files */

static enum mh_code post_files(struct post *post, struct mh_err *err)
{
    enum mh_code code = MH_OK;

    for (int i = 0; i < post->options.file_count && code == MH_OK; i++) {
        if (mh_stop_asked()) {
            break;
        }
        code = (post->options.csv ? post_rows : post_lines)(post, i, err);
    }
    return code;
}

/* Wait for Kafka; what was given up before stays given up. To be asked to stop
 * while the queue is full gives up only the line in hand. */
static enum mh_code finish(struct post *post, enum mh_code code,
                           struct mh_err *err)
{
    struct mh_err late;
    enum mh_code flushed;

    if (post->sender == NULL || (mh_code_exit(code) == 5 && !mh_stop_asked())) {
        return code;
    }
    flushed = send_flush(
        post->sender, mh_stop_asked() ? STOP_FLUSH_MS : SEND_TIMEOUT_MS, &late);
    if (code == MH_OK && flushed != MH_OK) {
        *err = late;
        return flushed;
    }
    return code;
}

/* ------------------------------------------------------------ the ending */

static void print_line_of(const struct post *post, uint64_t ticket)
{
    (void)printf("line %" PRIu64 " of %s",
                 ticket & ((UINT64_C(1) << POST_TICKET_LINE_BITS) - 1),
                 mh_options_arg(post->options.all,
                                (int)(ticket >> POST_TICKET_LINE_BITS)));
}

/* Where a next run has to begin. */
static void tell_place(const struct post *post)
{
    uint64_t oldest;

    if (post->sender != NULL && send_oldest(post->sender, &oldest)) {
        (void)printf("not confirmed: %" PRIu64 " events, the first from ",
                     send_waiting(post->sender));
        print_line_of(post, oldest);
        (void)puts("; everything good before it is stored");
    } else if (post->progress.read > 0) {
        (void)printf("everything good up to ");
        print_line_of(post, post->last);
        (void)puts(post->sender == NULL ? " was checked" : " is stored");
    }
    if (post->progress.read > 0) {
        (void)printf("not read: what follows ");
        print_line_of(post, post->last);
        (void)puts("; to send lines twice changes no number");
    }
}

/* @returns the exit code */
static int sum_up(const struct post *post, enum mh_code code,
                  const struct mh_err *err)
{
    bool stopped = mh_stop_asked();

    progress_hide(&post->progress);
    if (stopped) {
        (void)puts("asked to stop");
    } else if (code != MH_OK) {
        (void)fprintf(stderr, "mahalle-post: %s\n", err->text);
    }
    progress_sum_up(&post->progress, post->sender == NULL ? "good" : "stored",
                    post->sender == NULL ? post->good
                                         : send_stored(post->sender));
    if (stopped || code != MH_OK) {
        tell_place(post);
    }
    if (stopped) {
        return 0;
    }
    if (code != MH_OK) {
        return mh_code_exit(code);
    }
    return post->progress.refused > 0 ? 1 : 0;
}

/* ---------------------------------------------------------- the beginning */

static enum mh_code refuse_type(const struct post *post, const char *type,
                                struct mh_err *err)
{
    struct mh_nearest nearest;

    mh_nearest_begin(&nearest, type, strlen(type));
    for (int i = 0; i < mh_catalogue_count(post->contract.catalogue); i++) {
        const char *name = mh_catalogue_at(post->contract.catalogue, i)->name;

        mh_nearest_offer(&nearest, name, name);
    }
    return mh_fail(err, MH_USAGE, "no event type %s%s%s", type,
                   nearest.best == NULL ? "" : "; did you mean ",
                   nearest.best == NULL ? "" : nearest.best);
}

static enum mh_code load(struct post *post, struct mh_err *err)
{
    const char *type = post->options.type;
    enum mh_code code =
        post_contract_open(&post->contract, post->options.schemas, err);

    if (code != MH_OK) {
        return code;
    }
    post_use_contract(post);
    return type != NULL && post->intake.type == NULL
               ? refuse_type(post, type, err)
               : MH_OK;
}

static enum mh_code open_ends(struct post *post, struct mh_err *err)
{
    struct send_settings settings = {.brokers = post->options.brokers,
                                     .topic = post->options.topic,
                                     .options = post->options.all,
                                     .queue_kib = SEND_QUEUE_KIB,
                                     .timeout_ms = SEND_TIMEOUT_MS};
    enum mh_code code =
        rejects_open(post->options.rejects, &post->rejects, err);

    if (code == MH_OK && post->options.rejects_csv != NULL) {
        code = mend_open(post->options.rejects_csv, post->options.lang,
                         &post->mend, err);
    }
    if (code == MH_OK && !post->options.dry_run) {
        code = send_open(&settings, &post->sender, err);
    }
    return code;
}

/* @returns the exit code */
static int print_template(const struct post *post)
{
    struct mh_buf buf;
    bool good;

    mh_buf_init(&buf, TEMPLATE_MAX);
    template_put(&buf, post->intake.type, post->options.lang);
    good = !buf.failed && fwrite(buf.bytes, 1, buf.len, stdout) == buf.len &&
           fflush(stdout) == 0;
    mh_buf_fini(&buf);
    return good ? 0 : mh_code_exit(MH_FILE);
}

static int run(struct post *post)
{
    struct mh_err err = {0};
    enum mh_code code = load(post, &err);

    if (code == MH_OK && post->options.template) {
        return print_template(post);
    }
    if (code == MH_OK) {
        code = open_ends(post, &err);
    }
    if (code != MH_OK) {
        (void)fprintf(stderr, "mahalle-post: %s%s\n", err.text,
                      post->options.template ? "" : "; nothing was sent");
        return mh_stop_asked() ? 0 : mh_code_exit(code);
    }
    progress_init(&post->progress, post->options.bytes_total);
    code = post_files(post, &err);
    code = finish(post, code, &err);
    return sum_up(post, code, &err);
}

int main(int argc, char **argv)
{
    static struct post post;
    struct mh_err err = {0};
    bool done = false;
    int exit_code;

    mh_stop_init();
    mh_buf_init(&post.scratch, SCRATCH_MAX);
    mh_buf_init(&post.value, MH_EVENT_BYTES_MAX);
    exit_code =
        mh_code_exit(post_options_read(argc, argv, &post.options, &done, &err));
    if (exit_code == 0 && !done) {
        exit_code = run(&post);
    }
    send_close(post.sender);
    rejects_close(post.rejects);
    mend_close(post.mend);
    post_contract_close(&post.contract);
    mh_buf_fini(&post.value);
    mh_buf_fini(&post.scratch);
    post_options_fini(&post.options);
    return exit_code;
}
