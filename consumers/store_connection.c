/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection: its settings, its statements, and how they are sent and
 * answered. Statements are prepared once; every parameter and result is
 * binary, so nothing is quoted, printed or parsed.
 */
#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "pgbinary.h"
#include "queries.h"
#include "store_internal.h"

/* A dead peer's locks go away, and no call of ours waits for ever. Plans are
 * made once, while a table may still be small: each statement is to find its
 * rows by their key, also then. */
static const char SESSION[] = "SET idle_in_transaction_session_timeout = '30s';"
                              "SET statement_timeout = '120s';"
                              "SET lock_timeout = '60s';"
                              "SET timezone = 'UTC';"
                              "SET search_path = pg_catalog, pg_temp;"
                              "SET plan_cache_mode = force_generic_plan;"
                              "SET enable_seqscan = off;"
                              "SET enable_bitmapscan = off;"
                              "SET enable_hashjoin = off;"
                              "SET enable_mergejoin = off;"
                              "SET jit = off;"
                              "SET client_min_messages = warning;";

static const struct {
    const char *name;
    const char *sql;
} STATEMENTS[] = {
    {"lock_positions", mh_query_lock_positions},
    {"claim_positions", mh_query_claim_positions},
    {"move_positions", mh_query_move_positions},
    {"mark_positions", mh_query_mark_positions},
    {"set_position_state", mh_query_set_position_state},
    {"read_old", mh_query_read_old},
    {"apply_changed", mh_query_apply_changed},
    {"fold_projects", mh_query_fold_projects},
    {"add_daily", mh_query_add_daily},
    {"add_posted", mh_query_add_posted},
    {"add_agency_day", mh_query_add_agency_day},
    {"add_dead_letter", mh_query_add_dead_letter},
    {"lock_letters", mh_query_lock_letters},
    {"settle_letters", mh_query_settle_letters},
    {"contract_version", mh_query_contract_version},
    {"contract_schemas", mh_query_contract_schemas},
    {"contract_agencies", mh_query_contract_agencies},
    {"contract_places", mh_query_contract_places},
    {"contract_lookups", mh_query_contract_lookups},
};

enum mh_code store_failed(struct store *store, const PGresult *result,
                          const char *what, struct mh_err *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (PQstatus(store->conn) == CONNECTION_BAD || state == NULL) {
        return mh_fail(err, MH_PG_DOWN, "%s: connection lost", what);
    }
    /* Keys are locked in order and read first, so only another consumer can
     * have put the same fact there meanwhile, or begun in the same microsecond
     * (core.committed). */
    if (strcmp(state, "23505") == 0) {
        return mh_fail(err, MH_PG_OWNER, "%s: a fact appeared meanwhile", what);
    }
    return mh_fail(err, database_code(state), "%s: %s (SQLSTATE %s)", what,
                   message == NULL ? "no message" : message, state);
}

/* What PQexecPrepared and PQsendQueryPrepared take. */
struct arguments {
    const char *values[STORE_PARAMS_MAX];
    int formats[STORE_PARAMS_MAX];
};

static enum mh_code set_arguments(const struct params *params, const char *name,
                                  struct arguments *arguments,
                                  struct mh_err *err)
{
    if (params->buf.failed) {
        return mh_fail(err, MH_MEMORY, "%s: parameters are too large", name);
    }
    for (int i = 0; i < params->count; i++) {
        arguments->values[i] =
            params->lens[i] < 0 ? NULL
            : params->lent[i] != NULL
                ? params->lent[i]
                : (const char *)params->buf.bytes + params->starts[i];
        arguments->formats[i] = 1;
    }
    return MH_OK;
}

enum mh_code store_run(struct store *store, const char *name, PGresult **result,
                       int *rows, struct mh_err *err)
{
    struct arguments arguments;
    enum mh_code code = set_arguments(&store->params, name, &arguments, err);
    PGresult *res;

    if (code != MH_OK) {
        return code;
    }
    res =
        PQexecPrepared(store->conn, name, store->params.count, arguments.values,
                       store->params.lens, arguments.formats, 1);
    if (PQresultStatus(res) != PGRES_TUPLES_OK &&
        PQresultStatus(res) != PGRES_COMMAND_OK) {
        code = store_failed(store, res, name, err);
    } else if (rows != NULL) {
        *rows = PQresultStatus(res) == PGRES_TUPLES_OK
                    ? PQntuples(res)
                    : (int)strtol(PQcmdTuples(res), NULL, 10);
    }
    if (code == MH_OK && result != NULL) {
        *result = res;
    } else {
        PQclear(res);
    }
    return code;
}

enum mh_code store_send(struct store *store, const char *name,
                        struct mh_err *err)
{
    struct arguments arguments;
    enum mh_code code = set_arguments(&store->params, name, &arguments, err);

    if (code == MH_OK &&
        PQsendQueryPrepared(store->conn, name, store->params.count,
                            arguments.values, store->params.lens,
                            arguments.formats, 1) != 1) {
        code = store_failed(store, NULL, name, err);
    }
    return code;
}

enum mh_code store_answer(struct store *store, struct mh_err *err)
{
    const char *what = store->sent;
    enum mh_code code = MH_OK;
    PGresult *res;

    if (what == NULL) {
        return MH_OK;
    }
    store->sent = NULL;
    while ((res = PQgetResult(store->conn)) != NULL) {
        if (PQresultStatus(res) != PGRES_COMMAND_OK && code == MH_OK) {
            code = store_failed(store, res, what, err);
        }
        PQclear(res);
    }
    return code == MH_OK && PQstatus(store->conn) == CONNECTION_BAD
               ? store_failed(store, NULL, what, err)
               : code;
}

static enum mh_code run_text(struct store *store, const char *sql,
                             const char *what, struct mh_err *err)
{
    PGresult *res = PQexec(store->conn, sql);
    enum mh_code code = MH_OK;

    if (PQresultStatus(res) != PGRES_COMMAND_OK) {
        code = store_failed(store, res, what, err);
    }
    PQclear(res);
    return code;
}

enum mh_code store_start(struct store *store, struct mh_err *err)
{
    enum mh_code code = run_text(store, "BEGIN", "begin", err);

    store->begun = code == MH_OK;
    store->has_versions = false;
    store->has_changed = false;
    return code;
}

static enum mh_code prepare(struct store *store, struct mh_err *err)
{
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof STATEMENTS[0]; i++) {
        PGresult *res = PQprepare(store->conn, STATEMENTS[i].name,
                                  STATEMENTS[i].sql, 0, NULL);
        enum mh_code code = MH_OK;

        if (PQresultStatus(res) != PGRES_COMMAND_OK) {
            code = store_failed(store, res, STATEMENTS[i].name, err);
        }
        PQclear(res);
        if (code != MH_OK) {
            return code;
        }
    }
    return MH_OK;
}

enum mh_code store_open(const char *conninfo, const char *name,
                        const char *topic, const char *owner,
                        struct store **store, struct mh_err *err)
{
    struct store *new = calloc(1, sizeof *new);
    enum mh_code code;

    if (new == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a connection");
    }
    new->topic = topic;
    new->owner = owner;
    mh_buf_init(&new->params.buf, STORE_PARAM_BYTES_MAX);
    mh_buf_init(&new->copy, STORE_PARAM_BYTES_MAX);
    code = database_connect(conninfo, name, &new->conn, err);
    if (code == MH_OK) {
        code = run_text(new, SESSION, "session settings", err);
    }
    if (code == MH_OK) {
        code = run_text(new, mh_query_create_changed, "create_changed", err);
    }
    if (code == MH_OK) {
        code = prepare(new, err);
    }
    if (code != MH_OK) {
        store_close(new);
        return code;
    }
    *store = new;
    return MH_OK;
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    PQclear(store->old);
    PQclear(store->letters);
    PQfinish(store->conn);
    mh_buf_fini(&store->params.buf);
    mh_buf_fini(&store->copy);
    free(store);
}
