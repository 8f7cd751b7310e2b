/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of mahalle-admin share: connection, transaction, role. */
#include "admin.h"

#include <stdio.h>
#include <string.h>

enum { PROBLEM_BYTES_MAX = 1024 * 1024 };

/* Any number that nobody else uses in this database. */
#define LOCK "SELECT pg_advisory_xact_lock(7024011404)"

/* Whose the tables are; before there are any, whose the database is. The
   login may act as that role or is left as it is. */
#define BECOME_OWNER                                                          \
    "SELECT set_config('role', pg_get_userbyid(owner), true)"                 \
    "  FROM (SELECT coalesce("                                                \
    "            (SELECT nspowner FROM pg_namespace WHERE nspname = 'core')," \
    "            (SELECT datdba FROM pg_database"                             \
    "              WHERE datname = current_database())) AS owner) AS o"       \
    " WHERE pg_has_role(session_user, owner, 'MEMBER')"

const char *admin_arg(const struct admin *admin, int i)
{
    return mh_options_arg(admin->options, admin->first_arg + i);
}

enum mh_code admin_connect(const struct admin *admin, struct database **db,
                           struct mh_err *err)
{
    const char *conninfo = mh_options_text(admin->options, "pg");

    if (*conninfo == '\0') {
        return mh_fail(err, MH_USAGE,
                       "MAHALLE_PG is not set: the owner's connection string");
    }
    return database_open(conninfo, "mahalle-admin", db, err);
}

enum mh_code admin_connect_reader(const struct admin *admin,
                                  struct database **db, struct mh_err *err)
{
    const char *conninfo = mh_options_text(admin->options, "pg");

    if (*conninfo == '\0') {
        return mh_fail(err, MH_USAGE,
                       "MAHALLE_PG is not set: a connection string");
    }
    return database_open_reader(conninfo, "mahalle-admin", db, err);
}

enum mh_code admin_become_owner(struct database *db, struct mh_err *err)
{
    return database_exec(db, "role", BECOME_OWNER, 0, NULL, err);
}

enum mh_code admin_begin_reading(struct database *db, struct mh_err *err)
{
    enum mh_code code = database_begin(db, err);

    return code == MH_OK ? admin_become_owner(db, err) : code;
}

enum mh_code admin_begin(struct database *db, struct mh_err *err)
{
    enum mh_code code = admin_begin_reading(db, err);

    if (code == MH_OK) {
        code =
            database_script(db, "lock", "SET LOCAL lock_timeout = '60s'", err);
    }
    if (code == MH_OK) {
        code = database_exec(db, "lock", LOCK, 0, NULL, err);
    }
    if (code == MH_OK) {
        /* whoever had the lock may have made the tables */
        code = admin_become_owner(db, err);
    }
    return code;
}

enum mh_code admin_refused(const struct database *db, enum mh_code code,
                           struct mh_err *err)
{
    if (code != MH_PG_DATA || strncmp(database_state(db), "23", 2) != 0) {
        return code;
    }
    (void)fprintf(stderr, "%s\n", database_message(db));
    return mh_fail(err, MH_CONTRACT, "refused; nothing was changed");
}

void admin_print_problems(struct mh_buf *problems)
{
    (void)fputs(mh_buf_string(problems), stderr);
    if (problems->failed) {
        (void)fputs("(and more)\n", stderr);
    }
}

enum mh_code admin_read_schemas(const char *dir,
                                struct mh_catalogue **catalogue,
                                struct mh_err *err)
{
    struct mh_catalogue *made = NULL;
    struct mh_buf problems;
    enum mh_code code;

    mh_buf_init(&problems, PROBLEM_BYTES_MAX);
    code = mh_catalogue_new(&made, err);
    if (code == MH_OK) {
        code = mh_catalogue_load(made, dir, &problems, err);
    }
    admin_print_problems(&problems);
    mh_buf_fini(&problems);
    if (code != MH_OK) {
        mh_catalogue_free(made);
        /* a directory without schemas is no contract */
        return code == MH_FILE ? MH_CONTRACT : code;
    }
    *catalogue = made;
    return MH_OK;
}
