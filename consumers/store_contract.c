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

/* What the rows of a statement are added to. */
struct contract {
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct mh_buf problems;
};

typedef enum mh_code on_row(struct contract *contract, const PGresult *rows,
                            int row, struct mh_err *err);

static enum mh_code add_schema(struct contract *contract, const PGresult *rows,
                               int row, struct mh_err *err)
{
    return mh_catalogue_add(contract->catalogue, PQgetvalue(rows, row, 0),
                            (size_t)PQgetlength(rows, row, 0),
                            pg_get_int4(PQgetvalue(rows, row, 1)),
                            &contract->problems, err);
}

/* Adding reference data fails for want of memory alone. */
static enum mh_code added(enum mh_code code, struct mh_err *err)
{
    return code == MH_OK ? code
                         : mh_fail(err, code, "no memory for reference data");
}

static enum mh_code add_agency(struct contract *contract, const PGresult *rows,
                               int row, struct mh_err *err)
{
    return added(mh_reference_add_agency(contract->reference,
                                         PQgetvalue(rows, row, 0),
                                         pg_get_int2(PQgetvalue(rows, row, 1))),
                 err);
}

static enum mh_code add_place(struct contract *contract, const PGresult *rows,
                              int row, struct mh_err *err)
{
    return added(
        mh_reference_add_place(contract->reference, PQgetvalue(rows, row, 0)),
        err);
}

static enum mh_code add_lookup(struct contract *contract, const PGresult *rows,
                               int row, struct mh_err *err)
{
    return added(mh_reference_add_lookup(contract->reference,
                                         PQgetvalue(rows, row, 0),
                                         PQgetvalue(rows, row, 1)),
                 err);
}

/* @param least rows without which nothing can be judged */
static enum mh_code read_rows(struct store *store, const char *name,
                              on_row *add, int least, struct contract *contract,
                              struct mh_err *err)
{
    PGresult *rows = NULL;
    int count = 0;
    enum mh_code code;

    params_reset(&store->params);
    code = store_run(store, name, &rows, &count, err);
    if (code == MH_OK && count < least) {
        code = mh_fail(err, MH_CONTRACT,
                       "%s gives nothing: run mahalle-admin db install", name);
    }
    for (int i = 0; i < count && code == MH_OK; i++) {
        code = add(contract, rows, i, err);
    }
    PQclear(rows);
    return code;
}

enum mh_code store_contract_read(struct store *store,
                                 struct mh_catalogue **catalogue,
                                 struct mh_reference **reference,
                                 struct mh_err *err)
{
    static const struct {
        const char *name;
        on_row *add;
        int least;
    } STEPS[] = {
        {"contract_schemas", add_schema, 1},
        {"contract_agencies", add_agency, 0},
        {"contract_places", add_place, 0},
        {"contract_lookups", add_lookup, 0},
    };
    struct contract contract = {.catalogue = NULL};
    enum mh_code code = mh_catalogue_new(&contract.catalogue, err);

    mh_buf_init(&contract.problems, PROBLEM_BYTES_MAX);
    if (code == MH_OK) {
        code = mh_reference_new(&contract.reference, err);
    }
    for (size_t i = 0; i < sizeof STEPS / sizeof STEPS[0] && code == MH_OK;
         i++) {
        code = read_rows(store, STEPS[i].name, STEPS[i].add, STEPS[i].least,
                         &contract, err);
    }
    mh_buf_fini(&contract.problems);
    if (code != MH_OK) {
        mh_catalogue_free(contract.catalogue);
        mh_reference_free(contract.reference);
        return code;
    }
    *catalogue = contract.catalogue;
    *reference = contract.reference;
    return MH_OK;
}
