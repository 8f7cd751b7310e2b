/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The events of the benchmarks: one stream, the same on every machine.
 *
 * Event `i` is a function of `i` alone. Nine types, 220 neighbourhoods of real
 * cities (Zipf), 12 agencies of which each type has one that posts most of it,
 * random ids, days that advance with the stream and lag a little, one in a
 * hundred the exact repeat of an earlier event.
 */
#ifndef MAHALLE_BENCH_EVENTS_H
#define MAHALLE_BENCH_EVENTS_H

#include "catalogue.h"
#include "event.h"

enum {
    BENCH_TYPES = 9,
    BENCH_PLACES = 220,
    BENCH_AGENCIES = 12,
    BENCH_EVENTS_A_DAY = 40000, /* of the stream, not of the clock */
    BENCH_TEXT_MAX = 48         /* bytes of the longest text */
};

struct bench_events {
    const struct mh_type *types[BENCH_TYPES]; /**< lent by the catalogue */
    char places[BENCH_PLACES][16];
    double zipf[BENCH_PLACES]; /**< share of all places up to this one */
};

/** An event and the texts it is made of. */
struct bench_event {
    struct mh_event event;
    char texts[MH_FIELDS_MAX][BENCH_TEXT_MAX];
};

/** @returns false: the catalogue lacks one of the types */
bool bench_events_init(struct bench_events *events,
                       const struct mh_catalogue *catalogue);
/** Make event `i`. It passes the check. */
void bench_events_make(const struct bench_events *events, uint64_t i,
                       struct bench_event *made);
/** Whether event `i` repeats an earlier one. */
bool bench_events_repeats(uint64_t i);

/** Catalogue from DIR; ends the program with a message on failure. */
struct mh_catalogue *bench_catalogue(const char *dir);

#endif
