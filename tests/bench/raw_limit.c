/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast PostgreSQL takes what the consumer writes, and nothing else.
 *
 *   MAHALLE_PG=CONNINFO raw_limit COUNT BATCH [EVERY]
 *
 * Same rows, same tables, same statements, one connection, one transaction a
 * batch. Everything that is sent is made before the clock starts, by the real
 * verdict, batch, delta and event_row; there is no Kafka, no decoding and no
 * reading of old rows. Repeats of the stream write no row, but count.
 *
 * With EVERY, the totals take another way: the cells of a batch are appended
 * to a table without an index, and every so many batches one statement merges
 * them into core.daily. Prints `name value` lines for tests/bench/run.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "clock.h"
#include "encode.h"
#include "event_row.h"
#include "events.h"
#include "pgbinary.h"
#include "queries.h"
#include "store_internal.h"
#include "verdict.h"

enum {
    PARTITIONS = 12,
    RECORD_MAX = 1024, /* bytes; those of the stream have 200 */
    COPY_MAX = 1 << 30,
    KEY_COLUMNS = 5,
    CELL_COLUMNS = KEY_COLUMNS + 2 + 2 * MH_MEASURES_MAX
};

/** All that one transaction sends. */
struct prepared {
    struct mh_buf facts;  /* COPY core.event */
    struct params totals; /* of add_daily */
    struct mh_buf cells;  /* COPY bench_delta, instead of `totals` */
    int counts[PARTITIONS];
    int cell_count;
};

struct maker {
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct bench_events events;
    struct mh_buf records;
    struct batch batch;
    struct delta delta;
    int64_t now_ms;
};

static void must(bool fine, const char *what)
{
    if (!fine) {
        (void)fprintf(stderr, "raw_limit: %s\n", what);
        exit(1);
    }
}

/* ------------------------------------------------------------- preparation */

static void init_maker(struct maker *maker, int batch_records)
{
    const char *dir = getenv("MAHALLE_SCHEMAS");
    size_t room = (size_t)batch_records * RECORD_MAX;
    struct mh_err err;

    dir = dir == NULL ? MAHALLE_SCHEMAS_DIR : dir;
    maker->catalogue = bench_catalogue(dir);
    must(mh_reference_new(&maker->reference, &err) == MH_OK &&
             mh_reference_load(maker->reference, dir, &err) == MH_OK,
         "reference data");
    must(bench_events_init(&maker->events, maker->catalogue), "types");
    must(batch_init(&maker->batch, batch_records, &err) == MH_OK &&
             delta_init(&maker->delta, batch_records, &err) == MH_OK,
         "memory");
    mh_buf_init(&maker->records, room);
    must(mh_buf_grow(&maker->records, room) != NULL, "memory"); /* stays */
    maker->now_ms = mh_clock_ms();
}

/* Put event `i` into the batch, as if it had come from Kafka. */
static void take_event(struct maker *maker, long i)
{
    static struct bench_event made;
    struct batch *batch = &maker->batch;
    int n = batch->count;
    size_t start = maker->records.len;

    bench_events_make(&maker->events, (uint64_t)i, &made);
    mh_encode(&made.event, &maker->records);
    must(!maker->records.failed, "a record is too long");
    batch->messages[n] = (struct message){
        .partition = (int32_t)(i % PARTITIONS),
        .offset = i / PARTITIONS,
        .at_ms = maker->now_ms,
        .value = maker->records.bytes + start,
        .value_len = maker->records.len - start,
    };
    must(verdict_read(&batch->messages[n], maker->catalogue, maker->reference,
                      &batch->arena, &batch->versions[n],
                      &batch->letters[n]) == MH_OK &&
             batch->versions[n] != NULL,
         "an event does not pass the check");
    batch->count++;
    must(batch_add(batch, n) == MH_OK, "memory");
}

static void put_facts(const struct maker *maker, struct mh_buf *copy)
{
    mh_buf_init(copy, COPY_MAX);
    pg_copy_begin(copy);
    for (int i = 0; i < maker->batch.fact_count; i++) {
        pg_copy_row(copy, EVENT_ROW_COLUMNS);
        event_row_write(copy, maker->batch.facts[i].now,
                        pg_timestamp(maker->now_ms));
    }
    pg_copy_end(copy);
    must(!copy->failed, "facts do not fit");
}

static void put_cell(struct mh_buf *buf, const struct cell *cell, int column)
{
    int k = column - KEY_COLUMNS - 2;

    switch (column) {
    case 0:
        pg_put_int4(buf, cell->type_id);
        return;
    case 1:
        pg_put_int4(buf, pg_date(cell->occurred_on));
        return;
    case 2:
        pg_put_bytes(buf, cell->place, cell->place_len);
        return;
    case 3:
        pg_put_int2(buf, cell->agency_id);
        return;
    case 4:
        pg_put_bytes(buf, cell->dims, cell->dims_len);
        return;
    case 5:
        pg_put_int8(buf, cell->events);
        return;
    case 6:
        pg_put_int8(buf, pg_timestamp(cell->received_ms));
        return;
    default:
        break;
    }
    if (cell->by[k % MH_MEASURES_MAX] == 0) {
        pg_put_null(buf);
    } else {
        pg_put_int8(buf, k < MH_MEASURES_MAX ? cell->sums[k]
                                             : cell->by[k - MH_MEASURES_MAX]);
    }
}

static bool any_reports(const struct delta *delta, int k)
{
    for (int i = 0; k >= 0 && i < delta->count; i++) {
        if (delta->cells[i].by[k % MH_MEASURES_MAX] != 0) {
            return true;
        }
    }
    return k < 0;
}

/* The parameters that store_totals.c sends. */
static void put_totals(const struct delta *delta, struct params *params)
{
    static const uint32_t KEYS[] = {PG_OID_INT4,       PG_OID_DATE, PG_OID_TEXT,
                                    PG_OID_INT2,       PG_OID_TEXT, PG_OID_INT8,
                                    PG_OID_TIMESTAMPTZ};

    mh_buf_init(&params->buf, STORE_PARAM_BYTES_MAX);
    params_reset(params);
    for (int column = 0; column < CELL_COLUMNS; column++) {
        int k = column - KEY_COLUMNS - 2;

        if (!any_reports(delta, k)) {
            params_null(params);
            continue;
        }
        if (k < 0) {
            params_array(params, KEYS[column], delta->count);
        } else {
            params_array_of_nullable(params, PG_OID_INT8, delta->count);
        }
        for (int i = 0; i < delta->count; i++) {
            put_cell(&params->buf, &delta->cells[i], column);
        }
        params_end(params);
    }
    must(!params->buf.failed, "totals do not fit");
}

static void put_cells(const struct delta *delta, struct mh_buf *copy)
{
    mh_buf_init(copy, COPY_MAX);
    pg_copy_begin(copy);
    for (int i = 0; i < delta->count; i++) {
        pg_copy_row(copy, CELL_COLUMNS);
        for (int column = 0; column < CELL_COLUMNS; column++) {
            put_cell(copy, &delta->cells[i], column);
        }
    }
    pg_copy_end(copy);
    must(!copy->failed, "cells do not fit");
}

/* Events `first` to `end`, less those that repeat earlier ones. */
static void prepare(struct maker *maker, long first, long end, bool append,
                    struct prepared *out)
{
    maker->batch.count = 0;
    batch_reset_facts(&maker->batch);
    mh_buf_reset(&maker->records);
    for (long i = first; i < end; i++) {
        out->counts[i % PARTITIONS]++;
        if (!bench_events_repeats((uint64_t)i)) {
            take_event(maker, i);
        }
    }
    batch_sort(&maker->batch);
    must(delta_make(&maker->delta, &maker->batch) == MH_OK, "memory");
    out->cell_count = maker->delta.count;
    put_facts(maker, &out->facts);
    if (append) {
        put_cells(&maker->delta, &out->cells);
    } else {
        put_totals(&maker->delta, &out->totals);
    }
}

/* ------------------------------------------------------------------ writing */

static void run_text(struct store *store, const char *sql)
{
    PGresult *res = PQexec(store->conn, sql);

    must(PQresultStatus(res) == PGRES_COMMAND_OK, PQerrorMessage(store->conn));
    PQclear(res);
}

static void copy(struct store *store, const char *sql, const struct mh_buf *buf)
{
    PGresult *res = PQexec(store->conn, sql);

    must(PQresultStatus(res) == PGRES_COPY_IN, PQerrorMessage(store->conn));
    PQclear(res);
    for (size_t at = 0; at < buf->len; at += STORE_COPY_BYTES) {
        size_t len = buf->len - at;

        len = len < STORE_COPY_BYTES ? len : STORE_COPY_BYTES;
        must(PQputCopyData(store->conn, (const char *)buf->bytes + at,
                           (int)len) == 1,
             PQerrorMessage(store->conn));
    }
    must(PQputCopyEnd(store->conn, NULL) == 1, PQerrorMessage(store->conn));
    while ((res = PQgetResult(store->conn)) != NULL) {
        must(PQresultStatus(res) == PGRES_COMMAND_OK,
             PQerrorMessage(store->conn));
        PQclear(res);
    }
}

static void write_batch(struct store *store, struct positions *positions,
                        struct prepared *prepared, bool append, bool merge)
{
    struct params own;
    int64_t version = 0;
    struct mh_err err;

    for (int i = 0; i < PARTITIONS; i++) {
        struct position *position = &positions->items[i];

        position->until = position->next + prepared->counts[i];
        position->fates[FATE_APPLIED] = prepared->counts[i];
        position->last_ms = mh_clock_wall_ms();
    }
    must(store_begin(store, positions, &version, &err) == MH_OK, err.text);
    copy(store, mh_query_copy_event, &prepared->facts);
    if (append) {
        copy(store, "COPY public.bench_delta FROM STDIN (FORMAT binary)",
             &prepared->cells);
        if (merge) {
            run_text(store, "CALL public.bench_merge()");
        }
    } else {
        own = store->params; /* of store_begin */
        store->params = prepared->totals;
        must(store_run(store, "add_daily", NULL, NULL, &err) == MH_OK,
             err.text);
        store->params = own;
    }
    must(store_move_positions(store, positions, &err) == MH_OK, err.text);
    must(store_commit(store, &err) == MH_OK, err.text);
    for (int i = 0; i < PARTITIONS; i++) {
        positions->items[i].next = positions->items[i].until;
    }
}

static struct store *connect_store(struct positions *positions)
{
    const char *conninfo = getenv("MAHALLE_PG");
    struct store *store = NULL;
    int32_t ids[PARTITIONS];
    struct mh_err err;

    for (int i = 0; i < PARTITIONS; i++) {
        ids[i] = i;
    }
    must(conninfo != NULL, "MAHALLE_PG is not set");
    must(store_open(conninfo, "raw", "raw", "raw", &store, &err) == MH_OK,
         err.text);
    must(store_claim(store, ids, PARTITIONS, "", "", positions, &err) == MH_OK,
         err.text);
    return store;
}

static double cpu_seconds(void)
{
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    static struct maker maker;
    long count = argc >= 3 ? strtol(argv[1], NULL, 10) : 0;
    long size = argc >= 3 ? strtol(argv[2], NULL, 10) : 0;
    long every = argc >= 4 ? strtol(argv[3], NULL, 10) : 0;
    struct positions positions = {.count = 0};
    struct prepared *batches;
    struct store *store;
    long batch_count, cells = 0;
    int64_t began_ms;
    double cpu;

    if (count <= 0 || size <= 0 || size > BATCH_MESSAGES_MAX) {
        (void)fprintf(stderr, "usage: raw_limit COUNT BATCH [EVERY]\n");
        return 2;
    }
    batch_count = (count + size - 1) / size;
    batches = calloc((size_t)batch_count, sizeof *batches);
    must(batches != NULL, "memory");
    init_maker(&maker, (int)size);
    for (long i = 0; i < batch_count; i++) {
        long end = (i + 1) * size;

        prepare(&maker, i * size, end < count ? end : count, every > 0,
                &batches[i]);
        cells += batches[i].cell_count;
    }
    store = connect_store(&positions);
    cpu = cpu_seconds();
    began_ms = mh_clock_ms();
    for (long i = 0; i < batch_count; i++) {
        write_batch(store, &positions, &batches[i], every > 0,
                    every > 0 &&
                        ((i + 1) % every == 0 || i == batch_count - 1));
    }
    (void)printf("seconds %.3f\ncpu_seconds %.3f\ncells %ld\n",
                 (double)(mh_clock_ms() - began_ms) / 1000, cpu_seconds() - cpu,
                 cells);
    positions_fini(&positions);
    store_close(store);
    return 0; /* what was prepared ends with the program */
}
