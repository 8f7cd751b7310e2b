/* SPDX-License-Identifier: Apache-2.0 */
/* Files are looked at before the first line is read: a wrong name in a long
 * list shall not end the work half-way. */
#include "post_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct mh_option OPTIONS[] = {
    {"type", MH_OPTION_TEXT, "", 0, 0, "",
     "Event type of lines without event_type."},
    {"format", MH_OPTION_TEXT, "ndjson", 0, 0, "",
     "Form of the input: ndjson, one flat JSON object a line."},
    {"dry-run", MH_OPTION_FLAG, "false", 0, 0, "",
     "Check the lines and send nothing; needs no Kafka."},
    {"rejects", MH_OPTION_TEXT, "", 0, 0, "",
     "File for refused lines, written anew; without it standard error gets "
     "one short line a fault."},
    {"brokers", MH_OPTION_TEXT, "", 0, 0, "",
     "Kafka's bootstrap servers, HOST:PORT with commas between."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "",
     "Topic of the events."},
    {"schemas", MH_OPTION_TEXT, "", 0, 0, "",
     "Directory with events/ and reference/; empty: the installed one."},
    {0}};

static const struct mh_program PROGRAM = {
    .name = "mahalle-post",
    .about = "Check events from files and store them in Kafka.",
    .usage = "[--type TYPE] [--dry-run] [--rejects FILE] [--brokers LIST] "
             "FILE...|-",
    .examples =
        "mahalle-post --dry-run events.ndjson\n"
        "mahalle-post --brokers localhost:9092 --rejects bad.ndjson "
        "events.ndjson\n"
        "zcat mehr.ndjson.gz | mahalle-post --type cleanup_held -\n"
        "jq -r 'select(.errors[].code == \"PLACE\") | .input' bad.ndjson | "
        "mahalle-post -",
    .options = OPTIONS,
};

static const char *text_or_null(const struct mh_options *all, const char *name)
{
    const char *text = mh_options_text(all, name);

    return text[0] == '\0' ? NULL : text;
}

static void complain(const char *subject, const char *text)
{
    (void)fprintf(stderr, "mahalle-post: %s: %s\n", subject, text);
}

/* Whether `path` can be read and is not what the rejects would overwrite. */
static enum mh_code look_at(const char *path, const char *rejects,
                            uint64_t *bytes_total)
{
    struct stat file, other;

    if (strcmp(path, "-") == 0) {
        *bytes_total = 0;
        return MH_OK;
    }
    if (access(path, R_OK) != 0 || stat(path, &file) != 0) {
        complain(path, strerror(errno));
        return MH_FILE;
    }
    if (S_ISDIR(file.st_mode)) {
        complain(path, strerror(EISDIR));
        return MH_FILE;
    }
    if (rejects != NULL && stat(rejects, &other) == 0 &&
        S_ISREG(file.st_mode) && other.st_dev == file.st_dev &&
        other.st_ino == file.st_ino) {
        complain(path, "is the file of --rejects too");
        return MH_USAGE;
    }
    *bytes_total += (uint64_t)file.st_size;
    return MH_OK;
}

static enum mh_code look_at_all(struct post_options *options)
{
    enum mh_code code = MH_OK;
    bool known = true;

    options->bytes_total = 0;
    for (int i = 0; i < options->file_count; i++) {
        const char *path = mh_options_arg(options->all, i);
        enum mh_code one =
            look_at(path, options->rejects, &options->bytes_total);

        known = known && strcmp(path, "-") != 0;
        code = one != MH_OK ? one : code;
    }
    options->bytes_total = known ? options->bytes_total : 0;
    return code;
}

enum mh_code post_options_read(int argc, char **argv,
                               struct post_options *options, bool *done,
                               struct mh_err *err)
{
    struct mh_options *all = NULL;
    enum mh_code code;

    memset(options, 0, sizeof *options);
    code = mh_options_read(&PROGRAM, argc, argv, &all, done, err);
    if (code != MH_OK || *done) {
        mh_options_free(all);
        return code;
    }
    options->all = all;
    options->type = text_or_null(all, "type");
    options->rejects = text_or_null(all, "rejects");
    options->brokers = mh_options_text(all, "brokers");
    options->topic = mh_options_text(all, "topic");
    options->schemas = mh_options_text(all, "schemas");
    options->dry_run = mh_options_flag(all, "dry-run");
    options->file_count = mh_options_arg_count(all);
    if (strcmp(mh_options_text(all, "format"), "ndjson") != 0) {
        complain("--format", "only ndjson is known");
        code = MH_USAGE;
    }
    if (!options->dry_run && options->brokers[0] == '\0') {
        complain("--brokers", "required, or MAHALLE_BROKERS, or --dry-run");
        code = MH_USAGE;
    }
    if (options->file_count == 0) {
        complain("FILE", "at least one, or - for standard input");
        code = MH_USAGE;
    }
    if (code == MH_OK) {
        code = look_at_all(options);
    }
    return code;
}

void post_options_fini(struct post_options *options)
{
    mh_options_free(options->all);
    options->all = NULL;
}
