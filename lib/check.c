/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The check in three steps: each value by itself, rules between fields, and
 * what the envelope says as a whole. A good event runs straight through; the
 * texts of faults are made only when there is one.
 */
#include "check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "calendar.h"
#include "personal.h"
#include "place.h"
#include "text.h"
#include "uuid.h"

enum { PERIOD_DAYS_MAX = 366 };

struct check {
    struct mh_event *event;
    const struct mh_type *type;
    const struct mh_reference *reference;
    struct mh_faults *faults;
};

static bool has(const struct check *check, int i)
{
    return check->event->values[i].set == MH_VALUE;
}

static const struct mh_value *get(const struct check *check, int i)
{
    return &check->event->values[i];
}

static void fault_number(struct check *check, int i, enum mh_code code,
                         const char *word, int64_t bound)
{
    char expected[64];
    char got[24];

    (void)snprintf(expected, sizeof expected, "%s %" PRId64, word, bound);
    (void)snprintf(got, sizeof got, "%" PRId64, get(check, i)->number);
    (void)mh_fault_add(check->faults, code, check->type, i, expected, got,
                       strlen(got));
}

static void fault_text(struct check *check, int i, enum mh_code code,
                       const char *expected)
{
    const struct mh_value *value = get(check, i);
    bool shown =
        code != MH_PERSONAL && code != MH_UTF8 && value->set == MH_VALUE;

    (void)mh_fault_add(check->faults, code, check->type, i, expected,
                       shown ? value->text : NULL, value->len);
}

static void fault(struct check *check, int i, enum mh_code code,
                  const char *expected)
{
    (void)mh_fault_add(check->faults, code, check->type, i, expected, NULL, 0);
}

/* ------------------------------------------------------ each value alone */

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* Bounds of an amount hold for its value in current rials; the bound is
 * divided, not the amount multiplied, so nothing can overflow. */
static int64_t money_unit(const struct check *check,
                          const struct mh_field *field)
{
    int unit = check->type->currency_unit;

    return field->money && unit >= 0 && has(check, unit) &&
                   get(check, unit)->number == MH_IRR_NEW
               ? MH_IRR_NEW_RIALS
               : 1;
}

static void check_number(struct check *check, int i,
                         const struct mh_field *field)
{
    int64_t number = get(check, i)->number;
    int64_t unit = money_unit(check, field);
    int64_t least = unit == 1 ? field->min : -floor_divide(-field->min, unit);
    int64_t most = unit == 1 ? field->max : floor_divide(field->max, unit);

    if (number >= least && number <= most) {
        return;
    }
    if (field->kind == MH_KIND_DATE || field->kind == MH_KIND_TIMESTAMP) {
        fault(check, i, MH_DATE, "1300-01-01 to 1500-12-29, Solar Hijri");
    } else if (number < least) {
        fault_number(check, i, MH_MIN, "at least", field->min);
    } else {
        fault_number(check, i, MH_MAX, "at most", field->max);
    }
}

static enum mh_code known(struct check *check, int i,
                          const struct mh_field *field)
{
    const struct mh_value *value = get(check, i);

    if (field->lookup == NULL) {
        return MH_OK;
    }
    if (i == MH_FIELD_AGENCY_CODE) {
        check->event->agency_id =
            mh_reference_agency(check->reference, value->text, value->len);
        return check->event->agency_id != 0 ? MH_OK : MH_AGENCY;
    }
    return mh_reference_lookup(check->reference, field->lookup, value->text,
                               value->len)
               ? MH_OK
               : MH_LOOKUP;
}

static bool has_form(const struct mh_field *field, const char *text, size_t len)
{
    switch (field->form) {
    case MH_FORM_PLACE:
        return mh_place_level(text, len) != MH_LEVEL_NONE;
    case MH_FORM_COUNCIL:
        return mh_place_is_council(text, len);
    case MH_FORM_PATTERN:
        break;
    }
    return mh_pattern_match(field->pattern, text, len);
}

static void check_string(struct check *check, int i,
                         const struct mh_field *field)
{
    const struct mh_value *value = get(check, i);
    enum mh_code code;

    if (!has_form(field, value->text, value->len)) {
        code = mh_text_is_utf8(value->text, value->len) ? MH_PATTERN : MH_UTF8;
        fault_text(check, i, code, field->pattern_text);
        check->event->values[i].set = MH_BAD;
        return;
    }
    code = known(check, i, field);
    if (code != MH_OK) {
        fault_text(check, i, code,
                   code == MH_AGENCY ? "a code of report.agency"
                                     : field->lookup);
    }
}

static void check_id(struct check *check, int i)
{
    const struct mh_value *value = get(check, i);
    enum mh_code code;

    if (!mh_uuid_read(value->text, value->len, check->event->id)) {
        code = mh_text_is_utf8(value->text, value->len) ? MH_PATTERN : MH_UTF8;
        fault_text(check, i, code, "a UUID of 36 characters");
        check->event->values[i].set = MH_BAD;
    }
}

static void check_value(struct check *check, int i,
                        const struct mh_field *field)
{
    switch (field->kind) {
    case MH_KIND_STRING:
        check_string(check, i, field);
        break;
    case MH_KIND_UUID:
        check_id(check, i);
        break;
    case MH_KIND_INT:
    case MH_KIND_LONG:
    case MH_KIND_BOOLEAN:
    case MH_KIND_DATE:
    case MH_KIND_TIMESTAMP:
    case MH_KIND_ENUM:
        check_number(check, i, field);
        break;
    }
}

/* ---------------------------------------------------------- between fields */

static void check_absent(struct check *check, int i,
                         const struct mh_field *field)
{
    int other = field->required_when;

    if (!field->optional || other < 0) {
        fault(check, i, MH_REQUIRED, field->label_en);
    } else if (has(check, other) &&
               field->required_when_is[get(check, other)->number]) {
        fault(check, i, MH_REQUIRED_WHEN, check->type->fields[other].name);
    }
}

static void check_requires(struct check *check, const struct mh_field *field)
{
    for (int n = 0; n < MH_NAMES_MAX && field->requires[n] >= 0; n++) {
        int other = field->requires[n];

        /* A field that is required anyway is reported once, as REQUIRED. */
        if (get(check, other)->set == MH_NULL &&
            check->type->fields[other].optional) {
            fault(check, other, MH_REQUIRES, field->name);
        }
    }
}

static void check_requires_any(struct check *check, int i,
                               const struct mh_field *field)
{
    if (field->requires_any[0] < 0) {
        return;
    }
    for (int n = 0; n < MH_NAMES_MAX && field->requires_any[n] >= 0; n++) {
        if (get(check, field->requires_any[n])->set != MH_NULL) {
            return;
        }
    }
    fault(check, i, MH_REQUIRES_ANY,
          check->type->fields[field->requires_any[0]].name);
}

static void check_between(struct check *check, int i,
                          const struct mh_field *field)
{
    int bound = field->at_most;
    int other = field->null_when;

    check_requires(check, field);
    check_requires_any(check, i, field);
    if (bound >= 0 && has(check, i) && has(check, bound) &&
        get(check, i)->number > get(check, bound)->number) {
        fault_number(check, i, MH_AT_MOST, check->type->fields[bound].name,
                     get(check, bound)->number);
    }
    if (other >= 0 && has(check, other) &&
        get(check, other)->number <= field->null_when_at_most) {
        fault(check, i, MH_NULL_WHEN, check->type->fields[other].name);
    }
}

/* ------------------------------------------------------- the event as whole */

static void check_op(struct check *check)
{
    bool reason = get(check, MH_FIELD_CORRECTION_REASON)->set != MH_NULL;

    if (!has(check, MH_FIELD_OP)) {
        return;
    }
    if (get(check, MH_FIELD_OP)->number == MH_OP_ASSERT) {
        if (reason) {
            fault(check, MH_FIELD_CORRECTION_REASON, MH_OP, "no reason");
        }
        return;
    }
    if (has(check, MH_FIELD_REVISION) &&
        get(check, MH_FIELD_REVISION)->number == 0) {
        fault(check, MH_FIELD_REVISION, MH_OP, "at least 1");
    }
    if (!reason) {
        fault(check, MH_FIELD_CORRECTION_REASON, MH_OP, "a reason");
    }
}

static void check_days(struct check *check)
{
    int from = check->type->period_from;
    int64_t day;

    if (!has(check, MH_FIELD_OCCURRED_ON)) {
        return;
    }
    day = get(check, MH_FIELD_OCCURRED_ON)->number;
    if (has(check, MH_FIELD_OCCURRED_AT) &&
        mh_tehran_day(get(check, MH_FIELD_OCCURRED_AT)->number) != day) {
        fault(check, MH_FIELD_OCCURRED_AT, MH_DAY, "an instant of that day");
    }
    if (check->type->period && has(check, from)) {
        int64_t first = get(check, from)->number;

        if (first > day || day - first >= PERIOD_DAYS_MAX) {
            fault(check, from, MH_PERIOD, "at most 366 days");
        }
    }
}

static void check_place(struct check *check)
{
    static const char *const NAMES[] = {"province", "county", "settlement",
                                        "neighbourhood"};
    const struct mh_value *place = get(check, MH_FIELD_PLACE_CODE);
    const struct mh_value *council = get(check, MH_FIELD_COUNCIL_CODE);
    enum mh_level level;
    size_t known_len;

    if (place->set != MH_VALUE) {
        return;
    }
    level = mh_place_level(place->text, place->len);
    if (level == MH_LEVEL_NONE) {
        return; /* its pattern has told */
    }
    known_len = level == MH_LEVEL_NEIGHBOURHOOD ? place->len - MH_PLACE_NUMBER
                                                : place->len;
    if (level > check->type->finest) {
        fault_text(check, MH_FIELD_PLACE_CODE, MH_FINEST_PLACE,
                   NAMES[check->type->finest]);
    }
    if (level < check->type->coarsest) {
        fault_text(check, MH_FIELD_PLACE_CODE, MH_COARSEST_PLACE,
                   NAMES[check->type->coarsest]);
    }
    if (!mh_reference_place(check->reference, place->text, known_len)) {
        fault_text(check, MH_FIELD_PLACE_CODE, MH_PLACE,
                   "a code of report.place");
    }
    if (council->set == MH_VALUE &&
        (level != MH_LEVEL_NEIGHBOURHOOD || council->len <= place->len ||
         council->text[place->len] != '-' ||
         memcmp(council->text, place->text, place->len) != 0)) {
        fault_text(check, MH_FIELD_COUNCIL_CODE, MH_COUNCIL,
                   "the neighbourhood's code and -C and a number");
    }
}

static void check_personal(struct check *check)
{
    const struct mh_value *value = get(check, MH_FIELD_SOURCE_REF);

    if (value->set == MH_VALUE && mh_personal_found(value->text, value->len)) {
        fault_text(check, MH_FIELD_SOURCE_REF, MH_PERSONAL,
                   "a number of a letter or record, not of a person");
    }
}

static bool in_bounds(const struct mh_field *field, int64_t number)
{
    return number >= field->min && number <= field->max;
}

bool mh_check(struct mh_event *event, const struct mh_reference *reference,
              struct mh_faults *faults)
{
    const struct mh_type *type = event->type;
    const struct mh_field *field = type->fields;
    struct check check = {event, type, reference, faults};

    for (int i = 0; i < type->field_count; i++, field++) {
        const struct mh_value *value = &event->values[i];

        if (value->set == MH_NULL) {
            if (!field->may_lack) {
                check_absent(&check, i, field);
            }
            continue;
        }
        if (field->plain && in_bounds(field, value->number)) {
            continue; /* most fields of a good event */
        }
        if (value->set == MH_VALUE) {
            check_value(&check, i, field);
        }
        if (field->related) {
            check_between(&check, i, field);
        }
    }
    check_op(&check);
    check_days(&check);
    check_place(&check);
    check_personal(&check);
    if (faults->count == 0) {
        return true;
    }
    mh_faults_sort(faults);
    return false;
}
