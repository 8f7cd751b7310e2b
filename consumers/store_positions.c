/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of ops.partition_progress: claimed, marked, moved. */
#include <stdlib.h>
#include <string.h>

#include "pgbinary.h"
#include "store_internal.h"

struct position *positions_find(struct positions *positions, int32_t partition)
{
    int low = 0;
    int high = positions->count;

    while (low < high) {
        int middle = (low + high) / 2;

        if (positions->items[middle].partition < partition) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < positions->count &&
                   positions->items[low].partition == partition
               ? &positions->items[low]
               : NULL;
}

void positions_fini(struct positions *positions)
{
    free(positions->items);
    *positions = (struct positions){.count = 0};
}

static int by_partition(const void *a, const void *b)
{
    const struct position *left = a;
    const struct position *right = b;

    return (left->partition > right->partition) -
           (left->partition < right->partition);
}

static enum mh_code read_claimed(const PGresult *rows,
                                 struct positions *positions,
                                 struct mh_err *err)
{
    int count = PQntuples(rows);

    positions_fini(positions);
    if (count == 0) {
        return MH_OK;
    }
    positions->items = calloc((size_t)count, sizeof *positions->items);
    if (positions->items == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for %d positions", count);
    }
    for (int i = 0; i < count; i++) {
        int64_t next = pg_get_int8(PQgetvalue(rows, i, 1));

        positions->items[i] = (struct position){
            .partition = pg_get_int4(PQgetvalue(rows, i, 0)),
            .next = next,
            .epoch = pg_get_int8(PQgetvalue(rows, i, 2)),
            .high = -1,
            .until = next,
            .taken = next,
            .undecided = *PQgetvalue(rows, i, 3) != 0,
            .other_log = *PQgetvalue(rows, i, 4) != 0,
        };
    }
    positions->count = count;
    qsort(positions->items, (size_t)count, sizeof *positions->items,
          by_partition);
    return MH_OK;
}

enum mh_code store_claim(struct store *store, const int32_t *ids, int count,
                         const char *cluster_id, const char *topic_id,
                         struct positions *positions, struct mh_err *err)
{
    struct params *params = &store->params;
    PGresult *rows = NULL;
    enum mh_code code;

    params_reset(params);
    params_text(params, store->topic);
    params_array(params, PG_OID_INT4, count);
    for (int i = 0; i < count; i++) {
        pg_put_int4(&params->buf, ids[i]);
    }
    params_end(params);
    params_text(params, store->owner);
    params_text(params, cluster_id[0] == '\0' ? NULL : cluster_id);
    params_text(params, topic_id[0] == '\0' ? NULL : topic_id);
    code = store_run(store, "claim_positions", &rows, NULL, err);
    if (code == MH_OK) {
        code = read_claimed(rows, positions, err);
    }
    PQclear(rows);
    return code;
}

enum mh_code store_set_state(struct store *store,
                             const struct position *position, const char *state,
                             const char *reason, struct mh_err *err)
{
    params_reset(&store->params);
    params_text(&store->params, store->topic);
    params_int4(&store->params, position->partition);
    params_int8(&store->params, position->epoch);
    params_text(&store->params, state);
    params_text(&store->params, reason);
    return store_run(store, "set_position_state", NULL, NULL, err);
}

/* ------------------------------------------------- columns of positions */

enum column {
    PARTITION,
    EPOCH,
    NEXT,
    UNTIL,
    HIGH,
    APPLIED,
    DUPLICATE,
    STALE,
    DEAD,
    GAPS,
    LAST_MS
};

static int64_t get_column(const struct position *at, enum column column)
{
    switch (column) {
    case PARTITION:
        return at->partition;
    case EPOCH:
        return at->epoch;
    case NEXT:
        return at->next;
    case UNTIL:
        return at->until;
    case HIGH:
        return at->high;
    case APPLIED:
        return at->fates[FATE_APPLIED];
    case DUPLICATE:
        return at->fates[FATE_DUPLICATE];
    case STALE:
        return at->fates[FATE_STALE];
    case DEAD:
        return at->fates[FATE_DEAD];
    case GAPS:
        return at->until - at->next - at->fates[FATE_APPLIED] -
               at->fates[FATE_DUPLICATE] - at->fates[FATE_STALE] -
               at->fates[FATE_DEAD];
    case LAST_MS:
        return at->last_ms;
    }
    return 0;
}

/* One array over all positions, or over those that move. @returns how many */
static int put_column(struct params *params, const struct positions *positions,
                      bool moving, enum column column)
{
    int64_t values[STORE_PARTITIONS_MAX];
    int count = 0;

    for (int i = 0; i < positions->count; i++) {
        const struct position *at = &positions->items[i];

        if (!moving || at->until != at->next) {
            values[count++] = get_column(at, column);
        }
    }
    params_int8_array(params, values, count);
    return count;
}

void store_put_moving(struct params *params, const struct positions *positions)
{
    (void)put_column(params, positions, true, PARTITION);
}

enum mh_code store_mark(struct store *store, const struct positions *positions,
                        double age_s, struct mh_err *err)
{
    struct params *params = &store->params;
    uint64_t age;
    int marked = 0;
    enum mh_code code;

    memcpy(&age, &age_s, sizeof age);
    params_reset(params);
    params_text(params, store->topic);
    (void)put_column(params, positions, false, PARTITION);
    (void)put_column(params, positions, false, EPOCH);
    (void)put_column(params, positions, false, HIGH);
    params_int8(params, (int64_t)age);
    code = store_run(store, "mark_positions", NULL, &marked, err);
    if (code == MH_OK && marked != positions->count) {
        return mh_fail(err, MH_PG_OWNER,
                       "a partition was taken by another consumer");
    }
    return code;
}

enum mh_code store_move_positions(struct store *store,
                                  const struct positions *positions,
                                  struct mh_err *err)
{
    struct params *params = &store->params;
    int count = 0;
    int moved = 0;
    enum mh_code code;

    params_reset(params);
    params_text(params, store->topic);
    for (int column = PARTITION; column <= LAST_MS; column++) {
        count = put_column(params, positions, true, (enum column)column);
    }
    code = store_run(store, "move_positions", NULL, &moved, err);
    if (code == MH_OK && moved != count) {
        return mh_fail(err, MH_PG_OWNER,
                       "a position was moved by another consumer");
    }
    return code;
}
