/* SPDX-License-Identifier: Apache-2.0 */
/* mahalle-admin: finds the command in the table and runs it. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_options.h"
#include "schemas_dir.h"

static const struct {
    const char *group, *verb;  /* verb "": the command is one word */
    int args_least, args_most; /* -1: any number */
    enum mh_code (*run)(const struct admin *admin, struct mh_err *err);
} COMMANDS[] = {
    {"db", "install", 0, 0, admin_db_install},
    {"db", "upgrade", 0, 0, admin_db_install},
    {"topics", "create", 0, 0, admin_topics_create},
    {"schema", "check", 0, -1, admin_schema_check},
    {"schema", "list", 0, 0, admin_schema_list},
    {"schema", "add", 1, 1, admin_schema_add},
    {"reference", "load", 0, -1, admin_reference_load},
    {"dead-letters", "list", 0, 0, admin_dead_letters_list},
    {"dead-letters", "show", 1, 1, admin_dead_letters_show},
    {"dead-letters", "export", 0, -1, admin_dead_letters_export},
    {"dead-letters", "replay", 0, -1, admin_dead_letters_replay},
    {"dead-letters", "park", 0, -1, admin_dead_letters_park},
    {"dead-letters", "reopen", 0, -1, admin_dead_letters_reopen},
    {"offsets", "show", 0, 0, admin_offsets_show},
    {"offsets", "accept-gap", 0, 0, admin_offsets_accept_gap},
    {"keys", "create", 0, 0, admin_keys_create},
    {"keys", "list", 0, 0, admin_keys_list},
    {"keys", "revoke", 1, 1, admin_keys_revoke},
    {"verify", "", 0, 0, admin_verify},
    {"rebuild", "", 0, 0, admin_rebuild},
    {"report", "", 0, 0, admin_report},
};
enum { COMMAND_COUNT = sizeof COMMANDS / sizeof COMMANDS[0] };

/* How many words name command `i`, when they are given; else 0. */
static int count_words(const struct mh_options *options, int i)
{
    int args = mh_options_arg_count(options);

    if (args < 1 ||
        strcmp(mh_options_arg(options, 0), COMMANDS[i].group) != 0) {
        return 0;
    }
    if (*COMMANDS[i].verb == '\0') {
        return 1;
    }
    return args > 1 && strcmp(mh_options_arg(options, 1), COMMANDS[i].verb) == 0
               ? 2
               : 0;
}

static enum mh_code run(const struct mh_options *options, struct mh_err *err)
{
    char found[MH_SCHEMAS_DIR_MAX];
    struct admin admin = {
        options, mh_schemas_dir(mh_options_text(options, "schemas"), found), 0,
        0};

    for (int i = 0; i < COMMAND_COUNT; i++) {
        admin.first_arg = count_words(options, i);
        if (admin.first_arg == 0) {
            continue;
        }
        admin.arg_count = mh_options_arg_count(options) - admin.first_arg;
        if (admin.arg_count < COMMANDS[i].args_least ||
            (COMMANDS[i].args_most >= 0 &&
             admin.arg_count > COMMANDS[i].args_most)) {
            return mh_fail(
                err, MH_USAGE, "%s%s%s: takes %s; see --help",
                COMMANDS[i].group, *COMMANDS[i].verb == '\0' ? "" : " ",
                COMMANDS[i].verb,
                COMMANDS[i].args_most == 0 ? "no arguments" : "one argument");
        }
        return COMMANDS[i].run(&admin, err);
    }
    return mh_fail(err, MH_USAGE, "no such command; see --help");
}

int main(int argc, char **argv)
{
    struct mh_options *options = NULL;
    struct mh_err err = {MH_OK, ""};
    bool done = false;
    enum mh_code code = mh_options_read(admin_options_program(argc, argv), argc,
                                        argv, &options, &done, &err);

    if (code != MH_OK || done) {
        return mh_code_exit(code);
    }
    code = run(options, &err);
    if (code != MH_OK) {
        (void)fprintf(stderr, "mahalle-admin: %s\n", err.text);
    }
    mh_options_free(options);
    return mh_code_exit(code);
}
