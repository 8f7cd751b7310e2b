/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The contract as the database has it: types, reference data, schema texts.
 *
 * One picture at a time, shared by all threads; a newer one takes its place
 * while requests finish with theirs. Part of mahalle-gateway.
 */
#ifndef MAHALLE_GATEWAY_CONTRACT_H
#define MAHALLE_GATEWAY_CONTRACT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "catalogue.h"
#include "database.h"
#include "reference.h"

enum { CONTRACT_CODE = 12 }; /* bytes of a place code, and a NUL */

/** A city or village in a county, from a day on. */
struct contract_span {
    char place[CONTRACT_CODE];
    char county[5];
    int32_t from; /**< INT32_MIN: since ever */
};

/** A published schema as a client of a registry sees it. */
struct contract_schema {
    int32_t id;
    int32_t version;
    char *subject; /**< owned; full name of the record */
    char *body;    /**< owned */
};

struct contract {
    atomic_int users;
    int64_t version;
    struct mh_catalogue *catalogue;  /**< owned */
    struct mh_reference *reference;  /**< owned */
    struct contract_span *spans;     /**< owned; by place, then day */
    struct contract_schema *schemas; /**< owned; by subject, then version */
    int span_count, schema_count;
    struct mh_buf openapi; /**< the description of the HTTP interface */
};

/** Version of the contract in the database. */
MH_MUST enum mh_code contract_version(struct database *db, int64_t *version,
                                      struct mh_err *err);
/**
 * Read all of it; one thread only (libavro).
 * @param contract out; given, with one user
 */
MH_MUST enum mh_code contract_read(struct database *db,
                                   struct contract **contract,
                                   struct mh_err *err);
/** One user less; the last one frees it. NULL is fine. Thread: any. */
void contract_leave(struct contract *contract);

/**
 * County of a place on a day, by its history.
 * @param code lent; a checked place code
 * @returns lent; 4 digits and a NUL; NULL for a province
 */
const char *contract_county(const struct contract *contract, const char *code,
                            size_t len, int32_t day, char room[static 5]);

#endif
