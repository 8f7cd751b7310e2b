/* SPDX-License-Identifier: Apache-2.0 */
/* What libpq says when a connection fails may repeat parts of a connection
   string that was written badly, and those may be parts of a password. So the
   string is parsed first, and of a failure only the reason at its end is
   taken. */
#include "database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_VERSION = 150000, REASON_BYTES = 200 };

/* Reasons that waiting does not heal. There is no SQLSTATE for these. */
static const char *const REFUSALS[] = {
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "permission denied",
    "no password supplied",
    "is not permitted",
    NULL,
};

enum mh_code database_code(const char *sqlstate)
{
    static const struct {
        const char *prefix;
        enum mh_code code;
    } table[] = {
        {"08", MH_PG_DOWN},    /* connection */
        {"57P", MH_PG_DOWN},   /* server goes down, starts up */
        {"58", MH_PG_DOWN},    /* system error outside PostgreSQL */
        {"25006", MH_PG_DOWN}, /* read only: a standby */
        {"40", MH_PG_BUSY},    /* serialization, deadlock */
        {"53", MH_PG_BUSY},    /* disk, memory, connections */
        {"55", MH_PG_BUSY},    /* lock not available */
        {"57", MH_PG_BUSY},    /* cancelled, statement timeout */
        {"22", MH_PG_DATA},    /* value */
        {"23", MH_PG_DATA},    /* constraint */
    };

    if (sqlstate == NULL || *sqlstate == '\0') {
        return MH_PG_DOWN;
    }
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strncmp(sqlstate, table[i].prefix, strlen(table[i].prefix)) == 0) {
            return table[i].code;
        }
    }
    return MH_PG_REFUSED;
}

/* The end of the first line, behind the last colon. */
static void read_reason(const char *message, char reason[REASON_BYTES])
{
    size_t len = strcspn(message, "\n");
    size_t from = 0;

    for (size_t i = 0; i + 1 < len; i++) {
        if (message[i] == ':' && message[i + 1] == ' ') {
            from = i + 2;
        }
    }
    from += strspn(message + from, " ");
    (void)snprintf(reason, REASON_BYTES, "%.*s",
                   (int)(len > from ? len - from : 0), message + from);
}

static enum mh_code connection_failed(PGconn *conn, struct mh_err *err)
{
    char reason[REASON_BYTES];
    enum mh_code code = MH_PG_DOWN;
    const char *message = PQerrorMessage(conn);

    if (strncmp(message, "connection to server", 20) != 0 &&
        strncmp(message, "could not translate host name", 29) != 0) {
        return mh_fail(err, MH_USAGE, "the connection string cannot be used");
    }
    read_reason(message, reason);
    for (int i = 0; REFUSALS[i] != NULL; i++) {
        if (strstr(reason, REFUSALS[i]) != NULL) {
            code = MH_PG_REFUSED;
        }
    }
    return mh_fail(err, code, "no connection to the database: %s", reason);
}

static bool can_be_read(const char *conninfo)
{
    PQconninfoOption *options;

    /* only these two forms are parsed; else it is a database's name */
    if (strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL) {
        return true;
    }
    options = PQconninfoParse(conninfo, NULL);
    PQconninfoFree(options);
    return options != NULL;
}

static void on_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static enum mh_code connect_to(const char *conninfo, const char *name,
                               const char *session, PGconn **conn,
                               struct mh_err *err)
{
    /* Those before dbname can be overridden by what `conninfo` says. */
    const char *const keywords[] = {
        "connect_timeout",
        "keepalives",
        "keepalives_idle",
        "keepalives_interval",
        "keepalives_count",
        "tcp_user_timeout",
        "target_session_attrs",
        "application_name",
        "dbname",
        "client_encoding",
        NULL,
    };
    const char *const values[] = {
        "10",    "1",  "2",      "1",    "3",  "10000",
        session, name, conninfo, "UTF8", NULL,
    };
    enum mh_code code;
    PGconn *made;

    if (!can_be_read(conninfo)) {
        return mh_fail(err, MH_USAGE, "the connection string cannot be read");
    }
    made = PQconnectdbParams(keywords, values, 1);
    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a connection");
    }
    if (PQstatus(made) != CONNECTION_OK) {
        code = connection_failed(made, err);
        PQfinish(made);
        return code;
    }
    if (PQserverVersion(made) < OLDEST_VERSION) {
        code = mh_fail(err, MH_CONTRACT, "PostgreSQL 15 or later is needed");
        PQfinish(made);
        return code;
    }
    (void)PQsetNoticeProcessor(made, on_notice, NULL);
    *conn = made;
    return MH_OK;
}

enum mh_code database_connect(const char *conninfo, const char *name,
                              PGconn **conn, struct mh_err *err)
{
    return connect_to(conninfo, name, "read-write", conn, err);
}

struct database {
    PGconn *conn;     /* owned */
    PGresult *result; /* owned; of the last call */
};

static enum mh_code open_for(const char *conninfo, const char *name,
                             const char *session, struct database **db,
                             struct mh_err *err)
{
    struct database *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for a connection");
    }
    code = connect_to(conninfo, name, session, &made->conn, err);
    if (code != MH_OK) {
        free(made);
        return code;
    }
    *db = made;
    return MH_OK;
}

enum mh_code database_open(const char *conninfo, const char *name,
                           struct database **db, struct mh_err *err)
{
    return open_for(conninfo, name, "read-write", db, err);
}

enum mh_code database_open_reader(const char *conninfo, const char *name,
                                  struct database **db, struct mh_err *err)
{
    return open_for(conninfo, name, "any", db, err);
}

enum mh_code database_open_primary(const char *conninfo, const char *name,
                                   struct database **db, struct mh_err *err)
{
    return open_for(conninfo, name, "primary", db, err);
}

void database_close(struct database *db)
{
    if (db == NULL) {
        return;
    }
    PQclear(db->result);
    PQfinish(db->conn);
    free(db);
}

/* Line of `sql` at the character (not byte) that the server names. */
static int failed_line(const PGresult *result, const char *sql)
{
    const char *position =
        PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    long at = position == NULL ? 0 : strtol(position, NULL, 10);
    int line = 1;

    for (; at > 1 && *sql != '\0'; sql++) {
        line += *sql == '\n';
        at -= ((unsigned char)sql[1] & 0xC0) != 0x80;
    }
    return position == NULL ? 0 : line;
}

static enum mh_code take_result(struct database *db, PGresult *result,
                                const char *what, const char *sql,
                                struct mh_err *err)
{
    ExecStatusType status = PQresultStatus(result);
    const char *state;
    int line;
    char where[32] = "";

    PQclear(db->result);
    db->result = result;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK ||
        status == PGRES_SINGLE_TUPLE || status == PGRES_EMPTY_QUERY) {
        return MH_OK;
    }
    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state == NULL || PQstatus(db->conn) == CONNECTION_BAD) {
        return mh_fail(err, MH_PG_DOWN, "%s: connection lost", what);
    }
    line = failed_line(result, sql);
    if (line > 0) {
        (void)snprintf(where, sizeof where, " line %d", line);
    }
    return mh_fail(err, database_code(state), "%s%s: %s (SQLSTATE %s)", what,
                   where, database_message(db), state);
}

enum mh_code database_exec(struct database *db, const char *what,
                           const char *sql, int count,
                           const char *const *params, struct mh_err *err)
{
    return take_result(
        db, PQexecParams(db->conn, sql, count, NULL, params, NULL, NULL, 0),
        what, "", err);
}

/* After a failure the rest of the answer is not wanted any more. */
static void end_query(struct database *db)
{
    PGcancel *cancel = PQgetCancel(db->conn);
    char text[256];
    PGresult *result;

    if (cancel != NULL) {
        (void)PQcancel(cancel, text, sizeof text);
        PQfreeCancel(cancel);
    }
    while ((result = PQgetResult(db->conn)) != NULL) {
        PQclear(result);
    }
}

enum mh_code database_each(struct database *db, const char *what,
                           const char *sql, int count,
                           const char *const *params,
                           enum mh_code (*on_row)(struct database *db,
                                                  void *context,
                                                  struct mh_err *err),
                           void *context, struct mh_err *err)
{
    enum mh_code code = MH_OK;
    PGresult *result;

    if (PQsendQueryParams(db->conn, sql, count, NULL, params, NULL, NULL, 0) !=
            1 ||
        PQsetSingleRowMode(db->conn) != 1) {
        return mh_fail(err, MH_PG_DOWN, "%s: connection lost", what);
    }
    while (code == MH_OK && (result = PQgetResult(db->conn)) != NULL) {
        bool row = PQresultStatus(result) == PGRES_SINGLE_TUPLE;

        code = take_result(db, result, what, "", err);
        if (code == MH_OK && row) {
            code = on_row(db, context, err);
        }
    }
    if (code != MH_OK) {
        end_query(db);
    }
    return code;
}

enum mh_code database_script(struct database *db, const char *what,
                             const char *sql, struct mh_err *err)
{
    return take_result(db, PQexec(db->conn, sql), what, sql, err);
}

enum mh_code database_begin(struct database *db, struct mh_err *err)
{
    return database_script(db, "begin", "BEGIN", err);
}

enum mh_code database_commit(struct database *db, struct mh_err *err)
{
    enum mh_code code = database_script(db, "commit", "COMMIT", err);

    if (code == MH_PG_DOWN) {
        return mh_fail(err, MH_PG_IN_DOUBT,
                       "the answer to commit was lost; run it again");
    }
    if (code == MH_OK && strcmp(PQcmdStatus(db->result), "COMMIT") != 0) {
        return mh_fail(err, MH_PG_REFUSED, "commit: rolled back");
    }
    return code;
}

void database_rollback(struct database *db)
{
    if (PQtransactionStatus(db->conn) != PQTRANS_IDLE) {
        PQclear(PQexec(db->conn, "ROLLBACK"));
    }
}

int database_rows(const struct database *db)
{
    return PQntuples(db->result);
}

int database_columns(const struct database *db)
{
    return PQnfields(db->result);
}

const char *database_column(const struct database *db, int column)
{
    return PQfname(db->result, column);
}

const char *database_text(const struct database *db, int row, int column)
{
    return PQgetisnull(db->result, row, column)
               ? NULL
               : PQgetvalue(db->result, row, column);
}

size_t database_size(const struct database *db, int row, int column)
{
    return (size_t)PQgetlength(db->result, row, column);
}

const char *database_message(const struct database *db)
{
    const char *message =
        PQresultErrorField(db->result, PG_DIAG_MESSAGE_PRIMARY);

    return message == NULL ? "" : message;
}

const char *database_state(const struct database *db)
{
    const char *state = PQresultErrorField(db->result, PG_DIAG_SQLSTATE);

    return state == NULL ? "" : state;
}
