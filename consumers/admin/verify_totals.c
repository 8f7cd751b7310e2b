/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PostgreSQL counts the facts anew, type by type; only what differs comes here,
 * row by row.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify.h"

enum { TYPES_MAX = 1000, TYPE_BYTES = 128 };

struct type {
    char id[16];
    char name[TYPE_BYTES];
};

struct types {
    struct type items[TYPES_MAX];
    int count;
};

/* What a row of a difference is about. */
struct context {
    struct verify *verify;
    const char *type;
};

static enum mh_code read_types(struct verify *verify, struct types *types,
                               struct mh_err *err)
{
    enum mh_code code =
        database_exec(verify->db, "types",
                      "SELECT type_id, event_type FROM core.event_type"
                      " ORDER BY event_type",
                      0, NULL, err);

    types->count = 0;
    for (int i = 0; code == MH_OK && i < database_rows(verify->db); i++) {
        struct type *type = &types->items[types->count];

        if (types->count++ == TYPES_MAX) {
            return mh_fail(err, MH_CONTRACT, "more than %d types", TYPES_MAX);
        }
        (void)snprintf(type->id, sizeof type->id, "%s",
                       database_text(verify->db, i, 0));
        (void)snprintf(type->name, sizeof type->name, "%s",
                       database_text(verify->db, i, 1));
    }
    return code;
}

static enum mh_code on_total(struct database *db, void *opaque,
                             struct mh_err *err)
{
    static const char *const NAMES[] = {"day",    "place",  "agency",  "dims",
                                        "column", "stored", "expected"};
    const struct context *context = opaque;

    (void)err;
    verify_begin(context->verify, "core.daily");
    verify_put("type", context->type);
    for (int c = 0; c < 7; c++) {
        verify_put(NAMES[c], database_text(db, 0, c));
    }
    verify_end();
    return MH_OK;
}

static enum mh_code on_posted(struct database *db, void *opaque,
                              struct mh_err *err)
{
    const struct context *context = opaque;

    (void)err;
    verify_begin(context->verify, "core.posted");
    verify_put("type", context->type);
    verify_put("day", database_text(db, 0, 0));
    verify_put("agency", database_text(db, 0, 1));
    verify_put("posted_on", database_text(db, 0, 2));
    verify_put("column", "events");
    verify_put("stored", database_text(db, 0, 3));
    verify_put("expected", database_text(db, 0, 4));
    verify_end();
    return MH_OK;
}

static enum mh_code on_project(struct database *db, void *opaque,
                               struct mh_err *err)
{
    const struct context *context = opaque;

    (void)err;
    verify_begin(context->verify, "core.project");
    verify_put("project", database_text(db, 0, 0));
    verify_put("type_id", database_text(db, 0, 1));
    verify_put("part", database_text(db, 0, 2));
    verify_put("column", database_text(db, 0, 3));
    verify_put("stored", database_text(db, 0, 4));
    verify_put("expected", database_text(db, 0, 5));
    verify_end();
    return MH_OK;
}

static enum mh_code compare_projects(struct verify *verify, struct mh_err *err)
{
    struct context context = {.verify = verify};

    return database_each(
        verify->db, "projects",
        "SELECT project_code, type_id, part, name, found, expected"
        "  FROM core.differing_projects()",
        0, NULL, on_project, &context, err);
}

static enum mh_code on_view(struct database *db, void *opaque,
                            struct mh_err *err)
{
    const struct context *context = opaque;

    (void)err;
    verify_begin(context->verify, database_text(db, 0, 0));
    verify_put("type", context->type);
    verify_put("column", database_text(db, 0, 1));
    verify_put("stored", database_text(db, 0, 2));
    verify_put("expected", database_text(db, 0, 3));
    verify_end();
    return MH_OK;
}

/* Of all days, or of some: $2 so many, $3 that share. */
#define DAYS                                                        \
    "CASE WHEN $2::text IS NOT NULL OR $3::text IS NOT NULL"        \
    "     THEN core.some_days($1::text::integer, $2::text::bigint," \
    "                         $3::text::numeric) END"

static enum mh_code compare_type(struct verify *verify, const struct type *type,
                                 struct mh_err *err)
{
    char many[24], share[24];
    const char *const params[] = {
        type->id,
        verify->sample > 0 ? many : NULL,
        verify->sample_percent > 0 ? share : NULL,
    };
    struct context context = {verify, type->name};
    enum mh_code code;

    (void)snprintf(many, sizeof many, "%" PRId64, verify->sample);
    (void)snprintf(share, sizeof share, "%d.%02d", verify->sample_percent / 100,
                   verify->sample_percent % 100);
    code = database_each(
        verify->db, "totals",
        "SELECT occurred_on, place_code, agency_code, dims, name, found,"
        "       expected"
        "  FROM core.differing_totals($1::text::integer, " DAYS ")",
        3, params, on_total, &context, err);
    if (code == MH_OK) {
        code = database_each(
            verify->db, "totals",
            "SELECT occurred_on, agency_code, posted_on, found, expected"
            "  FROM core.differing_posted($1::text::integer, " DAYS ")",
            3, params, on_posted, &context, err);
    }
    if (code == MH_OK && params[1] == NULL && params[2] == NULL) {
        code = database_each(verify->db, "views",
                             "SELECT what, key, found, expected"
                             "  FROM core.differing_views($1::text::integer)",
                             1, params, on_view, &context, err);
    }
    return code;
}

/* How many of an agency's messages of a day were applied and refused: versions
 * and letters tell. */
static enum mh_code compare_agency_days(struct verify *verify,
                                        struct mh_err *err)
{
    static const char *const NAMES[] = {"applied", "rejected"};
    enum mh_code code = database_exec(
        verify->db, "agencies",
        "SELECT agency_code, received_on, applied, rejected, stored_applied,"
        "       stored_rejected"
        "  FROM core.agency_day_corrections() ORDER BY 1, 2",
        0, NULL, err);

    for (int i = 0; code == MH_OK && i < database_rows(verify->db); i++) {
        for (int c = 0; c < 2; c++) {
            const char *expected = database_text(verify->db, i, 2 + c);
            const char *stored = database_text(verify->db, i, 4 + c);

            if (strcmp(expected, stored) != 0) {
                verify_begin(verify, "core.agency_day");
                verify_put("agency", database_text(verify->db, i, 0));
                verify_put("day", database_text(verify->db, i, 1));
                verify_put("column", NAMES[c]);
                verify_put("stored", stored);
                verify_put("expected", expected);
                verify_end();
            }
        }
    }
    return code;
}

/* Rows whose type nobody knows are in no comparison of types. */
static enum mh_code find_strangers(struct verify *verify, struct mh_err *err)
{
    enum mh_code code = database_exec(
        verify->db, "types",
        "SELECT 'core.daily', type_id, count(*) FROM core.daily"
        " WHERE type_id NOT IN (SELECT type_id FROM core.event_type)"
        " GROUP BY type_id"
        " UNION ALL "
        "SELECT 'core.posted', type_id, count(*) FROM core.posted"
        " WHERE type_id NOT IN (SELECT type_id FROM core.event_type)"
        " GROUP BY type_id"
        " UNION ALL "
        "SELECT 'core.event', type_id, count(*) FROM core.event"
        " WHERE type_id NOT IN (SELECT type_id FROM core.event_type)"
        " GROUP BY type_id",
        0, NULL, err);

    for (int i = 0; code == MH_OK && i < database_rows(verify->db); i++) {
        verify_begin(verify, database_text(verify->db, i, 0));
        verify_put("type_id", database_text(verify->db, i, 1));
        verify_put("column", "rows");
        verify_put("stored", database_text(verify->db, i, 2));
        verify_put("expected", NULL);
        verify_end();
    }
    return code;
}

enum mh_code verify_totals(struct verify *verify, struct mh_err *err)
{
    bool some = verify->sample > 0 || verify->sample_percent > 0;
    struct types *types = malloc(sizeof *types);
    enum mh_code code;

    if (types == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for types");
    }
    code = read_types(verify, types, err);
    for (int i = 0; code == MH_OK && i < types->count; i++) {
        verify_show(verify, "totals of types", i, types->count);
        code = compare_type(verify, &types->items[i], err);
    }
    if (code == MH_OK && !some) {
        code = compare_agency_days(verify, err);
    }
    if (code == MH_OK && !some) {
        code = compare_projects(verify, err);
    }
    if (code == MH_OK && !some) {
        code = find_strangers(verify, err);
    }
    verify_hide(verify);
    if (code == MH_OK) {
        (void)printf("totals of %d types compared with their facts%s\n",
                     types->count, some ? ", some days" : "");
    }
    free(types);
    return code;
}
