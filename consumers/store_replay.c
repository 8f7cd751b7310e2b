/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A letter keeps its place in the log and the time of its record; facts and
 * totals are locked in the same order as by the consumer, which may be at
 * work meanwhile.
 */
#include "store_replay.h"

#include <string.h>

#include "pgbinary.h"
#include "store_internal.h"

static void put_choice(struct params *params, const struct replay *replay)
{
    params_reset(params);
    for (int i = 0; i < LETTER_CHOICE; i++) {
        params_text(params, replay->choice[i]);
    }
    params_int8(params, replay->after);
    params_int8(params, replay->most);
    params_int8(params, REPLAY_BYTES_MAX);
}

static struct message get_record(const PGresult *rows, int row)
{
    struct message message = {
        .partition = pg_get_int4(PQgetvalue(rows, row, 1)),
        .offset = pg_get_int8(PQgetvalue(rows, row, 2)),
        .at_ms = pg_get_int8(PQgetvalue(rows, row, 3)),
    };

    if (!PQgetisnull(rows, row, 4)) {
        message.value = (const uint8_t *)PQgetvalue(rows, row, 4);
        message.value_len = (size_t)PQgetlength(rows, row, 4);
    }
    return message;
}

enum mh_code store_begin_replay(struct store *store, struct replay *replay,
                                struct batch *batch, int64_t *version,
                                struct mh_err *err)
{
    int count = 0;
    enum mh_code code = store_start(store, err);

    if (code != MH_OK) {
        return code;
    }
    PQclear(store->letters);
    store->letters = NULL;
    put_choice(&store->params, replay);
    code = store_run(store, "lock_letters", &store->letters, &count, err);
    for (int i = 0; code == MH_OK && i < count; i++) {
        replay->letters[i] = pg_get_int8(PQgetvalue(store->letters, i, 0));
        batch->messages[batch->count++] = get_record(store->letters, i);
    }
    if (code == MH_OK && count > 0) {
        *version = pg_get_int8(PQgetvalue(store->letters, 0, 5));
        store_set_now(store, pg_get_int8(PQgetvalue(store->letters, 0, 6)));
    }
    return code;
}

static void put_text(struct mh_buf *buf, const char *text)
{
    if (text == NULL) {
        pg_put_null(buf);
    } else {
        pg_put_bytes(buf, text, strlen(text));
    }
}

/* What becomes of the letters: outcomes, and of those that are dead again why
 * they are so now. The letters themselves tell why they were refused. */
static enum mh_code settle(struct store *store, const struct replay *replay,
                           const struct batch *batch, struct mh_err *err)
{
    static const char *const OUTCOMES[] = {"applied", "duplicate", "stale",
                                           "dead"};
    struct params *params = &store->params;

    params_reset(params);
    params_int8_array(params, replay->letters, batch->count);
    params_array(params, PG_OID_TEXT, batch->count);
    for (int i = 0; i < batch->count; i++) {
        put_text(&params->buf, OUTCOMES[batch->fates[i]]);
    }
    params_end(params);
    params_array_of_nullable(params, PG_OID_TEXT, batch->count);
    for (int i = 0; i < batch->count; i++) {
        put_text(&params->buf, batch->letters[i] == NULL
                                   ? NULL
                                   : mh_code_name(batch->letters[i]->reason));
    }
    params_end(params);
    params_array_of_nullable(params, PG_OID_TEXT, batch->count);
    for (int i = 0; i < batch->count; i++) {
        put_text(&params->buf,
                 batch->letters[i] == NULL ? NULL : batch->letters[i]->pointer);
    }
    params_end(params);
    return store_run(store, "settle_letters", NULL, NULL, err);
}

enum mh_code store_write_replay(struct store *store,
                                const struct replay *replay,
                                const struct batch *batch,
                                const struct delta *delta, struct mh_err *err)
{
    enum mh_code code = store_send_facts(store, batch, delta, err);

    if (code == MH_OK) {
        code = store_answer(store, err);
    }
    if (code == MH_OK) {
        code = settle(store, replay, batch, err);
    }
    if (code == MH_OK) {
        code = store_send_totals(store, delta, err);
    }
    return code;
}
