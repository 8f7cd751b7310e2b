/* SPDX-License-Identifier: Apache-2.0 */
/* A doubly linked list: reports come in any order. */
#include "parcels.h"

#include <stdlib.h>
#include <string.h>

struct parcel *parcels_pack(const struct mh_event *event,
                            const struct mh_buf *value, uint64_t ticket)
{
    struct parcel *parcel = malloc(sizeof *parcel + value->len);

    if (parcel == NULL) {
        return NULL;
    }
    parcel->before = parcel->after = NULL;
    parcel->ticket = ticket;
    send_headers_make(event, &parcel->headers);
    parcel->len = value->len;
    memcpy(parcel->value, value->bytes, value->len);
    return parcel;
}

void parcels_append(struct parcels *parcels, struct parcel *parcel)
{
    parcel->before = parcels->last;
    if (parcels->last == NULL) {
        parcels->first = parcel;
    } else {
        parcels->last->after = parcel;
    }
    parcels->last = parcel;
    parcels->count++;
}

void parcels_drop(struct parcels *parcels, struct parcel *parcel)
{
    if (parcel->before == NULL) {
        parcels->first = parcel->after;
    } else {
        parcel->before->after = parcel->after;
    }
    if (parcel->after == NULL) {
        parcels->last = parcel->before;
    } else {
        parcel->after->before = parcel->before;
    }
    parcels->count--;
    free(parcel);
}
