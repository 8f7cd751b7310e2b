/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mahalle-post: files of events -> Kafka or a gateway, by libmahalle's client.
 * post_lines and post_rows have the steps in the order of the data: lines and
 * json, or rows and sheet; then the client, which checks and sends; what is
 * refused on the way goes to the rejects.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "post.h"
#include "stop.h"
#include "template.h"

enum {
    TEMPLATE_MAX = MH_FIELDS_MAX * (2 * MH_LABEL_MAX + 3) + 8,
    STOP_FLUSH_MS = 10000, /* asked to stop: for what is on its way */
    LATE_MS = 5000,        /* for the client to give up by itself */
    GATEWAY_CONNECTIONS = 4
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

/* Nothing waits, or something was given up. */
static bool is_over(const void *opaque)
{
    const struct post *post = opaque;

    return post->lost.code != MH_OK ||
           parcels_count(&post->client->parcels) == 0;
}

static bool is_over_or_stopped(const void *opaque)
{
    return mh_stop_asked() || is_over(opaque);
}

/* Wait for what is on its way; what was given up before stays given up. To be
 * asked to stop while there is no room gives up only the line in hand. */
static enum mh_code finish(struct post *post, enum mh_code code,
                           struct mh_err *err)
{
    const int wait_ms = SEND_TIMEOUT_MS + LATE_MS;
    bool all = false;
    size_t before;

    if (mh_code_exit(code) == 5 && !mh_stop_asked()) {
        return code;
    }
    do { /* a key with a rate takes its time: as long as some are stored */
        before = parcels_count(&post->client->parcels);
        all = client_wait(post->client, is_over_or_stopped, post, wait_ms);
    } while (!all && parcels_count(&post->client->parcels) < before);
    if (mh_stop_asked()) {
        all = client_wait(post->client, is_over, post, STOP_FLUSH_MS);
    }
    if (code == MH_OK && post->lost.code != MH_OK) {
        return mh_fail(err, post->lost.code, "%s", post->lost.text);
    }
    if (code == MH_OK && !all) {
        return mh_fail(err, MH_KAFKA_DOWN, "not all confirmed within %d s",
                       (mh_stop_asked() ? STOP_FLUSH_MS : wait_ms) / 1000);
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
    struct parcels *parcels = &post->client->parcels;
    uint64_t oldest = post->lost.ticket;
    uint64_t waiting = 0;
    bool missing = parcels_oldest(parcels, &waiting);

    if (post->lost.count > 0) {
        oldest = missing && waiting < oldest ? waiting : oldest;
        missing = true;
    } else {
        oldest = waiting;
    }
    if (missing) {
        (void)printf("not confirmed: %" PRIu64 " events, the first from ",
                     post->lost.count + parcels_count(parcels));
        print_line_of(post, oldest);
        (void)puts("; everything good before it is stored");
    } else if (post->progress.read > 0) {
        (void)printf("everything good up to ");
        print_line_of(post, post->last);
        (void)puts(post->options.dry_run ? " was checked" : " is stored");
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
    progress_sum_up(&post->progress, post->options.dry_run ? "good" : "stored",
                    post->options.dry_run ? post->good : post->stored);
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

/* A type that there is not, and the nearest that there is. */
static enum mh_code refuse_type(const struct mh_catalogue *catalogue,
                                const char *type, struct mh_err *err)
{
    struct mh_nearest nearest;

    mh_nearest_begin(&nearest, type, strlen(type));
    for (int i = 0; i < mh_catalogue_count(catalogue); i++) {
        const char *name = mh_catalogue_at(catalogue, i)->name;

        mh_nearest_offer(&nearest, name, name);
    }
    return mh_fail(err, MH_USAGE, "no event type %s%s%s", type,
                   nearest.best == NULL ? "" : "; did you mean ",
                   nearest.best == NULL ? "" : nearest.best);
}

static enum mh_code open_client(struct post *post, struct mh_err *err)
{
    const struct post_options *options = &post->options;
    struct client_settings settings = {.options = options->all,
                                       .checks = options->csv,
                                       .on_no_type = refuse_type};

    mahalle_settings_init(&settings.all, sizeof settings.all);
    settings.all.event_type = options->type;
    settings.all.schemas = options->schemas;
    settings.all.lang = options->lang == WORDS_EN ? MAHALLE_EN : MAHALLE_FA;
    if (!options->dry_run && !options->template) {
        settings.all.topic = options->topic;
        settings.all.gateway = options->gateway;
        settings.all.brokers =
            options->gateway == NULL ? options->brokers : NULL;
        settings.all.key = options->key;
        settings.all.key_file = options->key_file;
        settings.all.ca_file = options->ca_file;
        settings.all.cert_file = options->cert_file;
        settings.all.cert_key_file = options->cert_key_file;
        settings.all.connections = GATEWAY_CONNECTIONS;
    }
    return client_open(&settings, &post->client, err);
}

static enum mh_code open_ends(struct post *post, struct mh_err *err)
{
    enum mh_code code =
        rejects_open(post->options.rejects, &post->rejects, err);

    if (code == MH_OK && post->options.rejects_csv != NULL) {
        code = mend_open(post->options.rejects_csv, post->options.lang,
                         &post->mend, err);
    }
    if (code == MH_OK && post->client->sender != NULL) {
        code = send_contact(post->client->sender, SEND_CONTACT_MS, err);
    }
    return code;
}

/* @returns the exit code */
static int print_template(const struct post *post)
{
    struct mh_buf buf;
    bool good;

    mh_buf_init(&buf, TEMPLATE_MAX);
    template_put(&buf, post->client->intake.type, post->options.lang);
    good = !buf.failed && fwrite(buf.bytes, 1, buf.len, stdout) == buf.len &&
           fflush(stdout) == 0;
    mh_buf_fini(&buf);
    return good ? 0 : mh_code_exit(MH_FILE);
}

static int run(struct post *post)
{
    struct mh_err err = {0};
    enum mh_code code = open_client(post, &err);

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
    post.owner.on_settled = post_settled;
    work_init(&post.work);
    exit_code =
        mh_code_exit(post_options_read(argc, argv, &post.options, &done, &err));
    if (exit_code == 0 && !done) {
        exit_code = run(&post);
    }
    client_close(post.client);
    rejects_close(post.rejects);
    mend_close(post.mend);
    work_fini(&post.work);
    post_options_fini(&post.options);
    return exit_code;
}
