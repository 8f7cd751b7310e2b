/* SPDX-License-Identifier: Apache-2.0 */
/* A grant that is missing is named by what the event has, and by what the key
 * has instead; of a stored fact only by the latter. */
#include "gateway_policy.h"

#include <stdio.h>
#include <string.h>

#include "calendar.h"

enum { AHEAD_MS = 5 * 60 * 1000 }; /* clocks of agencies differ */

/* `,a,b,` as `a b`, cut at a word. */
static void show_list(const char *list, char *text, size_t size)
{
    size_t len = 0;

    for (const char *c = list + 1; *c != '\0' && len + 5 < size; c++) {
        text[len++] = (char)(*c == ',' ? ' ' : *c);
    }
    while (len > 0 && text[len - 1] != ' ') {
        len--;
    }
    text[len > 0 ? len - 1 : 0] = '\0';
    if (len + 1 < strlen(list)) {
        (void)snprintf(text + (len > 0 ? len - 1 : 0), 5, " ...");
    }
}

static bool check_agency(const struct key *key, const struct mh_event *event,
                         struct mh_faults *faults)
{
    const struct mh_value *value = &event->values[MH_FIELD_AGENCY_CODE];

    if (value->set != MH_VALUE ||
        key_may_agency(key, value->text, value->len)) {
        return true;
    }
    (void)mh_fault_add(faults, MH_GRANT, event->type, MH_FIELD_AGENCY_CODE,
                       key->agency, value->text, value->len);
    return false;
}

static bool check_type(const struct key *key, const struct mh_event *event,
                       struct mh_faults *faults)
{
    const char *name = event->type->name;
    char granted[128];

    if (key_may_type(key, name)) {
        return true;
    }
    show_list(key->types, granted, sizeof granted);
    mh_fault_add_name(faults, MH_GRANT, "event_type", strlen("event_type"),
                      granted, name, strlen(name));
    return false;
}

/* The check has not found the place. */
static bool is_unknown(const struct mh_faults *faults)
{
    for (int i = 0; i < faults->count; i++) {
        if (faults->items[i].code == MH_PLACE) {
            return true;
        }
    }
    return false;
}

static bool check_county(const struct contract *contract, const struct key *key,
                         const struct mh_event *event, struct mh_faults *faults)
{
    const struct mh_value *place = &event->values[MH_FIELD_PLACE_CODE];
    const struct mh_value *day = &event->values[MH_FIELD_OCCURRED_ON];
    char room[5], granted[128];
    const char *county;

    /* without a day or a known place nobody can say in which county it is; the
     * event is refused for that already */
    if (key->counties == NULL || place->set != MH_VALUE ||
        day->set != MH_VALUE || is_unknown(faults)) {
        return true;
    }
    county = contract_county(contract, place->text, place->len,
                             (int32_t)day->number, room);
    if (key_may_county(key, county)) {
        return true;
    }
    show_list(key->counties, granted, sizeof granted);
    (void)mh_fault_add(faults, MH_GRANT, event->type, MH_FIELD_PLACE_CODE,
                       granted, county == NULL ? place->text : county,
                       county == NULL ? place->len : strlen(county));
    return false;
}

static void check_times(const struct mh_event *event, int64_t now_ms,
                        struct mh_faults *faults)
{
    const struct mh_value *day = &event->values[MH_FIELD_OCCURRED_ON];
    const struct mh_value *posted = &event->values[MH_FIELD_POSTED_AT];

    if (day->set == MH_VALUE && day->number > mh_tehran_day(now_ms)) {
        (void)mh_fault_add(faults, MH_FUTURE, event->type, MH_FIELD_OCCURRED_ON,
                           "today or before", NULL, 0);
    }
    if (posted->set == MH_VALUE && posted->number > now_ms + AHEAD_MS) {
        (void)mh_fault_add(faults, MH_FUTURE, event->type, MH_FIELD_POSTED_AT,
                           "at most 5 minutes ahead", NULL, 0);
    }
}

bool policy_check(const struct contract *contract, const struct key *key,
                  const struct mh_event *event, int64_t now_ms,
                  struct mh_faults *faults)
{
    bool may;

    if (event->type == NULL) {
        return true; /* nothing of it was read */
    }
    may = check_agency(key, event, faults);
    may = check_type(key, event, faults) && may;
    may = check_county(contract, key, event, faults) && may;
    check_times(event, now_ms, faults);
    mh_faults_sort(faults);
    return may;
}

/* What the fact has instead is not told: it is none of the key's. */
static void refuse_fact(struct mh_faults *faults, const char *granted)
{
    static const char NAME[] = "event_id";

    mh_fault_add_name(faults, MH_GRANT, NAME, sizeof NAME - 1, granted, NULL,
                      0);
}

bool policy_check_fact(const struct contract *contract, const struct key *key,
                       const struct policy_fact *fact, struct mh_faults *faults)
{
    char room[5], granted[128];
    const char *county;
    bool may = true;

    if (fact == NULL) {
        refuse_fact(faults, "a stored fact; a new one has revision 0");
        return false;
    }
    if (!key_may_type(key, fact->type)) {
        show_list(key->types, granted, sizeof granted);
        refuse_fact(faults, granted);
        may = false;
    }
    county = contract_county(contract, fact->place, strlen(fact->place),
                             fact->day, room);
    if (!key_may_county(key, county)) {
        show_list(key->counties, granted, sizeof granted);
        refuse_fact(faults, granted);
        may = false;
    }
    return may;
}
