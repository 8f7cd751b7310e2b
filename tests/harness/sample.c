/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random event is filled field by field without regard to rules; then what
 * the check says is mended until it has nothing to say. What the check does
 * not see is thus for check_test.c, which knows every answer beforehand.
 */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "check.h"

enum {
    TEXT_MAX = 256,
    PLAIN_DAY = 20374, /* 2025-10-13 = 1404-07-21 */
    MENDS_MAX = 100
};

static const int64_t DAY_MS = 86400000;

static void must(bool held, const char *what)
{
    if (!held) {
        fprintf(stderr, "harness: %s\n", what);
        abort();
    }
}

static void set_text(struct world *world, struct mh_value *value,
                     const char *text, size_t len)
{
    *value = (struct mh_value){
        .set = MH_VALUE,
        .text = mh_arena_text(&world->arena, text, len),
        .len = (uint32_t)len,
    };
    must(value->text != NULL, "arena");
}

static void set_symbol(struct mh_value *value, const struct mh_field *field,
                       int64_t symbol)
{
    *value = (struct mh_value){
        .set = MH_VALUE,
        .number = symbol,
        .text = field->symbols[symbol].name,
        .len = field->symbols[symbol].len,
    };
}

static void set_number(struct mh_value *value, int64_t number)
{
    *value = (struct mh_value){.set = MH_VALUE, .number = number};
}

/* ------------------------------------------------------------ random fields */

static const char *place(struct world *world, struct random *random,
                         int64_t level, char text[static TEXT_MAX])
{
    static const char *const LISTS[] = {"0", "1", "2", "2"};
    const char *code = world_pick(world, LISTS[level], random);

    if (level == MH_LEVEL_NEIGHBOURHOOD) {
        (void)snprintf(text, TEXT_MAX, "%s-%03d", code,
                       (int)random_between(random, 0, 999));
    } else {
        (void)snprintf(text, TEXT_MAX, "%s", code);
    }
    return text;
}

static void fill_text(struct world *world, struct random *random,
                      struct mh_event *event, int i)
{
    const struct mh_type *type = event->type;
    const struct mh_field *field = &type->fields[i];
    const struct mh_value *at = &event->values[MH_FIELD_PLACE_CODE];
    char text[TEXT_MAX];

    if (i == MH_FIELD_PLACE_CODE) {
        (void)place(world, random,
                    random_between(random, type->coarsest, type->finest), text);
    } else if (i == MH_FIELD_COUNCIL_CODE) {
        (void)snprintf(text, sizeof text, "%.*s-C%d", (int)at->len, at->text,
                       (int)random_between(random, 1, 99));
    } else if (field->lookup != NULL) {
        (void)snprintf(text, sizeof text, "%s",
                       world_pick(world, field->lookup, random));
    } else {
        (void)sample_text(random, field->pattern_text, text, sizeof text);
    }
    set_text(world, &event->values[i], text, strlen(text));
}

static int64_t random_number(struct random *random,
                             const struct mh_field *field)
{
    int64_t least = field->has_min ? field->min : INT32_MIN;
    int64_t most = field->has_max ? field->max : INT32_MAX;
    int64_t near = most - least > 20 ? least + 20 : most;

    return random_chance(random, 10)   ? least
           : random_chance(random, 10) ? most
           : random_chance(random, 40) ? random_between(random, least, near)
                                       : random_between(random, least, most);
}

static void fill(struct world *world, struct random *random,
                 struct mh_event *event, int i)
{
    const struct mh_field *field = &event->type->fields[i];
    struct mh_value *value = &event->values[i];
    int64_t day = event->values[MH_FIELD_OCCURRED_ON].number;
    char id[37];

    switch (field->kind) {
    case MH_KIND_INT:
    case MH_KIND_LONG:
        set_number(value, random_number(random, field));
        break;
    case MH_KIND_BOOLEAN:
        set_number(value, random_between(random, 0, 1));
        break;
    case MH_KIND_DATE:
        set_number(value, random_between(random, MH_DAY_MIN, MH_DAY_MAX));
        break;
    case MH_KIND_TIMESTAMP:
        set_number(value,
                   mh_tehran_instant_ms((int32_t)day,
                                        random_between(random, 0, DAY_MS - 1)));
        break;
    case MH_KIND_STRING:
        fill_text(world, random, event, i);
        break;
    case MH_KIND_UUID:
        (void)sample_text(random,
                          "[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", id,
                          sizeof id);
        set_text(world, value, id, 36);
        break;
    case MH_KIND_ENUM:
        set_symbol(value, field,
                   random_between(random, 0, field->symbol_count - 1));
        break;
    }
}

static void mend(struct world *world, struct random *random,
                 struct mh_event *event, const struct mh_fault *fault)
{
    const struct mh_type *type = event->type;
    struct mh_value *value = &event->values[fault->field];
    const struct mh_field *field = &type->fields[fault->field];
    int64_t day = event->values[MH_FIELD_OCCURRED_ON].number;

    switch (fault->code) {
    case MH_REQUIRED:
    case MH_REQUIRES:
    case MH_REQUIRED_WHEN:
        fill(world, random, event, fault->field);
        break;
    case MH_AT_MOST:
        if (field->optional && random_chance(random, 30)) {
            value->set = MH_NULL;
        } else {
            set_number(value, event->values[field->at_most].number);
        }
        break;
    case MH_MIN:
    case MH_MAX:
        set_number(value, value->number / MH_IRR_NEW_RIALS);
        break;
    case MH_PERIOD:
        set_number(value, day - random_between(random, 0, 365));
        break;
    case MH_DATE:
        set_number(value, MH_DAY_MIN);
        break;
    case MH_COUNCIL:
        if (!field->optional || event->values[MH_FIELD_PLACE_CODE].len > 7) {
            fill(world, random, event, fault->field);
        } else {
            value->set = MH_NULL;
        }
        break;
    default:
        value->set = MH_NULL;
        break;
    }
}

void sample_event(struct world *world, struct random *random,
                  const struct mh_type *type, struct mh_event *event)
{
    struct mh_faults faults;

    memset(event, 0, sizeof *event);
    event->type = type;
    fill(world, random, event, MH_FIELD_OCCURRED_ON);
    for (int i = 0; i < type->field_count; i++) {
        if (i != MH_FIELD_OCCURRED_ON &&
            (!type->fields[i].optional || random_chance(random, 60))) {
            fill(world, random, event, i);
        }
    }
    set_symbol(&event->values[MH_FIELD_OP], &type->fields[MH_FIELD_OP],
               MH_OP_ASSERT);
    set_number(&event->values[MH_FIELD_REVISION], 0);
    event->values[MH_FIELD_CORRECTION_REASON].set = MH_NULL;
    for (int n = 0; n < MENDS_MAX; n++) {
        faults.count = 0;
        if (mh_check(event, world->reference, &faults)) {
            return;
        }
        mend(world, random, event, &faults.items[0]);
        /* what the check has marked, it would not look at again */
        for (int i = 0; i < type->field_count; i++) {
            if (event->values[i].set == MH_BAD) {
                event->values[i].set = MH_NULL;
            }
        }
    }
    must(false, faults.items[0].pointer);
}

void sample_plain(struct world *world, const struct mh_type *type,
                  struct mh_event *event)
{
    static const char *const PLACES[] = {"24", "2401", "c1195", "c1195-012"};
    struct random random = {1};

    memset(event, 0, sizeof *event);
    event->type = type;
    set_number(&event->values[MH_FIELD_OCCURRED_ON], PLAIN_DAY);
    for (int i = 0; i < type->field_count; i++) {
        const int *at = type->required_envelope;

        while (*at >= 0 && *at != i) {
            at++;
        }
        if (!type->fields[i].optional || *at == i) {
            fill(world, &random, event, i);
        }
    }
    sample_set(world, event,
               "event_id=74a1fd16-808e-5f52-a496-cd06c5fbc5b9 op=ASSERT "
               "revision=0 occurred_on=20374 posted_at=1760360400000 "
               "agency_code=governorate");
    set_text(world, &event->values[MH_FIELD_PLACE_CODE], PLACES[type->finest],
             strlen(PLACES[type->finest]));
    if (event->values[MH_FIELD_COUNCIL_CODE].set == MH_VALUE) {
        sample_set(world, event, "council_code=c1195-012-C1");
    }
    for (int i = MH_ENVELOPE_COUNT; i < type->field_count; i++) {
        const struct mh_field *field = &type->fields[i];

        if (event->values[i].set == MH_VALUE) {
            if (field->kind == MH_KIND_ENUM) {
                set_symbol(&event->values[i], field, 0);
            } else if (field->kind == MH_KIND_DATE) {
                set_number(&event->values[i], PLAIN_DAY);
            } else if (field->kind == MH_KIND_INT ||
                       field->kind == MH_KIND_LONG) {
                set_number(&event->values[i],
                           field->has_min && field->min > 1 ? field->min : 1);
            }
        }
    }
    must(strcmp(sample_faults(world, event), "") == 0,
         sample_faults(world, event));
}

/* ------------------------------------------------------------------ changes */

static int find(const struct mh_event *event, const char *name, size_t len)
{
    int i = mh_type_find(event->type, name, len);

    must(i >= 0, name);
    return i;
}

static int64_t find_symbol(const struct mh_field *field, const char *text,
                           size_t len)
{
    int i = 0;

    while (i < field->symbol_count &&
           (field->symbols[i].len != len ||
            memcmp(field->symbols[i].name, text, len) != 0)) {
        i++;
    }
    must(i < field->symbol_count, text);
    return i;
}

static void set_one(struct world *world, struct mh_event *event, int i,
                    const char *text, size_t len)
{
    const struct mh_field *field = &event->type->fields[i];
    struct mh_value *value = &event->values[i];

    if (len == 0 || *text == '!') {
        *value = (struct mh_value){.set = len == 0 ? MH_NULL : MH_BAD};
    } else if (field->kind == MH_KIND_STRING || field->kind == MH_KIND_UUID) {
        set_text(world, value, text, len);
    } else if (field->kind == MH_KIND_ENUM) {
        set_symbol(value, field, find_symbol(field, text, len));
    } else if (field->kind == MH_KIND_BOOLEAN) {
        set_number(value, *text == 't');
    } else {
        set_number(value, strtoll(text, NULL, 10));
    }
}

void sample_set(struct world *world, struct mh_event *event, const char *edits)
{
    while (*edits != '\0') {
        size_t name = strcspn(edits, "=");
        size_t len = strcspn(edits + name + 1, " ");

        set_one(world, event, find(event, edits, name), edits + name + 1, len);
        edits += name + 1 + len;
        edits += strspn(edits, " ");
    }
}

void sample_set_bytes(struct world *world, struct mh_event *event,
                      const char *field, const void *bytes, size_t len)
{
    set_text(world, &event->values[find(event, field, strlen(field))], bytes,
             len);
}

const char *sample_faults(struct world *world, struct mh_event *event)
{
    struct mh_faults faults;
    struct mh_buf text;
    const char *copy;

    faults.count = 0;
    (void)mh_check(event, world->reference, &faults);
    mh_buf_init(&text, 64 * 1024);
    for (int i = 0; i < faults.count; i++) {
        mh_buf_format(&text, "%s%s %s", i > 0 ? ", " : "",
                      faults.items[i].pointer,
                      mh_code_name(faults.items[i].code));
    }
    copy = mh_arena_text(&world->arena, mh_buf_string(&text), text.len);
    mh_buf_fini(&text);
    must(copy != NULL, "arena");
    return copy;
}

bool sample_equal(const struct mh_event *a, const struct mh_event *b,
                  bool posted)
{
    if (a->type != b->type) {
        return false;
    }
    for (int i = 0; i < a->type->field_count; i++) {
        const struct mh_value *x = &a->values[i];
        const struct mh_value *y = &b->values[i];
        enum mh_kind kind = a->type->fields[i].kind;
        bool text = kind == MH_KIND_STRING || kind == MH_KIND_UUID;

        if (i == MH_FIELD_POSTED_AT && !posted) {
            continue;
        }
        if (x->set != y->set ||
            (x->set == MH_VALUE && text &&
             (x->len != y->len || memcmp(x->text, y->text, x->len) != 0)) ||
            (x->set == MH_VALUE && !text && x->number != y->number)) {
            return false;
        }
    }
    return true;
}
