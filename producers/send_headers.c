/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of fixed size, made once an event, digit by digit: printf would take
 * longer than all of the check. */
#include "send_headers.h"

#include <string.h>

#include "calendar.h"

enum { MS_PER_DAY = 86400000 };

static const char AGENCIES[] = "/agencies/";

/* `width` digits and the byte behind them. */
static char *put(char *to, int number, int width, char behind)
{
    for (int i = width - 1; i >= 0; i--) {
        to[i] = (char)('0' + number % 10);
        number /= 10;
    }
    to[width] = behind;
    return to + width + 1;
}

/* Years are those of the check, so they have four digits. */
void send_headers_time(int64_t instant_ms, char time[SEND_TIME_BYTES])
{
    char *to = time;
    int64_t day = instant_ms / MS_PER_DAY - (instant_ms % MS_PER_DAY < 0);
    int ms = (int)(instant_ms - day * MS_PER_DAY);
    struct mh_date date = mh_gregorian_from_day((int32_t)day);

    to = put(to, date.year, 4, '-');
    to = put(to, date.month, 2, '-');
    to = put(to, date.day, 2, 'T');
    to = put(to, ms / 3600000, 2, ':');
    to = put(to, ms / 60000 % 60, 2, ':');
    to = put(to, ms / 1000 % 60, 2, '.');
    *put(to, ms % 1000, 3, 'Z') = '\0';
}

static void write_source(const struct mh_value *agency, char *to, size_t size)
{
    size_t room = size - sizeof AGENCIES;
    size_t len = agency->len < room ? agency->len : room;

    memcpy(to, AGENCIES, sizeof AGENCIES - 1);
    memcpy(to + sizeof AGENCIES - 1, agency->text, len);
    to[sizeof AGENCIES - 1 + len] = '\0';
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
    memcpy(headers->id, id->text, SEND_ID_BYTES);
    headers->id[SEND_ID_BYTES] = '\0';
    /* a copy: the type may be read anew while the event is on its way */
    (void)memccpy(headers->type, event->type->name, '\0', sizeof headers->type);
    write_source(agency, headers->source, sizeof headers->source);
    send_headers_time(time->number, headers->time);
}
