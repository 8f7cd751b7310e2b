/* SPDX-License-Identifier: Apache-2.0 */
/* Two cursors, each on a connection of its own in the same state. */
#include "verify_stored.h"

#include <stdio.h>
#include <string.h>

#include "pgbinary.h"
#include "queries.h"

#define PAGE "FETCH 1000 FROM stored"

static enum mh_code declare(struct stored_rows *rows,
                            const struct verify *verify, const char *snapshot,
                            const char *topic, const char *ranges,
                            const char *sql, struct mh_err *err)
{
    const char *const params[] = {topic, ranges};
    char begin[320];
    enum mh_code code = admin_connect(verify->admin, &rows->db, err);

    (void)snprintf(
        begin, sizeof begin,
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
        "SET TRANSACTION SNAPSHOT '%s';"
        "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off;" VERIFY_PATIENCE,
        snapshot);
    if (code == MH_OK) {
        code = database_script(rows->db, "same state", begin, err);
    }
    if (code == MH_OK) {
        code = admin_become_owner(rows->db, err);
    }
    if (code == MH_OK) {
        code = database_exec(rows->db, "ranges",
                             "SELECT set_config('mahalle.topic', $1, true),"
                             "       set_config('mahalle.ranges', $2, true)",
                             2, params, err);
    }
    return code == MH_OK ? database_script(rows->db, "stored", sql, err) : code;
}

enum mh_code stored_open(struct stored *stored, const struct verify *verify,
                         const char *topic, const char *ranges,
                         struct mh_err *err)
{
    char snapshot[64] = "";
    enum mh_code code = database_exec(
        verify->db, "state", "SELECT pg_export_snapshot()", 0, NULL, err);

    *stored = (struct stored){.letters = {.letters = true}};
    if (code == MH_OK) {
        (void)snprintf(snapshot, sizeof snapshot, "%s",
                       database_text(verify->db, 0, 0));
        code = declare(&stored->versions, verify, snapshot, topic, ranges,
                       mh_query_verify_versions, err);
    }
    if (code == MH_OK) {
        code = declare(&stored->letters, verify, snapshot, topic, ranges,
                       mh_query_verify_letters, err);
    }
    return code;
}

void stored_close(struct stored *stored)
{
    database_close(stored->versions.db);
    database_close(stored->letters.db);
}

enum mh_code stored_look(struct stored_rows *rows, int32_t partition,
                         int64_t offset, bool *found, int64_t *its,
                         struct mh_err *err)
{
    const char *where;
    int32_t of;

    *found = false;
    if (rows->row == rows->count && !rows->ended) {
        enum mh_code code = database_script(rows->db, "stored", PAGE, err);

        if (code != MH_OK) {
            return code;
        }
        rows->row = 0;
        rows->count = database_rows(rows->db);
        rows->ended = rows->count == 0;
    }
    if (rows->ended) {
        return MH_OK;
    }
    where = database_text(rows->db, rows->row,
                          rows->letters ? 0 : STORED_PARTITION);
    of = rows->letters ? pg_get_int4(where) : pg_get_int2(where);
    *its = pg_get_int8(
        database_text(rows->db, rows->row, rows->letters ? 1 : STORED_OFFSET));
    *found = of < partition || (of == partition && *its <= offset);
    return MH_OK;
}

void stored_pass(struct stored_rows *rows)
{
    rows->row++;
}

const char *stored_bytes(const struct stored *stored, enum stored_column column,
                         size_t *len)
{
    const struct stored_rows *rows = &stored->versions;

    *len = database_size(rows->db, rows->row, (int)column);
    return database_text(rows->db, rows->row, (int)column);
}

int64_t stored_us(const struct stored *stored, enum stored_column column)
{
    size_t len;

    return pg_get_int8(stored_bytes(stored, column, &len));
}

int64_t stored_version_ms(const struct stored *stored)
{
    static const int64_t EPOCH_MS = INT64_C(946684800000);

    return stored_us(stored, STORED_RECEIVED_AT) / 1000 + EPOCH_MS;
}

struct stored_letter stored_letter(const struct stored *stored)
{
    const struct stored_rows *rows = &stored->letters;
    const char *state = database_text(rows->db, rows->row, 4);

    return (struct stored_letter){
        .at_ms = pg_get_int8(database_text(rows->db, rows->row, 2)),
        .dead_us = pg_get_int8(database_text(rows->db, rows->row, 7)),
        .reason = database_text(rows->db, rows->row, 3),
        .open = strcmp(state, "open") == 0,
        .replayed = strcmp(state, "replayed") == 0,
        .key = (const uint8_t *)database_text(rows->db, rows->row, 5),
        .value = (const uint8_t *)database_text(rows->db, rows->row, 6),
    };
}
