/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dead-letters replay: records that were refused are taken once more, the way
 * the consumer takes them, some at a time. Replayed letters are not taken, so
 * a second run changes nothing.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "admin_letters.h"
#include "clock.h"
#include "store_replay.h"
#include "verdict.h"

enum { TRIES = 5, WAIT_MS = 200, TOLD_MAX = 20 };

/* Letters that were named and are in another state, or in none. */
#define ELSEWHERE                                                        \
    "SELECT id, coalesce(l.state, ''), count(*) OVER (),"                \
    "       count(*) FILTER (WHERE l.state IS DISTINCT FROM 'replayed')" \
    "         OVER ()"                                                   \
    "  FROM (SELECT DISTINCT unnest($1::bigint[]) AS id) AS named"       \
    "  LEFT JOIN ops.dead_letter l USING (id)"                           \
    " WHERE l.state IS DISTINCT FROM $2 ORDER BY id LIMIT 21"

struct run {
    struct store *store;            /* owned */
    struct mh_catalogue *catalogue; /* owned */
    struct mh_reference *reference; /* owned */
    int64_t contract_version;
    struct admin_letters letters; /* owned */
    int most; /* letters a transaction now; halved when they were too large */
    int64_t taken;
    struct replay replay;
    struct batch batch;
    struct delta delta;
    int64_t fates[FATE_COUNT];
    enum mh_code last_reason; /* of those that are dead again */
    long elsewhere;           /* named, but not in the state that is taken */
    long astray;              /* of these, the ones that were not replayed */
};

static enum mh_code read_contract(struct run *run, int64_t version,
                                  struct mh_err *err)
{
    mh_catalogue_free(run->catalogue);
    mh_reference_free(run->reference);
    run->catalogue = NULL;
    run->reference = NULL;
    run->contract_version = version;
    return store_contract_read(run->store, &run->catalogue, &run->reference,
                               err);
}

static enum mh_code add_record(struct run *run, int i)
{
    struct batch *batch = &run->batch;
    enum mh_code code =
        verdict_read(&batch->messages[i], run->catalogue, run->reference,
                     &batch->arena, &batch->versions[i], &batch->letters[i]);

    if (code == MH_OK && batch->letters[i] != NULL) {
        batch->fates[i] = FATE_DEAD;
        return code;
    }
    return code == MH_OK ? batch_add(batch, i) : code;
}

static enum mh_code write_batch(struct run *run, struct mh_err *err)
{
    struct batch *batch = &run->batch;
    enum mh_code code = MH_OK;

    for (int i = 0; i < batch->count && code == MH_OK; i++) {
        code = add_record(run, i);
    }
    if (code != MH_OK) {
        return mh_fail(err, code, "no memory for %d letters", batch->count);
    }
    batch_sort(batch);
    code = store_read_old(run->store, batch, run->catalogue, err);
    if (code == MH_OK && delta_make(&run->delta, batch) != MH_OK) {
        code =
            mh_fail(err, MH_MEMORY, "no memory for %d letters", batch->count);
    }
    if (code == MH_OK) {
        code = store_write_replay(run->store, &run->replay, batch, &run->delta,
                                  err);
    }
    return code;
}

/* One transaction. The contract is locked until its end. */
static enum mh_code take_batch(struct run *run, struct mh_err *err)
{
    int64_t version = 0;
    enum mh_code code;

    run->batch.count = 0;
    batch_reset_facts(&run->batch);
    code = store_begin_replay(run->store, &run->replay, &run->batch, &version,
                              err);
    if (code == MH_OK && run->batch.count > 0 &&
        (run->catalogue == NULL || version != run->contract_version)) {
        code = read_contract(run, version, err);
    }
    if (code == MH_OK && run->batch.count > 0) {
        code = write_batch(run, err);
    }
    if (code == MH_OK) {
        code = store_commit(run->store, err);
    }
    if (code != MH_OK) {
        store_rollback(run->store);
    }
    return code;
}

/* Another session may have the same fact in hand: then try again. A batch that
 * does not fit its memory is taken in smaller ones. */
static enum mh_code take_batch_surely(struct run *run, struct mh_err *err)
{
    enum mh_code code = take_batch(run, err);
    int tries = 1;

    while ((code == MH_MEMORY && run->most > 1) ||
           ((code == MH_PG_BUSY || code == MH_PG_OWNER) && tries < TRIES)) {
        if (code == MH_MEMORY) {
            run->most /= 2;
        } else {
            mh_clock_sleep_ms(WAIT_MS);
            tries++;
        }
        code = take_batch(run, err);
    }
    return code;
}

static void count_batch(struct run *run)
{
    for (int i = 0; i < run->batch.count; i++) {
        run->fates[run->batch.fates[i]]++;
        if (run->batch.fates[i] == FATE_DEAD) {
            run->last_reason = run->batch.letters[i]->reason;
        }
        run->replay.after = run->replay.letters[i];
    }
    run->taken += run->batch.count;
}

static enum mh_code take_all(struct run *run, struct mh_err *err)
{
    int64_t limit = run->letters.limit;
    enum mh_code code = MH_OK;

    do {
        run->replay.most = limit > 0 && limit - run->taken < run->most
                               ? (int)(limit - run->taken)
                               : run->most;
        run->batch.count = 0;
        if (run->replay.most > 0) {
            code = take_batch_surely(run, err);
        }
        if (code == MH_OK) {
            count_batch(run);
        }
    } while (code == MH_OK && run->batch.count > 0);
    return code;
}

static enum mh_code read_choice(const struct admin *admin, struct run *run,
                                struct mh_err *err)
{
    const char **params = run->letters.params;
    enum mh_code code = admin_letters_choose_some(admin, &run->letters, err);

    if (code != MH_OK) {
        return code;
    }
    if (params[LETTER_STATE] == NULL) {
        params[LETTER_STATE] = "open";
    } else if (strcmp(params[LETTER_STATE], "replayed") == 0) {
        return mh_fail(err, MH_USAGE,
                       "dead-letters replay: --state is open or parked");
    }
    run->replay.choice = params;
    run->most = REPLAY_LETTERS_MAX;
    return MH_OK;
}

static void tell_elsewhere(const struct database *db, const char *state)
{
    for (int i = 0; i < database_rows(db) && i < TOLD_MAX; i++) {
        const char *id = database_text(db, i, 0);
        const char *is = database_text(db, i, 1);

        if (*is == '\0') {
            (void)fprintf(stderr, "mahalle-admin: there is no letter %s\n", id);
        } else {
            (void)fprintf(stderr, "mahalle-admin: letter %s is %s, not %s%s\n",
                          id, is, state,
                          strcmp(is, "parked") == 0
                              ? "; to take it all the same: --state parked"
                              : "");
        }
    }
    if (database_rows(db) > TOLD_MAX) {
        (void)fprintf(stderr, "mahalle-admin: and more\n");
    }
}

/* Which of the letters that were named by their ids will not be taken. */
static enum mh_code find_elsewhere(const struct admin *admin, struct run *run,
                                   struct mh_err *err)
{
    const char *const params[] = {run->letters.params[0],
                                  run->letters.params[LETTER_STATE]};
    struct database *db = NULL;
    enum mh_code code =
        params[0] == NULL ? MH_OK : admin_connect(admin, &db, err);

    if (code == MH_OK && db != NULL) {
        code = admin_begin_reading(db, err);
    }
    if (code == MH_OK && db != NULL) {
        code = database_exec(db, "dead letters", ELSEWHERE, 2, params, err);
    }
    if (code == MH_OK && db != NULL && database_rows(db) > 0) {
        tell_elsewhere(db, params[1]);
        run->elsewhere = strtol(database_text(db, 0, 2), NULL, 10);
        run->astray = strtol(database_text(db, 0, 3), NULL, 10);
    }
    if (db != NULL) {
        database_rollback(db);
    }
    database_close(db);
    return code;
}

static enum mh_code open_store(const struct admin *admin, struct run *run,
                               struct mh_err *err)
{
    const char *conninfo = mh_options_text(admin->options, "pg");
    enum mh_code code;

    if (*conninfo == '\0') {
        return mh_fail(err, MH_USAGE,
                       "MAHALLE_PG is not set: the owner's connection string");
    }
    code = batch_init(&run->batch, REPLAY_LETTERS_MAX, err);
    if (code == MH_OK) {
        code = delta_init(&run->delta, REPLAY_LETTERS_MAX, err);
    }
    if (code == MH_OK) {
        code = store_open(conninfo, "mahalle-admin",
                          mh_options_text(admin->options, "topic"), "",
                          &run->store, err);
    }
    return code;
}

/* What was done, also before a failure. @returns the reason of a letter when
 * some are dead again; MH_CONFLICT: letters were named that could not be taken
 */
static enum mh_code tell(const struct run *run, enum mh_code code,
                         struct mh_err *err)
{
    const int64_t *n = run->fates;
    int64_t replayed = n[FATE_APPLIED] + n[FATE_DUPLICATE] + n[FATE_STALE];

    (void)printf("%" PRId64 " replayed (%" PRId64 " applied, %" PRId64
                 " duplicate, %" PRId64 " stale), %" PRId64 " dead again",
                 replayed, n[FATE_APPLIED], n[FATE_DUPLICATE], n[FATE_STALE],
                 n[FATE_DEAD]);
    if (run->elsewhere > 0) {
        (void)printf(", %ld not %s", run->elsewhere,
                     run->letters.params[LETTER_STATE]);
    }
    (void)putchar('\n');
    if (code == MH_OK && n[FATE_DEAD] > 0) {
        return mh_fail(err, run->last_reason,
                       "some are dead again; dead-letters show ID says why");
    }
    return code == MH_OK && run->astray > 0
               ? mh_fail(err, MH_CONFLICT, "%ld letters were not taken",
                         run->astray)
               : code;
}

enum mh_code admin_dead_letters_replay(const struct admin *admin,
                                       struct mh_err *err)
{
    struct run run = {.store = NULL};
    enum mh_code code = read_choice(admin, &run, err);

    if (code == MH_OK) {
        code = find_elsewhere(admin, &run, err);
    }
    if (code == MH_OK) {
        code = open_store(admin, &run, err);
    }
    if (code == MH_OK) {
        code = tell(&run, take_all(&run, err), err);
    }
    store_close(run.store);
    mh_catalogue_free(run.catalogue);
    mh_reference_free(run.reference);
    batch_fini(&run.batch);
    delta_fini(&run.delta);
    admin_letters_fini(&run.letters);
    return code;
}
