/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two halves: fates fact by fact, then the fold of contributions into cells.
 */
#include "delta.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "verdict.h"

enum { DIMS_BYTES_MAX = 4096 };

enum mh_code delta_init(struct delta *delta, int max, struct mh_err *err)
{
    /* a message moves at most one fact: out of one cell, into another */
    size_t cells = 2 * (size_t)max;
    int slots = 64;

    while (slots < 4 * max) {
        slots *= 2;
    }
    *delta = (struct delta){
        .cells = calloc(cells, sizeof *delta->cells),
        .spare = calloc(cells, sizeof *delta->cells),
        .order = calloc(cells, sizeof(struct cell *)),
        .max = 2 * max,
        .slots = calloc((size_t)slots, sizeof *delta->slots),
        .slot_count = slots,
        .superseded = calloc((size_t)max, sizeof(struct version *)),
    };
    if (posted_init(&delta->posted, (int)cells, err) != MH_OK) {
        delta_fini(delta);
        return MH_MEMORY;
    }
    if (delta->cells == NULL || delta->spare == NULL || delta->order == NULL ||
        delta->slots == NULL || delta->superseded == NULL) {
        delta_fini(delta);
        return mh_fail(err, MH_MEMORY, "no memory for changes of %d messages",
                       max);
    }
    return MH_OK;
}

void delta_fini(struct delta *delta)
{
    free(delta->cells);
    free(delta->spare);
    free(delta->order);
    free(delta->slots);
    free(delta->superseded);
    posted_fini(&delta->posted);
    *delta = (struct delta){.max = 0};
}

/* ------------------------------------------------------------------- fates */

static enum mh_code take_step(struct delta *delta, struct batch *batch,
                              struct fact *fact, const struct step *step)
{
    const struct version *now = fact->now;
    const struct version *next = step->version;

    if (now == NULL || next->revision > now->revision) {
        if (now != NULL && now->message != NULL) {
            delta->superseded[delta->superseded_count++] = now;
        }
        fact->now = next;
        batch->fates[step->message] = FATE_APPLIED;
    } else if (next->revision < now->revision) {
        batch->fates[step->message] = FATE_STALE;
    } else if (next->content == now->content) {
        batch->fates[step->message] = FATE_DUPLICATE;
    } else {
        batch->fates[step->message] = FATE_DEAD;
        batch->letters[step->message] =
            verdict_letter(next->message, MH_CONFLICT, next, &batch->arena);
        if (batch->letters[step->message] == NULL) {
            return MH_MEMORY;
        }
    }
    return MH_OK;
}

bool delta_changes(const struct fact *fact)
{
    return fact->now != fact->old;
}

/* ------------------------------------------------------------------- cells */

static size_t write_dim(char *dims, size_t at, const struct mh_field *field,
                        const struct mh_value *value)
{
    if (value->set != MH_VALUE) {
        return at;
    }
    if (field->kind == MH_KIND_STRING || field->kind == MH_KIND_ENUM) {
        if (value->len > DIMS_BYTES_MAX - 32 - at) {
            return at; /* the schema checker bounds patterns; never here */
        }
        memcpy(dims + at, value->text, value->len);
        return at + value->len;
    }
    if (field->kind == MH_KIND_BOOLEAN) {
        return at + (size_t)snprintf(dims + at, 32, "%s",
                                     value->number ? "true" : "false");
    }
    return at + (size_t)snprintf(dims + at, 32, "%" PRId64, value->number);
}

/* programme_code, then each dimension and flag, joined by '|'; empty parts
 * at the end are cut, so that a dimension added later changes no old key. */
static size_t write_dims(const struct version *version, char *dims)
{
    const struct mh_type *type = version->type;
    size_t len = 0;
    size_t end;

    for (int i = MH_FIELD_PROGRAMME_CODE; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];

        if (i != MH_FIELD_PROGRAMME_CODE) {
            if (field->role != MH_ROLE_DIMENSION &&
                field->role != MH_ROLE_FLAG) {
                continue;
            }
            if (len < DIMS_BYTES_MAX - 32) {
                dims[len++] = '|';
            }
        }
        len = write_dim(dims, len, field, &version->values[i]);
    }
    end = len;
    while (end > 0 && dims[end - 1] == '|') {
        end--;
    }
    return end;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->type_id == b->type_id && a->occurred_on == b->occurred_on &&
           a->agency_id == b->agency_id && a->place_len == b->place_len &&
           a->dims_len == b->dims_len &&
           memcmp(a->place, b->place, a->place_len) == 0 &&
           memcmp(a->dims, b->dims, a->dims_len) == 0;
}

static uint64_t hash_cell(const struct cell *key)
{
    int32_t numbers[3] = {key->type_id, key->occurred_on, key->agency_id};
    uint64_t hash = XXH3_64bits(numbers, sizeof numbers);

    hash = XXH3_64bits_withSeed(key->place, key->place_len, hash);
    return XXH3_64bits_withSeed(key->dims, key->dims_len, hash);
}

static struct cell *find_cell(struct delta *delta, struct batch *batch,
                              const struct version *version)
{
    const struct mh_value *place = &version->values[MH_FIELD_PLACE_CODE];
    char dims[DIMS_BYTES_MAX];
    struct cell key = {
        .type_id = (int32_t)version->type->type_id,
        .occurred_on = version->occurred_on,
        .agency_id = version->agency_id,
        .place = place->text,
        .place_len = place->len,
        .dims = dims,
        .dims_len = (uint32_t)write_dims(version, dims),
        .received_ms = version->received_ms,
        .measure_count = version->type->measure_count,
    };
    int slot = (int)(hash_cell(&key) & (uint64_t)(delta->slot_count - 1));

    while (delta->slots[slot] >= 0) {
        struct cell *cell = &delta->cells[delta->slots[slot]];

        if (same_cell(cell, &key)) {
            return cell;
        }
        slot = (slot + 1) & (delta->slot_count - 1);
    }
    key.dims = mh_arena_text(&batch->arena, dims, key.dims_len);
    if (key.dims == NULL) {
        return NULL;
    }
    delta->slots[slot] = delta->count;
    delta->cells[delta->count] = key;
    return &delta->cells[delta->count++];
}

static int64_t in_rials(const struct version *version,
                        const struct mh_field *field, int64_t amount)
{
    int unit = version->type->currency_unit;

    return field->money && unit >= 0 && version->values[unit].set == MH_VALUE &&
                   version->values[unit].number == MH_IRR_NEW
               ? amount * MH_IRR_NEW_RIALS
               : amount;
}

/* The whole of which `part` is a part, where a version carries both. */
static void add_whole(struct cell *cell, const struct version *version,
                      const struct mh_field *part, int sign)
{
    const struct mh_value *value;
    int k = part->whole_slot - 1;

    if (k < 0) {
        return;
    }
    value = &version->values[part->at_most];
    if (value->set == MH_VALUE) {
        cell->sums[k] +=
            sign * in_rials(version, &version->type->fields[part->at_most],
                            value->number);
        cell->by[k] += sign;
    }
}

/* Add (sign 1) or take away (sign -1) what a version in force counts for. */
static enum mh_code contribute(struct delta *delta, struct batch *batch,
                               const struct version *version, int sign,
                               int64_t received_ms)
{
    struct cell *cell;

    if (version == NULL || !version->in_force) {
        return MH_OK;
    }
    cell = find_cell(delta, batch, version);
    if (cell == NULL) {
        return MH_MEMORY;
    }
    posted_add(&delta->posted, version, sign, received_ms);
    cell->events += sign;
    if (cell->received_ms < received_ms) {
        cell->received_ms = received_ms;
    }
    for (int i = MH_ENVELOPE_COUNT; i < version->type->field_count; i++) {
        const struct mh_field *field = &version->type->fields[i];
        int k = field->measure_slot - 1;

        if (k >= 0 && version->values[i].set == MH_VALUE) {
            cell->sums[k] +=
                sign * in_rials(version, field, version->values[i].number);
            cell->by[k] += sign;
            add_whole(cell, version, field, sign);
        }
    }
    return MH_OK;
}

static int compare_text(const char *a, size_t a_len, const char *b,
                        size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

/* The order of core.daily's primary key. */
static int by_key(const void *a, const void *b)
{
    const struct cell *left = *(struct cell *const *)a;
    const struct cell *right = *(struct cell *const *)b;
    int order =
        (left->type_id > right->type_id) - (left->type_id < right->type_id);

    if (order == 0) {
        order = (left->occurred_on > right->occurred_on) -
                (left->occurred_on < right->occurred_on);
    }
    if (order == 0) {
        order = compare_text(left->place, left->place_len, right->place,
                             right->place_len);
    }
    if (order == 0) {
        order = (left->agency_id > right->agency_id) -
                (left->agency_id < right->agency_id);
    }
    if (order == 0) {
        order = compare_text(left->dims, left->dims_len, right->dims,
                             right->dims_len);
    }
    return order;
}

/* Cells are large: pointers are sorted, then each cell is moved once. */
static void sort_cells(struct delta *delta)
{
    struct cell *sorted = delta->spare;

    for (int i = 0; i < delta->count; i++) {
        delta->order[i] = &delta->cells[i];
    }
    qsort(delta->order, (size_t)delta->count, sizeof(struct cell *), by_key);
    for (int i = 0; i < delta->count; i++) {
        sorted[i] = *delta->order[i];
    }
    delta->spare = delta->cells;
    delta->cells = sorted;
}

enum mh_code delta_fates(struct delta *delta, struct batch *batch)
{
    enum mh_code code = MH_OK;

    delta->superseded_count = 0;
    for (int i = 0; i < batch->fact_count && code == MH_OK; i++) {
        struct fact *fact = &batch->facts[i];

        fact->now = fact->old;
        for (const struct step *step = fact->first;
             step != NULL && code == MH_OK; step = step->next) {
            code = take_step(delta, batch, fact, step);
        }
    }
    return code;
}

enum mh_code delta_fold(struct delta *delta, struct batch *batch)
{
    enum mh_code code = MH_OK;

    delta->count = 0;
    posted_reset(&delta->posted);
    memset(delta->slots, 0xFF,
           (size_t)delta->slot_count * sizeof *delta->slots);
    for (int i = 0; i < batch->fact_count && code == MH_OK; i++) {
        const struct fact *fact = &batch->facts[i];

        if (delta_changes(fact)) {
            int64_t at_ms = fact->now->received_ms;

            code = contribute(delta, batch, fact->old, -1, at_ms);
            if (code == MH_OK) {
                code = contribute(delta, batch, fact->now, 1, at_ms);
            }
        }
    }
    if (code == MH_OK) {
        sort_cells(delta);
        posted_sort(&delta->posted);
    }
    return code;
}

enum mh_code delta_make(struct delta *delta, struct batch *batch)
{
    enum mh_code code = delta_fates(delta, batch);

    return code == MH_OK ? delta_fold(delta, batch) : code;
}
