/* SPDX-License-Identifier: Apache-2.0 */
/**
 * core.event and core.daily in memory, filled by the consumer's pure core.
 *
 * A batch goes the way of the real one: verdict_read, batch_add, the old rows,
 * delta_make, then the rows and totals are changed. Rows are kept in the form
 * of COPY and read back with event_row_read, as the store does.
 */
#ifndef MAHALLE_MODEL_H
#define MAHALLE_MODEL_H

#include "batch.h"
#include "delta.h"
#include "world.h"

enum {
    MODEL_FACTS_MAX = 64,
    MODEL_CELLS_MAX = 1024,
    MODEL_POSTED_MAX = 512,
    MODEL_BATCH_MAX = 256
};

struct model_fact {
    uint8_t id[16];
    int32_t agency_id;
    int32_t revision, type_id, occurred_on, posted_on;
    bool in_force;
    uint64_t content;
    struct mh_buf row; /**< owned; empty in a model made by hand */
};

struct model {
    struct world *world; /**< lent */
    struct batch batch;
    struct delta delta;
    struct model_fact facts[MODEL_FACTS_MAX];
    int fact_count;
    struct cell cells[MODEL_CELLS_MAX]; /**< texts in `arena` */
    int cell_count;
    struct posted_row posted[MODEL_POSTED_MAX];
    int posted_count;
    int superseded; /**< versions that were in force for a moment only */
    struct mh_arena arena;
};

/** Given; model_free. */
struct model *model_new(struct world *world);
void model_free(struct model *model);
/** As new. */
void model_clear(struct model *model);

/** Take the messages in one transaction; `fates` gets one each. Ends the
 *  program when what must hold after every batch does not. */
void model_apply(struct model *model, const struct message *messages, int count,
                 enum fate *fates);
/** Add to the row of the totals that has the key of `cell`. */
void model_add(struct model *model, const struct cell *cell);
/** The fact's row, made if there is none. */
struct model_fact *model_fact(struct model *model, const uint8_t id[16],
                              int32_t agency_id, bool *made);
/** Whether facts and totals agree; rows of zeros count as none. */
bool model_equal(const struct model *a, const struct model *b);

#endif
