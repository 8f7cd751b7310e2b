/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing but PostgreSQL vouches for a fact: of two records of revision 0 that
 * the gateway has stored the consumer takes the first, which another gateway may
 * have stored. So an id that it does not know yet is asked for again until it
 * has read to the end that the partition had. */
#include "gateway_grants.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gateway_desk.h"
#include "gateway_faults.h"
#include "gateway_policy.h"
#include "queries.h"

enum {
    PARAMS_MAX = 1024 * 1024,
    AGAIN_MS = 100, /* the consumer commits a few times a second */
    END_MS = 500    /* for Kafka to say where a partition ends */
};

/* Columns of schemas/queries/gateway_facts.sql. */
enum { FACT_TYPE, FACT_PLACE, FACT_DAY, FACT_REVISION, NEXT_OFFSET };

/* A fact that an event is to change. */
struct wanted {
    char id[MH_UUID_TEXT + 1];
    int32_t agency_id;
    int32_t partition; /* where records of it are; -1: not looked up */
    int64_t end;       /* where that one ended when Kafka was asked; or -1 */
    int64_t newest;    /* the newest revision that this gateway has stored, */
    int64_t stored;    /* and the offset behind it; -1: none */
    bool known;
    struct policy_fact fact;
};

struct lookup {
    struct inquiry inquiry; /* first: users as it says */
    struct relay *relay;    /* lent */
    int partitions;         /* of the topic; 0: not asked yet */
    int count;
    struct wanted wanted[];
};

static void free_lookup(struct parked *parked)
{
    free(parked);
}

/* ------------------------------------------------------- asked by the desk */

static void put_lists(const struct lookup *lookup, struct mh_buf lists[3])
{
    for (int i = 0; i < 3; i++) {
        mh_buf_init(&lists[i], PARAMS_MAX);
        mh_buf_byte(&lists[i], '{');
    }
    for (int i = 0; i < lookup->count; i++) {
        const struct wanted *wanted = &lookup->wanted[i];
        const char *comma = i == 0 ? "" : ",";

        mh_buf_format(&lists[0], "%s%s", comma, wanted->id);
        mh_buf_format(&lists[1], "%s%" PRId32, comma, wanted->agency_id);
        mh_buf_format(&lists[2], "%s%" PRId32, comma, wanted->partition);
    }
    for (int i = 0; i < 3; i++) {
        mh_buf_byte(&lists[i], '}');
    }
}

static enum mh_code read_facts(struct lookup *lookup, struct database *db,
                               struct mh_err *err)
{
    struct mh_buf lists[3];
    const char *params[4];
    enum mh_code code = MH_MEMORY;

    put_lists(lookup, lists);
    for (int i = 0; i < 3; i++) {
        params[i] = mh_buf_string(&lists[i]);
    }
    params[3] = lookup->inquiry.topic;
    if (!lists[0].failed && !lists[1].failed && !lists[2].failed) {
        code =
            database_exec(db, "facts", mh_query_gateway_facts, 4, params, err);
    }
    for (int i = 0; i < 3; i++) {
        mh_buf_fini(&lists[i]);
    }
    if (code == MH_OK && database_rows(db) != lookup->count) {
        code = mh_fail(err, MH_PG_DATA, "facts: not a row each");
    }
    return code;
}

static int64_t number(const struct database *db, int row, int column)
{
    const char *text = database_text(db, row, column);

    return text == NULL ? 0 : strtoll(text, NULL, 10);
}

static void take_fact(const struct database *db, int row,
                      struct policy_fact *fact)
{
    (void)snprintf(fact->type, sizeof fact->type, "%s",
                   database_text(db, row, FACT_TYPE));
    (void)snprintf(fact->place, sizeof fact->place, "%s",
                   database_text(db, row, FACT_PLACE));
    fact->day = (int32_t)number(db, row, FACT_DAY);
}

/* Where the partition of an unknown fact ends now; asked once. */
static bool find_end(struct lookup *lookup, struct wanted *wanted)
{
    if (lookup->partitions == 0) {
        lookup->partitions = relay_partitions(lookup->relay, END_MS);
    }
    if (lookup->partitions == 0) {
        return false;
    }
    wanted->partition = relay_partition(wanted->id, lookup->partitions);
    for (const struct wanted *w = lookup->wanted; w < wanted; w++) {
        if (w->partition == wanted->partition && w->end >= 0) {
            wanted->end = w->end;
            return true;
        }
    }
    return relay_end(lookup->relay, wanted->partition, END_MS, &wanted->end);
}

/* Whether the answer about a fact is final.
 * @param failed out; set when Kafka does not say where a partition ends */
static bool is_final(struct lookup *lookup, const struct database *db, int i,
                     bool *failed)
{
    struct wanted *wanted = &lookup->wanted[i];
    int64_t next = number(db, i, NEXT_OFFSET);

    wanted->known = database_text(db, i, FACT_REVISION) != NULL;
    if (wanted->known) {
        take_fact(db, i, &wanted->fact);
        return number(db, i, FACT_REVISION) >= wanted->newest ||
               next >= wanted->stored;
    }
    if (wanted->end < 0) {
        *failed = *failed || !find_end(lookup, wanted);
        return false;
    }
    return next >= wanted->end;
}

static enum mh_code run_lookup(struct inquiry *inquiry, struct database *db,
                               struct mh_err *err)
{
    struct lookup *lookup = (struct lookup *)inquiry;
    bool final = true, failed = false;
    enum mh_code code = read_facts(lookup, db, err);

    for (int i = 0; code == MH_OK && i < lookup->count; i++) {
        final = is_final(lookup, db, i, &failed) && final;
    }
    if (failed) {
        atomic_store(&inquiry->problem, PROBLEM_NOT_READY);
    } else if (code == MH_OK && final) {
        atomic_store(&inquiry->problem, PROBLEM_NONE);
    } else if (code == MH_OK) {
        inquiry->again_ms = mh_clock_ms() + AGAIN_MS;
    }
    return code;
}

/* ---------------------------------------------------------- of the request */

static void want(struct wanted *wanted, const struct entry *entry,
                 struct recent *recent)
{
    struct recent_event newest;

    memcpy(wanted->id, entry->id, sizeof wanted->id);
    wanted->agency_id = entry->event.agency_id;
    wanted->partition = -1;
    wanted->end = -1;
    wanted->newest = -1;
    wanted->stored = -1;
    if (recent_get(recent, entry->event.id, entry->event.agency_id, &newest)) {
        wanted->partition = newest.partition;
        wanted->newest = newest.revision;
        wanted->stored = newest.offset + 1;
    }
}

bool grants_ask(struct request *request)
{
    struct gateway *gateway = request->gateway;
    const struct batch *batch = request->batch;
    struct lookup *lookup =
        calloc(1, sizeof *lookup + (size_t)batch->asks * sizeof(struct wanted));

    if (lookup == NULL) {
        request->problem = PROBLEM_BUSY;
        return false;
    }
    for (int i = 0; i < batch->count; i++) {
        if (batch->entries[i].asks) {
            want(&lookup->wanted[lookup->count++], &batch->entries[i],
                 gateway->recent);
        }
    }
    lookup->relay = gateway->relay;
    lookup->inquiry.run = run_lookup;
    inquiry_init(&lookup->inquiry, free_lookup);
    return inquiry_ask(request, &lookup->inquiry,
                       request->due_ms - gateway->limits.wait_ms / 2);
}

/* Whether an event before this one, of the same fact, is about to be sent. */
static bool has_earlier(const struct batch *batch, const struct entry *entry)
{
    for (const struct entry *e = batch->entries; e < entry; e++) {
        if (e->outcome == OUTCOME_WAITING && strcmp(e->id, entry->id) == 0 &&
            e->event.agency_id == entry->event.agency_id) {
            return true;
        }
    }
    return false;
}

static void judge(const struct request *request, struct entry *entry,
                  const struct wanted *wanted)
{
    struct batch *batch = request->batch;
    struct mh_faults faults;

    if (!wanted->known && has_earlier(batch, entry)) {
        entry->outcome = OUTCOME_RETRY;
        return;
    }
    faults.count = 0;
    if (policy_check_fact(request->contract, request->key,
                          wanted->known ? &wanted->fact : NULL, &faults)) {
        return;
    }
    entry->outcome = OUTCOME_FORBIDDEN;
    entry->faults_at = batch->faults.len;
    faults_put(&batch->faults, SIZE_MAX, &faults, NULL, request->lang);
    entry->faults_len = batch->faults.len - entry->faults_at;
}

void grants_settle(struct request *request)
{
    const struct lookup *lookup = (const struct lookup *)request->inquiry;
    bool answered = atomic_load(&request->inquiry->problem) == PROBLEM_NONE;
    struct batch *batch = request->batch;
    int at = 0;

    for (int i = 0; i < batch->count; i++) {
        struct entry *entry = &batch->entries[i];

        if (!entry->asks) {
            continue;
        }
        if (answered) {
            judge(request, entry, &lookup->wanted[at++]);
        } else {
            entry->outcome = OUTCOME_RETRY;
        }
    }
    inquiry_leave(request->inquiry);
    request->inquiry = NULL;
}
