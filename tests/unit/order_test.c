/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The property everything rests on: facts and totals are a function of the
 * set of messages. Random messages go as real bytes through verdict, batch
 * and delta, in many orders and cuts, against a model that knows neither.
 *
 * MAHALLE_SEED=N plays one run again; MAHALLE_TRIALS=N makes it longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "content_hash.h"
#include "encode.h"
#include "model.h"
#include "sample.h"

enum {
    TRIALS = 1500,
    SPECS_MAX = 32,
    MESSAGES_MAX = 100,
    POOL = 4,
    ORDERS = 6,
    BYTES_MAX = 4 * 1024 * 1024
};

/* One version of a fact; what messages carry. */
struct spec {
    struct mh_event event;
    bool dead;
};

struct trial {
    struct random random;
    struct spec specs[SPECS_MAX];
    int spec_count;
    struct message messages[MESSAGES_MAX];
    int spec_of[MESSAGES_MAX];
    int count;
    struct mh_buf bytes;
};

static struct world *world;     /* what the consumer knows: two versions */
static struct world *published; /* the first versions, for older senders */
static struct model *base, *other, *naive;
static struct trial trial;

/* --------------------------------------------------------------- generation */

static void make_spec(const struct mh_event *template, const char *id,
                      const char *agency, int revision)
{
    static const char *const OPS[] = {"ASSERT", "CORRECT", "RETRACT"};
    struct spec *spec = &trial.specs[trial.spec_count++];
    int op = revision == 0 ? 0 : (int)random_between(&trial.random, 0, 2);
    struct mh_event moved;
    char edits[256];

    *spec = (struct spec){.event = *template};
    (void)snprintf(edits, sizeof edits,
                   "event_id=%s agency_code=%s revision=%d op=%s "
                   "correction_reason=%s",
                   id, agency, revision, OPS[op], op == 0 ? "" : "OTHER");
    sample_set(world, &spec->event, edits);
    if (random_chance(&trial.random, 30)) {
        moved = spec->event;
        moved.values[MH_FIELD_OCCURRED_ON].number +=
            random_between(&trial.random, -1, 1);
        moved.values[MH_FIELD_OCCURRED_AT].set = MH_NULL;
        if (*sample_faults(world, &moved) == '\0') {
            spec->event = moved;
        }
    }
    if (*sample_faults(world, &spec->event) != '\0') {
        fail_msg("%s", sample_faults(world, &spec->event));
    }
}

static void make_specs(bool conflicts)
{
    static const char *const IDS[] = {"74a1fd16-808e-5f52-a496-cd06c5fbc5b9",
                                      "931a3cd2-DB56-5dbf-a7c9-950ad4df0f84",
                                      "00000000-0000-0000-0000-000000000001"};
    static const char *const AGENCIES[] = {"governorate", "education"};
    struct mh_event pool[POOL];
    int types = mh_catalogue_count(world->catalogue);
    int type = (int)random_between(&trial.random, 0, types - 1);

    for (int i = 0; i < POOL; i++) {
        if (random_chance(&trial.random, 40)) {
            type = (int)random_between(&trial.random, 0, types - 1);
        }
        sample_event(world, &trial.random,
                     mh_catalogue_at(world->catalogue, type), &pool[i]);
    }
    trial.spec_count = 0;
    for (int f = 0; f < 6; f++) {
        for (int revision = 0; revision < 4; revision++) {
            int versions = (int)random_between(&trial.random, 0, 1) +
                           (conflicts && random_chance(&trial.random, 20));

            for (int n = 0; n < versions && trial.spec_count < SPECS_MAX; n++) {
                make_spec(&pool[random_between(&trial.random, 0, POOL - 1)],
                          IDS[f / 2], AGENCIES[f % 2], revision);
            }
        }
    }
}

/* The event as a sender who knows only the first version writes it. */
static bool as_published(struct mh_event *event)
{
    const struct mh_type *type = world_type(published, event->type->name);

    for (int i = 0; i < event->type->field_count; i++) {
        const struct mh_value *value = &event->values[i];

        if (value->set == MH_VALUE &&
            (i >= type->field_count ||
             (type->fields[i].kind == MH_KIND_ENUM &&
              value->number >= type->fields[i].symbol_count))) {
            return false;
        }
    }
    event->type = type;
    return true;
}

static void add_message(int n, bool dead)
{
    struct message *message = &trial.messages[trial.count];
    struct mh_event event = trial.specs[n].event;
    size_t start = trial.bytes.len;

    event.values[MH_FIELD_POSTED_AT].number +=
        random_between(&trial.random, -1000, 1000);
    if (random_chance(&trial.random, 50)) {
        (void)as_published(&event);
    }
    mh_encode(&event, &trial.bytes);
    assert_false(trial.bytes.failed);
    *message = (struct message){
        .partition = 3,
        .at_ms = 1760360400000 + trial.count,
        .value_len = trial.bytes.len - start - dead,
    };
    trial.spec_of[trial.count++] = dead ? -1 : n;
}

static void make_messages(bool conflicts)
{
    size_t at = 0;

    mh_arena_reset(&world->arena);
    make_specs(conflicts);
    mh_buf_reset(&trial.bytes);
    trial.count = 0;
    for (int n = 0; n < trial.spec_count; n++) {
        for (int64_t k = random_between(&trial.random, 1, 3);
             k > 0 && trial.count < MESSAGES_MAX; k--) {
            add_message(n, random_chance(&trial.random, 5));
        }
    }
    /* the buffer no longer moves */
    for (int i = 0; i < trial.count; i++) {
        trial.messages[i].value = trial.bytes.bytes + at;
        at += trial.messages[i].value_len + (trial.spec_of[i] < 0);
    }
}

static void shuffle(void)
{
    for (int i = trial.count - 1; i > 0; i--) {
        int j = (int)random_between(&trial.random, 0, i);
        struct message message = trial.messages[i];
        int spec = trial.spec_of[i];

        trial.messages[i] = trial.messages[j];
        trial.messages[j] = message;
        trial.spec_of[i] = trial.spec_of[j];
        trial.spec_of[j] = spec;
    }
    for (int i = 0; i < trial.count; i++) {
        trial.messages[i].offset = i;
    }
}

/* -------------------------------------------------------------------- naive */

static void naive_dims(const struct mh_event *event, char *dims, size_t size)
{
    char *end;

    dims[0] = '\0';
    for (int i = MH_FIELD_PROGRAMME_CODE; i < event->type->field_count; i++) {
        const struct mh_field *field = &event->type->fields[i];
        const struct mh_value *value = &event->values[i];
        size_t len = strlen(dims);
        bool flag = field->role == MH_ROLE_FLAG;

        if (field->role != MH_ROLE_DIMENSION && !flag) {
            continue;
        }
        if (value->set != MH_VALUE) {
            (void)snprintf(dims + len, size - len, "|");
        } else if (flag) {
            (void)snprintf(dims + len, size - len, "%s|",
                           value->number ? "true" : "false");
        } else if (value->text != NULL) {
            (void)snprintf(dims + len, size - len, "%.*s|", (int)value->len,
                           value->text);
        } else {
            (void)snprintf(dims + len, size - len, "%ld|", (long)value->number);
        }
    }
    end = dims + strlen(dims);
    while (end > dims && end[-1] == '|') {
        *--end = '\0';
    }
}

/* A part's whole, where both are told: in the last slots, backwards. */
static void naive_wholes(const struct mh_event *event, struct cell *cell)
{
    const struct mh_type *type = event->type;
    int k = MH_MEASURES_MAX;

    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        const struct mh_field *part = &type->fields[i];

        if (part->role != MH_ROLE_MEASURE || part->at_most < 0 ||
            type->fields[part->at_most].role != MH_ROLE_MEASURE) {
            continue;
        }
        k--;
        if (event->values[i].set == MH_VALUE &&
            event->values[part->at_most].set == MH_VALUE) {
            cell->sums[k] = event->values[part->at_most].number;
            cell->by[k] = 1;
        }
    }
}

static void naive_total(const struct mh_event *event)
{
    const struct mh_type *type = event->type;
    const struct mh_value *place = &event->values[MH_FIELD_PLACE_CODE];
    int unit = mh_type_find(type, "currency_unit", 13);
    bool is_new = unit >= 0 && event->values[unit].set == MH_VALUE &&
                  event->values[unit].len == strlen("IRR_NEW");
    char dims[1024];
    struct cell cell = {
        .type_id = (int32_t)type->type_id,
        .occurred_on = (int32_t)event->values[MH_FIELD_OCCURRED_ON].number,
        .agency_id = event->agency_id,
        .place = place->text,
        .place_len = place->len,
        .dims = dims,
        .events = 1,
    };
    int k = 0;

    naive_dims(event, dims, sizeof dims);
    cell.dims_len = (uint32_t)strlen(dims);
    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        bool rials = strcmp(type->fields[i].unit, "rial") == 0 && is_new;

        if (type->fields[i].role != MH_ROLE_MEASURE) {
            continue;
        }
        if (event->values[i].set == MH_VALUE) {
            cell.sums[k] = event->values[i].number * (rials ? 10000 : 1);
            cell.by[k] = 1;
        }
        k++;
    }
    naive_wholes(event, &cell);
    model_add(naive, &cell);
}

static enum fate naive_fate(const struct mh_event *event)
{
    bool made;
    struct model_fact *fact =
        model_fact(naive, event->id, event->agency_id, &made);
    int32_t revision = (int32_t)event->values[MH_FIELD_REVISION].number;
    uint64_t content = mh_content_hash(event);

    if (!made && revision <= fact->revision) {
        return revision < fact->revision  ? FATE_STALE
               : content == fact->content ? FATE_DUPLICATE
                                          : FATE_DEAD;
    }
    fact->revision = revision;
    fact->content = content;
    fact->type_id = (int32_t)event->type->type_id;
    fact->occurred_on = (int32_t)event->values[MH_FIELD_OCCURRED_ON].number;
    fact->in_force = event->values[MH_FIELD_OP].number != MH_OP_RETRACT;
    return FATE_APPLIED;
}

/* Fates one by one; totals from the facts in force at the end. */
static void run_naive(enum fate *fates)
{
    model_clear(naive);
    for (int i = 0; i < trial.count; i++) {
        fates[i] = trial.spec_of[i] < 0
                       ? FATE_DEAD
                       : naive_fate(&trial.specs[trial.spec_of[i]].event);
    }
    for (int f = 0; f < naive->fact_count; f++) {
        const struct model_fact *fact = &naive->facts[f];

        for (int n = 0; n < trial.spec_count && fact->in_force; n++) {
            const struct mh_event *event = &trial.specs[n].event;

            if (memcmp(event->id, fact->id, 16) == 0 &&
                event->agency_id == fact->agency_id &&
                mh_content_hash(event) == fact->content) {
                naive_total(event);
                break;
            }
        }
    }
}

/* ------------------------------------------------------------------- trials */

static void run_cut(struct model *model, enum fate *fates, int longest)
{
    int done = 0;

    while (done < trial.count) {
        int64_t left = trial.count - done;
        int size = (int)random_between(&trial.random, 1,
                                       left < longest ? left : longest);

        model_apply(model, trial.messages + done, size, fates + done);
        done += size;
    }
}

static void assert_same_fates(const enum fate *a, const enum fate *b)
{
    for (int i = 0; i < trial.count; i++) {
        if (a[i] != b[i]) {
            fail_msg("message %d of %d: fate %d, not %d", i, trial.count,
                     (int)a[i], (int)b[i]);
        }
    }
}

static int trials(void)
{
    const char *wanted = getenv("MAHALLE_TRIALS");

    return wanted == NULL ? TRIALS : (int)strtol(wanted, NULL, 10);
}

static void in_one_order_batches_change_nothing(void **state)
{
    enum fate wanted[MESSAGES_MAX];
    enum fate fates[MESSAGES_MAX];

    (void)state;
    for (int t = 0; t < trials(); t++) {
        make_messages(t % 2 == 0);
        shuffle();
        run_naive(wanted);
        model_clear(base);
        run_cut(base, fates, 1);
        assert_same_fates(fates, wanted);
        assert_true(model_equal(base, naive));
        for (int longest = 2; longest <= MESSAGES_MAX; longest *= 7) {
            model_clear(other);
            run_cut(other, fates, longest);
            assert_same_fates(fates, wanted);
            assert_true(model_equal(other, base));
        }
    }
}

static void in_any_order_numbers_are_the_same(void **state)
{
    enum fate fates[MESSAGES_MAX];

    (void)state;
    for (int t = 0; t < trials(); t++) {
        make_messages(false);
        shuffle();
        run_naive(fates);
        for (int n = 0; n < ORDERS; n++) {
            shuffle();
            model_clear(other);
            run_cut(other, fates, (int)random_between(&trial.random, 1, 60));
            assert_true(model_equal(other, naive));
            /* all of it again, in another order */
            shuffle();
            run_cut(other, fates, (int)random_between(&trial.random, 1, 60));
            assert_true(model_equal(other, naive));
            for (int i = 0; i < trial.count; i++) {
                assert_true(fates[i] != FATE_APPLIED);
            }
        }
    }
}

static int open_worlds(void **state)
{
    (void)state;
    trial.random.state = random_seed();
    mh_buf_init(&trial.bytes, BYTES_MAX);
    world = world_open_evolved();
    published = world_open();
    base = model_new(world);
    other = model_new(world);
    naive = model_new(world);
    return 0;
}

static int close_worlds(void **state)
{
    (void)state;
    model_free(base);
    model_free(other);
    model_free(naive);
    world_close(world);
    world_close(published);
    mh_buf_fini(&trial.bytes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_one_order_batches_change_nothing),
        cmocka_unit_test(in_any_order_numbers_are_the_same),
    };

    return cmocka_run_group_tests(tests, open_worlds, close_worlds);
}
