/* SPDX-License-Identifier: Apache-2.0 */
/* Ages become times of the monitor's own clock. */
#include "lag_pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "database.h"
#include "queries.h"
#include "text.h"

enum { LETTERS_MS = 5000 };

struct lag_pg {
    const char *conninfo, *topic; /* lent */
    struct database *db;          /* owned; NULL: to be made */
    int64_t letters_ms;           /* when letters were last counted; 0 never */
};

enum column {
    PARTITION,
    NEXT,
    BLOCKED,
    REASON,
    OWNER,
    TOPIC_ID,
    SEEN,
    COMMITTED,
    SINCE,
    REWOUND,
    LOCKED,
    AT_WORK
};

struct lag_pg *lag_pg_new(const char *conninfo, const char *topic)
{
    struct lag_pg *pg = calloc(1, sizeof *pg);

    if (pg != NULL) {
        pg->conninfo = conninfo;
        pg->topic = topic;
    }
    return pg;
}

void lag_pg_free(struct lag_pg *pg)
{
    if (pg != NULL) {
        database_close(pg->db);
        free(pg);
    }
}

static enum mh_code ask(struct lag_pg *pg, struct mh_err *err)
{
    static const char SETTINGS[] = "SET statement_timeout = '5s';"
                                   "SET default_transaction_read_only = on";
    char most[16];
    const char *const params[] = {pg->topic, most};
    enum mh_code code = MH_OK;

    (void)snprintf(most, sizeof most, "%d", LAG_PARTITIONS_MAX);
    if (pg->db == NULL) {
        code = database_open_primary(pg->conninfo, "mahalle-lag", &pg->db, err);
        if (code == MH_OK) {
            code = database_script(pg->db, "settings", SETTINGS, err);
        }
    }
    if (code == MH_OK) {
        code = database_exec(pg->db, "positions", mh_query_lag_positions, 2,
                             params, err);
    }
    return code;
}

static int64_t number_at(const struct database *db, int row, enum column column)
{
    const char *text = database_text(db, row, (int)column);

    return text == NULL ? 0 : strtoll(text, NULL, 10);
}

static bool is_true(const struct database *db, int row, enum column column)
{
    const char *text = database_text(db, row, (int)column);

    return text != NULL && *text == 't';
}

/* 0 when it never was; an age below zero is one of zero. */
static int64_t time_at(const struct database *db, int row, enum column column,
                       int64_t now_ms)
{
    int64_t age_ms = number_at(db, row, column);

    return database_text(db, row, (int)column) == NULL ? 0
           : age_ms > 0                                ? now_ms - age_ms
                                                       : now_ms;
}

/* What is too long is cut, between characters. */
static void copy_text(char *to, size_t size, const char *from)
{
    size_t len;

    (void)snprintf(to, size, "%s", from == NULL ? "" : from);
    len = strlen(to);
    while (len > 0 && !mh_text_is_utf8(to, len)) {
        to[--len] = '\0';
    }
}

static void read_row(const struct database *db, int row, int64_t now_ms,
                     struct lag_position *position)
{
    position->known = true;
    position->next = number_at(db, row, NEXT);
    position->blocked = is_true(db, row, BLOCKED);
    position->locked = is_true(db, row, LOCKED);
    position->at_work = is_true(db, row, AT_WORK);
    position->seen_ms = time_at(db, row, SEEN, now_ms);
    position->committed_ms = time_at(db, row, COMMITTED, now_ms);
    position->since_ms = time_at(db, row, SINCE, now_ms);
    position->rewound_ms = time_at(db, row, REWOUND, now_ms);
    copy_text(position->owner, sizeof position->owner,
              database_text(db, row, OWNER));
    copy_text(position->topic_id, sizeof position->topic_id,
              database_text(db, row, TOPIC_ID));
    copy_text(position->reason, sizeof position->reason,
              database_text(db, row, REASON));
}

static enum mh_code read_rows(const struct database *db, struct lag_sink *sink,
                              int64_t now_ms, struct mh_err *err)
{
    int64_t count = 0;
    enum mh_code code;

    for (int row = 0; row < database_rows(db); row++) {
        int64_t partition = number_at(db, row, PARTITION);

        count = partition >= count ? partition + 1 : count;
    }
    code = lag_sink_resize(sink, (int)count, err);
    if (code != MH_OK || count == 0) {
        return code;
    }
    memset(sink->items, 0, (size_t)count * sizeof *sink->items);
    for (int row = 0; row < database_rows(db); row++) {
        read_row(db, row, now_ms, &sink->items[number_at(db, row, PARTITION)]);
    }
    return MH_OK;
}

/* @returns whether they were counted; without, all else is still known */
static bool read_letters(struct lag_pg *pg, struct lag_sink *sink)
{
    struct mh_err err;

    if (database_exec(pg->db, "letters", mh_query_lag_letters, 0, NULL, &err) !=
        MH_OK) {
        return false;
    }
    memset(sink->letters, 0, sizeof sink->letters);
    for (int row = 0; row < database_rows(pg->db); row++) {
        enum mh_code code = mh_code_find(database_text(pg->db, row, 0));

        if (code < MH_CODE_COUNT) {
            sink->letters[code] =
                strtoll(database_text(pg->db, row, 1), NULL, 10);
        }
    }
    return true;
}

static void look_at_letters(struct lag_pg *pg, struct lag_sink *sink)
{
    int64_t now_ms = mh_clock_ms();

    if (pg->letters_ms > 0 && now_ms - pg->letters_ms < LETTERS_MS) {
        return;
    }
    pg->letters_ms = now_ms;
    sink->letters_known = read_letters(pg, sink);
    if (!sink->letters_known) {
        database_close(pg->db);
        pg->db = NULL;
    }
}

enum mh_code lag_pg_look(struct lag_pg *pg, struct lag_sink *sink,
                         struct mh_err *err)
{
    enum mh_code code = ask(pg, err);

    if (code == MH_OK) {
        code = read_rows(pg->db, sink, mh_clock_wall_ms(), err);
        look_at_letters(pg, sink);
    } else {
        database_close(pg->db);
        pg->db = NULL;
    }
    return code;
}
