/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas and reference data out of the database. */
#include "catalogue.h"
#include "pgbinary.h"
#include "store_internal.h"

enum { PROBLEM_BYTES_MAX = 64 * 1024 };

enum mh_code store_contract_version(struct store *store, int64_t *version,
                                    struct mh_err *err)
{
    PGresult *rows = NULL;
    int count = 0;
    enum mh_code code;

    params_reset(&store->params);
    code = store_run(store, "contract_version", &rows, &count, err);
    if (code == MH_OK && count != 1) {
        code = mh_fail(err, MH_CONTRACT, "core.contract has %d rows", count);
    }
    if (code == MH_OK) {
        *version = pg_get_int8(PQgetvalue(rows, 0, 0));
    }
    PQclear(rows);
    return code;
}

static enum mh_code read_schemas(struct store *store,
                                 struct mh_catalogue *catalogue,
                                 struct mh_err *err)
{
    struct mh_buf problems;
    PGresult *rows = NULL;
    int count = 0;
    enum mh_code code;

    mh_buf_init(&problems, PROBLEM_BYTES_MAX);
    params_reset(&store->params);
    code = store_run(store, "contract_schemas", &rows, &count, err);
    for (int i = 0; i < count && code == MH_OK; i++) {
        code = mh_catalogue_add(
            catalogue, PQgetvalue(rows, i, 0), (size_t)PQgetlength(rows, i, 0),
            pg_get_int4(PQgetvalue(rows, i, 1)), &problems, err);
    }
    if (code == MH_OK && count == 0) {
        code = mh_fail(err, MH_CONTRACT,
                       "core.schema is empty: run "
                       "mahalle-admin db install");
    }
    PQclear(rows);
    mh_buf_fini(&problems);
    return code;
}

static enum mh_code read_agencies(struct store *store,
                                  struct mh_reference *reference,
                                  struct mh_err *err)
{
    PGresult *rows = NULL;
    int count = 0;
    enum mh_code code;

    params_reset(&store->params);
    code = store_run(store, "contract_agencies", &rows, &count, err);
    for (int i = 0; i < count && code == MH_OK; i++) {
        code = mh_reference_add_agency(reference, PQgetvalue(rows, i, 0),
                                       pg_get_int2(PQgetvalue(rows, i, 1)));
    }
    PQclear(rows);
    return code;
}

static enum mh_code read_places(struct store *store,
                                struct mh_reference *reference,
                                struct mh_err *err)
{
    PGresult *rows = NULL;
    int count = 0;
    enum mh_code code;

    params_reset(&store->params);
    code = store_run(store, "contract_places", &rows, &count, err);
    for (int i = 0; i < count && code == MH_OK; i++) {
        code = mh_reference_add_place(reference, PQgetvalue(rows, i, 0));
    }
    PQclear(rows);
    return code;
}

static enum mh_code read_lookups(struct store *store,
                                 struct mh_reference *reference,
                                 struct mh_err *err)
{
    PGresult *rows = NULL;
    int count = 0;
    enum mh_code code;

    params_reset(&store->params);
    code = store_run(store, "contract_lookups", &rows, &count, err);
    for (int i = 0; i < count && code == MH_OK; i++) {
        code = mh_reference_add_lookup(reference, PQgetvalue(rows, i, 0),
                                       PQgetvalue(rows, i, 1));
    }
    PQclear(rows);
    return code;
}

enum mh_code store_contract_read(struct store *store,
                                 struct mh_catalogue **catalogue,
                                 struct mh_reference **reference,
                                 struct mh_err *err)
{
    struct mh_catalogue *types = NULL;
    struct mh_reference *known = NULL;
    enum mh_code code = mh_catalogue_new(&types, err);

    if (code == MH_OK) {
        code = mh_reference_new(&known, err);
    }
    if (code == MH_OK) {
        code = read_schemas(store, types, err);
    }
    if (code == MH_OK) {
        code = read_agencies(store, known, err);
    }
    if (code == MH_OK) {
        code = read_places(store, known, err);
    }
    if (code == MH_OK) {
        code = read_lookups(store, known, err);
    }
    if (code != MH_OK) {
        mh_catalogue_free(types);
        mh_reference_free(known);
        return code;
    }
    *catalogue = types;
    *reference = known;
    return MH_OK;
}
