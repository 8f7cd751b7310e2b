/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driven by the schemas: a field's kind and role decide what it gets, so
 * another type in the list below needs no code.
 */
#include "events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "uuid.h"

enum {
    FIRST_DAY = 20000, /* 2024-10-04 */
    REPEAT_OF = 100,   /* one event in so many repeats an earlier one */
    CITIES = 22,       /* with ten neighbourhoods each */
    LOOKUP_CODES = 6
};

static const int64_t DAY_MS = INT64_C(86400000);

static const char *const TYPES[BENCH_TYPES] = {
    "council_meeting_held",    "training_course_held",
    "relief_items_provided",   "school_equipped",
    "production_reported",     "fund_loans_granted",
    "public_support_received", "cleanup_held",
    "project_credit_allocated"};

static const char *const AGENCIES[BENCH_AGENCIES] = {
    "governorate", "technical_vocational", "red_crescent",
    "education",   "coop_labour_welfare",  "relief_committee",
    "sport_youth", "environment",          "plan_budget",
    "behzisti",    "municipality",         "basij"};

static const char *const CITY_CODES[CITIES] = {
    "c1195", "c2299", "c2949", "c2882", "c1230", "c2209", "c2164", "c2165",
    "c1219", "c2300", "c1229", "c2948", "c2301", "c2704", "c2723", "c2749",
    "c1232", "c2880", "c1231", "c1032", "c2029", "c2750"};

static const struct {
    const char *list;
    const char *codes[LOOKUP_CODES];
} LOOKUPS[] = {
    {"subject_code",
     {"SEWING", "COOKING", "COMPUTER", "FIRST_AID", "ENGLISH", "OTHER"}},
    {"product_code",
     {"CLOTHING", "CARPET", "HANDICRAFT", "FOOD", "DAIRY", "HONEY"}},
};

/* ------------------------------------------------------------------ chance */

/* A stream of numbers of its own for every event: splitmix64. */
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int below(uint64_t *state, int n)
{
    return (int)(next(state) % (uint64_t)n);
}

/* Small ones are frequent, as they are in life. */
static int few(uint64_t *state, int n)
{
    return below(state, 1 + below(state, n));
}

static uint64_t seed(uint64_t i)
{
    return i * UINT64_C(0xD1342543DE82EF95) + 1;
}

bool bench_events_repeats(uint64_t i)
{
    uint64_t state = seed(i);

    return i > 0 && below(&state, REPEAT_OF) == 0;
}

/* The event that `i` repeats, else itself. */
static uint64_t original(uint64_t i)
{
    while (bench_events_repeats(i)) {
        uint64_t state = seed(i) + 1;

        i = next(&state) % i;
    }
    return i;
}

static int pick_place(const struct bench_events *events, uint64_t *state)
{
    double at = (double)(next(state) >> 11) / (double)(UINT64_C(1) << 53);
    int i = 0;

    while (i < BENCH_PLACES - 1 && events->zipf[i] < at) {
        i++;
    }
    return i;
}

/* ------------------------------------------------------------------ values */

static void set_number(struct bench_event *made, int i, int64_t number)
{
    made->event.values[i].set = MH_VALUE;
    made->event.values[i].number = number;
}

static void set_text(struct bench_event *made, int i, const char *text)
{
    struct mh_value *value = &made->event.values[i];

    value->len = (uint32_t)snprintf(made->texts[i], BENCH_TEXT_MAX, "%s", text);
    value->text = made->texts[i];
    value->set = MH_VALUE;
}

static void set_symbol(struct bench_event *made, int i, int symbol)
{
    const struct mh_symbol *found =
        &made->event.type->fields[i].symbols[symbol];

    set_number(made, i, symbol);
    made->event.values[i].text = found->name;
    made->event.values[i].len = found->len;
}

static void set_envelope(const struct bench_events *events, uint64_t i,
                         int kind, uint64_t *state, struct bench_event *made)
{
    const struct mh_type *type = made->event.type;
    int64_t day = FIRST_DAY + (int64_t)(i / BENCH_EVENTS_A_DAY) -
                  (below(state, 5) == 0 ? few(state, 7) : 0);
    uint64_t id[2] = {next(state), next(state)};
    int agency = below(state, 10) < 9 ? kind : below(state, BENCH_AGENCIES);
    char text[BENCH_TEXT_MAX];
    char place[16];

    memcpy(made->event.id, id, sizeof id);
    mh_uuid_write(made->event.id, text);
    set_text(made, MH_FIELD_EVENT_ID, text);
    set_symbol(made, MH_FIELD_OP, MH_OP_ASSERT);
    set_number(made, MH_FIELD_REVISION, 0);
    set_number(made, MH_FIELD_OCCURRED_ON, day);
    if (below(state, 2) == 0) {
        set_number(made, MH_FIELD_OCCURRED_AT,
                   day * DAY_MS + 4 * 3600000 + below(state, 36000000));
    }
    set_number(made, MH_FIELD_POSTED_AT,
               (FIRST_DAY + 10) * DAY_MS + (int64_t)i * 4320);
    set_text(made, MH_FIELD_AGENCY_CODE, AGENCIES[agency]);
    (void)snprintf(text, sizeof text, "AB/1404-%d", below(state, 1000000));
    set_text(made, MH_FIELD_SOURCE_REF, text);
    (void)snprintf(place, sizeof place, "%s",
                   events->places[pick_place(events, state)]);
    if (type->finest == MH_LEVEL_SETTLEMENT) {
        place[5] = '\0';
    }
    set_text(made, MH_FIELD_PLACE_CODE, place);
    set_text(made, MH_FIELD_PROGRAMME_CODE, "WITH_PEOPLE_AND_NEIGHBOURHOOD");
    if (type->entity != NULL && strcmp(type->entity, "council") == 0) {
        (void)snprintf(text, sizeof text, "%s-C1", place);
        set_text(made, MH_FIELD_COUNCIL_CODE, text);
    }
}

static void set_code(struct bench_event *made, int i, uint64_t *state)
{
    const struct mh_field *field = &made->event.type->fields[i];
    char text[BENCH_TEXT_MAX];

    if (field->lookup == NULL) {
        (void)snprintf(text, sizeof text, "K-%05d", few(state, 20000));
        set_text(made, i, text);
        return;
    }
    for (size_t n = 0; n < sizeof LOOKUPS / sizeof LOOKUPS[0]; n++) {
        if (strcmp(field->lookup, LOOKUPS[n].list) == 0) {
            set_text(made, i, LOOKUPS[n].codes[few(state, LOOKUP_CODES)]);
        }
    }
}

static void set_whole(struct bench_event *made, int i, uint64_t *state)
{
    const struct mh_type *type = made->event.type;
    const struct mh_field *field = &type->fields[i];
    int64_t number = 1 + few(state, 200);

    if (field->money) {
        number *= 50000000;
        set_symbol(made, type->currency_unit, MH_IRR_CURRENT);
    } else if (strcmp(field->unit, "year") == 0 ||
               field->role == MH_ROLE_DIMENSION) {
        number = 1404;
    } else if (field->at_most >= 0 &&
               made->event.values[field->at_most].set == MH_VALUE) {
        number %= made->event.values[field->at_most].number + 1;
    }
    set_number(made, i, number);
}

static void set_field(struct bench_event *made, int i, uint64_t *state)
{
    const struct mh_field *field = &made->event.type->fields[i];

    if (i == made->event.type->currency_unit ||
        (field->optional && field->role != MH_ROLE_DIMENSION &&
         below(state, 4) == 0)) {
        return; /* the unit comes with an amount */
    }
    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
        set_whole(made, i, state);
        break;
    case MH_KIND_BOOLEAN:
        set_number(made, i, below(state, 2));
        break;
    case MH_KIND_DATE:
        set_number(made, i,
                   made->event.values[MH_FIELD_OCCURRED_ON].number -
                       below(state, 30));
        break;
    case MH_KIND_ENUM:
        set_symbol(made, i, few(state, field->symbol_count));
        break;
    case MH_KIND_STRING:
        set_code(made, i, state);
        break;
    case MH_KIND_TIMESTAMP:
    case MH_KIND_UUID:
        break;
    }
}

void bench_events_make(const struct bench_events *events, uint64_t i,
                       struct bench_event *made)
{
    uint64_t state;
    int kind;

    i = original(i);
    state = seed(i) ^ UINT64_C(0x5DEECE66D);
    kind = below(&state, BENCH_TYPES);
    made->event.type = events->types[kind];
    made->event.agency_id = 0;
    for (int n = 0; n < made->event.type->field_count; n++) {
        made->event.values[n] = (struct mh_value){.set = MH_NULL};
    }
    set_envelope(events, i, kind, &state, made);
    for (int n = MH_ENVELOPE_COUNT; n < made->event.type->field_count; n++) {
        set_field(made, n, &state);
    }
}

/* ------------------------------------------------------------------- start */

bool bench_events_init(struct bench_events *events,
                       const struct mh_catalogue *catalogue)
{
    double sum = 0;

    for (int i = 0; i < BENCH_TYPES; i++) {
        events->types[i] =
            mh_catalogue_type(catalogue, TYPES[i], strlen(TYPES[i]));
        if (events->types[i] == NULL) {
            return false;
        }
    }
    for (int i = 0; i < BENCH_PLACES; i++) {
        (void)snprintf(events->places[i], sizeof events->places[i], "%s-%03d",
                       CITY_CODES[i % CITIES], 1 + i / CITIES);
        sum += 1.0 / (i + 1);
        events->zipf[i] = sum;
    }
    for (int i = 0; i < BENCH_PLACES; i++) {
        events->zipf[i] /= sum;
    }
    return true;
}

struct mh_catalogue *bench_catalogue(const char *dir)
{
    struct mh_catalogue *catalogue = NULL;
    struct mh_buf problems;
    struct mh_err err = {.text = ""};
    enum mh_code code = mh_catalogue_new(&catalogue, &err);

    mh_buf_init(&problems, 1 << 20);
    if (code == MH_OK) {
        code = mh_catalogue_load(catalogue, dir, &problems, &err);
    }
    if (code != MH_OK) {
        (void)fprintf(stderr, "schemas of %s: %s\n%s", dir, err.text,
                      mh_buf_string(&problems));
        exit(1);
    }
    mh_buf_fini(&problems);
    return catalogue;
}
