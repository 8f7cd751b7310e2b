/* SPDX-License-Identifier: Apache-2.0 */
/* mahalle-admin: finds the command in the table and runs it. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "schemas_dir.h"

static const struct mh_option OPTIONS[] = {
    {"pg", MH_OPTION_SECRET, "", 0, 0, "",
     "Connection string of PostgreSQL, for a member of the owner's role."},
    {"brokers", MH_OPTION_TEXT, "localhost:9092", 0, 0, "",
     "Kafka brokers, HOST:PORT with commas between."},
    {"schemas", MH_OPTION_TEXT, "", 0, 0, "",
     "Directory of the contract: events, sql, reference; empty: the installed "
     "one."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "",
     "topics create: name of the topic."},
    {"partitions", MH_OPTION_NUMBER, "12", 1, 1024, "partitions",
     "topics create: how many."},
    {"replication", MH_OPTION_NUMBER, "1", 1, 15, "copies",
     "topics create: of each partition."},
    {"retention-ms", MH_OPTION_NUMBER, "-1", -1, INT64_MAX, "ms",
     "topics create: how long records stay; -1 is for ever."},
    {"published", MH_OPTION_FLAG, "false", 0, 0, "",
     "schema check: compare with what the database has, too."},
    {"reason", MH_OPTION_TEXT, "", 0, 0, "",
     "dead-letters list, replay: only this fault code."},
    {"state", MH_OPTION_TEXT, "", 0, 0, "",
     "dead-letters list: only open, replayed or parked ones."},
    {"agency", MH_OPTION_TEXT, "", 0, 0, "",
     "dead-letters list: only those of this agency. keys create: whose key it "
     "is; * for every agency."},
    {"type", MH_OPTION_LIST, "", 0, 0, "",
     "keys create: only this event type; may be given again."},
    {"county", MH_OPTION_LIST, "", 0, 0, "",
     "keys create: only events of this county; may be given again."},
    {"rate", MH_OPTION_NUMBER, "0", 0, 1000000, "events/s",
     "keys create: most events a second; 0 is without bound."},
    {"days", MH_OPTION_NUMBER, "0", 0, 36500, "days",
     "keys create: how long the key counts; 0 is until it is revoked."},
    {"limit", MH_OPTION_NUMBER, "50", 1, 100000, "letters",
     "dead-letters list: the newest ones, at most."},
    {"as-of", MH_OPTION_TEXT, "", 0, 0, "",
     "report: the day, Gregorian or Solar Hijri; today when it is empty."},
    {"lang", MH_OPTION_TEXT, "fa", 0, 0, "",
     "report: fa (Persian) or en (English)."},
    {"output", MH_OPTION_TEXT, "", 0, 0, "",
     "report: the file to write, - for standard output."},
    {"note", MH_OPTION_TEXT, "", 0, 0, "",
     "report: a remark to stand below the title."},
    {"partition", MH_OPTION_NUMBER, "-1", -1, INT32_MAX, "",
     "offsets accept-gap: the blocked partition."},
    {"to", MH_OPTION_NUMBER, "-1", -1, INT64_MAX, "",
     "offsets accept-gap: the offset to go on from."},
    {"why", MH_OPTION_TEXT, "", 0, 0, "",
     "offsets accept-gap: the reason, kept for ever."},
    {NULL, MH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

static const struct mh_program PROGRAM = {
    "mahalle-admin",
    "Sets up and looks after the tables, the topic, the event types and the "
    "reference data.",
    "db install|upgrade\n"
    "topics create\n"
    "schema check [FILE...]\n"
    "schema list\n"
    "schema add FILE\n"
    "reference load [FILE...]\n"
    "dead-letters list\n"
    "dead-letters show ID\n"
    "dead-letters replay ID...\n"
    "dead-letters replay --reason CODE\n"
    "offsets show\n"
    "offsets accept-gap --partition N --to OFFSET --why TEXT\n"
    "keys create --agency CODE [--type TYPE]... [--county CODE]... "
    "[--rate N] [--days N]\n"
    "keys list\n"
    "keys revoke ID\n"
    "report --output FILE",
    "mahalle-admin db install\n"
    "mahalle-admin topics create --partitions 12 --replication 3\n"
    "mahalle-admin schema check\n"
    "mahalle-admin schema add new_event.v1.avsc\n"
    "mahalle-admin reference load places.csv\n"
    "mahalle-admin dead-letters list --reason PLACE --state open\n"
    "mahalle-admin dead-letters replay --reason PLACE\n"
    "mahalle-admin offsets accept-gap --partition 3 --to 912 --why 'disk "
    "lost'\n"
    "mahalle-admin keys create --agency education --county 2401 --rate 100\n"
    "mahalle-admin report --as-of 1404/07/21 --output page.html",
    OPTIONS,
};

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
    {"dead-letters", "replay", 0, -1, admin_dead_letters_replay},
    {"offsets", "show", 0, 0, admin_offsets_show},
    {"offsets", "accept-gap", 0, 0, admin_offsets_accept_gap},
    {"keys", "create", 0, 0, admin_keys_create},
    {"keys", "list", 0, 0, admin_keys_list},
    {"keys", "revoke", 1, 1, admin_keys_revoke},
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
    enum mh_code code =
        mh_options_read(&PROGRAM, argc, argv, &options, &done, &err);

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
