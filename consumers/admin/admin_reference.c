/* SPDX-License-Identifier: Apache-2.0 */
/* reference load: agencies, lists of codes and places from CSV, told apart by
   their header. A row that is refused refuses everything, by file and line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "admin_reference.h"
#include "csv.h"
#include "text.h"

enum {
    FILE_BYTES_MAX = 128 * 1024 * 1024, /* what mahalle-post reads, too */
    COLUMNS_MAX = 14,
    PATH_BYTES = 4096
};

/* The columns are the parameters of `call`, in order. */
static const struct table {
    const char *name;
    const char *first; /* the column that tells the table */
    const char *call;
    const char *columns[COLUMNS_MAX + 1];
    int required; /* so many of them must be there */
    admin_row_check *check;
} TABLES[] = {
    {"places",
     "place_code",
     "SELECT core.load_place($1, $2, $3, $4, $5, $6, $7, $8::date, $9::date, "
     "coalesce($10::boolean, true), $11::boolean, $12, "
     "string_to_array($13, '|'), $14)",
     {"place_code", "level", "name_fa", "name_en", "province_code",
      "county_code", "settlement_code", "valid_from", "valid_to", "described",
      "is_underprivileged", "district_code", "aliases", "source", NULL},
     4,
     admin_check_place},
    {"lookups",
     "list",
     "SELECT core.load_lookup($1, $2, $3, $4)",
     {"list", "code", "label_fa", "label_en", NULL},
     4,
     admin_check_lookup},
    {"agencies",
     "agency_code",
     "SELECT core.load_agency($1, $2, $3)",
     {"agency_code", "label_fa", "label_en", NULL},
     3,
     admin_check_agency},
};
enum { TABLE_COUNT = sizeof TABLES / sizeof TABLES[0] };

struct loading {
    struct database *db;                  /* lent */
    const struct mh_catalogue *catalogue; /* lent */
    const char *path;                     /* lent */
    const struct table *table;
    int cells[COLUMNS_MAX]; /* where each column stands, -1 nowhere */
    struct mh_buf texts;    /* the row's cells, each with a NUL */
    long fresh, changed, unchanged;
};

static bool is_cell(const struct mh_csv_cell *cell, const char *text)
{
    return cell->len == strlen(text) &&
           memcmp(cell->text, text, cell->len) == 0;
}

static int find_cell(const struct mh_csv *csv, const char *name)
{
    for (int i = 0; i < csv->count; i++) {
        if (is_cell(&csv->cells[i], name)) {
            return i;
        }
    }
    return -1;
}

static enum mh_code check_columns(const struct loading *loading,
                                  const struct mh_csv *csv, struct mh_err *err)
{
    const struct table *table = loading->table;

    for (int i = 0; i < table->required; i++) {
        if (loading->cells[i] < 0) {
            return mh_fail(err, MH_CONTRACT, "%s: column %s is missing",
                           loading->path, table->columns[i]);
        }
    }
    for (int i = 0; i < csv->count; i++) {
        int k = 0;

        while (table->columns[k] != NULL &&
               !is_cell(&csv->cells[i], table->columns[k])) {
            k++;
        }
        if (table->columns[k] == NULL && !is_cell(&csv->cells[i], "source")) {
            return mh_fail(err, MH_CONTRACT,
                           "%s: column %d is none of the table of %s",
                           loading->path, i + 1, table->name);
        }
        if (table->columns[k] != NULL && loading->cells[k] != i) {
            return mh_fail(err, MH_CONTRACT, "%s: column %s is there twice",
                           loading->path, table->columns[k]);
        }
    }
    return MH_OK;
}

static enum mh_code read_header(struct loading *loading,
                                const struct mh_csv *csv, struct mh_err *err)
{
    for (int t = 0; t < TABLE_COUNT && loading->table == NULL; t++) {
        if (find_cell(csv, TABLES[t].first) >= 0) {
            loading->table = &TABLES[t];
        }
    }
    if (loading->table == NULL) {
        return mh_fail(err, MH_CONTRACT,
                       "%s: the header is none of agencies, places, lookups",
                       loading->path);
    }
    for (int i = 0; loading->table->columns[i] != NULL; i++) {
        loading->cells[i] = find_cell(csv, loading->table->columns[i]);
    }
    return check_columns(loading, csv, err);
}

/* An empty cell, or none, is null. */
static int read_params(struct loading *loading, const struct mh_csv *csv,
                       const char *params[COLUMNS_MAX])
{
    size_t starts[COLUMNS_MAX];
    int count = 0;

    mh_buf_reset(&loading->texts);
    for (; loading->table->columns[count] != NULL; count++) {
        int at = loading->cells[count];

        starts[count] = loading->texts.len;
        if (at >= 0 && csv->cells[at].len > 0) {
            mh_buf_put(&loading->texts, csv->cells[at].text,
                       csv->cells[at].len);
        }
        mh_buf_byte(&loading->texts, 0);
    }
    for (int i = 0; i < count && !loading->texts.failed; i++) {
        const char *text = (const char *)loading->texts.bytes + starts[i];

        params[i] = *text == '\0' ? NULL : text;
    }
    return count;
}

static enum mh_code load_row(struct loading *loading, const struct mh_csv *csv,
                             struct mh_err *err)
{
    const char *params[COLUMNS_MAX] = {NULL};
    int count = read_params(loading, csv, params);
    char days[ADMIN_ROW_DAYS][ADMIN_DAY_BYTES];
    struct mh_err why = {MH_OK, ""};
    enum mh_code code;
    char answer;

    if (loading->texts.failed) {
        return mh_fail(err, MH_MEMORY, "%s line %" PRIu64 ": out of memory",
                       loading->path, csv->line);
    }
    code = loading->table->check(loading->catalogue, params, days, &why);
    if (code != MH_OK) {
        return mh_fail(err, code, "%.200s line %" PRIu64 ": %.250s",
                       loading->path, csv->line, why.text);
    }
    code = database_exec(loading->db, "reference load", loading->table->call,
                         count, params, err);
    if (code == MH_PG_DATA) {
        return mh_fail(err, MH_CONTRACT, "%s line %" PRIu64 ": %s",
                       loading->path, csv->line, database_message(loading->db));
    }
    if (code != MH_OK) {
        return code;
    }
    answer = *database_text(loading->db, 0, 0);
    loading->fresh += answer == 'n';
    loading->changed += answer == 'c';
    loading->unchanged += answer == 'u';
    return MH_OK;
}

static enum mh_code load_rows(struct loading *loading,
                              const struct mh_buf *text, struct mh_err *err)
{
    struct mh_csv csv;
    bool more = true;
    bool header = true;
    enum mh_code code = MH_OK;

    mh_csv_init(&csv, (const char *)text->bytes, text->len, ',');
    while (code == MH_OK) {
        code = mh_csv_next(&csv, &more, err);
        if (code == MH_CSV) {
            char why[sizeof err->text];

            memcpy(why, err->text, sizeof why);
            code = mh_fail(err, MH_CONTRACT, "%s: %.300s", loading->path, why);
        }
        if (code != MH_OK || !more) {
            break;
        }
        code = header ? read_header(loading, &csv, err)
                      : load_row(loading, &csv, err);
        header = false;
    }
    if (code == MH_OK && header) {
        code = mh_fail(err, MH_CONTRACT, "%s: empty", loading->path);
    }
    mh_csv_fini(&csv);
    return code;
}

static enum mh_code load_file(struct database *db,
                              const struct mh_catalogue *catalogue,
                              const char *path, long *differences,
                              struct mh_err *err)
{
    struct loading loading = {.db = db, .catalogue = catalogue, .path = path};
    struct mh_buf text;
    enum mh_code code;

    mh_buf_init(&text, FILE_BYTES_MAX);
    mh_buf_init(&loading.texts, MH_CSV_ROW_MAX + COLUMNS_MAX);
    code = mh_text_read_file(path, &text, err);
    if (code == MH_OK &&
        (!mh_text_is_utf8((const char *)text.bytes, text.len) ||
         (text.len > 0 && memchr(text.bytes, 0, text.len) != NULL))) {
        code = mh_fail(err, MH_CONTRACT, "%s: not UTF-8 text", path);
    }
    if (code == MH_OK) {
        code = load_rows(&loading, &text, err);
    }
    if (code == MH_OK) {
        (void)printf("%s: %s: %ld new, %ld changed, %ld unchanged\n", path,
                     loading.table->name, loading.fresh, loading.changed,
                     loading.unchanged);
        *differences += loading.fresh + loading.changed;
    }
    mh_buf_fini(&loading.texts);
    mh_buf_fini(&text);
    return code;
}

/* The forms of codes are those that the schemas in `dir` ask for. */
static enum mh_code load_files(struct database *db, const char *dir,
                               const char *const *paths, int count,
                               struct mh_err *err)
{
    struct mh_catalogue *catalogue = NULL;
    long differences = 0;
    enum mh_code code = admin_read_schemas(dir, &catalogue, err);

    for (int i = 0; code == MH_OK && i < count; i++) {
        code = load_file(db, catalogue, paths[i], &differences, err);
    }
    if (code == MH_OK && differences > 0) {
        code = database_exec(db, "reference data",
                             "SELECT core.reference_changed()", 0, NULL, err);
        code = admin_refused(db, code, err);
    }
    mh_catalogue_free(catalogue);
    return code;
}

enum mh_code admin_load_default_reference(struct database *db, const char *dir,
                                          struct mh_err *err)
{
    char room[TABLE_COUNT][PATH_BYTES];
    const char *paths[TABLE_COUNT];

    for (int i = 0; i < TABLE_COUNT; i++) {
        (void)snprintf(room[i], sizeof room[i], "%s/reference/%s.csv", dir,
                       TABLES[i].name);
        paths[i] = room[i];
    }
    return load_files(db, dir, paths, TABLE_COUNT, err);
}

enum mh_code admin_reference_load(const struct admin *admin, struct mh_err *err)
{
    struct database *db = NULL;
    const char **paths = calloc((size_t)admin->arg_count + 1, sizeof *paths);
    enum mh_code code;

    if (paths == NULL) {
        return mh_fail(err, MH_MEMORY, "out of memory");
    }
    for (int i = 0; i < admin->arg_count; i++) {
        paths[i] = admin_arg(admin, i);
    }
    code = admin_connect(admin, &db, err);
    if (code == MH_OK) {
        code = admin_begin(db, err);
    }
    if (code == MH_OK) {
        code =
            admin->arg_count == 0
                ? admin_load_default_reference(db, admin->schemas, err)
                : load_files(db, admin->schemas, paths, admin->arg_count, err);
    }
    if (code == MH_OK) {
        code = database_commit(db, err);
    }
    if (code == MH_OK) {
        admin_keep_reference(db, admin->schemas);
    }
    if (db != NULL) {
        database_rollback(db);
    }
    database_close(db);
    free(paths);
    return code;
}
