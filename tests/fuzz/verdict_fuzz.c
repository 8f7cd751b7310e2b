/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input: the value of a record from Kafka. It goes twice through the pure
 * core, in one batch and then in another: the second time nothing is applied.
 * A letter's detail is JSON, and says what the letter says.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "encode.h"
#include "model.h"
#include "sample.h"
#include "text.h"
#include "verdict.h"

static struct world *world;
static struct model *model;
static struct mh_buf buf;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed);

static void must(int held)
{
    if (!held) {
        abort();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    world = world_open();
    model = model_new(world);
    mh_buf_init(&buf, 1 << 20);
    return 0;
}

static void look_at(const struct letter *letter)
{
    json_t *detail = json_loads(letter->detail, 0, NULL);
    const json_t *first = json_array_get(detail, 0);

    must(json_array_size(detail) > 0);
    must(strcmp(json_string_value(json_object_get(first, "pointer")),
                letter->pointer) == 0);
    must(strcmp(json_string_value(json_object_get(first, "code")),
                mh_code_name(letter->reason)) == 0);
    must(mh_code_act(letter->reason) == MH_ACT_REFUSE);
    must(letter->agency_code == NULL ||
         (mh_text_is_utf8(letter->agency_code, strlen(letter->agency_code)) &&
          strlen(letter->agency_code) <= 32));
    must(letter->event_type == NULL ||
         mh_catalogue_type(world->catalogue, letter->event_type,
                           strlen(letter->event_type)) != NULL);
    json_decref(detail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct message messages[2] = {{.value = data, .value_len = size},
                                  {.value = data, .value_len = size}};
    enum fate fates[2];

    model_clear(model);
    model_apply(model, messages, 2, fates);
    if (fates[0] == FATE_DEAD) {
        must(fates[1] == FATE_DEAD && model->fact_count == 0);
        look_at(model->batch.letters[0]);
        return 0;
    }
    must(fates[0] == FATE_APPLIED && fates[1] == FATE_DUPLICATE);
    model_apply(model, messages, 1, fates);
    must(fates[0] == FATE_DUPLICATE);
    must(model->fact_count == 1 &&
         model->cell_count == (model->facts[0].in_force ? 1 : 0));
    return 0;
}

/* Now and then a good record, so that what is behind it is reached. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
                               unsigned seed)
{
    struct random random = {seed};
    struct mh_event event;

    if (random_chance(&random, 3)) {
        int type = (int)random_between(
            &random, 0, mh_catalogue_count(world->catalogue) - 1);

        mh_arena_reset(&world->arena);
        sample_event(world, &random, mh_catalogue_at(world->catalogue, type),
                     &event);
        mh_buf_reset(&buf);
        mh_encode(&event, &buf);
        if (buf.len <= max) {
            memcpy(data, buf.bytes, buf.len);
            size = buf.len;
        }
    }
    return LLVMFuzzerMutate(data, size, max);
}
