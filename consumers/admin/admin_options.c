/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table of options for all commands; a new group is a row of GROUPS, with
 * the names of the options that are its own.
 */
#include "admin_options.h"

#include <stdio.h>
#include <string.h>

static const struct mh_option OPTIONS[] = {
    {"pg", MH_OPTION_SECRET, "", 0, 0, "",
     "Connection string of PostgreSQL, for a member of the owner's role."},
    {"schemas", MH_OPTION_TEXT, "", 0, 0, "",
     "Directory of the contract: events, sql, reference; empty: the installed "
     "one."},
    {"brokers", MH_OPTION_TEXT, "localhost:9092", 0, 0, "",
     "Kafka brokers, HOST:PORT with commas between."},
    {"topic", MH_OPTION_TEXT, "mahalle.events", 0, 0, "", "Name of the topic."},
    {"partitions", MH_OPTION_NUMBER, "12", 1, 1024, "partitions",
     "topics create: how many."},
    {"replication", MH_OPTION_NUMBER, "1", 1, 15, "copies",
     "topics create: of each partition."},
    {"retention-ms", MH_OPTION_NUMBER, "-1", -1, INT64_MAX, "ms",
     "topics create: how long records stay; -1 is for ever."},
    {"published", MH_OPTION_FLAG, "false", 0, 0, "",
     "schema check: compare with what the database has, too."},
    {"reason", MH_OPTION_TEXT, "", 0, 0, "", "Letters of this fault code."},
    {"type", MH_OPTION_LIST, "", 0, 0, "",
     "Letters, or keys create: only of this event type; may be given again."},
    {"agency", MH_OPTION_TEXT, "", 0, 0, "",
     "Letters of this agency; keys create: whose key it is, * for every "
     "agency."},
    {"partition", MH_OPTION_NUMBER, "-1", -1, INT32_MAX, "",
     "Letters of this partition; accept-gap: the blocked one."},
    {"state", MH_OPTION_TEXT, "", 0, 0, "",
     "Letters that are open, replayed or parked."},
    {"since", MH_OPTION_TEXT, "", 0, 0, "",
     "Letters whose record came then or later: a day of either calendar, with "
     "or without a time as in 1404/07/21T08:30, or how long ago as in 90m, 2h, "
     "3d."},
    {"until", MH_OPTION_TEXT, "", 0, 0, "",
     "Letters whose record came before then."},
    {"limit", MH_OPTION_NUMBER, "0", 0, INT64_MAX, "",
     "At most so many letters; list: the newest, 50 when it is 0. 0: all."},
    {"to", MH_OPTION_NUMBER, "-1", -1, INT64_MAX, "",
     "accept-gap: the offset to go on from."},
    {"why", MH_OPTION_TEXT, "", 0, 0, "",
     "park, reopen, accept-gap: the reason, kept for ever."},
    {"sample", MH_OPTION_TEXT, "", 0, 0, "",
     "verify: a quick look; so many days of each type and records of each "
     "partition, or that share of them, as 5%."},
    {"without-kafka", MH_OPTION_FLAG, "false", 0, 0, "",
     "verify: compare nothing with the log."},
    {"county", MH_OPTION_LIST, "", 0, 0, "",
     "keys create: only events of this county; may be given again."},
    {"rate", MH_OPTION_NUMBER, "0", 0, 1000000, "events/s",
     "keys create: most events a second; 0 is without bound."},
    {"days", MH_OPTION_NUMBER, "0", 0, 36500, "days",
     "keys create: how long the key counts; 0 is until it is revoked."},
    {"as-of", MH_OPTION_TEXT, "", 0, 0, "",
     "report: the day, Gregorian or Solar Hijri; today when it is empty."},
    {"lang", MH_OPTION_TEXT, "fa", 0, 0, "",
     "report: fa (Persian) or en (English)."},
    {"output", MH_OPTION_TEXT, "", 0, 0, "",
     "report: the file to write, - for standard output."},
    {"note", MH_OPTION_TEXT, "", 0, 0, "",
     "report: a remark to stand below the title."},
    {NULL, MH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

enum { OPTION_COUNT = sizeof OPTIONS / sizeof OPTIONS[0], USAGE_BYTES = 4096 };

/* Options that any command may need. */
#define GENERAL " pg schemas "

static const struct {
    const char *name;
    const char *options; /* blanks around each */
    const char *about, *usage, *examples;
} GROUPS[] = {
    {"db", " ", "Installs the tables, or brings them up to date.",
     "db install|upgrade", "mahalle-admin db install"},
    {"topics", " brokers topic partitions replication retention-ms ",
     "Creates the topic of the events.", "topics create",
     "mahalle-admin topics create --partitions 12 --replication 3"},
    {"schema", " published ", "Checks, lists and publishes event types.",
     "schema check [FILE...]\n"
     "schema list\n"
     "schema add FILE",
     "mahalle-admin schema check\n"
     "mahalle-admin schema add new_event.v1.avsc"},
    {"reference", " ", "Loads agencies, places and lists of codes.",
     "reference load [FILE...]", "mahalle-admin reference load places.csv"},
    {"dead-letters",
     " reason type agency partition state since until limit why ",
     "Records that broke the contract: what they are, and what to do with "
     "them. "
     "A replay takes them as if they came now; parked letters are set aside.",
     "dead-letters list [CHOICE]...\n"
     "dead-letters show ID\n"
     "dead-letters export [ID...|CHOICE...]\n"
     "dead-letters replay ID...|CHOICE...\n"
     "dead-letters park ID...|CHOICE... --why TEXT\n"
     "dead-letters reopen ID...|CHOICE... --why TEXT",
     "mahalle-admin dead-letters list --reason PLACE --state open\n"
     "mahalle-admin dead-letters show 17\n"
     "mahalle-admin dead-letters export --since 3d > letters.ndjson\n"
     "mahalle-admin dead-letters replay --reason PLACE\n"
     "mahalle-admin dead-letters park 17 18 --why 'test of the vendor'"},
    {"offsets", " partition to why topic ",
     "Where the consumer stands in each partition, and a person's word about "
     "from where a blocked one goes on.",
     "offsets show\n"
     "offsets accept-gap --partition N --to OFFSET --why TEXT",
     "mahalle-admin offsets show\n"
     "mahalle-admin offsets accept-gap --partition 3 --to 912 --why 'disk "
     "lost'"},
    {"verify", " sample without-kafka brokers topic ",
     "Compares totals with facts and facts with the log, and names each "
     "difference.",
     "verify [--sample N|N%] [--without-kafka]",
     "mahalle-admin verify --sample 5%\n"
     "mahalle-admin verify > differences"},
    {"rebuild", " ",
     "Counts the totals anew from the facts, while everyone goes on.",
     "rebuild", "mahalle-admin rebuild"},
    {"keys", " agency type county rate days ",
     "API keys with which agencies post to the gateway. Grants are checked "
     "against the event that is posted: a key limited to types or counties may "
     "still correct or retract a fact of its agency whose id it knows, "
     "whatever its type and county are.",
     "keys create --agency CODE [--type TYPE]... [--county CODE]... "
     "[--rate N] [--days N]\n"
     "keys list\n"
     "keys revoke ID",
     "mahalle-admin keys create --agency education --county 2401 --rate 100"},
    {"report", " as-of lang output note ", "Writes the governor's page.",
     "report --output FILE",
     "mahalle-admin report --as-of 1404/07/21 --output page.html"},
};
enum { GROUP_COUNT = sizeof GROUPS / sizeof GROUPS[0] };

static bool is_among(const char *name, const char *names)
{
    char word[64];

    (void)snprintf(word, sizeof word, " %s ", name);
    return strstr(names, word) != NULL;
}

static bool is_asked(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

/* -1: none is named */
static int find_group(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        for (int g = 0; g < GROUP_COUNT; g++) {
            if (strcmp(argv[i], GROUPS[g].name) == 0) {
                return g;
            }
        }
    }
    return -1;
}

/* Those of the group first, then the general ones. */
static const struct mh_option *choose(const char *names)
{
    static struct mh_option chosen[OPTION_COUNT];
    int count = 0;

    for (int general = 0; general < 2; general++) {
        for (const struct mh_option *o = OPTIONS; o->name != NULL; o++) {
            if (is_among(o->name, general == 0 ? names : GENERAL)) {
                chosen[count++] = *o;
            }
        }
    }
    chosen[count] = OPTIONS[OPTION_COUNT - 1];
    return chosen;
}

const struct mh_program *admin_options_program(int argc, char **argv)
{
    static char usage[USAGE_BYTES];
    static struct mh_program program = {
        "mahalle-admin",
        "Sets up and looks after the tables, the topic, the event types, the "
        "reference data, and what went wrong.",
        usage,
        "mahalle-admin db install\n"
        "mahalle-admin dead-letters list --state open\n"
        "mahalle-admin dead-letters --help",
        .options = OPTIONS,
    };
    int group = find_group(argc, argv);

    if (!is_asked(argc, argv)) {
        return &program;
    }
    if (group < 0) {
        size_t len = 0;

        for (int g = 0; g < GROUP_COUNT && len < sizeof usage; g++) {
            len += (size_t)snprintf(usage + len, sizeof usage - len, "%s\n",
                                    GROUPS[g].usage);
        }
        if (len < sizeof usage) {
            (void)snprintf(usage + len, sizeof usage - len,
                           "COMMAND --help, for its options");
        }
        program.options = choose("");
        return &program;
    }
    program.about = GROUPS[group].about;
    program.usage = GROUPS[group].usage;
    program.examples = GROUPS[group].examples;
    program.options = choose(GROUPS[group].options);
    return &program;
}
