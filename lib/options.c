/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sources are read in order, so that the later wins by writing over.
 * Flags are walked twice: first only for what changes everything (--help,
 * --version, --print-config, --config), then for their values.
 */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "options_table.h"
#include "options_values.h"
#include "text.h"

enum { FILE_BYTES_MAX = 1024 * 1024 };

static const char KAFKA_PREFIX[] = "kafka.";

/* ---- File and environment ----------------------------------------------- */

/* Take blanks off both ends; writes a NUL into the text. */
static char *trim(char *text)
{
    size_t len;

    text += strspn(text, " \t\r");
    len = strlen(text);
    while (len > 0 && strchr(" \t\r", text[len - 1]) != NULL) {
        len--;
    }
    text[len] = '\0';
    return text;
}

static void read_line(struct mh_options *options, const char *path, int line,
                      char *text)
{
    const size_t prefix = sizeof KAFKA_PREFIX - 1;
    char *equals = strchr(text, '=');
    const struct mh_option *option;
    const char *name;
    char where[512];

    name = trim(text);
    if (*name == '\0' || *name == '#') {
        return;
    }
    if (equals == NULL) {
        mh_options_mistake(options, "%s:%d: `name = value` is expected", path,
                           line);
        return;
    }
    *equals = '\0';
    name = trim(text);
    (void)snprintf(where, sizeof where, "%s:%d: %s", path, line, name);
    if (strncmp(name, KAFKA_PREFIX, prefix) == 0) {
        mh_options_add_kafka(options, where, name + prefix,
                             strlen(name) - prefix, trim(equals + 1));
        return;
    }
    option = mh_option_find(options->program->options, name, strlen(name));
    if (option == NULL) {
        mh_options_mistake_name(options, where, name, strlen(name));
        return;
    }
    mh_options_set(options, option, where, trim(equals + 1));
}

static void read_file(struct mh_options *options, const char *path)
{
    struct mh_buf buf;
    struct mh_err err;
    char *text;

    mh_buf_init(&buf, FILE_BYTES_MAX);
    if (mh_text_read_file(path, &buf, &err) != MH_OK) {
        mh_options_mistake(options, "%s", err.text);
    } else if (buf.len > 0 && memchr(buf.bytes, '\0', buf.len) != NULL) {
        mh_options_mistake(options, "%s: not a text", path);
    } else {
        mh_buf_byte(&buf, '\0');
        options->no_memory = options->no_memory || buf.failed;
        text = buf.failed ? NULL : (char *)buf.bytes;
        if (text != NULL && strncmp(text, "\xef\xbb\xbf", 3) == 0) {
            text += 3;
        }
        for (int line = 1; text != NULL; line++) {
            char *next = strchr(text, '\n');

            if (next != NULL) {
                *next++ = '\0';
            }
            read_line(options, path, line, text);
            text = next;
        }
    }
    mh_buf_fini(&buf);
}

static void read_environment(struct mh_options *options)
{
    char variable[MH_OPTION_NAME_MAX];

    for (const struct mh_option *o = options->program->options; o->name != NULL;
         o++) {
        const char *value;

        mh_option_variable(o->name, variable);
        value = getenv(variable);
        if (value != NULL) {
            mh_options_set(options, o, variable, value);
        }
    }
}

/* ---- Flags -------------------------------------------------------------- */

struct walk {
    const struct mh_option *table;
    int argc;
    char **argv;
    int at;
    bool only_args; /* `--` was there */
};

/* One argument, or an option with its value. */
struct step {
    const char *text;               /* as it was given */
    size_t len;                     /* bytes of `text` before the `=` */
    bool is_arg;                    /* not an option */
    const struct mh_option *option; /* NULL: there is none of this name */
    bool common;                    /* `option` is of the common ones */
    const char *value;              /* NULL: missing */
};

static bool next_step(struct walk *walk, struct step *step)
{
    const char *name;

    if (walk->at < walk->argc && !walk->only_args &&
        strcmp(walk->argv[walk->at], "--") == 0) {
        walk->only_args = true;
        walk->at++;
    }
    if (walk->at >= walk->argc) {
        return false;
    }
    *step = (struct step){.text = walk->argv[walk->at++]};
    step->len = strcspn(step->text, "=");
    step->is_arg =
        walk->only_args || step->text[0] != '-' || step->text[1] == '\0';
    if (step->is_arg ||
        (step->text[1] != '-' && strcmp(step->text, "-h") != 0)) {
        return true;
    }
    name = strcmp(step->text, "-h") == 0 ? "--help" : step->text;
    step->option =
        mh_option_find(walk->table, name + 2, strcspn(name + 2, "="));
    if (step->option == NULL) {
        step->option =
            mh_option_find(mh_options_common, name + 2, strcspn(name + 2, "="));
        step->common = step->option != NULL;
    }
    if (step->option == NULL) {
        return true;
    }
    if (step->text[step->len] == '=') {
        step->value = step->text + step->len + 1;
    } else if (step->option->kind == MH_OPTION_FLAG) {
        step->value = "true";
    } else if (walk->at < walk->argc &&
               strncmp(walk->argv[walk->at], "--", 2) != 0) {
        step->value = walk->argv[walk->at++];
    }
    return true;
}

static bool is_common(const struct step *step, const char *name)
{
    return step->common && strcmp(step->option->name, name) == 0;
}

/* Print and be done, or find the file. */
static bool print_or_find_file(struct walk walk,
                               const struct mh_program *program,
                               const char **path)
{
    struct step step;

    while (next_step(&walk, &step)) {
        if (is_common(&step, "help")) {
            mh_options_help(program, stdout);
            return true;
        }
        if (is_common(&step, "version")) {
            (void)printf("%s %s\n", program->name, MAHALLE_VERSION);
            return true;
        }
        if (is_common(&step, "print-config")) {
            mh_options_example(program, stdout);
            return true;
        }
        if (is_common(&step, "config") && step.value != NULL) {
            *path = step.value;
        }
    }
    return false;
}

static void read_kafka(struct mh_options *options, const char *where,
                       const char *pair)
{
    size_t len = strcspn(pair, "=");

    if (mh_options_is_secret_kafka(pair, len)) {
        mh_options_mistake(options,
                           "%s %.*s: a secret is never a flag: other users "
                           "would see it; write kafka.%.*s = VALUE into the "
                           "file of --config",
                           where, (int)len, pair, (int)len, pair);
        return;
    }
    mh_options_add_kafka(options, where, pair, pair[len] == '=' ? len : 0,
                         pair + len + 1);
}

static void read_step(struct mh_options *options, const struct step *step)
{
    char where[MH_OPTION_NAME_MAX + 8];

    (void)snprintf(where, sizeof where, "%.*s", (int)step->len, step->text);
    if (step->is_arg && options->program->bare) {
        mh_options_mistake(options,
                           "%s: nothing but options is taken; see --help",
                           step->text);
    } else if (step->is_arg) {
        options->args[options->arg_count++] = step->text;
    } else if (step->option == NULL) {
        size_t dashes = strspn(step->text, "-");

        mh_options_mistake_name(options, where, step->text + dashes,
                                step->len - dashes);
    } else if (step->option->kind == MH_OPTION_SECRET) {
        mh_options_mistake(options,
                           "%s: a secret is never a flag: other users would "
                           "see it",
                           where);
    } else if (step->value == NULL) {
        mh_options_mistake(options, "%s: a value is missing", where);
    } else if (is_common(step, "kafka")) {
        read_kafka(options, where, step->value);
    } else if (!step->common) {
        mh_options_set(options, step->option, where, step->value);
    }
}

/* ---- All of it ---------------------------------------------------------- */

static void read_defaults(struct mh_options *options)
{
    for (const struct mh_option *o = options->program->options; o->name != NULL;
         o++) {
        if (o->fallback != NULL) {
            mh_options_set(options, o, "default", o->fallback);
        } else if (o->kind == MH_OPTION_FLAG) {
            mh_options_set(options, o, "default", "false");
        }
    }
}

/* What is required and was given nowhere. */
static void find_missing(struct mh_options *options)
{
    const struct mh_option *table = options->program->options;
    char variable[MH_OPTION_NAME_MAX];

    for (int i = 0; table[i].name != NULL; i++) {
        if (options->values[i] == NULL) {
            mh_option_variable(table[i].name, variable);
            mh_options_mistake(
                options, "%s%s is required (or %s, or a line in --config FILE)",
                table[i].kind == MH_OPTION_SECRET ? "" : "--", table[i].name,
                variable);
        }
    }
}

static struct mh_options *new_options(const struct mh_program *program,
                                      int argc)
{
    struct mh_options *options = calloc(1, sizeof *options);
    size_t count = 0;

    if (options == NULL) {
        return NULL;
    }
    while (program->options[count].name != NULL) {
        count++;
    }
    options->program = program;
    options->values = calloc(count + 1, sizeof *options->values);
    options->args = calloc((size_t)argc + 1, sizeof *options->args);
    if (options->values == NULL || options->args == NULL) {
        mh_options_free(options);
        return NULL;
    }
    return options;
}

enum mh_code mh_options_read(const struct mh_program *program, int argc,
                             char **argv, struct mh_options **options,
                             bool *done, struct mh_err *err)
{
    struct walk walk = {
        .table = program->options, .argc = argc, .argv = argv, .at = 1};
    struct mh_options *made = NULL;
    const char *path = getenv("MAHALLE_CONFIG");
    struct step step;
    enum mh_code code = MH_OK;

    *done = print_or_find_file(walk, program, &path);
    if (*done) {
        *options = NULL;
        return MH_OK;
    }
    made = new_options(program, argc);
    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for options");
    }
    read_defaults(made);
    if (path != NULL && *path != '\0') {
        read_file(made, path);
    }
    read_environment(made);
    while (next_step(&walk, &step)) {
        read_step(made, &step);
    }
    find_missing(made);
    if (made->no_memory) {
        code = mh_fail(err, MH_MEMORY, "no memory for options");
    } else if (made->mistakes > 0) {
        (void)fprintf(stderr, "%s --help shows all options\n", program->name);
        code = mh_fail(err, MH_USAGE, "%d mistakes in the options",
                       made->mistakes);
    } else {
        *options = made;
        made = NULL;
    }
    mh_options_free(made);
    return code;
}
