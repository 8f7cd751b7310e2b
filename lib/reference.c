/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Agencies by code, places by code, and lists by name, each with its codes.
 * Agencies are also the list `agency_code`, which fields may name.
 */
#include "reference.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "csv.h"
#include "map.h"
#include "text.h"

enum {
    AGENCIES_MAX = 10000,
    PLACES_MAX = 1000000, /* Iran has some 100,000 villages */
    LISTS_MAX = 256,      /* the contract has eight */
    LIST_MAX = 100000,    /* codes of one list */
    CELL_MAX = 63,        /* bytes of a code or of a list's name */
    FILE_BYTES_MAX = 128 * 1024 * 1024,
    PATH_BYTES = 4096,
    WANTED_MAX = 2 /* columns that a file is read for */
};

struct mh_reference {
    struct mh_map agencies;
    struct mh_map places;
    struct mh_map names;            /* of lists: where in `lists` */
    struct mh_map lists[LISTS_MAX]; /* names.count of them in use */
};

enum mh_code mh_reference_new(struct mh_reference **reference,
                              struct mh_err *err)
{
    struct mh_reference *made = calloc(1, sizeof *made);

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for reference data");
    }
    mh_map_init(&made->agencies, AGENCIES_MAX);
    mh_map_init(&made->places, PLACES_MAX);
    mh_map_init(&made->names, LISTS_MAX);
    *reference = made;
    return MH_OK;
}

void mh_reference_free(struct mh_reference *reference)
{
    if (reference != NULL) {
        mh_map_fini(&reference->agencies);
        mh_map_fini(&reference->places);
        for (size_t i = 0; i < reference->names.count; i++) {
            mh_map_fini(&reference->lists[i]);
        }
        mh_map_fini(&reference->names);
        free(reference);
    }
}

/* ---- Adding ------------------------------------------------------------- */

static enum mh_code add_place(struct mh_reference *reference, const char *code,
                              size_t len)
{
    return mh_map_add(&reference->places, code, len, 1) ? MH_OK : MH_MEMORY;
}

static enum mh_code add_lookup(struct mh_reference *reference, const char *list,
                               size_t list_len, const char *code, size_t len)
{
    int32_t i = (int32_t)reference->names.count;

    if (!mh_map_find(&reference->names, list, list_len, &i)) {
        if (!mh_map_add(&reference->names, list, list_len, i)) {
            return MH_MEMORY;
        }
        mh_map_init(&reference->lists[i], LIST_MAX);
    }
    return mh_map_add(&reference->lists[i], code, len, 1) ? MH_OK : MH_MEMORY;
}

static enum mh_code add_agency(struct mh_reference *reference, const char *code,
                               size_t len, int32_t id)
{
    static const char LIST[] = "agency_code";

    return mh_map_add(&reference->agencies, code, len, id)
               ? add_lookup(reference, LIST, sizeof LIST - 1, code, len)
               : MH_MEMORY;
}

enum mh_code mh_reference_add_agency(struct mh_reference *reference,
                                     const char *code, int32_t agency_id)
{
    return add_agency(reference, code, strlen(code), agency_id);
}

enum mh_code mh_reference_add_place(struct mh_reference *reference,
                                    const char *code)
{
    return add_place(reference, code, strlen(code));
}

enum mh_code mh_reference_add_lookup(struct mh_reference *reference,
                                     const char *list, const char *code)
{
    return add_lookup(reference, list, strlen(list), code, strlen(code));
}

/* ---- Files -------------------------------------------------------------- */

static bool is_text(struct mh_csv_cell cell, const char *text)
{
    return cell.len == strlen(text) && memcmp(cell.text, text, cell.len) == 0;
}

static enum mh_code take_agency(struct mh_reference *reference,
                                const struct mh_csv_cell *cells,
                                struct mh_err *err)
{
    int32_t id = (int32_t)reference->agencies.count + 1;

    (void)err;
    return add_agency(reference, cells[0].text, cells[0].len, id);
}

static enum mh_code take_place(struct mh_reference *reference,
                               const struct mh_csv_cell *cells,
                               struct mh_err *err)
{
    static const struct {
        const char *level;
        bool taken; /* whether mh_reference_place is asked for such places */
    } LEVELS[] = {{"province", true},       {"county", true},
                  {"city", true},           {"village", true},
                  {"neighbourhood", false}, {"district", false},
                  {"rural_district", false}};
    const size_t count = sizeof LEVELS / sizeof LEVELS[0];
    size_t i = 0;

    while (i < count && !is_text(cells[1], LEVELS[i].level)) {
        i++;
    }
    if (i == count) {
        return mh_fail(err, MH_CONTRACT, "unknown level");
    }
    return LEVELS[i].taken ? add_place(reference, cells[0].text, cells[0].len)
                           : MH_OK;
}

static enum mh_code take_lookup(struct mh_reference *reference,
                                const struct mh_csv_cell *cells,
                                struct mh_err *err)
{
    (void)err;
    return add_lookup(reference, cells[0].text, cells[0].len, cells[1].text,
                      cells[1].len);
}

struct table {
    const char *file;
    const char *wanted[WANTED_MAX]; /* columns; NULL ends */
    enum mh_code (*take)(struct mh_reference *reference,
                         const struct mh_csv_cell *cells, struct mh_err *err);
};

static const struct table TABLES[] = {
    {"agencies.csv", {"agency_code"}, take_agency},
    {"places.csv", {"place_code", "level"}, take_place},
    {"lookups.csv", {"list", "code"}, take_lookup}};
enum { TABLE_COUNT = sizeof TABLES / sizeof TABLES[0] };

/* Where the wanted columns stand. @returns the one that is missing, or NULL */
static const char *find_columns(const struct mh_csv *csv,
                                const struct table *table, int *columns)
{
    for (int i = 0; i < WANTED_MAX && table->wanted[i] != NULL; i++) {
        columns[i] = 0;
        while (columns[i] < csv->count &&
               !is_text(csv->cells[columns[i]], table->wanted[i])) {
            columns[i]++;
        }
        if (columns[i] == csv->count) {
            return table->wanted[i];
        }
    }
    return NULL;
}

static enum mh_code read_header(struct mh_csv *csv, const struct table *table,
                                int *columns, struct mh_err *err)
{
    bool more = false;
    enum mh_code code = mh_csv_next(csv, &more, err);
    const char *missing;

    if (code != MH_OK) {
        return code;
    }
    missing = find_columns(csv, table, columns);
    return missing == NULL ? MH_OK
                           : mh_fail(err, MH_CONTRACT, "no column %s", missing);
}

static enum mh_code read_rows(struct mh_reference *reference,
                              struct mh_csv *csv, const struct table *table,
                              struct mh_err *err)
{
    int columns[WANTED_MAX] = {0};
    enum mh_code code = read_header(csv, table, columns, err);
    bool more = code == MH_OK;

    while (more) {
        struct mh_csv_cell cells[WANTED_MAX] = {{"", 0}};

        code = mh_csv_next(csv, &more, err);
        if (code != MH_OK || !more) {
            break;
        }
        for (int i = 0; i < WANTED_MAX && table->wanted[i] != NULL; i++) {
            cells[i] = csv->cells[columns[i]];
            if (cells[i].len == 0 || cells[i].len > CELL_MAX) {
                return mh_fail(err, MH_CONTRACT, "line %" PRIu64 ": %s is %s",
                               csv->line, table->wanted[i],
                               cells[i].len == 0 ? "empty" : "too long");
            }
        }
        code = table->take(reference, cells, err);
        if (code == MH_CONTRACT) {
            struct mh_err cause = *err;

            return mh_fail(err, code, "line %" PRIu64 ": %s", csv->line,
                           cause.text);
        }
        if (code != MH_OK) {
            return mh_fail(err, code,
                           "line %" PRIu64 ": too many rows, or no memory",
                           csv->line);
        }
    }
    return code;
}

static enum mh_code load_file(struct mh_reference *reference, const char *path,
                              const struct table *table, struct mh_err *err)
{
    struct mh_buf buf;
    struct mh_csv csv;
    struct mh_err cause = {.text = ""};
    enum mh_code code;

    mh_buf_init(&buf, FILE_BYTES_MAX);
    mh_csv_init(&csv, "", 0, ',');
    code = mh_text_read_file(path, &buf, err);
    if (code != MH_OK) {
        goto done;
    }
    if (!mh_text_is_utf8((const char *)buf.bytes, buf.len)) {
        code = mh_fail(err, MH_CONTRACT, "%.400s: not UTF-8", path);
        goto done;
    }
    mh_csv_init(&csv, buf.len > 0 ? (const char *)buf.bytes : "", buf.len, ',');
    code = read_rows(reference, &csv, table, &cause);
    if (code != MH_OK) {
        code = mh_fail(err, code == MH_CSV ? MH_CONTRACT : code,
                       "%.200s: %.250s", path, cause.text);
    }
done:
    mh_csv_fini(&csv);
    mh_buf_fini(&buf);
    return code;
}

/* The contract's file, and what mahalle-admin kept; of that there may be none. */
static enum mh_code load_table(struct mh_reference *reference, const char *dir,
                               const struct table *table, struct mh_err *err)
{
    static const char *const FOLDERS[] = {"reference", "reference/loaded"};
    char path[PATH_BYTES];
    enum mh_code code = MH_OK;

    for (int i = 0; code == MH_OK && i < 2; i++) {
        if (snprintf(path, sizeof path, "%s/%s/%s", dir, FOLDERS[i],
                     table->file) >= PATH_BYTES) {
            return mh_fail(err, MH_FILE, "path too long: %.200s", dir);
        }
        if (i == 0 || access(path, F_OK) == 0 || errno != ENOENT) {
            code = load_file(reference, path, table, err);
        }
    }
    return code;
}

enum mh_code mh_reference_load(struct mh_reference *reference, const char *dir,
                               struct mh_err *err)
{
    enum mh_code code = MH_OK;

    for (int i = 0; code == MH_OK && i < TABLE_COUNT; i++) {
        code = load_table(reference, dir, &TABLES[i], err);
    }
    return code;
}

/* ---- Asking ------------------------------------------------------------- */

int32_t mh_reference_agency(const struct mh_reference *reference,
                            const char *code, size_t len)
{
    int32_t id = 0;

    return mh_map_find(&reference->agencies, code, len, &id) ? id : 0;
}

bool mh_reference_place(const struct mh_reference *reference, const char *code,
                        size_t len)
{
    return mh_map_find(&reference->places, code, len, NULL);
}

bool mh_reference_lookup(const struct mh_reference *reference, const char *list,
                         const char *code, size_t len)
{
    int32_t i;

    return mh_map_find(&reference->names, list, strlen(list), &i) &&
           mh_map_find(&reference->lists[i], code, len, NULL);
}
