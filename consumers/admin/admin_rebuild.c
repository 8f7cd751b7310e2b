/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild: totals (core.daily, core.posted) counted anew from the facts, while
 * everyone goes on.
 *
 * What each row lacks is gathered beside the tables, in one state of them. Then
 * it is added in one transaction, as the consumer adds: whatever was committed
 * meanwhile is in the rows already and stays. Readers see all of it or
 * nothing; the consumer waits for single rows at most, and locks them in the
 * same order. Two rebuilds at once would add twice: the second is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"

static enum mh_code lock(struct database *db, struct mh_err *err)
{
    enum mh_code code = database_exec(
        db, "lock", "SELECT pg_try_advisory_lock(" ADMIN_REBUILD_LOCK ")", 0,
        NULL, err);

    if (code == MH_OK && strcmp(database_text(db, 0, 0), "t") != 0) {
        code = mh_fail(err, MH_PG_BUSY,
                       "another rebuild or an upgrade is under way: try again "
                       "when it is through");
    }
    return code;
}

/* One state of facts and totals; nobody waits for it. */
static enum mh_code gather(struct database *db, long *rows, struct mh_err *err)
{
    enum mh_code code = admin_begin_reading(db, err);

    if (code == MH_OK) {
        code = database_exec(db, "count the facts anew",
                             "SELECT core.gather_corrections()", 0, NULL, err);
    }
    if (code == MH_OK) {
        *rows = strtol(database_text(db, 0, 0), NULL, 10);
        code = database_commit(db, err);
    }
    return code;
}

static enum mh_code add(struct database *db, struct mh_err *err)
{
    enum mh_code code = admin_begin_reading(db, err);

    if (code == MH_OK) {
        code =
            database_script(db, "lock", "SET LOCAL lock_timeout = '60s'", err);
    }
    if (code == MH_OK) {
        code = database_exec(db, "correct the totals",
                             "SELECT core.add_corrections()", 0, NULL, err);
    }
    return code == MH_OK ? database_commit(db, err) : code;
}

enum mh_code admin_rebuild(const struct admin *admin, struct mh_err *err)
{
    struct database *db = NULL;
    long rows = 0;
    enum mh_code code = admin_connect(admin, &db, err);

    if (code == MH_OK) {
        code = lock(db, err);
    }
    if (code == MH_OK) {
        code = database_script(db, "one state",
                               "SET SESSION CHARACTERISTICS AS TRANSACTION "
                               "ISOLATION LEVEL REPEATABLE READ",
                               err);
    }
    if (code == MH_OK) {
        code = gather(db, &rows, err);
    }
    if (code == MH_OK) {
        code = database_script(db, "latest state",
                               "SET SESSION CHARACTERISTICS AS TRANSACTION "
                               "ISOLATION LEVEL READ COMMITTED",
                               err);
    }
    if (code == MH_OK && rows > 0) {
        code = add(db, err);
    }
    if (code == MH_OK) {
        (void)printf("%ld rows of totals corrected\n", rows);
    }
    database_close(db);
    return code;
}
