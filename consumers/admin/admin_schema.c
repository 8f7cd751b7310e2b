/* SPDX-License-Identifier: Apache-2.0 */
/* schema check, list, add: event types as files, and as published. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "admin.h"
#include "catalogue.h"
#include "text.h"

enum { PROBLEM_BYTES_MAX = 1024 * 1024 };

/* Everything a command on schemas works with. */
struct work {
    const struct admin *admin;      /* lent */
    struct mh_catalogue *catalogue; /* owned; the files */
    struct mh_buf problems;         /* owned */
    struct mh_buf text;             /* owned; the file in hand */
    struct database *db;            /* owned; NULL while not connected */
    char target[4096];              /* where the file in hand belongs */
    int version;                    /* of the file in hand */
    bool is_there;                  /* the file in hand is published */
};

static enum mh_code begin_work(struct work *work, const struct admin *admin,
                               struct mh_err *err)
{
    *work = (struct work){.admin = admin};
    mh_buf_init(&work->problems, PROBLEM_BYTES_MAX);
    mh_buf_init(&work->text, MH_SCHEMA_BYTES_MAX);
    return mh_catalogue_new(&work->catalogue, err);
}

static void end_work(struct work *work)
{
    if (work->db != NULL) {
        database_rollback(work->db);
    }
    database_close(work->db);
    mh_buf_fini(&work->text);
    mh_buf_fini(&work->problems);
    mh_catalogue_free(work->catalogue);
}

static enum mh_code load_files(struct work *work, struct mh_err *err)
{
    return mh_catalogue_load(work->catalogue, work->admin->schemas,
                             &work->problems, err);
}

/* Whether the file at `target` holds the text in hand. */
static bool same_text(const struct work *work)
{
    struct mh_buf there;
    struct mh_err err;
    bool same;

    mh_buf_init(&there, MH_SCHEMA_BYTES_MAX);
    same = mh_text_read_file(work->target, &there, &err) == MH_OK &&
           there.len == work->text.len &&
           memcmp(there.bytes, work->text.bytes, there.len) == 0;
    mh_buf_fini(&there);
    return same;
}

/* Which version the text in hand is, and whether it may be that. */
static enum mh_code place_text(struct work *work, const char *path,
                               const struct mh_type *type, struct mh_err *err)
{
    const struct mh_type *latest =
        mh_catalogue_type(work->catalogue, type->name, strlen(type->name));
    const struct mh_schema *same_id =
        mh_catalogue_schema(work->catalogue, type->schema_id);
    size_t stem_len;

    if (!mh_catalogue_file_version(path, &stem_len, &work->version)) {
        work->version = 1;
        if (same_id != NULL && strcmp(same_id->writer->name, type->name) == 0) {
            work->version = same_id->writer->version;
        } else if (latest != NULL) {
            work->version = latest->version + 1;
        }
    }
    (void)snprintf(work->target, sizeof work->target,
                   "%.3800s/events/%s/%s.v%d.avsc", work->admin->schemas,
                   type->domain, type->name, work->version);
    if (latest == NULL || work->version > latest->version) {
        return mh_catalogue_add(work->catalogue, (const char *)work->text.bytes,
                                work->text.len, work->version, &work->problems,
                                err);
    }
    work->is_there = true;
    if (!same_text(work)) {
        mh_buf_format(&work->problems,
                      "version %d was published with another text\n",
                      work->version);
        return mh_fail(err, MH_CONTRACT, "a published schema never changes");
    }
    return MH_OK;
}

/* Take a file in hand and check it against the catalogue. */
static enum mh_code take_file(struct work *work, const char *path,
                              struct mh_err *err)
{
    struct mh_type *type = NULL;
    enum mh_code code;

    work->is_there = false;
    mh_buf_reset(&work->text);
    code = mh_text_read_file(path, &work->text, err);
    if (code == MH_OK) {
        code = mh_schema_read(mh_buf_string(&work->text), work->text.len, &type,
                              &work->problems, err);
    }
    if (code == MH_OK) {
        code = place_text(work, path, type, err);
    }
    mh_type_free(type);
    return code;
}

/* Print the problems, each line behind `path` (NULL: it is there already). */
static void print_problems(struct work *work, const char *path)
{
    const char *line = mh_buf_string(&work->problems);

    while (*line != '\0') {
        size_t len = strcspn(line, "\n");

        (void)printf("%s%s%.*s\n", path == NULL ? "" : path,
                     path == NULL ? "" : ": ", (int)len, line);
        line += len + (line[len] == '\n');
    }
    mh_buf_reset(&work->problems);
}

static enum mh_code connect(struct work *work, bool to_write,
                            struct mh_err *err)
{
    enum mh_code code = admin_connect(work->admin, &work->db, err);

    if (code == MH_OK) {
        code = to_write ? admin_begin(work->db, err)
                        : admin_begin_reading(work->db, err);
    }
    return code;
}

static enum mh_code compare_published(void *context, const char *path,
                                      int version, const char *text, size_t len,
                                      struct mh_err *err)
{
    struct work *work = context;
    char type[MH_TYPE_NAME_MAX + 1];
    char number[16];
    const char *const params[] = {type, number, text};
    const char *base = strrchr(path, '/') + 1;
    enum mh_code code;

    (void)len;
    (void)snprintf(type, sizeof type, "%.*s", (int)strcspn(base, "."), base);
    (void)snprintf(number, sizeof number, "%d", version);
    code = database_exec(work->db, path,
                         "SELECT body = $3 FROM core.schema"
                         " WHERE event_type = $1 AND version = $2::integer",
                         3, params, err);
    if (code != MH_OK) {
        return code;
    }
    if (database_rows(work->db) == 0) {
        mh_buf_format(&work->problems, "%s: not published\n", path);
    } else if (*database_text(work->db, 0, 0) != 't') {
        mh_buf_format(&work->problems, "%s: published with another text\n",
                      path);
    }
    return MH_OK;
}

/* What is published without a file. */
static enum mh_code find_lost(struct work *work, struct mh_err *err)
{
    enum mh_code code =
        database_exec(work->db, "published schemas",
                      "SELECT schema_id, event_type, version FROM core.schema"
                      " ORDER BY event_type, version",
                      0, NULL, err);

    for (int i = 0; code == MH_OK && i < database_rows(work->db); i++) {
        uint32_t id =
            (uint32_t)strtoul(database_text(work->db, i, 0), NULL, 10);

        if (mh_catalogue_schema(work->catalogue, id) == NULL) {
            mh_buf_format(&work->problems,
                          "%s.v%s.avsc: published, but there is no file\n",
                          database_text(work->db, i, 1),
                          database_text(work->db, i, 2));
        }
    }
    return code;
}

static enum mh_code check_published(struct work *work, struct mh_err *err)
{
    enum mh_code code = connect(work, false, err);

    if (code == MH_OK) {
        code = mh_catalogue_files(work->admin->schemas, compare_published, work,
                                  err);
    }
    if (code == MH_OK) {
        code = find_lost(work, err);
    }
    if (code == MH_OK && work->problems.len > 0) {
        print_problems(work, NULL);
        code = mh_fail(err, MH_CONTRACT, "files and database differ");
    }
    return code;
}

static enum mh_code check_given(struct work *work, struct mh_err *err)
{
    struct mh_err last = {MH_OK, ""};
    int refused = 0;

    for (int i = 0; i < work->admin->arg_count; i++) {
        const char *path = admin_arg(work->admin, i);
        enum mh_code code = take_file(work, path, &last);

        if (code != MH_OK && code != MH_CONTRACT) {
            *err = last;
            return code;
        }
        refused += code == MH_CONTRACT;
        print_problems(work, path);
    }
    if (refused > 0) {
        return mh_fail(err, MH_CONTRACT, "%d of %d schemas refused", refused,
                       work->admin->arg_count);
    }
    return MH_OK;
}

enum mh_code admin_schema_check(const struct admin *admin, struct mh_err *err)
{
    struct work work;
    enum mh_code code = begin_work(&work, admin, err);

    if (code == MH_OK) {
        code = load_files(&work, err);
        print_problems(&work, NULL);
    }
    if (code == MH_OK && admin->arg_count > 0) {
        code = check_given(&work, err);
    }
    if (code == MH_OK && mh_options_flag(admin->options, "published")) {
        code = check_published(&work, err);
    }
    if (code == MH_OK) {
        (void)printf("%d event types: no problems\n",
                     mh_catalogue_count(work.catalogue));
    }
    end_work(&work);
    return code;
}

enum mh_code admin_schema_list(const struct admin *admin, struct mh_err *err)
{
    struct work work;
    enum mh_code code = begin_work(&work, admin, err);

    if (code == MH_OK) {
        code = load_files(&work, err);
        print_problems(&work, NULL);
    }
    if (code == MH_OK) {
        (void)printf("%-6s %-4s %-30s %-15s %-13s %s\n", "ID", "VER", "TYPE",
                     "DOMAIN", "REPORTING", "LABEL");
    }
    for (int i = 0; code == MH_OK && i < mh_catalogue_count(work.catalogue);
         i++) {
        const struct mh_type *type = mh_catalogue_at(work.catalogue, i);

        (void)printf("%-6u v%-3d %-30s %-15s %-13s %s, %s\n",
                     (unsigned)type->schema_id, type->version, type->name,
                     type->domain, type->period ? "PERIOD_TOTAL" : "SINGLE",
                     type->label_en, type->label_fa);
    }
    end_work(&work);
    return code;
}

static enum mh_code publish(struct work *work, struct mh_err *err)
{
    char number[16];
    const char *const params[] = {mh_buf_string(&work->text), number,
                                  work->target};
    char part[ADMIN_PATH_BYTES] = "";
    enum mh_code code = connect(work, true, err);

    (void)snprintf(number, sizeof number, "%d", work->version);
    if (code == MH_OK) {
        code = database_exec(work->db, "schema add",
                             "SELECT core.register_schema($1, $2::integer, "
                             "$3)",
                             3, params, err);
        code = admin_refused(work->db, code, err);
    }
    if (code == MH_OK && !work->is_there) {
        code = admin_write_beside(work->target, &work->text, part, err);
    }
    if (code == MH_OK) {
        code = database_commit(work->db, err);
    }
    /* Not before: a running mahalle-post uses the file at once. In doubt a
     * second run tells. */
    if (code == MH_OK && *part != '\0') {
        return admin_put_in_place(part, work->target, err);
    }
    if (*part != '\0') {
        (void)unlink(part);
    }
    return code;
}

enum mh_code admin_schema_add(const struct admin *admin, struct mh_err *err)
{
    struct work work;
    const char *path = admin_arg(admin, 0);
    enum mh_code code = begin_work(&work, admin, err);

    if (code == MH_OK) {
        code = load_files(&work, err);
        print_problems(&work, NULL);
    }
    if (code == MH_OK) {
        code = take_file(&work, path, err);
        print_problems(&work, path);
    }
    if (code == MH_OK) {
        code = publish(&work, err);
    }
    if (code == MH_OK) {
        (void)printf("%s: version %d is published\n", work.target,
                     work.version);
    }
    end_work(&work);
    return code;
}
