/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing but PostgreSQL vouches for a fact: another gateway may have stored an
 * earlier record of it, or one that moves it. So it is asked for, known or not,
 * until the consumer has read to the end that its partition had. */
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
    AGAIN_MS = 100,        /* the consumer commits a few times a second */
    END_MS = 500,          /* for Kafka to say where partitions end */
    PARTITIONS_MAX = 10000 /* of a topic; more than a broker has */
};

/* Columns of schemas/queries/gateway_facts.sql. */
enum { FACT_TYPE, FACT_PLACE, FACT_DAY, FACT_REVISION, NEXT_OFFSET };

/* A fact that an event is to change. */
struct wanted {
    char id[MH_UUID_TEXT + 1];
    int32_t agency_id;
    int32_t partition; /* where records of it are */
    bool known;
    struct policy_fact fact;
};

struct lookup {
    struct inquiry inquiry; /* first: users as it says */
    struct relay *relay;    /* lent */
    int64_t *ends;          /* owned; of the partitions when Kafka was asked;
                             * NULL: not asked yet */
    int count;
    struct wanted wanted[];
};

static void free_lookup(struct parked *parked)
{
    free(((struct lookup *)parked)->ends);
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

/* Where the partitions end now; asked once, before the facts. */
static bool find_ends(struct lookup *lookup)
{
    int count = relay_partitions(lookup->relay, END_MS);
    int64_t *ends;

    if (count <= 0 || count > PARTITIONS_MAX) {
        return false;
    }
    ends = calloc((size_t)count, sizeof *ends);
    if (ends == NULL || !relay_ends(lookup->relay, count, END_MS, ends)) {
        free(ends);
        return false;
    }
    for (int i = 0; i < lookup->count; i++) {
        struct wanted *wanted = &lookup->wanted[i];

        wanted->partition = relay_partition(wanted->id, count);
    }
    lookup->ends = ends;
    return true;
}

/* @returns whether the consumer had read all that could change the fact */
static bool take_row(const struct lookup *lookup, const struct database *db,
                     int i, struct wanted *wanted)
{
    wanted->known = database_text(db, i, FACT_REVISION) != NULL;
    if (wanted->known) {
        take_fact(db, i, &wanted->fact);
    }
    return number(db, i, NEXT_OFFSET) >= lookup->ends[wanted->partition];
}

static enum mh_code run_lookup(struct inquiry *inquiry, struct database *db,
                               struct mh_err *err)
{
    struct lookup *lookup = (struct lookup *)inquiry;
    bool final = true;
    enum mh_code code;

    if (lookup->ends == NULL && !find_ends(lookup)) {
        atomic_store(&inquiry->problem, PROBLEM_NOT_READY);
        return MH_OK;
    }
    code = read_facts(lookup, db, err);
    for (int i = 0; code == MH_OK && i < lookup->count; i++) {
        final = take_row(lookup, db, i, &lookup->wanted[i]) && final;
    }
    if (code == MH_OK && final) {
        atomic_store(&inquiry->problem, PROBLEM_NONE);
    } else if (code == MH_OK) {
        inquiry->again_ms = mh_clock_ms() + AGAIN_MS;
    }
    return code;
}

/* ---------------------------------------------------------- of the request */

static void want(struct wanted *wanted, const struct entry *entry)
{
    memcpy(wanted->id, entry->id, sizeof wanted->id);
    wanted->agency_id = entry->event.agency_id;
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
            want(&lookup->wanted[lookup->count++], &batch->entries[i]);
        }
    }
    lookup->relay = gateway->relay;
    lookup->inquiry.run = run_lookup;
    inquiry_init(&lookup->inquiry, free_lookup);
    return inquiry_ask(request, gateway->grants, &lookup->inquiry,
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
