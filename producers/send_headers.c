/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of fixed size, made once an event. */
#include "send_headers.h"

#include <stdio.h>
#include <string.h>

#include "calendar.h"

enum { MS_PER_DAY = 86400000 };

static void write_time(int64_t instant_ms, char *text, size_t size)
{
    int64_t day = instant_ms / MS_PER_DAY - (instant_ms % MS_PER_DAY < 0);
    int ms = (int)(instant_ms - day * MS_PER_DAY);
    struct mh_date date = mh_gregorian_from_day((int32_t)day);

    (void)snprintf(text, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year,
                   date.month, date.day, ms / 3600000, ms / 60000 % 60,
                   ms / 1000 % 60, ms % 1000);
}

void send_headers_make(const struct mh_event *event,
                       struct send_headers *headers)
{
    const struct mh_value *id = &event->values[MH_FIELD_EVENT_ID];
    const struct mh_value *agency = &event->values[MH_FIELD_AGENCY_CODE];
    const struct mh_value *time = &event->values[MH_FIELD_OCCURRED_AT];

    if (time->set != MH_VALUE) {
        time = &event->values[MH_FIELD_POSTED_AT];
    }
    memcpy(headers->id, id->text, sizeof headers->id);
    headers->type = event->type->name;
    (void)snprintf(headers->source, sizeof headers->source, "/agencies/%.*s",
                   (int)agency->len, agency->text);
    write_time(time->number, headers->time, sizeof headers->time);
}
