/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A pattern's text as positions: the half of pattern.c that reads.
 *
 * Every byte set of the pattern is a position (Glushkov's construction);
 * `follow` says which positions may come next. Counts are written out by
 * parsing their atom again. No construct is empty, so from every position the
 * end can be reached.
 */
#ifndef MAHALLE_PATTERN_PARSE_H
#define MAHALLE_PATTERN_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
    MH_POSITIONS_MAX = 1024, /* four times the longest count */
    MH_POSITION_WORDS = MH_POSITIONS_MAX / 64,
    MH_ASCII = 128
};

/** A set of positions. */
struct mh_positions {
    uint64_t words[MH_POSITION_WORDS];
};

/** A pattern after parsing. */
struct mh_positions_graph {
    int count; /**< positions in use; 0 stands for the end of the text */
    struct mh_positions begin; /**< what a text may begin with; 0: be empty */
    struct mh_positions follow[MH_POSITIONS_MAX]; /**< what may come next */
    bool admits[MH_POSITIONS_MAX][MH_ASCII];      /**< bytes of a position */
};

static inline bool mh_positions_hold(const struct mh_positions *set, int i)
{
    return (set->words[i / 64] >> (i % 64)) & 1;
}

static inline void mh_positions_join(struct mh_positions *set,
                                     const struct mh_positions *other)
{
    for (int i = 0; i < MH_POSITION_WORDS; i++) {
        set->words[i] |= other->words[i];
    }
}

/**
 * @param text  lent
 * @param graph out; all zero before; of no use on failure
 * @param at    out; on failure the byte of `text` where it stopped
 * @returns NULL, or what is wrong (static text)
 */
const char *mh_pattern_parse(const char *text, struct mh_positions_graph *graph,
                             int *at);

#endif
