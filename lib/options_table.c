/* SPDX-License-Identifier: Apache-2.0 */
/* Finding names in a table of options, right ones and nearly right ones. */
#include "options_table.h"

#include <assert.h>
#include <string.h>

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

static size_t least_of(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Letters to add, drop or replace until one text is the other. */
static size_t distance(const char *a, size_t a_len, const char *b)
{
    size_t row[MH_OPTION_NAME_MAX];
    size_t b_len = strlen(b);

    for (size_t k = 0; k <= b_len; k++) {
        row[k] = k;
    }
    for (size_t i = 0; i < a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t k = 0; k < b_len; k++) {
            size_t replaced = diagonal + (a[i] != b[k]);

            diagonal = row[k + 1];
            row[k + 1] = least_of(replaced, row[k] + 1, row[k + 1] + 1);
        }
    }
    return row[b_len];
}

const char *mh_option_nearest(const struct mh_option *table, const char *name,
                              size_t len)
{
    const struct mh_option *tables[] = {table, mh_options_common};
    const char *nearest = NULL;
    size_t best = len / 3 + 2; /* further away is no misspelling */

    if (len >= MH_OPTION_NAME_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        for (const struct mh_option *o = tables[i]; o->name != NULL; o++) {
            size_t away = distance(name, len, o->name);

            if (away < best) {
                best = away;
                nearest = o->name;
            }
        }
    }
    return nearest;
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
