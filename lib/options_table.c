/* SPDX-License-Identifier: Apache-2.0 */
/* Finding names in a table of options, right ones and nearly right ones. */
#include "options_table.h"

#include <assert.h>
#include <string.h>

#include "nearest.h"

static const char PREFIX[] = "MAHALLE_";

const struct mh_option mh_options_common[] = {
    {"config", MH_OPTION_TEXT, "", 0, 0, "",
     "File of lines `name = value`; lines that begin with # are comments."},
    {"kafka", MH_OPTION_TEXT, "", 0, 0, "",
     "NAME=VALUE for librdkafka as it is, as often as needed; in the file "
     "`kafka.NAME = VALUE`, where secrets belong."},
    {"print-config", MH_OPTION_FLAG, "false", 0, 0, "",
     "Print a configuration file with all defaults, and end."},
    {"help", MH_OPTION_FLAG, "false", 0, 0, "", "Print this, and end."},
    {"version", MH_OPTION_FLAG, "false", 0, 0, "",
     "Print the version, and end."},
    {.name = NULL}};

const struct mh_option *mh_option_find(const struct mh_option *table,
                                       const char *name, size_t len)
{
    for (; table->name != NULL; table++) {
        if (strlen(table->name) == len && memcmp(table->name, name, len) == 0) {
            return table;
        }
    }
    return NULL;
}

const char *mh_option_nearest(const struct mh_option *table, const char *name,
                              size_t len)
{
    const struct mh_option *tables[] = {table, mh_options_common};
    struct mh_nearest nearest;

    mh_nearest_begin(&nearest, name, len);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const struct mh_option *o = tables[i]; o->name != NULL; o++) {
            mh_nearest_offer(&nearest, o->name, o->name);
        }
    }
    return nearest.best;
}

void mh_option_variable(const char *name, char variable[MH_OPTION_NAME_MAX])
{
    size_t to = sizeof PREFIX - 1;

    assert(to + strlen(name) < MH_OPTION_NAME_MAX);
    memcpy(variable, PREFIX, to);
    for (; *name != '\0'; name++) {
        char c = *name;

        variable[to++] = c == '-'               ? '_'
                         : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A')
                                                : c;
    }
    variable[to] = '\0';
}
