/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts are found through an open-addressing hash of their position. Ids of
 * honest agencies are random; XXH3 keeps chosen ones from piling up.
 */
#include "batch.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

enum {
    /* Values of an event (64 fields at most) and what stands beside them:
     * below 600 bytes for the types we have. Letters take more, so the
     * bound leaves room for a batch of nothing else. */
    ARENA_BYTES_A_MESSAGE = 4096,
    ARENA_BYTES_LEAST = 1024 * 1024
};

/* What is sorted instead of whole facts; the prefix tells almost any two
 * apart without a look at the fact. */
struct sort_key {
    uint64_t prefix; /* first bytes of the id */
    const struct fact *fact;
};

enum mh_code batch_init(struct batch *batch, int max, struct mh_err *err)
{
    size_t n = (size_t)max;
    int slots = 64;

    while (slots < 2 * max) {
        slots *= 2;
    }
    *batch = (struct batch){
        .messages = calloc(n, sizeof *batch->messages),
        .fates = calloc(n, sizeof *batch->fates),
        .letters = calloc(n, sizeof(struct letter *)),
        .versions = calloc(n, sizeof(struct version *)),
        .facts = calloc(n, sizeof *batch->facts),
        .spare = calloc(n, sizeof *batch->facts),
        .keys = calloc(n, sizeof(struct sort_key)),
        .slots = calloc((size_t)slots, sizeof *batch->slots),
        .slot_count = slots,
        .max = max,
    };
    mh_arena_init(&batch->arena, ARENA_BYTES_LEAST + n * ARENA_BYTES_A_MESSAGE);
    if (batch->messages == NULL || batch->fates == NULL ||
        batch->letters == NULL || batch->versions == NULL ||
        batch->facts == NULL || batch->spare == NULL || batch->keys == NULL ||
        batch->slots == NULL) {
        batch_fini(batch);
        return mh_fail(err, MH_MEMORY, "no memory for a batch of %d", max);
    }
    batch_reset_facts(batch);
    return MH_OK;
}

void batch_fini(struct batch *batch)
{
    free(batch->messages);
    free(batch->fates);
    free(batch->letters);
    free(batch->versions);
    free(batch->facts);
    free(batch->spare);
    free(batch->keys);
    free(batch->slots);
    mh_arena_fini(&batch->arena);
    *batch = (struct batch){.max = 0};
}

void batch_reset_facts(struct batch *batch)
{
    batch->fact_count = 0;
    memset(batch->slots, 0xFF,
           (size_t)batch->slot_count * sizeof *batch->slots);
    mh_arena_reset(&batch->arena);
}

/* The slot of the fact, or the empty one where it belongs. */
static int32_t *find_slot(struct batch *batch, const uint8_t id[16],
                          int32_t agency_id)
{
    uint64_t hash = XXH3_64bits_withSeed(id, 16, (uint64_t)agency_id);
    int slot = (int)(hash & (uint64_t)(batch->slot_count - 1));

    while (batch->slots[slot] >= 0) {
        const struct fact *fact = &batch->facts[batch->slots[slot]];

        if (fact->agency_id == agency_id && memcmp(fact->id, id, 16) == 0) {
            break;
        }
        slot = (slot + 1) & (batch->slot_count - 1);
    }
    return &batch->slots[slot];
}

struct fact *batch_find(struct batch *batch, const uint8_t id[16],
                        int32_t agency_id)
{
    int32_t slot = *find_slot(batch, id, agency_id);

    return slot < 0 ? NULL : &batch->facts[slot];
}

static bool copy_bytes(struct mh_arena *arena, const uint8_t **bytes,
                       size_t len)
{
    if (*bytes != NULL) {
        *bytes =
            (const uint8_t *)mh_arena_text(arena, (const char *)*bytes, len);
        return *bytes != NULL;
    }
    return true;
}

void batch_keep(struct batch *batch, struct message *message)
{
    batch->messages[batch->count++] = *message;
    message->handle = NULL;
}

enum mh_code batch_push(struct batch *batch, struct message *message)
{
    struct message own = *message;

    if (own.key_len + own.value_len > BATCH_COPY_BYTES_MAX) {
        batch_keep(batch, message);
        return MH_OK;
    }
    own.handle = NULL;
    if (!copy_bytes(&batch->arena, &own.key, own.key_len) ||
        !copy_bytes(&batch->arena, &own.value, own.value_len)) {
        return MH_MEMORY;
    }
    batch->messages[batch->count++] = own;
    return MH_OK;
}

enum mh_code batch_add(struct batch *batch, int i)
{
    const struct version *version = batch->versions[i];
    struct step *step = mh_arena_take(&batch->arena, sizeof *step);
    int32_t *slot = find_slot(batch, version->id, version->agency_id);
    struct fact *fact;

    if (step == NULL) {
        return MH_MEMORY;
    }
    *step = (struct step){.version = version, .message = i};
    if (*slot < 0) {
        *slot = batch->fact_count;
        fact = &batch->facts[batch->fact_count++];
        *fact = (struct fact){
            .agency_id = version->agency_id, .first = step, .last = step};
        memcpy(fact->id, version->id, sizeof fact->id);
        return MH_OK;
    }
    fact = &batch->facts[*slot];
    fact->last->next = step;
    fact->last = step;
    return MH_OK;
}

static int by_key(const void *a, const void *b)
{
    const struct sort_key *left = a;
    const struct sort_key *right = b;
    int order = (left->prefix > right->prefix) - (left->prefix < right->prefix);

    if (order == 0) {
        order = memcmp(left->fact->id, right->fact->id, sizeof left->fact->id);
    }
    return order != 0 ? order
                      : (left->fact->agency_id > right->fact->agency_id) -
                            (left->fact->agency_id < right->fact->agency_id);
}

void batch_sort(struct batch *batch)
{
    struct fact *sorted = batch->spare;

    for (int i = 0; i < batch->fact_count; i++) {
        const struct fact *fact = &batch->facts[i];
        uint64_t prefix;

        memcpy(&prefix, fact->id, sizeof prefix);
        batch->keys[i] = (struct sort_key){__builtin_bswap64(prefix), fact};
    }
    qsort(batch->keys, (size_t)batch->fact_count, sizeof *batch->keys, by_key);
    for (int i = 0; i < batch->fact_count; i++) {
        sorted[i] = *batch->keys[i].fact;
    }
    batch->spare = batch->facts;
    batch->facts = sorted;
}
