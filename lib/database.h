/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The border to libpq: connections bounded in time, SQLSTATE translated once.
 *
 * `database_connect` and `database_code` serve every program; the rest is for
 * commands and reports, which need single statements with texts as parameters
 * and texts as answers. The consumer's store speaks to libpq itself. Nothing
 * here prints or returns a connection string.
 */
#ifndef MAHALLE_DATABASE_H
#define MAHALLE_DATABASE_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "mahalle/err.h"

/**
 * Connect to a PostgreSQL of version 15 or later that takes writes. Whatever
 * of connect_timeout, keepalives and target_session_attrs `conninfo` gives
 * itself holds.
 *
 * @param conninfo lent; keywords, URI or name of a database
 * @param name     lent; application_name
 * @param conn     out; given, PQfinish
 * @returns MH_OK, MH_USAGE (`conninfo` cannot be read), MH_PG_DOWN,
 *          MH_PG_REFUSED (login or database refused), MH_CONTRACT (version
 *          too old), MH_MEMORY
 * Blocks: 10 s for each address.
 */
MH_MUST enum mh_code database_connect(const char *conninfo, const char *name,
                                      PGconn **conn, struct mh_err *err);

/** What to make of an SQLSTATE: MH_PG_DOWN, MH_PG_BUSY, MH_PG_DATA or
 *  MH_PG_REFUSED; NULL (there was none) is MH_PG_DOWN. */
enum mh_code database_code(const char *sqlstate);

struct database;

/** As database_connect. */
MH_MUST enum mh_code database_open(const char *conninfo, const char *name,
                                   struct database **db, struct mh_err *err);
/** The same for one who only reads: a standby, and a login that may not
 *  write, will do. */
MH_MUST enum mh_code database_open_reader(const char *conninfo,
                                          const char *name,
                                          struct database **db,
                                          struct mh_err *err);
/** The same for one who only reads and needs what holds now: no standby. */
MH_MUST enum mh_code database_open_primary(const char *conninfo,
                                           const char *name,
                                           struct database **db,
                                           struct mh_err *err);
void database_close(struct database *db);

/**
 * Run one statement.
 * @param sql    lent; `what` names it in the text of a failure
 * @param params lent; `count` texts, NULL is null
 * @returns MH_OK: the answer is there until the next call
 *          and all that database_code gives
 */
MH_MUST enum mh_code database_exec(struct database *db, const char *what,
                                   const char *sql, int count,
                                   const char *const *params,
                                   struct mh_err *err);
/**
 * Run one query and hand over each row as it comes, so that an answer of any
 * length takes the memory of one.
 * @param on_row lent; the row is row 0 of the answer; no other call with `db`
 *               meanwhile; its failure ends the query
 */
MH_MUST enum mh_code database_each(struct database *db, const char *what,
                                   const char *sql, int count,
                                   const char *const *params,
                                   enum mh_code (*on_row)(struct database *db,
                                                          void *context,
                                                          struct mh_err *err),
                                   void *context, struct mh_err *err);
/** Run a text of many statements, without parameters; a failure names the
 *  line. */
MH_MUST enum mh_code database_script(struct database *db, const char *what,
                                     const char *sql, struct mh_err *err);

MH_MUST enum mh_code database_begin(struct database *db, struct mh_err *err);
/** @returns also MH_PG_IN_DOUBT: the connection went before the answer */
MH_MUST enum mh_code database_commit(struct database *db, struct mh_err *err);
/** Undo; harmless when there is nothing to undo. */
void database_rollback(struct database *db);

/** Rows and columns of the last answer. */
int database_rows(const struct database *db);
int database_columns(const struct database *db);
const char *database_column(const struct database *db, int column);
/** A value of the last answer, lent until the next call; NULL is null. */
const char *database_text(const struct database *db, int row, int column);
/** Its bytes; 0 for null. Values of a binary cursor may hold NULs. */
size_t database_size(const struct database *db, int row, int column);
/** The server's whole message of the last failure; "" when there is none. */
const char *database_message(const struct database *db);
/** SQLSTATE of the last failure; "" when there is none. */
const char *database_state(const struct database *db);

#endif
