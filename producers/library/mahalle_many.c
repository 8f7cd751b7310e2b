/* SPDX-License-Identifier: Apache-2.0 */
/* Many events at once, each with its result in a place of its own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "mahalle_inside.h"

enum {
    MANY_MAX = 1000 * 1000, /* events of one call */
    WAIT_MS = 100
};

struct mahalle_results {
    size_t count;
    struct told *told[]; /* owned; NULL: memory was out when it came */
};

/* Those who wait for the results. */
struct group {
    struct parcel_owner owner; /* first */
    struct mahalle_results *results;
    atomic_size_t left; /* without a result */
};

static void on_settled(struct parcel_owner *owner, const struct parcel *parcel,
                       const struct mahalle_result *result)
{
    struct group *group = (struct group *)owner;

    group->results->told[parcel->ticket] = told_copy(result);
    (void)atomic_fetch_sub(&group->left, 1);
}

static bool is_done(const void *opaque)
{
    const struct group *group = opaque;

    return atomic_load(&group->left) == 0;
}

/* An event that was not taken. */
static void settle(struct group *group, size_t i, void *tag, struct told *told)
{
    if (told != NULL) {
        told->result.tag = tag;
    }
    group->results->told[i] = told;
    (void)atomic_fetch_sub(&group->left, 1);
}

static void post_all(struct mahalle *client, struct work *work,
                     const struct mahalle_event *events, size_t count,
                     int64_t until_ms, struct group *group)
{
    for (size_t i = 0; i < count; i++) {
        struct label label = {
            .owner = &group->owner, .ticket = i, .tag = events[i].tag};
        int64_t left_ms = until_ms - mh_clock_ms();
        struct told *told = NULL;
        struct mh_err why;
        enum mh_code code =
            inside_post(client, work, &events[i], label,
                        left_ms > 0 ? (int)left_ms : 0, &told, &why);

        if (code != MH_OK) {
            settle(group, i, events[i].tag,
                   told_reason(MAHALLE_NOT_STORED, why.text));
        } else if (told != NULL) {
            settle(group, i, events[i].tag, told);
        }
    }
}

/* The time is over: what still comes is for nobody. */
static void leave(struct mahalle *client, struct group *group,
                  const struct mahalle_event *events, int wait_ms)
{
    struct parcels *parcels = &client->client->parcels;
    char reason[80];

    while (!parcels_serve(parcels)) {
        parcels_wait(parcels, WAIT_MS);
    }
    parcels_leave(parcels, &group->owner);
    parcels_served(parcels);
    (void)snprintf(reason, sizeof reason, "no result within %d ms", wait_ms);
    for (size_t i = 0; i < group->results->count; i++) {
        if (group->results->told[i] == NULL) {
            struct told *told = told_reason(MAHALLE_UNCERTAIN, reason);

            if (told != NULL) {
                told->result.tag = events[i].tag;
            }
            group->results->told[i] = told;
        }
    }
}

enum mahalle_code mahalle_post_many(struct mahalle *client,
                                    const struct mahalle_event *events,
                                    size_t count, int wait_ms,
                                    struct mahalle_results **results,
                                    struct mahalle_err *err)
{
    enum mahalle_code code = inside_admit(client, true, err);
    int64_t until_ms = mh_clock_ms() + (wait_ms > 0 ? wait_ms : 0);
    struct group group = {.owner.on_settled = on_settled};
    struct work *work;

    if (code != MAHALLE_OK) {
        return code;
    }
    if (results == NULL || (events == NULL && count > 0) || count > MANY_MAX) {
        return inside_fail(err, MAHALLE_USAGE,
                           "events and a place for results; at most 1000000");
    }
    for (size_t i = 0; i < count; i++) {
        if (events[i].json == NULL) {
            return inside_fail(err, MAHALLE_USAGE, "one of the events is none");
        }
    }
    group.results = calloc(1, sizeof *group.results +
                                  count * sizeof group.results->told[0]);
    work = inside_take_work(client);
    if (group.results == NULL || work == NULL) {
        free(group.results);
        if (work != NULL) {
            inside_give_work(client, work);
        }
        return inside_fail(err, MAHALLE_MEMORY, "out of memory");
    }
    group.results->count = count;
    atomic_init(&group.left, count);
    post_all(client, work, events, count, until_ms, &group);
    inside_give_work(client, work);
    if (!client_wait(client->client, is_done, &group,
                     (int)(until_ms - mh_clock_ms()))) {
        leave(client, &group, events, wait_ms);
    }
    *results = group.results;
    return MAHALLE_OK;
}

/* ----------------------------------------------------------------- results */

size_t mahalle_results_count(const struct mahalle_results *results)
{
    return results == NULL ? 0 : results->count;
}

const struct mahalle_result *mahalle_results_at(
    const struct mahalle_results *results, size_t i)
{
    static const struct mahalle_fault *const NO_FAULTS[] = {NULL};
    static const struct mahalle_result FORGOTTEN = {
        .fate = MAHALLE_UNCERTAIN,
        .id = "",
        .partition = -1,
        .offset = -1,
        .faults = NO_FAULTS,
        .reason = "out of memory when the result came"};

    if (results == NULL || i >= results->count) {
        return NULL;
    }
    return results->told[i] == NULL ? &FORGOTTEN : &results->told[i]->result;
}

size_t mahalle_results_of(const struct mahalle_results *results,
                          enum mahalle_fate fate)
{
    size_t count = 0;

    for (size_t i = 0; i < mahalle_results_count(results); i++) {
        count += mahalle_results_at(results, i)->fate == fate;
    }
    return count;
}

void mahalle_results_free(struct mahalle_results *results)
{
    for (size_t i = 0; i < mahalle_results_count(results); i++) {
        told_free(results->told[i]);
    }
    free(results);
}

const char *mahalle_fate_name(enum mahalle_fate fate)
{
    static const char *const NAMES[] = {"unknown", "stored",     "duplicate",
                                        "refused", "not stored", "uncertain"};

    return NAMES[fate >= MAHALLE_STORED && fate <= MAHALLE_UNCERTAIN ? (int)fate
                                                                     : 0];
}
