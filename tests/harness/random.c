/* SPDX-License-Identifier: Apache-2.0 */
/* splitmix64: small, fast, every seed is good. */
#include "random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

uint64_t random_seed(void)
{
    const char *wanted = getenv("MAHALLE_SEED");
    uint32_t seed = 0;

    if (wanted != NULL) {
        seed = (uint32_t)strtoul(wanted, NULL, 10);
    } else if (getrandom(&seed, sizeof seed, 0) != sizeof seed) {
        abort();
    }
    fprintf(stderr, "MAHALLE_SEED=%" PRIu32 "\n", seed);
    return seed;
}

uint64_t random_bits(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9E3779B97F4A7C15);

    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

int64_t random_between(struct random *random, int64_t least, int64_t most)
{
    uint64_t span = (uint64_t)most - (uint64_t)least + 1;
    uint64_t bits = random_bits(random);

    return (int64_t)((uint64_t)least + (span == 0 ? bits : bits % span));
}

bool random_chance(struct random *random, int percent)
{
    return random_between(random, 1, 100) <= percent;
}
