/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of core.daily, and how the agencies' messages fared by day. */
#include <string.h>

#include "calendar.h"
#include "pgbinary.h"
#include "store_internal.h"

static void put_keys(struct params *params, const struct delta *delta)
{
    int count = delta->count;

    params_array(params, PG_OID_INT4, count);
    for (int i = 0; i < count; i++) {
        pg_put_int4(&params->buf, delta->cells[i].type_id);
    }
    params_end(params);
    params_array(params, PG_OID_DATE, count);
    for (int i = 0; i < count; i++) {
        pg_put_int4(&params->buf, pg_date(delta->cells[i].occurred_on));
    }
    params_end(params);
    params_array(params, PG_OID_TEXT, count);
    for (int i = 0; i < count; i++) {
        pg_put_bytes(&params->buf, delta->cells[i].place,
                     delta->cells[i].place_len);
    }
    params_end(params);
    params_array(params, PG_OID_INT2, count);
    for (int i = 0; i < count; i++) {
        pg_put_int2(&params->buf, delta->cells[i].agency_id);
    }
    params_end(params);
    params_array(params, PG_OID_TEXT, count);
    for (int i = 0; i < count; i++) {
        pg_put_bytes(&params->buf, delta->cells[i].dims,
                     delta->cells[i].dims_len);
    }
    params_end(params);
}

static bool reports(const struct cell *cell, int k)
{
    return cell->sums[k] != 0 || cell->by[k] != 0;
}

/* Column k of the sums or of the reporters; NULL where nothing changes. */
static void put_measure(struct params *params, const struct delta *delta, int k,
                        bool sums)
{
    bool any = false;

    for (int i = 0; i < delta->count && !any; i++) {
        any = reports(&delta->cells[i], k);
    }
    if (!any) {
        params_null(params);
        return;
    }
    params_array_of_nullable(params, PG_OID_INT8, delta->count);
    for (int i = 0; i < delta->count; i++) {
        const struct cell *cell = &delta->cells[i];

        if (reports(cell, k)) {
            pg_put_int8(&params->buf, sums ? cell->sums[k] : cell->by[k]);
        } else {
            pg_put_null(&params->buf);
        }
    }
    params_end(params);
}

static int32_t posted_date(int32_t day)
{
    return day == POSTED_LATER ? day : pg_date(day);
}

static enum mh_code write_posted(struct store *store,
                                 const struct posted *posted,
                                 struct mh_err *err)
{
    struct params *params = &store->params;

    params_reset(params);
    params_array(params, PG_OID_INT4, posted->count);
    for (int i = 0; i < posted->count; i++) {
        pg_put_int4(&params->buf, posted->rows[i].type_id);
    }
    params_end(params);
    params_array(params, PG_OID_DATE, posted->count);
    for (int i = 0; i < posted->count; i++) {
        pg_put_int4(&params->buf, pg_date(posted->rows[i].occurred_on));
    }
    params_end(params);
    params_array(params, PG_OID_INT2, posted->count);
    for (int i = 0; i < posted->count; i++) {
        pg_put_int2(&params->buf, posted->rows[i].agency_id);
    }
    params_end(params);
    params_array(params, PG_OID_DATE, posted->count);
    for (int i = 0; i < posted->count; i++) {
        pg_put_int4(&params->buf, posted_date(posted->rows[i].posted_on));
    }
    params_end(params);
    params_array(params, PG_OID_INT8, posted->count);
    for (int i = 0; i < posted->count; i++) {
        pg_put_int8(&params->buf, posted->rows[i].events);
    }
    params_end(params);
    params_array(params, PG_OID_TIMESTAMPTZ, posted->count);
    for (int i = 0; i < posted->count; i++) {
        pg_put_int8(&params->buf, pg_timestamp(posted->rows[i].received_ms));
    }
    params_end(params);
    return store_run(store, "add_posted", NULL, NULL, err);
}

/* Before the totals: all consumers lock rows in the same order. */
static enum mh_code fold_projects(struct store *store, struct mh_err *err)
{
    params_reset(&store->params);
    params_int4(&store->params, store->has_changed);
    return store_run(store, "fold_projects", NULL, NULL, err);
}

enum mh_code store_send_totals(struct store *store, const struct delta *delta,
                               struct mh_err *err)
{
    struct params *params = &store->params;
    enum mh_code code;

    if (delta->count == 0) {
        return MH_OK;
    }
    code = fold_projects(store, err);
    if (code != MH_OK) {
        return code;
    }
    code = write_posted(store, &delta->posted, err);
    if (code != MH_OK) {
        return code;
    }
    params_reset(params);
    put_keys(params, delta);
    params_array(params, PG_OID_INT8, delta->count);
    for (int i = 0; i < delta->count; i++) {
        pg_put_int8(&params->buf, delta->cells[i].events);
    }
    params_end(params);
    params_array(params, PG_OID_TIMESTAMPTZ, delta->count);
    for (int i = 0; i < delta->count; i++) {
        pg_put_int8(&params->buf, pg_timestamp(delta->cells[i].received_ms));
    }
    params_end(params);
    for (int k = 0; k < MH_MEASURES_MAX; k++) {
        put_measure(params, delta, k, true);
    }
    for (int k = 0; k < MH_MEASURES_MAX; k++) {
        put_measure(params, delta, k, false);
    }
    store->sent = "add_daily";
    return store_send(store, store->sent, err);
}

/* -------------------------------------------------------------- agency_day */

enum {
    /* Agencies times days in one statement; a batch that has more takes
     * several statements. */
    ROWS_MAX = 512
};

struct agency_day {
    const char *code;
    size_t len;
    int64_t day;
    int64_t fates[FATE_COUNT];
};

static bool agency_of(const struct batch *batch, int i, const char **code,
                      size_t *len)
{
    if (batch->letters[i] != NULL) {
        *code = batch->letters[i]->agency_code;
        *len = *code == NULL ? 0 : strlen(*code);
        return *code != NULL;
    }
    *code = batch->versions[i]->values[MH_FIELD_AGENCY_CODE].text;
    *len = batch->versions[i]->values[MH_FIELD_AGENCY_CODE].len;
    return true;
}

/* Count messages from `*next` on until they end or the rows are full. */
static int count_rows(const struct batch *batch, int *next,
                      struct agency_day *rows)
{
    int count = 0;

    for (; *next < batch->count; ++*next) {
        int64_t day = mh_tehran_day(batch->messages[*next].at_ms);
        const char *code;
        size_t len;
        int at = count - 1;

        if (!agency_of(batch, *next, &code, &len)) {
            continue;
        }
        while (at >= 0 && (rows[at].day != day || rows[at].len != len ||
                           memcmp(rows[at].code, code, len) != 0)) {
            at--;
        }
        if (at < 0 && count == ROWS_MAX) {
            break;
        }
        if (at < 0) {
            at = count++;
            rows[at] =
                (struct agency_day){.code = code, .len = len, .day = day};
        }
        rows[at].fates[batch->fates[*next]]++;
    }
    return count;
}

static enum mh_code add_rows(struct store *store, const struct agency_day *rows,
                             int count, struct mh_err *err)
{
    static const enum fate ORDER[] = {FATE_APPLIED, FATE_DUPLICATE, FATE_STALE,
                                      FATE_DEAD};
    struct params *params = &store->params;

    params_reset(params);
    params_array(params, PG_OID_TEXT, count);
    for (int i = 0; i < count; i++) {
        pg_put_bytes(&params->buf, rows[i].code, rows[i].len);
    }
    params_end(params);
    params_array(params, PG_OID_DATE, count);
    for (int i = 0; i < count; i++) {
        pg_put_int4(&params->buf, pg_date(rows[i].day));
    }
    params_end(params);
    for (size_t f = 0; f < sizeof ORDER / sizeof ORDER[0]; f++) {
        params_array(params, PG_OID_INT8, count);
        for (int i = 0; i < count; i++) {
            pg_put_int8(&params->buf, rows[i].fates[ORDER[f]]);
        }
        params_end(params);
    }
    return store_run(store, "add_agency_day", NULL, NULL, err);
}

enum mh_code store_write_agency_days(struct store *store,
                                     const struct batch *batch,
                                     struct mh_err *err)
{
    struct agency_day rows[ROWS_MAX];
    enum mh_code code = MH_OK;
    int next = 0;

    while (next < batch->count && code == MH_OK) {
        int count = count_rows(batch, &next, rows);

        if (count > 0) {
            code = add_rows(store, rows, count, err);
        }
    }
    return code;
}
