/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts in and out of core.event. New ones are copied straight in, in key
 * order; changed ones go through a temporary table, so that the old version
 * reaches the history in the same statement.
 */
#include <string.h>

#include "event_row.h"
#include "pgbinary.h"
#include "queries.h"
#include "store_internal.h"

/* ------------------------------------------------------------------ reading */

static int32_t get_posted(const char *bytes)
{
    int32_t date = pg_get_int4(bytes);

    return date == POSTED_LATER ? date : (int32_t)pg_unix_day(date);
}

static struct event_row get_row(const PGresult *old, int row)
{
    struct event_row out = {
        .id = (const uint8_t *)PQgetvalue(old, row, 0),
        .agency_id = pg_get_int2(PQgetvalue(old, row, 1)),
        .revision = pg_get_int4(PQgetvalue(old, row, 2)),
        .content = (uint64_t)pg_get_int8(PQgetvalue(old, row, 3)),
        .type_id = pg_get_int4(PQgetvalue(old, row, 4)),
        .in_force = *PQgetvalue(old, row, 5) != 0,
        .occurred_on =
            (int32_t)pg_unix_day(pg_get_int4(PQgetvalue(old, row, 6))),
        .posted_on = get_posted(PQgetvalue(old, row, 11)),
        .place = PQgetvalue(old, row, 7),
        .place_len = (uint32_t)PQgetlength(old, row, 7),
    };

    if (!PQgetisnull(old, row, 8)) {
        out.programme = PQgetvalue(old, row, 8);
        out.programme_len = (uint32_t)PQgetlength(old, row, 8);
    }
    if (!PQgetisnull(old, row, 9)) {
        out.numbers = PQgetvalue(old, row, 9);
        out.numbers_len = (size_t)PQgetlength(old, row, 9);
    }
    if (!PQgetisnull(old, row, 10)) {
        out.codes = PQgetvalue(old, row, 10);
        out.codes_len = (size_t)PQgetlength(old, row, 10);
    }
    return out;
}

static int compare_key(const struct fact *fact, const struct event_row *row)
{
    int order = memcmp(fact->id, row->id, sizeof fact->id);

    return order != 0 ? order
                      : (fact->agency_id > row->agency_id) -
                            (fact->agency_id < row->agency_id);
}

/* Both lists are in key order; rows of other agencies are passed over. */
static enum mh_code merge_old(const PGresult *old, struct batch *batch,
                              const struct mh_catalogue *catalogue,
                              struct mh_err *err)
{
    int i = 0;

    for (int row = 0; row < PQntuples(old); row++) {
        struct event_row found = get_row(old, row);
        struct version *version;
        enum mh_code code;

        while (i < batch->fact_count &&
               compare_key(&batch->facts[i], &found) < 0) {
            i++;
        }
        if (i == batch->fact_count ||
            compare_key(&batch->facts[i], &found) != 0) {
            continue;
        }
        code = event_row_read(&found, catalogue, &batch->arena, &version, err);
        if (code != MH_OK) {
            return code;
        }
        batch->facts[i].old = version;
    }
    return MH_OK;
}

enum mh_code store_read_old(struct store *store, struct batch *batch,
                            const struct mh_catalogue *catalogue,
                            struct mh_err *err)
{
    enum mh_code code;

    PQclear(store->old);
    store->old = NULL;
    if (batch->fact_count == 0) {
        return MH_OK;
    }
    params_reset(&store->params);
    params_array(&store->params, PG_OID_UUID, batch->fact_count);
    for (int i = 0; i < batch->fact_count; i++) {
        pg_put_bytes(&store->params.buf, batch->facts[i].id, 16);
    }
    params_end(&store->params);
    code = store_run(store, "read_old", &store->old, NULL, err);
    return code == MH_OK ? merge_old(store->old, batch, catalogue, err) : code;
}

/* ------------------------------------------------------------------ writing */

static enum mh_code send_copy(struct store *store, const char *what,
                              struct mh_err *err)
{
    if (store->copy.failed) {
        return mh_fail(err, MH_MEMORY, "%s: rows are too large", what);
    }
    if (PQputCopyData(store->conn, (const char *)store->copy.bytes,
                      (int)store->copy.len) != 1) {
        return store_failed(store, NULL, what, err);
    }
    mh_buf_reset(&store->copy);
    return MH_OK;
}

static enum mh_code copy_begin(struct store *store, const char *sql,
                               const char *what, struct mh_err *err)
{
    PGresult *res = PQexec(store->conn, sql);
    enum mh_code code = MH_OK;

    if (PQresultStatus(res) != PGRES_COPY_IN) {
        code = store_failed(store, res, what, err);
    }
    PQclear(res);
    mh_buf_reset(&store->copy);
    pg_copy_begin(&store->copy);
    return code;
}

/* All is sent; the answer is store_answer's. */
static enum mh_code copy_end(struct store *store, const char *what,
                             struct mh_err *err)
{
    enum mh_code code;

    pg_copy_end(&store->copy);
    code = send_copy(store, what, err);
    if (code == MH_OK && PQputCopyEnd(store->conn, NULL) != 1) {
        code = store_failed(store, NULL, what, err);
    }
    store->sent = what;
    return code;
}

static enum mh_code copy_flush(struct store *store, const char *what,
                               struct mh_err *err)
{
    return store->copy.len < STORE_COPY_BYTES ? MH_OK
                                              : send_copy(store, what, err);
}

/* Facts that are new (`changed` false) or have a version there already. */
static enum mh_code copy_facts(struct store *store, const struct batch *batch,
                               bool changed, struct mh_err *err)
{
    const char *what = changed ? "copy_changed" : "copy_event";
    enum mh_code code =
        copy_begin(store, changed ? mh_query_copy_changed : mh_query_copy_event,
                   what, err);

    for (int i = 0; i < batch->fact_count && code == MH_OK; i++) {
        const struct fact *fact = &batch->facts[i];

        if (!delta_changes(fact) || (fact->old != NULL) != changed) {
            continue;
        }
        pg_copy_row(&store->copy, EVENT_ROW_COLUMNS);
        event_row_write(&store->copy, fact->now, store->now_pg);
        code = copy_flush(store, what, err);
    }
    return code == MH_OK ? copy_end(store, what, err) : code;
}

static enum mh_code copy_superseded(struct store *store,
                                    const struct delta *delta,
                                    struct mh_err *err)
{
    static const char what[] = "copy_history";
    enum mh_code code = copy_begin(store, mh_query_copy_history, what, err);

    for (int i = 0; i < delta->superseded_count && code == MH_OK; i++) {
        pg_copy_row(&store->copy, EVENT_ROW_COLUMNS + 1);
        event_row_write(&store->copy, delta->superseded[i], store->now_pg);
        pg_put_int8(&store->copy, store->now_pg);
        code = copy_flush(store, what, err);
    }
    return code == MH_OK ? copy_end(store, what, err) : code;
}

static enum mh_code update_facts(struct store *store, const struct batch *batch,
                                 struct mh_err *err)
{
    enum mh_code code = copy_facts(store, batch, true, err);

    if (code == MH_OK) {
        code = store_answer(store, err);
    }
    if (code == MH_OK) {
        params_reset(&store->params);
        code = store_run(store, "apply_changed", NULL, NULL, err);
    }
    return code;
}

enum mh_code store_send_facts(struct store *store, const struct batch *batch,
                              const struct delta *delta, struct mh_err *err)
{
    int fresh = 0;
    int changed = 0;
    enum mh_code code = MH_OK;

    for (int i = 0; i < batch->fact_count; i++) {
        if (delta_changes(&batch->facts[i])) {
            fresh += batch->facts[i].old == NULL;
            changed += batch->facts[i].old != NULL;
        }
    }
    store->has_versions = fresh > 0 || changed > 0;
    store->has_changed = changed > 0;
    if (changed > 0) {
        code = update_facts(store, batch, err);
    }
    if (code == MH_OK && delta->superseded_count > 0) {
        code = copy_superseded(store, delta, err);
        if (code == MH_OK) {
            code = store_answer(store, err);
        }
    }
    if (code == MH_OK && fresh > 0) {
        code = copy_facts(store, batch, false, err);
    }
    return code;
}
