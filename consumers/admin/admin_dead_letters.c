/* SPDX-License-Identifier: Apache-2.0 */
/* dead-letters list, export, park, reopen: many letters at once. */
#include <inttypes.h>
#include <stdio.h>

#include "admin_letters.h"
#include "admin_table.h"
#include "queries.h"

enum { LISTED = 50, LISTED_MAX = 100000 };

static void end_all(struct database *db, struct admin_letters *letters)
{
    if (db != NULL) {
        database_rollback(db);
    }
    database_close(db);
    admin_letters_fini(letters);
}

/* ---------------------------------------------------------------------- list */

static enum mh_code list(struct database *db, struct admin_letters *letters,
                         struct mh_err *err)
{
    const char *params[LETTER_CHOICE + 1];
    char limit[24];
    enum mh_code code;

    for (int i = 0; i < LETTER_CHOICE; i++) {
        params[i] = letters->params[i];
    }
    (void)snprintf(limit, sizeof limit, "%" PRId64,
                   letters->limit == 0 ? LISTED : letters->limit);
    params[LETTER_CHOICE] = limit;
    code = database_exec(db, "dead letters", mh_query_list_letters,
                         LETTER_CHOICE + 1, params, err);
    if (code == MH_OK) {
        admin_print_table(db);
        code = database_exec(db, "dead letters", mh_query_count_letters,
                             LETTER_CHOICE, params, err);
    }
    if (code == MH_OK) {
        (void)putchar('\n');
        admin_print_table(db);
    }
    return code;
}

enum mh_code admin_dead_letters_list(const struct admin *admin,
                                     struct mh_err *err)
{
    struct admin_letters letters;
    struct database *db = NULL;
    enum mh_code code = admin_letters_choose(admin, &letters, err);

    if (code == MH_OK && letters.limit > LISTED_MAX) {
        code = mh_fail(err, MH_USAGE,
                       "--limit is at most %d here; dead-letters export has "
                       "no bound",
                       LISTED_MAX);
    }
    if (code == MH_OK) {
        code = admin_connect(admin, &db, err);
    }
    if (code == MH_OK) {
        code = admin_begin_reading(db, err);
    }
    if (code == MH_OK) {
        code = list(db, &letters, err);
    }
    end_all(db, &letters);
    return code;
}

/* -------------------------------------------------------------------- export */

static enum mh_code on_letter(struct database *db, void *context,
                              struct mh_err *err)
{
    (void)context;
    return fputs(database_text(db, 0, 0), stdout) < 0 || putchar('\n') == EOF
               ? mh_fail(err, MH_FILE, "cannot write to standard output")
               : MH_OK;
}

enum mh_code admin_dead_letters_export(const struct admin *admin,
                                       struct mh_err *err)
{
    const char *params[LETTER_CHOICE + 1];
    struct admin_letters letters;
    struct database *db = NULL;
    char limit[24];
    enum mh_code code = admin_letters_choose(admin, &letters, err);

    for (int i = 0; i < LETTER_CHOICE; i++) {
        params[i] = letters.params[i];
    }
    (void)snprintf(limit, sizeof limit, "%" PRId64, letters.limit);
    params[LETTER_CHOICE] = limit;
    if (code == MH_OK) {
        code = admin_connect(admin, &db, err);
    }
    if (code == MH_OK) {
        code = admin_begin_reading(db, err);
    }
    if (code == MH_OK) {
        code = database_each(db, "dead letters", mh_query_export_letters,
                             LETTER_CHOICE + 1, params, on_letter, NULL, err);
    }
    if (code == MH_OK && fflush(stdout) != 0) {
        code = mh_fail(err, MH_FILE, "cannot write to standard output");
    }
    end_all(db, &letters);
    return code;
}

/* -------------------------------------------------------------- park, reopen */

static enum mh_code move_letters(const struct admin *admin,
                                 const struct admin_letters *letters,
                                 const char *act, const char *to,
                                 struct mh_err *err)
{
    const char *params[LETTER_CHOICE + 4];
    struct database *db = NULL;
    char limit[24];
    enum mh_code code = admin_connect(admin, &db, err);

    for (int i = 0; i < LETTER_CHOICE; i++) {
        params[i] = letters->params[i];
    }
    (void)snprintf(limit, sizeof limit, "%" PRId64, letters->limit);
    params[LETTER_CHOICE] = limit;
    params[LETTER_CHOICE + 1] = to;
    params[LETTER_CHOICE + 2] = act;
    params[LETTER_CHOICE + 3] = mh_options_text(admin->options, "why");
    if (code == MH_OK) {
        code = admin_begin(db, err);
    }
    if (code == MH_OK) {
        code = database_exec(db, act, mh_query_move_letters, LETTER_CHOICE + 4,
                             params, err);
    }
    if (code == MH_OK) {
        (void)snprintf(limit, sizeof limit, "%s", database_text(db, 0, 0));
        code = database_commit(db, err);
    }
    if (code == MH_OK) {
        (void)printf("%s %s\n", limit, to);
    }
    if (db != NULL) {
        database_rollback(db);
    }
    database_close(db);
    return code;
}

static enum mh_code move_some(const struct admin *admin, const char *act,
                              const char *from, const char *to,
                              struct mh_err *err)
{
    struct admin_letters letters;
    enum mh_code code = admin_letters_choose_some(admin, &letters, err);

    if (code == MH_OK && *mh_options_text(admin->options, "why") == '\0') {
        code = mh_fail(err, MH_USAGE, "dead-letters %s: say --why TEXT", act);
    }
    if (code == MH_OK) {
        letters.params[LETTER_STATE] = from;
        code = move_letters(admin, &letters, act, to, err);
    }
    admin_letters_fini(&letters);
    return code;
}

enum mh_code admin_dead_letters_park(const struct admin *admin,
                                     struct mh_err *err)
{
    return move_some(admin, "park", "open", "parked", err);
}

enum mh_code admin_dead_letters_reopen(const struct admin *admin,
                                       struct mh_err *err)
{
    return move_some(admin, "reopen", "parked", "open", err);
}
