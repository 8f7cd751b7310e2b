/* SPDX-License-Identifier: Apache-2.0 */
/* Which version may follow which: what was published stays, position by
   position; new optional fields and new enum symbols are appended. Events of
   the older version must pass the newer check as they passed their own. */
#include <stdio.h>
#include <string.h>

#include "schema.h"

struct comparison {
    const struct mh_type *last, *next;
    struct mh_buf *problems;
    bool fine;
};

static void breach(struct comparison *c, int field, const char *text)
{
    c->fine = false;
    if (field >= 0) {
        mh_buf_format(c->problems, "/fields/%d: ", field);
    }
    mh_buf_text(c->problems, text);
    mh_buf_byte(c->problems, '\n');
}

static bool same_text(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_list(const int *a, const int *b, int max)
{
    for (int i = 0; i < max; i++) {
        if (a[i] != b[i]) {
            return false;
        }
        if (a[i] < 0) {
            break;
        }
    }
    return true;
}

static bool same_required_when(const struct mh_field *a,
                               const struct mh_field *b)
{
    return a->required_when == b->required_when &&
           memcmp(a->required_when_is, b->required_when_is,
                  sizeof a->required_when_is) == 0;
}

static bool same_rules(const struct mh_field *a, const struct mh_field *b)
{
    return a->has_min == b->has_min && a->min == b->min &&
           a->has_max == b->has_max && a->max == b->max &&
           same_text(a->pattern_text, b->pattern_text) &&
           same_text(a->lookup, b->lookup) && a->at_most == b->at_most &&
           same_list(a->requires, b->requires, MH_NAMES_MAX) &&
           same_list(a->requires_any, b->requires_any, MH_NAMES_MAX) &&
           same_required_when(a, b) && a->null_when == b->null_when &&
           a->null_when_at_most == b->null_when_at_most;
}

static void compare_symbols(struct comparison *c, int i)
{
    const struct mh_field *last = &c->last->fields[i];
    const struct mh_field *next = &c->next->fields[i];

    if (next->symbol_count < last->symbol_count) {
        breach(c, i, "symbols were removed");
        return;
    }
    for (int s = 0; s < last->symbol_count; s++) {
        if (strcmp(last->symbols[s].name, next->symbols[s].name) != 0) {
            breach(c, i, "symbols are not as published; append new ones");
            return;
        }
    }
}

static void compare_field(struct comparison *c, int i)
{
    const struct mh_field *last = &c->last->fields[i];
    const struct mh_field *next = &c->next->fields[i];

    if (strcmp(last->name, next->name) != 0) {
        breach(c, i, "another field was published here");
        return;
    }
    if (last->kind != next->kind || last->optional != next->optional) {
        breach(c, i, "the type is not as published");
        return;
    }
    if (last->role != next->role || strcmp(last->unit, next->unit) != 0) {
        breach(c, i, "role or unit is not as published");
    }
    if (!same_rules(last, next)) {
        breach(c, i, "the rules are not as published");
    }
    compare_symbols(c, i);
}

/* A new field is null in events of the older version, so it may be demanded
   only where they cannot be: by a new field, or by a new symbol. */
static void check_new_field(struct comparison *c, int i)
{
    const struct mh_field *field = &c->next->fields[i];
    const struct mh_field *by;

    if (!field->optional) {
        breach(c, i, "a new field must be optional");
    }
    if (field->required_when < 0 ||
        field->required_when >= c->last->field_count) {
        return;
    }
    by = &c->last->fields[field->required_when];
    for (int s = 0; s < by->symbol_count; s++) {
        if (field->required_when_is[s]) {
            breach(c, i, "demanded of events that were published without it");
            return;
        }
    }
}

static void compare_records(struct comparison *c)
{
    const struct mh_type *last = c->last;
    const struct mh_type *next = c->next;

    if (strcmp(last->name, next->name) != 0 ||
        strcmp(last->full_name, next->full_name) != 0) {
        breach(c, -1, "another type was published under this name");
    }
    if (last->schema_id == next->schema_id) {
        breach(c, -1, "/schemaId: a new version needs an id of its own");
    }
    if (last->plan != next->plan || last->period != next->period ||
        last->sensitive != next->sensitive || last->finest != next->finest ||
        last->coarsest != next->coarsest ||
        !same_text(last->entity, next->entity) ||
        last->entity_key != next->entity_key ||
        last->withhold != next->withhold ||
        last->withhold_below != next->withhold_below ||
        !same_list(last->required_envelope, next->required_envelope,
                   MH_ENVELOPE_COUNT)) {
        breach(c, -1, "the rules of the record are not as published");
    }
}

bool mh_type_may_follow(const struct mh_type *last, const struct mh_type *next,
                        struct mh_buf *problems)
{
    struct comparison c = {last, next, problems, true};

    compare_records(&c);
    if (next->field_count < last->field_count) {
        breach(&c, -1, "/fields: fields were removed");
        return false;
    }
    for (int i = 0; i < last->field_count; i++) {
        compare_field(&c, i);
    }
    for (int i = last->field_count; i < next->field_count; i++) {
        check_new_field(&c, i);
    }
    return c.fine;
}
