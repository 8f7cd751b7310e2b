/* SPDX-License-Identifier: Apache-2.0 */
/* The database's reference data as files beside the contract, for
   mahalle-post, which has no database. They are made of what is committed, so
   that both know the same, whatever was loaded in how many files. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "text.h"

enum {
    FILE_BYTES_MAX = 128 * 1024 * 1024 /* what mahalle-post reads, too */
};

/* The columns are those that `reference load` takes. */
static const struct {
    const char *name;
    const char *rows;
} KEPT[] = {
    {"agencies", "SELECT agency_code, label_fa, label_en"
                 "  FROM core.agency ORDER BY agency_code"},
    {"places",
     "SELECT place_code, level::text, name_fa, name_en, province_code,"
     "       county_code, settlement_code,"
     "       to_char(valid_from, 'YYYY-MM-DD') AS valid_from,"
     "       to_char(valid_to, 'YYYY-MM-DD') AS valid_to,"
     "       described::text, is_underprivileged::text, district_code,"
     "       array_to_string(aliases, '|') AS aliases, source"
     "  FROM core.place p ORDER BY place_code, p.valid_from NULLS FIRST"},
    {"lookups", "SELECT list, code, label_fa, label_en"
                "  FROM core.lookup ORDER BY list, code"},
};

static void put_cell(struct mh_buf *buf, const char *text)
{
    if (text == NULL || strpbrk(text, ",\"\r\n") == NULL) {
        mh_buf_text(buf, text == NULL ? "" : text);
        return;
    }
    mh_buf_byte(buf, '"');
    for (; *text != '\0'; text++) {
        mh_buf_put(buf, text, 1);
        if (*text == '"') {
            mh_buf_byte(buf, '"');
        }
    }
    mh_buf_byte(buf, '"');
}

/* Row -1 has the names. */
static void put_row(struct mh_buf *buf, const struct database *db, int row)
{
    for (int i = 0; i < database_columns(db); i++) {
        if (i > 0) {
            mh_buf_byte(buf, ',');
        }
        put_cell(buf,
                 row < 0 ? database_column(db, i) : database_text(db, row, i));
    }
    mh_buf_byte(buf, '\n');
}

/* A file that says the same already is left alone, so that no running program
   reads it again. */
static enum mh_code write_other(const char *path, const struct mh_buf *text,
                                struct mh_err *err)
{
    struct mh_buf there;
    bool same;

    mh_buf_init(&there, FILE_BYTES_MAX);
    same = mh_text_read_file(path, &there, err) == MH_OK &&
           there.len == text->len &&
           memcmp(there.bytes, text->bytes, there.len) == 0;
    mh_buf_fini(&there);
    return same ? MH_OK : admin_write_file(path, text, err);
}

static enum mh_code keep_table(struct database *db, const char *schemas, int i,
                               struct mh_err *err)
{
    struct mh_buf text;
    char path[ADMIN_PATH_BYTES];
    enum mh_code code =
        database_exec(db, KEPT[i].name, KEPT[i].rows, 0, NULL, err);

    if (code != MH_OK) {
        return code;
    }
    if (snprintf(path, sizeof path, "%s/reference/loaded/%s.csv", schemas,
                 KEPT[i].name) >= ADMIN_PATH_BYTES) {
        return mh_fail(err, MH_FILE, "path is too long: %.200s", schemas);
    }
    mh_buf_init(&text, FILE_BYTES_MAX);
    for (int row = -1; row < database_rows(db); row++) {
        put_row(&text, db, row);
    }
    code = text.failed ? mh_fail(err, MH_MEMORY, "%s: too large", path)
                       : write_other(path, &text, err);
    mh_buf_fini(&text);
    return code;
}

void admin_keep_reference(struct database *db, const char *schemas)
{
    struct mh_err err = {MH_OK, ""};
    /* under the lock, so that the newest state is written last */
    enum mh_code code = admin_begin(db, &err);

    for (int i = 0; code == MH_OK && i < (int)(sizeof KEPT / sizeof KEPT[0]);
         i++) {
        code = keep_table(db, schemas, i, &err);
    }
    database_rollback(db);
    if (code != MH_OK) {
        (void)fprintf(stderr,
                      "mahalle-admin: warning: %s; mahalle-post with these "
                      "schemas may not know all reference data yet\n",
                      err.text);
    }
}
