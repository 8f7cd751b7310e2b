/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The published schemas and reference data, as tests want them.
 *
 * Whatever fails here ends the test program: nothing works without them.
 */
#ifndef MAHALLE_WORLD_H
#define MAHALLE_WORLD_H

#include "arena.h"
#include "catalogue.h"
#include "random.h"
#include "reference.h"

enum {
    /* ids of the second versions that world_open_evolved makes up */
    WORLD_NEXT_ID = 100000,
    WORLD_CODES_MAX = 1024
};

/** A code of a list; places are in lists named "0" to "2" by level. */
struct world_code {
    const char *list;
    const char *code;
};

struct world {
    struct mh_catalogue *catalogue; /**< owned */
    struct mh_reference *reference; /**< owned */
    struct mh_arena arena;          /**< for the test; may be reset */
    struct mh_arena texts;          /**< of the codes */
    struct world_code codes[WORLD_CODES_MAX];
    int code_count;
};

/** Every type as published. Close with world_close. */
struct world *world_open(void);
/**
 * The same, and a second version of every type: a new optional number,
 * `later_count`, and text, `later_code`, at the end, and a new symbol, LATER,
 * in each enum but op and currency_unit.
 */
struct world *world_open_evolved(void);
void world_close(struct world *world);

const struct mh_type *world_type(const struct world *world, const char *name);
/** Some code of the list; ends the program when there is none. */
const char *world_pick(const struct world *world, const char *list,
                       struct random *random);

#endif
