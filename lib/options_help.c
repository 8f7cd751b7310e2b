/* SPDX-License-Identifier: Apache-2.0 */
/* What is printed from a table of options, 80 columns wide. */
#include <inttypes.h>
#include <string.h>

#include "options_table.h"

enum { WIDTH = 80, INDENT = 6 };

static const struct mh_exit EXITS[] = {
    {0, "done, or asked to stop"},
    {1, "done, but input was refused (post), the status is not OK (lag) or "
        "differences were found (verify)"},
    {2, "flags or options"},
    {3, "contract: schemas, tables or reference data differ"},
    {4, "database"},
    {5, "Kafka or gateway"},
    {70, "own mistake of the program"},
    {0, NULL},
};

/* Words of `text` in lines that begin with `begin`. */
static void print_words(FILE *out, const char *begin, const char *text)
{
    size_t column = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        if (column > 0 && column + 1 + len > WIDTH) {
            (void)fputc('\n', out);
            column = 0;
        }
        if (column == 0) {
            (void)fputs(begin, out);
            column = strlen(begin);
        } else {
            (void)fputc(' ', out);
            column++;
        }
        (void)fwrite(text, 1, len, out);
        column += len;
        text += len;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

/* The lines of `text`, each behind `begin`. */
static void print_lines(FILE *out, const char *begin, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        (void)fprintf(out, "%s%.*s\n", begin, (int)len, text);
        text += len;
        text += *text == '\n';
    }
}

/* Help, bounds and default of an option as one paragraph. */
static void print_paragraph(FILE *out, const char *begin,
                            const struct mh_option *option)
{
    const char *blank = option->unit[0] == '\0' ? "" : " ";
    char text[1024];
    size_t len;

    (void)snprintf(text, sizeof text, "%s", option->help);
    len = strlen(text);
    if (option->kind == MH_OPTION_NUMBER) {
        (void)snprintf(text + len, sizeof text - len,
                       " %" PRId64 " to %" PRId64 "%s%s.", option->least,
                       option->most, blank, option->unit);
        len = strlen(text);
    }
    if (option->fallback == NULL) {
        (void)snprintf(text + len, sizeof text - len, " Required.");
    } else if (option->fallback[0] != '\0' && option->kind != MH_OPTION_FLAG) {
        (void)snprintf(text + len, sizeof text - len, " Default: %s%s%s.",
                       option->fallback, blank, option->unit);
    }
    print_words(out, begin, text);
}

static void print_option(FILE *out, const struct mh_option *option,
                         bool variable)
{
    static const char *const VALUES[] = {" TEXT", " NUMBER", "", "", " TEXT"};
    char name[MH_OPTION_NAME_MAX];
    char begin[INDENT + 1];

    (void)snprintf(begin, sizeof begin, "%*s", INDENT, "");
    mh_option_variable(option->name, name);
    if (option->kind == MH_OPTION_SECRET) {
        (void)fprintf(out, "  %s (%s), never a flag\n", name, option->name);
    } else {
        (void)fprintf(out, "  --%s%s%s%s%s\n", option->name,
                      VALUES[option->kind], variable ? " (" : "",
                      variable ? name : "", variable ? ")" : "");
    }
    print_paragraph(out, begin, option);
}

void mh_options_help(const struct mh_program *program, FILE *out)
{
    char begin[128];

    (void)snprintf(begin, sizeof begin, "  %s ", program->name);
    (void)fprintf(out, "%s ", program->name);
    (void)fputs(MAHALLE_VERSION "\n", out);
    print_words(out, "", program->about);
    (void)fputs("\nUsage:\n", out);
    print_lines(out, begin, program->usage);
    (void)fputs("\nOptions (in brackets: variable of the environment):\n", out);
    for (const struct mh_option *o = program->options; o->name != NULL; o++) {
        print_option(out, o, true);
    }
    for (const struct mh_option *o = mh_options_common; o->name != NULL; o++) {
        print_option(out, o, o == mh_options_common);
    }
    print_words(out, "",
                "The later wins: default, file, environment, flag. An argument "
                "`--` ends the options.");
    (void)fputs("\nExamples:\n", out);
    print_lines(out, "  ", program->examples);
    (void)fputs("\nExit codes:\n", out);
    for (const struct mh_exit *e = program->exits == NULL ? EXITS
                                                          : program->exits;
         e->text != NULL; e++) {
        char text[256];

        (void)snprintf(text, sizeof text, "%d: %s", e->code, e->text);
        print_words(out, "  ", text);
    }
}

void mh_options_example(const struct mh_program *program, FILE *out)
{
    char name[MH_OPTION_NAME_MAX];

    (void)fprintf(out, "# Configuration of %s, read with --config FILE.\n",
                  program->name);
    print_words(out, "# ",
                "Each line is a default; take the # away to change "
                "it. The environment and flags win over this file.");
    for (const struct mh_option *o = program->options; o->name != NULL; o++) {
        const char *value = o->fallback == NULL ? "" : o->fallback;

        (void)fputc('\n', out);
        print_paragraph(out, "# ", o);
        mh_option_variable(o->name, name);
        (void)fprintf(out, "# Environment: %s\n#%s =%s%s\n", name, o->name,
                      value[0] == '\0' ? "" : " ", value);
    }
    (void)fputs("\n# Anything of librdkafka's, as it is:\n"
                "#kafka.client.id = mahalle\n",
                out);
}
