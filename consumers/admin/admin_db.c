/* SPDX-License-Identifier: Apache-2.0 */
/* db install, db upgrade: SQL files not yet run, schemas not yet published,
   reference data where there is none; all in one transaction. */
#include <dirent.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "catalogue.h"
#include "text.h"

enum { SQL_BYTES_MAX = 4 * 1024 * 1024, DIGEST_TEXT = 2 * EVP_MAX_MD_SIZE + 1 };

static int is_sql(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 8 && strspn(entry->d_name, "0123456789") == 3 &&
           entry->d_name[3] == '_' &&
           strcmp(entry->d_name + len - 4, ".sql") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool sha256(const struct mh_buf *text, char hex[DIGEST_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;

    if (EVP_Digest(text->bytes, text->len, digest, &len, EVP_sha256(), NULL) !=
        1) {
        return false;
    }
    for (unsigned int i = 0; i < len; i++) {
        (void)snprintf(hex + 2 * (size_t)i, 3, "%02x", digest[i]);
    }
    return true;
}

/* Whether the database has run a file of this name, and which text. */
static enum mh_code find_migration(struct database *db, const char *name,
                                   const char *digest, bool *done,
                                   struct mh_err *err)
{
    const char *const params[] = {name};
    enum mh_code code;

    code = database_exec(db, "migrations",
                         "SELECT to_regclass('core.migration') IS NOT NULL", 0,
                         NULL, err);
    *done = false;
    if (code != MH_OK || *database_text(db, 0, 0) != 't') {
        return code;
    }
    code = database_exec(db, "migrations",
                         "SELECT sha256 FROM core.migration WHERE name = $1", 1,
                         params, err);
    if (code != MH_OK || database_rows(db) == 0) {
        return code;
    }
    if (strcmp(database_text(db, 0, 0), digest) != 0) {
        return mh_fail(err, MH_CONTRACT,
                       "sql/%s is not the file that was installed; changes "
                       "belong into a new file",
                       name);
    }
    *done = true;
    return MH_OK;
}

static enum mh_code run_file(struct database *db, const char *dir,
                             const char *name, int *fresh, struct mh_err *err)
{
    struct mh_buf text;
    char path[4096];
    char digest[DIGEST_TEXT];
    const char *const params[] = {name, digest};
    bool done = false;
    enum mh_code code;

    mh_buf_init(&text, SQL_BYTES_MAX);
    (void)snprintf(path, sizeof path, "%s/sql/%s", dir, name);
    code = mh_text_read_file(path, &text, err);
    if (code == MH_OK && !sha256(&text, digest)) {
        code = mh_fail(err, MH_BUG, "no SHA-256");
    }
    if (code == MH_OK) {
        code = find_migration(db, name, digest, &done, err);
    }
    if (code == MH_OK && !done) {
        (void)printf("sql/%s\n", name);
        (void)fflush(stdout);
        code = database_script(db, name, mh_buf_string(&text), err);
        if (code == MH_OK) {
            code = database_exec(db, name,
                                 "INSERT INTO core.migration (name, sha256) "
                                 "VALUES ($1, $2)",
                                 2, params, err);
        }
        *fresh += code == MH_OK;
    }
    mh_buf_fini(&text);
    return code;
}

/* The database may have run files that this program does not know. */
static enum mh_code check_newest(struct database *db, int files,
                                 struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "migrations",
                      "SELECT count(*)::int FROM core.migration", 0, NULL, err);

    if (code == MH_OK && strtol(database_text(db, 0, 0), NULL, 10) > files) {
        return mh_fail(err, MH_CONTRACT,
                       "the database is newer than this program: it has %s "
                       "SQL files, here are %d",
                       database_text(db, 0, 0), files);
    }
    return code;
}

static enum mh_code run_files(struct database *db, const char *dir, int *fresh,
                              struct mh_err *err)
{
    struct dirent **files = NULL;
    char path[4096];
    enum mh_code code = MH_OK;
    int count;

    (void)snprintf(path, sizeof path, "%s/sql", dir);
    count = scandir(path, &files, is_sql, by_bytes);
    if (count < 0) {
        return mh_fail(err, MH_FILE, "cannot list %.300s: %s", path,
                       strerror(errno));
    }
    if (count == 0) {
        code = mh_fail(err, MH_FILE, "no SQL files in %.300s", path);
    }
    for (int i = 0; code == MH_OK && i < count; i++) {
        code = run_file(db, dir, files[i]->d_name, fresh, err);
    }
    for (int i = 0; i < count; i++) {
        free(files[i]);
    }
    free(files);
    return code == MH_OK ? check_newest(db, count, err) : code;
}

struct registering {
    struct database *db; /* lent */
    int fresh, total;
};

static enum mh_code register_file(void *context, const char *path, int version,
                                  const char *text, size_t len,
                                  struct mh_err *err)
{
    struct registering *registering = context;
    struct database *db = registering->db;
    char number[16];
    const char *const params[] = {text, number, path};
    enum mh_code code;

    (void)len;
    (void)snprintf(number, sizeof number, "%d", version);
    code = database_exec(db, path,
                         "SELECT core.register_schema($1, $2::integer, $3)", 3,
                         params, err);
    if (code != MH_OK) {
        return admin_refused(db, code, err);
    }
    registering->total++;
    registering->fresh += strcmp(database_text(db, 0, 0), "new") == 0;
    return MH_OK;
}

static enum mh_code load_where_empty(struct database *db, const char *dir,
                                     struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "reference data",
                      "SELECT NOT EXISTS (SELECT FROM core.agency)"
                      "   AND NOT EXISTS (SELECT FROM core.place)"
                      "   AND NOT EXISTS (SELECT FROM core.lookup)",
                      0, NULL, err);

    if (code == MH_OK && *database_text(db, 0, 0) == 't') {
        code = admin_load_default_reference(db, dir, err);
    }
    return code;
}

/* Before the database sees any of them. */
static enum mh_code check_schemas(const char *dir, struct mh_err *err)
{
    struct mh_catalogue *catalogue = NULL;
    enum mh_code code = admin_read_schemas(dir, &catalogue, err);

    mh_catalogue_free(catalogue);
    return code;
}

/* A rebuild reads for long what an upgrade may have to change: the consumers
 * would stand behind an upgrade that waits for it. */
static enum mh_code keep_rebuild_out(struct database *db, struct mh_err *err)
{
    enum mh_code code = database_exec(
        db, "lock", "SELECT pg_try_advisory_xact_lock(" ADMIN_REBUILD_LOCK ")",
        0, NULL, err);

    if (code == MH_OK && strcmp(database_text(db, 0, 0), "t") != 0) {
        code = mh_fail(err, MH_PG_BUSY,
                       "a rebuild is under way: upgrade when it is through");
    }
    return code;
}

enum mh_code admin_db_install(const struct admin *admin, struct mh_err *err)
{
    struct registering registering = {NULL, 0, 0};
    struct database *db = NULL;
    int fresh = 0;
    enum mh_code code = check_schemas(admin->schemas, err);

    if (code == MH_OK) {
        code = admin_connect(admin, &db, err);
    }
    if (code != MH_OK) {
        return code;
    }
    registering.db = db;
    code = admin_begin(db, err);
    if (code == MH_OK) {
        code = keep_rebuild_out(db, err);
    }
    if (code == MH_OK) {
        code = run_files(db, admin->schemas, &fresh, err);
    }
    if (code == MH_OK) {
        (void)printf("event types\n");
        (void)fflush(stdout);
        code = mh_catalogue_files(admin->schemas, register_file, &registering,
                                  err);
    }
    if (code == MH_OK) {
        code = load_where_empty(db, admin->schemas, err);
    }
    if (code == MH_OK) {
        code = database_commit(db, err);
    }
    if (code == MH_OK && fresh + registering.fresh == 0) {
        (void)printf("all is there already: %d event schemas\n",
                     registering.total);
    } else if (code == MH_OK) {
        (void)printf("installed: %d SQL files and %d of %d event schemas are "
                     "new\n",
                     fresh, registering.fresh, registering.total);
    }
    if (code == MH_OK) {
        admin_keep_reference(db, admin->schemas);
    }
    database_rollback(db);
    database_close(db);
    return code;
}
