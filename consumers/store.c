/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A batch as one transaction: begin and compare the positions, write each
 * part, commit or roll back. The parts stand in files of their own.
 */
#include "store.h"

#include <string.h>

#include "database.h"
#include "pgbinary.h"
#include "store_internal.h"

/* Versions get the moment of their commit: see core.committed. One message, so
 * that the gate is never held while the server waits for us. */
static const char COMMIT_VERSIONS[] =
    "LOCK TABLE core.commit_gate IN ROW EXCLUSIVE MODE;"
    "INSERT INTO core.committed (applied_at, at)"
    " VALUES (now(), clock_timestamp());"
    "COMMIT";

static enum mh_code compare(const struct positions *positions,
                            const PGresult *locked, struct mh_err *err)
{
    int row = 0;

    for (int i = 0; i < positions->count; i++) {
        const struct position *position = &positions->items[i];

        if (position->until == position->next) {
            continue;
        }
        if (row == PQntuples(locked) ||
            pg_get_int4(PQgetvalue(locked, row, 0)) != position->partition ||
            pg_get_int8(PQgetvalue(locked, row, 1)) != position->next ||
            pg_get_int8(PQgetvalue(locked, row, 2)) != position->epoch) {
            return mh_fail(err, MH_PG_OWNER,
                           "partition %d was moved or taken by another",
                           position->partition);
        }
        row++;
    }
    return MH_OK;
}

void store_set_now(struct store *store, int64_t unix_us)
{
    static const int64_t EPOCH_US = INT64_C(946684800000000);

    store->now_pg = unix_us - EPOCH_US;
}

enum mh_code store_begin(struct store *store, const struct positions *positions,
                         int64_t *version, struct mh_err *err)
{
    PGresult *locked = NULL;
    int rows = 0;
    enum mh_code code = store_start(store, err);

    if (code != MH_OK) {
        return code;
    }
    params_reset(&store->params);
    params_text(&store->params, store->topic);
    store_put_moving(&store->params, positions);
    code = store_run(store, "lock_positions", &locked, &rows, err);
    if (code == MH_OK) {
        code = compare(positions, locked, err);
    }
    if (code == MH_OK) {
        *version = pg_get_int8(PQgetvalue(locked, 0, 3));
        store_set_now(store, pg_get_int8(PQgetvalue(locked, 0, 4)));
    }
    PQclear(locked);
    return code;
}

enum mh_code store_write(struct store *store, const struct batch *batch,
                         const struct delta *delta,
                         const struct positions *positions, struct mh_err *err)
{
    enum mh_code code = store_answer(store, err);

    if (code == MH_OK) {
        code = store_write_letters(store, batch, err);
    }
    if (code == MH_OK) {
        code = store_write_agency_days(store, batch, err);
    }
    if (code == MH_OK) {
        code = store_move_positions(store, positions, err);
    }
    if (code == MH_OK) {
        code = store_send_totals(store, delta, err);
    }
    return code;
}

enum mh_code store_commit(struct store *store, struct mh_err *err)
{
    enum mh_code code = store_answer(store, err);
    PGresult *res;

    if (code != MH_OK) {
        return code;
    }
    res = PQexec(store->conn, store->has_versions ? COMMIT_VERSIONS : "COMMIT");
    store->begun = PQtransactionStatus(store->conn) == PQTRANS_INERROR;
    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        code = store_failed(store, res, "commit", err);
        if (code == MH_PG_DOWN) {
            code = mh_fail(err, MH_PG_IN_DOUBT,
                           "connection lost while committing");
        }
    } else if (strcmp(PQcmdStatus(res), "COMMIT") != 0) {
        code = mh_fail(err, MH_PG_BUSY, "commit was turned into rollback");
    }
    PQclear(res);
    return code;
}

void store_rollback(struct store *store)
{
    if (store != NULL && store->begun) {
        store->sent = NULL; /* PQexec passes over its answer */
        PQclear(PQexec(store->conn, "ROLLBACK"));
        store->begun = false;
    }
}
