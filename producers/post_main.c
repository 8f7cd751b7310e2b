/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mahalle-post: files of events -> Kafka.
 * The steps stand in the order of the data: lines, json, intake (with the
 * check), encode, send; what is refused on the way goes to the rejects.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "encode.h"
#include "frame.h"
#include "intake.h"
#include "json.h"
#include "lines.h"
#include "post_options.h"
#include "post_progress.h"
#include "post_rejects.h"
#include "schemas_dir.h"
#include "send.h"
#include "stop.h"

enum {
    PROBLEMS_MAX = 64 * 1024, /* bytes of text about broken schemas */
    SCRATCH_MAX = 8 * MH_EVENT_BYTES_MAX,
    INPUT_WAIT_MS = 100,   /* for a pipe; then Kafka's answers are taken */
    STOP_FLUSH_MS = 10000, /* asked to stop: for what is on its way */
    TICKET_LINE_BITS = 40  /* a ticket is file index and line */
};

struct post {
    struct post_options options;
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct intake intake;
    struct send *sender; /* NULL with --dry-run */
    struct rejects *rejects;
    struct progress progress;
    struct mh_buf scratch, value;
    struct mh_faults faults;
    uint64_t good;       /* lines without fault */
    uint64_t bytes_done; /* of the files before this one */
    uint64_t last;       /* ticket of the last line that was dealt with */
};

/* ------------------------------------------------------------- one line */

static enum mh_code encode(struct post *post, const struct mh_event *event)
{
    mh_buf_reset(&post->value);
    mh_encode(event, &post->value);
    if (!post->value.failed) {
        return MH_OK;
    }
    (void)mh_fault_add(&post->faults, MH_TOO_LARGE, event->type, -1,
                       "at most 65536 bytes", NULL, 0);
    return MH_TOO_LARGE;
}

/* @returns MH_OK: sent; a code to refuse with; a failure of the program */
static enum mh_code take_line(struct post *post, const struct line *line,
                              uint64_t ticket, struct mh_err *err)
{
    struct intake_room room;
    struct mh_event event;
    json_t *object = NULL;
    enum mh_code code;

    code = json_read(line->text, line->len, &post->scratch, &object,
                     &post->faults);
    if (code == MH_OK) {
        code = intake_read(&post->intake, object, mh_clock_wall_ms(), &room,
                           &event, &post->faults);
    }
    if (code == MH_OK) {
        code = encode(post, &event);
    }
    if (code == MH_MEMORY) {
        (void)mh_fail(err, MH_MEMORY, "reading a line: out of memory");
    }
    if (code == MH_OK && post->sender != NULL) {
        code = send_event(post->sender, &event, &post->value, ticket, err);
    }
    json_decref(object);
    return code;
}

static enum mh_code post_line(struct post *post, const char *file,
                              const struct line *line, uint64_t ticket,
                              struct mh_err *err)
{
    enum mh_code code;

    post->faults.count = 0;
    code = take_line(post, line, ticket, err);
    if (mh_code_act(code) == MH_ACT_REFUSE) {
        progress_refused(&post->progress, &post->faults);
        progress_hide(&post->progress);
        code = rejects_write(post->rejects, file, line, &post->faults, err);
    } else if (code == MH_OK) {
        post->good++;
    }
    if (code == MH_OK) {
        post->progress.read++;
        post->last = ticket;
    }
    return code;
}

/* ------------------------------------------------------------- all lines */

static enum mh_code post_lines(struct post *post, int index,
                               struct lines *lines, struct mh_err *err)
{
    const char *file = mh_options_arg(post->options.all, index);
    uint64_t first = (uint64_t)index << TICKET_LINE_BITS;
    enum mh_code code = MH_OK;

    while (code == MH_OK && !mh_stop_asked()) {
        enum lines_state state;
        struct line line;

        code = lines_read(lines, INPUT_WAIT_MS, &state, &line, err);
        if (code != MH_OK || state == LINES_END) {
            return code;
        }
        if (state == LINES_LINE) {
            code = post_line(post, file, &line, first | line.number, err);
        } else if (post->sender != NULL) {
            code = send_poll(post->sender, err);
        }
        progress_show(&post->progress, post->bytes_done + lines_bytes(lines));
    }
    return code;
}

static enum mh_code post_files(struct post *post, struct mh_err *err)
{
    enum mh_code code = MH_OK;

    for (int i = 0; i < post->options.file_count && code == MH_OK; i++) {
        struct lines *lines;

        if (mh_stop_asked()) {
            break;
        }
        code = lines_open(mh_options_arg(post->options.all, i), &lines, err);
        if (code == MH_OK) {
            code = post_lines(post, i, lines, err);
            post->bytes_done += lines_bytes(lines);
            lines_close(lines);
        }
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
    (void)printf(
        "line %" PRIu64 " of %s",
        ticket & ((UINT64_C(1) << TICKET_LINE_BITS) - 1),
        mh_options_arg(post->options.all, (int)(ticket >> TICKET_LINE_BITS)));
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

static enum mh_code load_contract(struct post *post, struct mh_err *err)
{
    char found[MH_SCHEMAS_DIR_MAX];
    const char *dir = mh_schemas_dir(post->options.schemas, found);
    struct mh_buf problems;
    enum mh_code code;

    mh_buf_init(&problems, PROBLEMS_MAX);
    code = mh_catalogue_new(&post->catalogue, err);
    if (code == MH_OK) {
        code = mh_catalogue_load(post->catalogue, dir, &problems, err);
    }
    if (problems.len > 0) {
        (void)fputs(mh_buf_string(&problems), stderr);
    }
    mh_buf_fini(&problems);
    if (code == MH_OK) {
        code = mh_reference_new(&post->reference, err);
    }
    if (code == MH_OK) {
        code = mh_reference_load(post->reference, dir, err);
    }
    /* A directory without schemas is no contract; inputs are other files. */
    return code == MH_FILE ? MH_CONTRACT : code;
}

static enum mh_code load(struct post *post, struct mh_err *err)
{
    const char *type = post->options.type;
    enum mh_code code = load_contract(post, err);

    if (code != MH_OK) {
        return code;
    }
    post->intake = (struct intake){.catalogue = post->catalogue,
                                   .reference = post->reference};
    if (type != NULL) {
        post->intake.type =
            mh_catalogue_type(post->catalogue, type, strlen(type));
        if (post->intake.type == NULL) {
            return mh_fail(err, MH_USAGE, "--type: no event type %s", type);
        }
    }
    return MH_OK;
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

    if (code == MH_OK && !post->options.dry_run) {
        code = send_open(&settings, &post->sender, err);
    }
    return code;
}

static int run(struct post *post)
{
    struct mh_err err = {0};
    enum mh_code code = load(post, &err);

    if (code == MH_OK) {
        code = open_ends(post, &err);
    }
    if (code != MH_OK) {
        (void)fprintf(stderr, "mahalle-post: %s; nothing was sent\n", err.text);
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
    mh_reference_free(post.reference);
    mh_catalogue_free(post.catalogue);
    mh_buf_fini(&post.value);
    mh_buf_fini(&post.scratch);
    post_options_fini(&post.options);
    return exit_code;
}
