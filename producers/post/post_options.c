/* SPDX-License-Identifier: Apache-2.0 */
/* Files are looked at before the first line is read: a wrong name in a long
 * list shall not end the work half-way. */
#include "post_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "charset.h"

static const struct mh_option OPTIONS[] = {
    {"type", MH_OPTION_TEXT, "", 0, 0, "",
     "Event type of lines without event_type; required for csv."},
    {"format", MH_OPTION_TEXT, "ndjson", 0, 0, "",
     "Form of the input: ndjson, one flat JSON object a line; or csv, a table "
     "whose first row names its columns as --template does."},
    {"charset", MH_OPTION_TEXT, "UTF-8", 0, 0, "",
     "Character set of tables, as iconv has it: UTF-8, UTF-16 (with a byte "
     "order mark), windows-1256."},
    {"dry-run", MH_OPTION_FLAG, "false", 0, 0, "",
     "Check the lines and send nothing; needs no Kafka."},
    {"rejects", MH_OPTION_TEXT, "", 0, 0, "",
     "File for refused lines, written anew; without it standard error gets "
     "one short line a fault."},
    {"rejects-csv", MH_OPTION_TEXT, "", 0, 0, "",
     "File for refused rows of one table, written anew: the same columns and "
     "what is wrong, to be mended and posted again."},
    {"template", MH_OPTION_TEXT, "", 0, 0, "",
     "Print an empty table for events of this type, and end."},
    {"lang", MH_OPTION_TEXT, "fa", 0, 0, "",
     "Language of --template and of what is wrong in --rejects-csv: fa or en."},
    {"to", MH_OPTION_TEXT, "kafka", 0, 0, "",
     "Where to: kafka, or the URL of a gateway, which then checks the lines."},
    {"api-key", MH_OPTION_SECRET, "", 0, 0, "",
     "Key for the gateway; never a flag."},
    {"key-file", MH_OPTION_TEXT, "", 0, 0, "",
     "File with the key for the gateway; goes before the one above."},
    {"ca-file", MH_OPTION_TEXT, "", 0, 0, "",
     "Authorities (PEM) that the gateway's certificate may be of; empty: the "
     "system's."},
    {"cert-file", MH_OPTION_TEXT, "", 0, 0, "",
     "Certificate (PEM) to show to a gateway that asks for one."},
    {"cert-key-file", MH_OPTION_TEXT, "", 0, 0, "",
     "Its private key (PEM); empty: in the file of the certificate."},
    {"brokers", MH_OPTION_TEXT, "", 0, 0, "",
     "Kafka's bootstrap servers, HOST:PORT with commas between."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "",
     "Topic of the events."},
    {"schemas", MH_OPTION_TEXT, "", 0, 0, "",
     "Directory with events/ and reference/; empty: the installed one."},
    {0}};

static const struct mh_exit EXITS[] = {
    {0, "all stored (checked, with --dry-run), or asked to stop"},
    {1, "done, but some lines were refused"},
    {2, "flags or options, an unknown type, an input that cannot be read"},
    {3, "contract: schemas or reference data missing or broken"},
    {5, "Kafka or the gateway"},
    {70, "own mistake of the program, or out of memory"},
    {0, NULL}};

static const struct mh_program PROGRAM = {
    .name = "mahalle-post",
    .about = "Check events from files and store them in Kafka, directly or "
             "through a gateway.",
    .usage = "[--type TYPE] [--dry-run] [--rejects FILE] [--brokers LIST] "
             "FILE...|-\n"
             "--format csv --type TYPE [--charset NAME] [--rejects-csv FILE] "
             "FILE...|-\n"
             "--to URL [--key-file FILE] FILE...|-\n"
             "--template TYPE [--lang fa|en]",
    .examples =
        "mahalle-post --dry-run events.ndjson\n"
        "mahalle-post --brokers localhost:9092 --rejects bad.ndjson "
        "events.ndjson\n"
        "mahalle-post --to https://gateway.example --key-file key "
        "events.ndjson\n"
        "zcat mehr.ndjson.gz | mahalle-post --type cleanup_held -\n"
        "jq -r 'select(.errors[].code == \"PLACE\") | .input' bad.ndjson | "
        "mahalle-post -\n"
        "mahalle-post --template cleanup_held >cleanup.csv\n"
        "mahalle-post --format csv --type cleanup_held --rejects-csv mend.csv "
        "cleanup.csv",
    .options = OPTIONS,
    .exits = EXITS,
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

/* Whether `file`, which is open for reading, would be written over. */
static bool is_same_file(const struct stat *file, const char *other)
{
    struct stat found;

    return other != NULL && S_ISREG(file->st_mode) &&
           stat(other, &found) == 0 && found.st_dev == file->st_dev &&
           found.st_ino == file->st_ino;
}

/* Whether the rejects would overwrite the input. */
static enum mh_code check_kept(const struct post_options *options,
                               const char *name, const struct stat *file)
{
    if (is_same_file(file, options->rejects)) {
        complain(name, "is the file of --rejects too");
        return MH_USAGE;
    }
    if (is_same_file(file, options->rejects_csv)) {
        complain(name, "is the file of --rejects-csv too; write to another, "
                       "mend it and post that");
        return MH_USAGE;
    }
    return MH_OK;
}

/* Whether `path` can be read and is not what the rejects would overwrite. */
static enum mh_code look_at(const struct post_options *options,
                            const char *path, uint64_t *bytes_total)
{
    struct stat file;

    if (strcmp(path, "-") == 0) {
        *bytes_total = 0;
        if (fstat(STDIN_FILENO, &file) != 0) {
            complain("standard input", strerror(errno));
            return MH_FILE;
        }
        return check_kept(options, "standard input", &file);
    }
    if (access(path, R_OK) != 0 || stat(path, &file) != 0) {
        complain(path, strerror(errno));
        return MH_FILE;
    }
    if (S_ISDIR(file.st_mode)) {
        complain(path, strerror(EISDIR));
        return MH_FILE;
    }
    *bytes_total += (uint64_t)file.st_size;
    return check_kept(options, path, &file);
}

static enum mh_code look_at_all(struct post_options *options)
{
    enum mh_code code = MH_OK;
    bool known = true;

    options->bytes_total = 0;
    for (int i = 0; i < options->file_count; i++) {
        const char *path = mh_options_arg(options->all, i);
        enum mh_code one = look_at(options, path, &options->bytes_total);

        known = known && strcmp(path, "-") != 0;
        code = one != MH_OK ? one : code;
    }
    options->bytes_total = known ? options->bytes_total : 0;
    return code;
}

static void set_texts(struct post_options *options)
{
    const struct mh_options *all = options->all;
    const char *template = text_or_null(all, "template");

    options->template = template != NULL;
    options->type = template != NULL ? template : text_or_null(all, "type");
    options->charset = mh_options_text(all, "charset");
    options->rejects = text_or_null(all, "rejects");
    options->rejects_csv = text_or_null(all, "rejects-csv");
    options->brokers = mh_options_text(all, "brokers");
    options->topic = mh_options_text(all, "topic");
    options->gateway = strcmp(mh_options_text(all, "to"), "kafka") == 0
                           ? NULL
                           : mh_options_text(all, "to");
    options->key_file = text_or_null(all, "key-file");
    options->key =
        options->key_file == NULL ? text_or_null(all, "api-key") : NULL;
    options->ca_file = text_or_null(all, "ca-file");
    options->cert_file = text_or_null(all, "cert-file");
    options->cert_key_file = text_or_null(all, "cert-key-file");
    options->schemas = mh_options_text(all, "schemas");
    options->dry_run = mh_options_flag(all, "dry-run");
    options->csv = strcmp(mh_options_text(all, "format"), "csv") == 0;
    options->file_count = mh_options_arg_count(all);
}

/* Whether both kinds of rejects would go into one file. */
static bool is_one_file(const char *rejects, const char *rejects_csv)
{
    struct stat file;

    if (rejects == NULL || rejects_csv == NULL) {
        return false;
    }
    return strcmp(rejects, rejects_csv) == 0 ||
           (stat(rejects, &file) == 0 && is_same_file(&file, rejects_csv));
}

/* What only tables have. */
static enum mh_code check_table(const struct post_options *options)
{
    enum mh_code code = MH_OK;
    struct charset *charset = NULL;
    struct mh_err err;

    if (options->csv && options->type == NULL) {
        complain("--format csv", "needs --type, which says what a row is");
        code = MH_USAGE;
    }
    if (options->rejects_csv != NULL && !options->csv) {
        complain("--rejects-csv", "needs --format csv");
        code = MH_USAGE;
    }
    if (options->rejects_csv != NULL && options->file_count > 1) {
        complain("--rejects-csv", "one FILE at a time, whose columns it has");
        code = MH_USAGE;
    }
    if (is_one_file(options->rejects, options->rejects_csv)) {
        complain("--rejects-csv", "is the file of --rejects too; name two");
        code = MH_USAGE;
    }
    if (!charset_is_utf8(options->charset)) {
        if (charset_new(options->charset, &charset, &err) != MH_OK) {
            (void)fprintf(stderr, "mahalle-post: %s\n", err.text);
            code = MH_USAGE;
        } else if (!options->csv) {
            complain("--charset", "is of tables; lines of JSON are UTF-8");
            code = MH_USAGE;
        }
        charset_free(charset);
    }
    return code;
}

static enum mh_code check(struct post_options *options)
{
    enum mh_code code = MH_OK;
    const char *format = mh_options_text(options->all, "format");

    if (!words_lang_find(mh_options_text(options->all, "lang"),
                         &options->lang)) {
        complain("--lang", "fa or en");
        code = MH_USAGE;
    }
    if (options->template) {
        return code;
    }
    if (!options->csv && strcmp(format, "ndjson") != 0) {
        complain("--format", "ndjson or csv");
        code = MH_USAGE;
    }
    if (!options->dry_run && options->gateway == NULL &&
        options->brokers[0] == '\0') {
        complain("--brokers",
                 "required, or MAHALLE_BROKERS, or --to URL, or --dry-run");
        code = MH_USAGE;
    }
    if (options->file_count == 0) {
        complain("FILE", "at least one, or - for standard input");
        code = MH_USAGE;
    }
    if (check_table(options) != MH_OK) {
        code = MH_USAGE;
    }
    return code == MH_OK ? look_at_all(options) : code;
}

enum mh_code post_options_read(int argc, char **argv,
                               struct post_options *options, bool *done,
                               struct mh_err *err)
{
    enum mh_code code;

    memset(options, 0, sizeof *options);
    code = mh_options_read(&PROGRAM, argc, argv, &options->all, done, err);
    if (code != MH_OK || *done) {
        return code;
    }
    set_texts(options);
    return check(options);
}

void post_options_fini(struct post_options *options)
{
    mh_options_free(options->all);
    options->all = NULL;
}
