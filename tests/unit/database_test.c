/* SPDX-License-Identifier: Apache-2.0 */
/* The border to libpq, with libpq as a script: what a connection or a
   statement answers is said by the test, and everything is freed again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "database.h"

/* What the server does in the test at hand. */
static struct {
    const char *connect_error; /* NULL: it connects */
    int version;
    ConnStatusType status;
    ExecStatusType result;
    const char *state;   /* SQLSTATE, NULL none */
    const char *message; /* primary message */
    const char *position;
    const char *command; /* tag of the answer */
    PGTransactionStatusType transaction;
    int connections; /* open */
    int statements;
    int rows_left; /* of a query row by row, before `result` */
    bool ended;    /* its last answer has been read */
    int cancelled;
    const char *keywords[16];
    const char *values[16];
} script;

static char handle; /* stands for a connection */

PGconn *PQconnectdbParams(const char *const *keywords,
                          const char *const *values, int expand_dbname)
{
    assert_int_equal(expand_dbname, 1);
    for (int i = 0; keywords[i] != NULL; i++) {
        script.keywords[i] = keywords[i];
        script.values[i] = values[i];
        script.keywords[i + 1] = NULL;
    }
    script.connections++;
    return (PGconn *)(void *)&handle;
}

void PQfinish(PGconn *conn)
{
    if (conn != NULL) {
        script.connections--;
    }
}

ConnStatusType PQstatus(const PGconn *conn)
{
    (void)conn;
    return script.connect_error != NULL ? CONNECTION_BAD : script.status;
}

char *PQerrorMessage(const PGconn *conn)
{
    static char text[512];

    (void)conn;
    (void)snprintf(text, sizeof text, "%s", script.connect_error);
    return text;
}

int PQserverVersion(const PGconn *conn)
{
    (void)conn;
    return script.version;
}

PQnoticeProcessor PQsetNoticeProcessor(PGconn *conn, PQnoticeProcessor proc,
                                       void *arg)
{
    (void)conn;
    (void)arg;
    proc(NULL, "a notice that nobody reads");
    return NULL;
}

PGresult *PQexec(PGconn *conn, const char *query)
{
    (void)conn;
    (void)query;
    script.statements++;
    return PQmakeEmptyPGresult(NULL, script.result);
}

PGresult *PQexecParams(PGconn *conn, const char *command, int count,
                       const Oid *types, const char *const *values,
                       const int *lengths, const int *formats, int format)
{
    (void)count;
    (void)types;
    (void)values;
    (void)lengths;
    (void)formats;
    assert_int_equal(format, 0);
    return PQexec(conn, command);
}

char *PQresultErrorField(const PGresult *res, int fieldcode)
{
    static char texts[3][256];
    const char *const values[] = {script.state, script.message,
                                  script.position};
    int i = fieldcode == PG_DIAG_SQLSTATE          ? 0
            : fieldcode == PG_DIAG_MESSAGE_PRIMARY ? 1
                                                   : 2;

    (void)res;
    if (values[i] == NULL) {
        return NULL;
    }
    (void)snprintf(texts[i], sizeof texts[i], "%s", values[i]);
    return texts[i];
}

char *PQcmdStatus(PGresult *res)
{
    static char text[32];

    (void)res;
    (void)snprintf(text, sizeof text, "%s", script.command);
    return text;
}

int PQsendQueryParams(PGconn *conn, const char *command, int count,
                      const Oid *types, const char *const *values,
                      const int *lengths, const int *formats, int format)
{
    PQclear(PQexecParams(conn, command, count, types, values, lengths, formats,
                         format));
    script.ended = false;
    return script.status == CONNECTION_OK;
}

int PQsetSingleRowMode(PGconn *conn)
{
    (void)conn;
    return 1;
}

PGresult *PQgetResult(PGconn *conn)
{
    (void)conn;
    if (script.rows_left > 0) {
        script.rows_left--;
        return PQmakeEmptyPGresult(NULL, PGRES_SINGLE_TUPLE);
    }
    if (script.ended) {
        return NULL;
    }
    script.ended = true;
    return PQmakeEmptyPGresult(NULL, script.result);
}

PGcancel *PQgetCancel(PGconn *conn)
{
    (void)conn;
    return (PGcancel *)(void *)&handle;
}

int PQcancel(PGcancel *cancel, char *errbuf, int errbufsize)
{
    (void)cancel;
    (void)errbuf;
    (void)errbufsize;
    script.cancelled++;
    return 1;
}

void PQfreeCancel(PGcancel *cancel)
{
    (void)cancel;
}

PGTransactionStatusType PQtransactionStatus(const PGconn *conn)
{
    (void)conn;
    return script.transaction;
}

static int start(void **state)
{
    (void)state;
    memset(&script, 0, sizeof script);
    script.version = 150020;
    script.status = CONNECTION_OK;
    script.result = PGRES_COMMAND_OK;
    script.command = "COMMIT";
    return 0;
}

static int end(void **state)
{
    (void)state;
    return script.connections; /* each was finished */
}

static struct database *open_database(void)
{
    struct database *db = NULL;
    struct mh_err err;

    assert_int_equal(database_open("dbname=x", "test", &db, &err), MH_OK);
    return db;
}

static const char *value_of(const char *keyword, int *position)
{
    for (int i = 0; script.keywords[i] != NULL; i++) {
        if (strcmp(script.keywords[i], keyword) == 0) {
            *position = i;
            return script.values[i];
        }
    }
    return "";
}

static void every_class_of_sqlstate_has_its_code(void **state)
{
    static const struct {
        const char *sqlstate;
        enum mh_code code;
    } cases[] = {
        {NULL, MH_PG_DOWN},       {"", MH_PG_DOWN},
        {"08006", MH_PG_DOWN},    {"57P01", MH_PG_DOWN},
        {"58030", MH_PG_DOWN},    {"25006", MH_PG_DOWN},
        {"40001", MH_PG_BUSY},    {"40P01", MH_PG_BUSY},
        {"53100", MH_PG_BUSY},    {"55P03", MH_PG_BUSY},
        {"57014", MH_PG_BUSY},    {"22003", MH_PG_DATA},
        {"23505", MH_PG_DATA},    {"42P01", MH_PG_REFUSED},
        {"28P01", MH_PG_REFUSED}, {"3D000", MH_PG_REFUSED},
        {"25P02", MH_PG_REFUSED}, {"XX000", MH_PG_REFUSED},
        {"P0001", MH_PG_REFUSED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(database_code(cases[i].sqlstate), cases[i].code);
    }
}

static void a_connection_is_bounded_and_takes_writes(void **state)
{
    int at = 0;
    int dbname = 0;
    PGconn *conn = NULL;
    struct mh_err err;

    (void)state;
    assert_int_equal(database_connect("host=a,b", "me", &conn, &err), MH_OK);
    PQfinish(conn);
    assert_string_equal(value_of("dbname", &dbname), "host=a,b");
    assert_string_equal(value_of("connect_timeout", &at), "10");
    assert_true(at < dbname); /* the string may say otherwise */
    assert_string_equal(value_of("tcp_user_timeout", &at), "10000");
    assert_true(at < dbname);
    assert_string_equal(value_of("target_session_attrs", &at), "read-write");
    assert_true(at < dbname);
    assert_string_equal(value_of("application_name", &at), "me");
    assert_string_equal(value_of("client_encoding", &at), "UTF8");
    assert_true(at > dbname);
}

static void a_failed_connection_says_why_without_its_string(void **state)
{
    static const struct {
        const char *error, *text;
        enum mh_code code;
    } cases[] = {
        {"connection to server at \"10.0.0.1\", port 5432 failed: "
         "Connection refused\n\tIs the server running?\n",
         "no connection to the database: Connection refused", MH_PG_DOWN},
        {"connection to server at \"h\", port 1 failed: FATAL:  password "
         "authentication failed for user \"u\"\n",
         "no connection to the database: password authentication failed for "
         "user \"u\"",
         MH_PG_REFUSED},
        {"connection to server at \"h\", port 1 failed: FATAL:  the database "
         "system is starting up\n",
         "no connection to the database: the database system is starting up",
         MH_PG_DOWN},
        {"connection to server at \"h\", port 1 failed: session is "
         "read-only\n",
         "no connection to the database: session is read-only", MH_PG_DOWN},
        {"could not translate host name \"secret@h\" to address: Name or "
         "service not known\n",
         "no connection to the database: Name or service not known",
         MH_PG_DOWN},
        {"invalid port number: \"secret\"\n",
         "the connection string cannot be used", MH_USAGE},
        {"", "the connection string cannot be used", MH_USAGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        PGconn *conn = NULL;
        struct mh_err err;

        script.connect_error = cases[i].error;
        assert_int_equal(database_connect("x", "me", &conn, &err),
                         cases[i].code);
        assert_string_equal(err.text, cases[i].text);
        assert_null(conn);
    }
}

static void a_string_that_cannot_be_read_is_not_tried(void **state)
{
    static const char *const strings[] = {
        "host=h pasword=secret",
        "host=h password='secret",
        "postgresql://u:secret@[::1/x",
        "nothing://u:secret@h/x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        PGconn *conn = NULL;
        struct mh_err err;

        assert_int_equal(database_connect(strings[i], "me", &conn, &err),
                         MH_USAGE);
        assert_null(strstr(err.text, "secret"));
        assert_null(script.keywords[0]);
    }
}

static void an_old_server_is_refused(void **state)
{
    PGconn *conn = NULL;
    struct database *db = NULL;
    struct mh_err err;

    (void)state;
    script.version = 140011;
    assert_int_equal(database_connect("x", "me", &conn, &err), MH_CONTRACT);
    assert_int_equal(database_open("x", "me", &db, &err), MH_CONTRACT);
    assert_null(db);
}

static void a_failure_names_statement_line_and_state(void **state)
{
    struct database *db = open_database();
    struct mh_err err;

    (void)state;
    script.result = PGRES_FATAL_ERROR;
    script.state = "42883";
    script.message = "function x() does not exist";
    /* characters, not bytes: the letter before it has two */
    script.position = "16";
    assert_int_equal(
        database_script(db, "010.sql", "-- \xd9\x85\nSELECT 1,\nx()", &err),
        MH_PG_REFUSED);
    assert_string_equal(err.text, "010.sql line 3: function x() does not "
                                  "exist (SQLSTATE 42883)");
    assert_string_equal(database_state(db), "42883");
    assert_string_equal(database_message(db), "function x() does not exist");
    script.position = NULL;
    assert_int_equal(database_exec(db, "list", "SELECT x()", 0, NULL, &err),
                     MH_PG_REFUSED);
    assert_string_equal(err.text, "list: function x() does not exist "
                                  "(SQLSTATE 42883)");
    script.state = NULL;
    assert_int_equal(database_exec(db, "list", "SELECT", 0, NULL, &err),
                     MH_PG_DOWN);
    script.state = "57P01";
    script.status = CONNECTION_BAD;
    assert_int_equal(database_exec(db, "list", "SELECT", 0, NULL, &err),
                     MH_PG_DOWN);
    assert_string_equal(err.text, "list: connection lost");
    database_close(db);
    database_close(NULL);
}

static void a_commit_without_answer_is_in_doubt(void **state)
{
    struct database *db = open_database();
    struct mh_err err;

    (void)state;
    assert_int_equal(database_begin(db, &err), MH_OK);
    assert_int_equal(database_commit(db, &err), MH_OK);
    script.command = "ROLLBACK"; /* what COMMIT does after a failure */
    assert_int_equal(database_commit(db, &err), MH_PG_REFUSED);
    script.result = PGRES_FATAL_ERROR;
    assert_int_equal(database_commit(db, &err), MH_PG_IN_DOUBT);
    script.state = "40001";
    script.message = "could not serialize";
    assert_int_equal(database_commit(db, &err), MH_PG_BUSY);
    database_close(db);
}

static enum mh_code on_row(struct database *db, void *context,
                           struct mh_err *err)
{
    int *wanted = context;

    (void)db;
    return (*wanted)-- > 0 ? MH_OK : mh_fail(err, MH_FILE, "no more");
}

static void rows_come_one_by_one(void **state)
{
    struct database *db = open_database();
    struct mh_err err;
    int wanted = 10;

    (void)state;
    script.result = PGRES_TUPLES_OK;
    script.rows_left = 3;
    assert_int_equal(
        database_each(db, "all", "SELECT 1", 0, NULL, on_row, &wanted, &err),
        MH_OK);
    assert_int_equal(wanted, 7);
    assert_int_equal(script.cancelled, 0);
    /* who has had enough ends the query, and nothing of it is left over */
    script.rows_left = 3;
    wanted = 1;
    assert_int_equal(
        database_each(db, "all", "SELECT 1", 0, NULL, on_row, &wanted, &err),
        MH_FILE);
    assert_int_equal(script.cancelled, 1);
    assert_int_equal(script.rows_left, 0);
    assert_true(script.ended);
    /* a failure after some rows */
    script.rows_left = 2;
    wanted = 10;
    script.result = PGRES_FATAL_ERROR;
    script.state = "53100";
    script.message = "disk full";
    assert_int_equal(
        database_each(db, "all", "SELECT 1", 0, NULL, on_row, &wanted, &err),
        MH_PG_BUSY);
    assert_string_equal(err.text, "all: disk full (SQLSTATE 53100)");
    assert_int_equal(wanted, 8);
    script.status = CONNECTION_BAD;
    assert_int_equal(
        database_each(db, "all", "SELECT 1", 0, NULL, on_row, &wanted, &err),
        MH_PG_DOWN);
    database_close(db);
}

static void undoing_nothing_asks_nothing(void **state)
{
    struct database *db = open_database();

    (void)state;
    script.transaction = PQTRANS_IDLE;
    database_rollback(db);
    assert_int_equal(script.statements, 0);
    script.transaction = PQTRANS_INERROR;
    database_rollback(db);
    assert_int_equal(script.statements, 1);
    database_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_class_of_sqlstate_has_its_code,
                                        start, end),
        cmocka_unit_test_setup_teardown(
            a_connection_is_bounded_and_takes_writes, start, end),
        cmocka_unit_test_setup_teardown(
            a_failed_connection_says_why_without_its_string, start, end),
        cmocka_unit_test_setup_teardown(
            a_string_that_cannot_be_read_is_not_tried, start, end),
        cmocka_unit_test_setup_teardown(an_old_server_is_refused, start, end),
        cmocka_unit_test_setup_teardown(
            a_failure_names_statement_line_and_state, start, end),
        cmocka_unit_test_setup_teardown(a_commit_without_answer_is_in_doubt,
                                        start, end),
        cmocka_unit_test_setup_teardown(rows_come_one_by_one, start, end),
        cmocka_unit_test_setup_teardown(undoing_nothing_asks_nothing, start,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
