/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Random numbers that can be had again: one seed, one sequence.
 */
#ifndef MAHALLE_RANDOM_H
#define MAHALLE_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
    uint64_t state;
};

/**
 * A seed of the environment's MAHALLE_SEED, else a fresh one; printed to
 * standard error, so that a failure can be played again.
 */
uint64_t random_seed(void);
/** The next 64 bits (splitmix64). */
uint64_t random_bits(struct random *random);
/** Within `least`..`most`, both included. */
int64_t random_between(struct random *random, int64_t least, int64_t most);
/** True in `percent` of 100 calls. */
bool random_chance(struct random *random, int percent);

#endif
