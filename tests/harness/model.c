/* SPDX-License-Identifier: Apache-2.0 */
/* Everything is searched from end to end: models are small and must be
 * obvious. */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_row.h"
#include "pgbinary.h"
#include "verdict.h"

enum { ARENA_BYTES = 8 * 1024 * 1024, ROW_BYTES = 64 * 1024 };

static void must(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "model: %s\n", what);
        abort();
    }
}

struct model *model_new(struct world *world)
{
    struct model *model = calloc(1, sizeof *model);
    struct mh_err err;

    must(model != NULL, "memory");
    model->world = world;
    mh_arena_init(&model->arena, ARENA_BYTES);
    must(batch_init(&model->batch, MODEL_BATCH_MAX, &err) == MH_OK &&
             delta_init(&model->delta, MODEL_BATCH_MAX, &err) == MH_OK,
         "memory");
    return model;
}

void model_clear(struct model *model)
{
    for (int i = 0; i < model->fact_count; i++) {
        mh_buf_fini(&model->facts[i].row);
    }
    model->fact_count = 0;
    model->cell_count = 0;
    model->posted_count = 0;
    model->superseded = 0;
    mh_arena_reset(&model->arena);
}

void model_free(struct model *model)
{
    model_clear(model);
    batch_fini(&model->batch);
    delta_fini(&model->delta);
    mh_arena_fini(&model->arena);
    free(model);
}

/* ------------------------------------------------------------------- facts */

struct model_fact *model_fact(struct model *model, const uint8_t id[16],
                              int32_t agency_id, bool *made)
{
    struct model_fact *fact;

    for (int i = 0; i < model->fact_count; i++) {
        fact = &model->facts[i];
        if (fact->agency_id == agency_id && memcmp(fact->id, id, 16) == 0) {
            *made = false;
            return fact;
        }
    }
    must(model->fact_count < MODEL_FACTS_MAX, "too many facts");
    fact = &model->facts[model->fact_count++];
    *fact = (struct model_fact){.agency_id = agency_id};
    memcpy(fact->id, id, 16);
    mh_buf_init(&fact->row, ROW_BYTES);
    *made = true;
    return fact;
}

/* Column `wanted` of a COPY row; NULL and 0 for a null. */
static const char *column(const struct mh_buf *row, int wanted, uint32_t *len)
{
    const char *at = (const char *)row->bytes;

    for (int i = 0;; i++) {
        int32_t size = pg_get_int4(at);

        at += 4;
        if (i == wanted) {
            *len = size < 0 ? 0 : (uint32_t)size;
            return size < 0 ? NULL : at;
        }
        at += size < 0 ? 0 : size;
    }
}

static const struct version *read_row(struct model *model,
                                      const struct model_fact *fact)
{
    const struct mh_buf *row = &fact->row;
    struct event_row old = {.type_id = 0};
    struct version *version = NULL;
    struct mh_err err;
    uint32_t len, numbers_len, codes_len;

    old.id = (const uint8_t *)column(row, 0, &len);
    old.content = (uint64_t)pg_get_int8(column(row, 1, &len));
    old.revision = pg_get_int4(column(row, 7, &len));
    old.occurred_on = (int32_t)pg_unix_day(pg_get_int4(column(row, 8, &len)));
    old.type_id = pg_get_int4(column(row, 9, &len));
    old.posted_on = fact->posted_on;
    old.agency_id = pg_get_int2(column(row, 10, &len));
    old.in_force = *column(row, 12, &len) != 0;
    old.place = column(row, 14, &old.place_len);
    old.programme = column(row, 16, &old.programme_len);
    old.numbers = column(row, 18, &numbers_len);
    old.numbers_len = numbers_len;
    old.codes = column(row, 19, &codes_len);
    old.codes_len = codes_len;
    must(event_row_read(&old, model->world->catalogue, &model->batch.arena,
                        &version, &err) == MH_OK,
         "a row is not read back");
    return version;
}

static void write_row(struct model *model, const struct version *version)
{
    bool made;
    struct model_fact *fact =
        model_fact(model, version->id, version->agency_id, &made);

    fact->revision = version->revision;
    fact->type_id = (int32_t)version->type->type_id;
    fact->occurred_on = version->occurred_on;
    fact->posted_on = version->posted_on;
    fact->in_force = version->in_force;
    fact->content = version->content;
    mh_buf_reset(&fact->row);
    event_row_write(&fact->row, version, 0);
    must(!fact->row.failed, "a row does not fit");
}

/* ------------------------------------------------------------------ totals */

static bool same_key(const struct cell *a, const struct cell *b)
{
    return a->type_id == b->type_id && a->occurred_on == b->occurred_on &&
           a->agency_id == b->agency_id && a->place_len == b->place_len &&
           a->dims_len == b->dims_len &&
           memcmp(a->place, b->place, a->place_len) == 0 &&
           memcmp(a->dims, b->dims, a->dims_len) == 0;
}

void model_add(struct model *model, const struct cell *cell)
{
    struct cell *total = NULL;

    for (int i = 0; i < model->cell_count && total == NULL; i++) {
        if (same_key(&model->cells[i], cell)) {
            total = &model->cells[i];
        }
    }
    if (total == NULL) {
        must(model->cell_count < MODEL_CELLS_MAX, "too many cells");
        total = &model->cells[model->cell_count++];
        *total = *cell;
        total->place =
            mh_arena_text(&model->arena, cell->place, cell->place_len);
        total->dims = mh_arena_text(&model->arena, cell->dims, cell->dims_len);
        must(total->place != NULL && total->dims != NULL, "arena");
        return;
    }
    total->events += cell->events;
    for (int k = 0; k < MH_MEASURES_MAX; k++) {
        total->sums[k] += cell->sums[k];
        total->by[k] += cell->by[k];
    }
}

static void add_posted(struct model *model, const struct posted_row *row)
{
    for (int i = 0; i < model->posted_count; i++) {
        struct posted_row *total = &model->posted[i];

        if (total->type_id == row->type_id &&
            total->occurred_on == row->occurred_on &&
            total->agency_id == row->agency_id &&
            total->posted_on == row->posted_on) {
            total->events += row->events;
            return;
        }
    }
    must(model->posted_count < MODEL_POSTED_MAX, "too many days of posting");
    model->posted[model->posted_count++] = *row;
}

/* Facts in force are counted anew: no row is missing, none is wrong. */
static void assert_posted(const struct model *model)
{
    int64_t all = 0;

    for (int i = 0; i < model->posted_count; i++) {
        const struct posted_row *row = &model->posted[i];
        int64_t counted = 0;

        for (int j = 0; j < model->fact_count; j++) {
            const struct model_fact *fact = &model->facts[j];

            counted += fact->in_force && fact->type_id == row->type_id &&
                       fact->occurred_on == row->occurred_on &&
                       fact->agency_id == row->agency_id &&
                       fact->posted_on == row->posted_on;
        }
        must(counted == row->events, "a day of posting is counted wrongly");
        all += counted;
    }
    for (int j = 0; j < model->fact_count; j++) {
        all -= model->facts[j].in_force;
    }
    must(all == 0, "a fact is in no day of posting");
}

static bool is_zero(const struct cell *cell)
{
    bool zero = cell->events == 0;

    for (int k = 0; k < MH_MEASURES_MAX; k++) {
        zero = zero && cell->by[k] == 0;
        must(cell->by[k] != 0 || cell->sums[k] == 0, "a sum of nothing");
        must(cell->by[k] <= cell->events, "more reporters than facts");
    }
    return zero;
}

static bool within(const struct model *a, const struct model *b)
{
    for (int i = 0; i < a->cell_count; i++) {
        const struct cell *cell = &a->cells[i];
        bool found = is_zero(cell);

        for (int j = 0; j < b->cell_count && !found; j++) {
            found =
                same_key(cell, &b->cells[j]) &&
                cell->events == b->cells[j].events &&
                memcmp(cell->sums, b->cells[j].sums, sizeof cell->sums) == 0 &&
                memcmp(cell->by, b->cells[j].by, sizeof cell->by) == 0;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool same_facts(const struct model *a, const struct model *b)
{
    for (int i = 0; i < a->fact_count; i++) {
        const struct model_fact *x = &a->facts[i];
        bool found = false;

        for (int j = 0; j < b->fact_count && !found; j++) {
            const struct model_fact *y = &b->facts[j];

            found = x->agency_id == y->agency_id &&
                    memcmp(x->id, y->id, 16) == 0 &&
                    x->revision == y->revision && x->content == y->content &&
                    x->type_id == y->type_id && x->in_force == y->in_force &&
                    x->occurred_on == y->occurred_on;
        }
        if (!found) {
            return false;
        }
    }
    return a->fact_count == b->fact_count;
}

bool model_equal(const struct model *a, const struct model *b)
{
    return same_facts(a, b) && within(a, b) && within(b, a);
}

/* ------------------------------------------------------------------- batch */

static void read_messages(struct model *model)
{
    struct batch *batch = &model->batch;

    batch_reset_facts(batch);
    for (int i = 0; i < batch->count; i++) {
        must(verdict_read(&batch->messages[i], model->world->catalogue,
                          model->world->reference, &batch->arena,
                          &batch->versions[i], &batch->letters[i]) == MH_OK,
             "a verdict needs more memory than a batch has");
        must((batch->versions[i] == NULL) != (batch->letters[i] == NULL),
             "neither version nor letter");
        batch->fates[i] = FATE_DEAD;
        if (batch->versions[i] != NULL) {
            must(batch_add(batch, i) == MH_OK, "arena");
        }
    }
    batch_sort(batch);
}

static void assert_delta(const struct model *model, int changed)
{
    const struct delta *delta = &model->delta;
    const struct batch *batch = &model->batch;
    int applied = 0;

    for (int i = 0; i < batch->count; i++) {
        applied += batch->fates[i] == FATE_APPLIED;
        must((batch->fates[i] == FATE_DEAD) == (batch->letters[i] != NULL),
             "dead and letter do not go together");
    }
    must(applied == changed + delta->superseded_count,
         "applied versions are neither in force nor superseded");
    for (int i = 0; i < delta->count; i++) {
        for (int j = 0; j < i; j++) {
            must(!same_key(&delta->cells[i], &delta->cells[j]),
                 "a key is twice in a delta");
        }
    }
}

void model_apply(struct model *model, const struct message *messages, int count,
                 enum fate *fates)
{
    struct batch *batch = &model->batch;
    int changed = 0;

    must(count <= MODEL_BATCH_MAX, "batch");
    if (count > 0) {
        memcpy(batch->messages, messages, sizeof *messages * (size_t)count);
    }
    batch->count = count;
    read_messages(model);
    for (int i = 0; i < batch->fact_count; i++) {
        struct fact *fact = &batch->facts[i];

        for (int j = 0; j < model->fact_count; j++) {
            if (model->facts[j].agency_id == fact->agency_id &&
                memcmp(model->facts[j].id, fact->id, 16) == 0) {
                fact->old = read_row(model, &model->facts[j]);
            }
        }
    }
    must(delta_make(&model->delta, batch) == MH_OK, "arena");
    /* first the totals: texts of their keys may lie in the old rows */
    for (int i = 0; i < model->delta.count; i++) {
        model_add(model, &model->delta.cells[i]);
    }
    for (int i = 0; i < model->delta.posted.count; i++) {
        add_posted(model, &model->delta.posted.rows[i]);
    }
    for (int i = 0; i < batch->fact_count; i++) {
        if (delta_changes(&batch->facts[i])) {
            changed++;
            write_row(model, batch->facts[i].now);
        }
    }
    assert_delta(model, changed);
    assert_posted(model);
    model->superseded += model->delta.superseded_count;
    if (count > 0) {
        memcpy(fates, batch->fates, sizeof *fates * (size_t)count);
    }
}
