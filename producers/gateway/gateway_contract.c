/* SPDX-License-Identifier: Apache-2.0 */
/* A few queries, each of which fills one part. */
#include "gateway_contract.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_openapi.h"
#include "place.h"
#include "queries.h"

enum { PROBLEM_BYTES_MAX = 64 * 1024, OPENAPI_BYTES_MAX = 4 * 1024 * 1024 };

enum mh_code contract_version(struct database *db, int64_t *version,
                              struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "contract", mh_query_contract_version, 0, NULL, err);

    if (code == MH_OK && database_rows(db) != 1) {
        code = mh_fail(err, MH_CONTRACT,
                       "core.contract is empty: run mahalle-admin db install");
    }
    if (code == MH_OK) {
        *version = strtoll(database_text(db, 0, 0), NULL, 10);
    }
    return code;
}

static int to_int(const char *text)
{
    return (int)strtol(text, NULL, 10);
}

static enum mh_code no_memory(struct mh_err *err)
{
    return mh_fail(err, MH_MEMORY, "no memory for the contract");
}

/* -------------------------------------------------------------- each part */

static enum mh_code read_schemas(struct database *db, struct contract *contract,
                                 struct mh_err *err)
{
    struct mh_buf problems;
    enum mh_code code =
        database_exec(db, "schemas", mh_query_gateway_schemas, 0, NULL, err);
    int rows;

    if (code != MH_OK) {
        return code;
    }
    rows = database_rows(db);
    if (rows == 0) {
        return mh_fail(err, MH_CONTRACT,
                       "core.schema is empty: run mahalle-admin db install");
    }
    contract->schemas = calloc((size_t)rows, sizeof *contract->schemas);
    if (contract->schemas == NULL) {
        return no_memory(err);
    }
    mh_buf_init(&problems, PROBLEM_BYTES_MAX);
    for (int i = 0; code == MH_OK && i < rows; i++) {
        struct contract_schema *schema = &contract->schemas[i];

        contract->schema_count++;
        schema->id = to_int(database_text(db, i, 0));
        schema->version = to_int(database_text(db, i, 1));
        schema->subject = strdup(database_text(db, i, 2));
        schema->body = strdup(database_text(db, i, 3));
        code = schema->subject == NULL || schema->body == NULL
                   ? no_memory(err)
                   : mh_catalogue_add(contract->catalogue, schema->body,
                                      strlen(schema->body), schema->version,
                                      &problems, err);
    }
    mh_buf_fini(&problems);
    return code;
}

static enum mh_code read_agencies(struct database *db,
                                  struct contract *contract, struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "agencies", mh_query_contract_agencies, 0, NULL, err);

    for (int i = 0; code == MH_OK && i < database_rows(db); i++) {
        code = mh_reference_add_agency(contract->reference,
                                       database_text(db, i, 0),
                                       to_int(database_text(db, i, 1)));
    }
    return code;
}

static enum mh_code read_places(struct database *db, struct contract *contract,
                                struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "places", mh_query_contract_places, 0, NULL, err);

    for (int i = 0; code == MH_OK && i < database_rows(db); i++) {
        code = mh_reference_add_place(contract->reference,
                                      database_text(db, i, 0));
    }
    return code;
}

static enum mh_code read_lookups(struct database *db, struct contract *contract,
                                 struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "lookups", mh_query_contract_lookups, 0, NULL, err);

    for (int i = 0; code == MH_OK && i < database_rows(db); i++) {
        code = mh_reference_add_lookup(contract->reference,
                                       database_text(db, i, 0),
                                       database_text(db, i, 1));
    }
    return code;
}

static enum mh_code read_spans(struct database *db, struct contract *contract,
                               struct mh_err *err)
{
    enum mh_code code =
        database_exec(db, "places", mh_query_gateway_counties, 0, NULL, err);
    int rows = code == MH_OK ? database_rows(db) : 0;

    contract->spans = calloc((size_t)rows + 1, sizeof *contract->spans);
    if (contract->spans == NULL) {
        return no_memory(err);
    }
    for (int i = 0; i < rows; i++) {
        struct contract_span *span = &contract->spans[i];
        const char *from = database_text(db, i, 2);

        (void)snprintf(span->place, sizeof span->place, "%s",
                       database_text(db, i, 0));
        (void)snprintf(span->county, sizeof span->county, "%s",
                       database_text(db, i, 1));
        span->from = from == NULL ? INT32_MIN : to_int(from);
    }
    contract->span_count = rows;
    return code;
}

static int by_subject(const void *a, const void *b)
{
    const struct contract_schema *left = a, *right = b;
    int order = strcmp(left->subject, right->subject);

    return order != 0 ? order : left->version - right->version;
}

/* ------------------------------------------------------------------ all */

enum mh_code contract_read(struct database *db, struct contract **contract,
                           struct mh_err *err)
{
    static enum mh_code (*const PARTS[])(struct database *, struct contract *,
                                         struct mh_err *) = {
        read_schemas, read_agencies, read_places, read_lookups, read_spans};
    struct contract *made = calloc(1, sizeof *made);
    enum mh_code code;

    if (made == NULL) {
        return no_memory(err);
    }
    atomic_init(&made->users, 1);
    mh_buf_init(&made->openapi, OPENAPI_BYTES_MAX);
    code = mh_catalogue_new(&made->catalogue, err);
    if (code == MH_OK) {
        code = mh_reference_new(&made->reference, err);
    }
    if (code == MH_OK) {
        code = contract_version(db, &made->version, err);
    }
    for (size_t i = 0; code == MH_OK && i < sizeof PARTS / sizeof PARTS[0];
         i++) {
        code = PARTS[i](db, made, err);
        if (code == MH_MEMORY) {
            code = no_memory(err); /* reference.h says it without words */
        }
    }
    if (code == MH_OK) {
        qsort(made->schemas, (size_t)made->schema_count, sizeof *made->schemas,
              by_subject);
        openapi_put(&made->openapi, made->catalogue);
        code = made->openapi.failed ? no_memory(err) : MH_OK;
    }
    if (code != MH_OK) {
        contract_leave(made);
        return code;
    }
    *contract = made;
    return MH_OK;
}

void contract_leave(struct contract *contract)
{
    if (contract == NULL || atomic_fetch_sub(&contract->users, 1) > 1) {
        return;
    }
    mh_catalogue_free(contract->catalogue);
    mh_reference_free(contract->reference);
    for (int i = 0; i < contract->schema_count; i++) {
        free(contract->schemas[i].subject);
        free(contract->schemas[i].body);
    }
    free(contract->schemas);
    free(contract->spans);
    mh_buf_fini(&contract->openapi);
    free(contract);
}

/* ------------------------------------------------------------- counties */

/* The first span of the place, or where it would stand. */
static int find_first(const struct contract *contract, const char *place)
{
    int low = 0, high = contract->span_count;

    while (low < high) {
        int middle = low + (high - low) / 2;

        if (strcmp(contract->spans[middle].place, place) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const char *contract_county(const struct contract *contract, const char *code,
                            size_t len, int32_t day, char room[static 5])
{
    enum mh_level level = mh_place_level(code, len);
    char place[CONTRACT_CODE];
    int at;

    if (level == MH_LEVEL_COUNTY) {
        (void)snprintf(room, 5, "%.*s", (int)len, code);
        return room;
    }
    if (level == MH_LEVEL_NEIGHBOURHOOD) {
        len -= MH_PLACE_NUMBER;
    } else if (level != MH_LEVEL_SETTLEMENT) {
        return NULL;
    }
    (void)snprintf(place, sizeof place, "%.*s", (int)len, code);
    at = find_first(contract, place);
    if (at == contract->span_count ||
        strcmp(contract->spans[at].place, place) != 0) {
        return NULL;
    }
    /* before the first span counts as in it */
    while (at + 1 < contract->span_count &&
           strcmp(contract->spans[at + 1].place, place) == 0 &&
           contract->spans[at + 1].from <= day) {
        at++;
    }
    return contract->spans[at].county;
}
