/* SPDX-License-Identifier: Apache-2.0 */
/** Shared by the files of the store alone; libpq stays behind it. */
#ifndef MAHALLE_STORE_INTERNAL_H
#define MAHALLE_STORE_INTERNAL_H

#include <libpq-fe.h>

#include "buf.h"
#include "store.h"

enum {
    /* one flight of COPY data; larger ones gain nothing */
    STORE_COPY_BYTES = 64 * 1024,
    /* a parameter: an array over all cells of a batch */
    STORE_PARAM_BYTES_MAX = 64 * 1024 * 1024,
    STORE_PARAMS_MAX = 32
};

/** Parameters of a statement in binary form, one after the other. */
struct params {
    struct mh_buf buf; /**< owned; all bytes but those that are lent */
    const void *lent[STORE_PARAMS_MAX]; /**< NULL: in `buf` */
    size_t starts[STORE_PARAMS_MAX];    /**< where each begins in `buf` */
    int lens[STORE_PARAMS_MAX];         /**< bytes; -1 = NULL */
    int count;
};

struct store {
    PGconn *conn;      /**< owned */
    const char *topic; /**< lent */
    const char *owner; /**< lent */
    PGresult *old;     /**< owned; rows of read_old, texts are lent of it */
    PGresult *letters; /**< owned; records of the letters that are replayed */
    struct params params;
    struct mh_buf copy; /**< owned; COPY rows on their way */
    int64_t now_pg;     /**< time of the transaction, us since 2000 */
    bool begun;
    bool has_versions; /**< the transaction has written some */
    bool has_changed;  /**< of facts that were there before */
    const char *sent;  /**< what PostgreSQL works on; its answer has not been
                          read; NULL nothing */
};

/* Array parameters: params_array, then `count` pg_put_*, then params_end. */
void params_reset(struct params *params);
void params_array(struct params *params, uint32_t oid, int count);
void params_array_of_nullable(struct params *params, uint32_t oid, int count);
void params_end(struct params *params);
void params_int8_array(struct params *params, const int64_t *values, int count);
void params_text(struct params *params, const char *text);
void params_bytes(struct params *params, const void *bytes, size_t len);
/** Of any size: they are not copied, and must stay until the statement ran. */
void params_lent(struct params *params, const void *bytes, size_t len);
void params_int4(struct params *params, int32_t value);
void params_int8(struct params *params, int64_t value);
void params_null(struct params *params);

/**
 * Run a prepared statement with `store->params`, results in binary form.
 * @param result out, optional; given, PQclear
 * @param rows   out, optional; rows returned or changed
 */
MH_MUST enum mh_code store_run(struct store *store, const char *name,
                               PGresult **result, int *rows,
                               struct mh_err *err);
/** The same, but only sent; the answer is PQgetResult's. */
MH_MUST enum mh_code store_send(struct store *store, const char *name,
                                struct mh_err *err);
/** Wait for the answer to what was sent, if anything was. */
MH_MUST enum mh_code store_answer(struct store *store, struct mh_err *err);
/** BEGIN. */
MH_MUST enum mh_code store_start(struct store *store, struct mh_err *err);
/** Time of the transaction, us since 1970. */
void store_set_now(struct store *store, int64_t unix_us);
/** What the connection says, as a failure of ours. */
enum mh_code store_failed(struct store *store, const PGresult *result,
                          const char *what, struct mh_err *err);

/** The partitions that a batch moves, as an array. */
void store_put_moving(struct params *params, const struct positions *positions);

/* Parts of store_write, each in a file of its own. */
MH_MUST enum mh_code store_write_agency_days(struct store *store,
                                             const struct batch *batch,
                                             struct mh_err *err);
MH_MUST enum mh_code store_send_totals(struct store *store,
                                       const struct delta *delta,
                                       struct mh_err *err);
MH_MUST enum mh_code store_write_letters(struct store *store,
                                         const struct batch *batch,
                                         struct mh_err *err);
MH_MUST enum mh_code store_move_positions(struct store *store,
                                          const struct positions *positions,
                                          struct mh_err *err);

#endif
