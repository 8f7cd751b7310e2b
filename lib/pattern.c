/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From positions to states, and the match.
 *
 * A state is the set of positions that may come next, so a state accepts when
 * the end of the text (position 0) is in it, and the empty set is the dead
 * state. From any other state the end can be reached: nothing is to trim.
 *
 * Two ways to match. Most of our forms are even: one set of bytes for the
 * first place, one for all others (`[A-Z][A-Z0-9_]{1,39}`). Then all bytes are
 * checked independently of each other. Others walk the states with one
 * dependent load a byte.
 */
#include "pattern.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pattern_parse.h"

enum {
    BYTES = 256,
    STATES_MAX = 512,
    ROWS_MAX = UINT16_MAX + 1, /* entries of the table that a state can name */
    EVEN_MAX = 255             /* places of an even form */
};

/* Where a byte may not stand in an even form. */
enum { FIRST = 1, LATER = 2 };

struct mh_pattern {
    bool even;
    size_t longest;
    bool admits[BYTES];
    /* Of an even form. */
    uint8_t lacks[BYTES];    /* FIRST, LATER */
    bool ends[EVEN_MAX + 1]; /* by length: a text may be that long */
    /* Of all others. A state is the offset of its row; 0 is the dead one. */
    uint8_t kind_of[BYTES];
    uint16_t *table; /* owned */
    uint32_t start;
    uint32_t accepting; /* states from here on accept */
};

/* What is only needed while a pattern is made. */
struct maker {
    struct mh_positions_graph graph;
    int kind_count; /* kind 0: bytes in no set */
    uint8_t kind_of[BYTES];
    uint8_t kind_byte[MH_ASCII + 1]; /* a byte of the kind */
    int state_count;                 /* state 0: dead; state 1: start */
    struct mh_positions states[STATES_MAX];
    uint16_t next[STATES_MAX][MH_ASCII + 1];
};

static bool is_same_kind(const struct mh_positions_graph *graph, int a, int b)
{
    int i = 1;

    while (i < graph->count && graph->admits[i][a] == graph->admits[i][b]) {
        i++;
    }
    return i == graph->count;
}

static bool is_in_no_set(const struct mh_positions_graph *graph, int byte)
{
    int i = 1;

    while (i < graph->count && !graph->admits[i][byte]) {
        i++;
    }
    return i == graph->count;
}

/* Bytes that the pattern never tells apart are one kind. */
static void find_kinds(struct maker *m)
{
    m->kind_count = 1;
    for (int byte = 0; byte < MH_ASCII; byte++) {
        int kind = 1;

        if (is_in_no_set(&m->graph, byte)) {
            continue;
        }
        while (kind < m->kind_count &&
               !is_same_kind(&m->graph, byte, m->kind_byte[kind])) {
            kind++;
        }
        if (kind == m->kind_count) {
            m->kind_byte[kind] = (uint8_t)byte;
            m->kind_count++;
        }
        m->kind_of[byte] = (uint8_t)kind;
    }
}

/* Number of the state, made when it is new; -1: too many. */
static int find_state(struct maker *m, const struct mh_positions *set)
{
    int i = 0;

    while (i < m->state_count && memcmp(&m->states[i], set, sizeof *set) != 0) {
        i++;
    }
    if (i == STATES_MAX) {
        return -1;
    }
    if (i == m->state_count) {
        m->states[i] = *set;
        m->state_count++;
    }
    return i;
}

static bool find_states(struct maker *m)
{
    const struct mh_positions_graph *graph = &m->graph;

    m->state_count = 1;
    (void)find_state(m, &graph->begin);
    for (int state = 1; state < m->state_count; state++) {
        for (int kind = 1; kind < m->kind_count; kind++) {
            struct mh_positions set = {{0}};
            int next;

            for (int i = 1; i < graph->count; i++) {
                if (mh_positions_hold(&m->states[state], i) &&
                    graph->admits[i][m->kind_byte[kind]]) {
                    mh_positions_join(&set, &graph->follow[i]);
                }
            }
            next = find_state(m, &set);
            if (next < 0) {
                return false;
            }
            m->next[state][kind] = (uint16_t)next;
        }
    }
    return true;
}

static bool accepts(const struct maker *m, int state)
{
    return mh_positions_hold(&m->states[state], 0);
}

/* Steps until no state is alive; more steps than states is a loop. */
static size_t find_longest(const struct maker *m)
{
    bool now[STATES_MAX] = {[1] = true};
    int steps = 0;

    for (bool alive = true; alive; steps++) {
        bool then[STATES_MAX] = {false};

        if (steps > m->state_count) {
            return SIZE_MAX;
        }
        alive = false;
        for (int state = 1; state < m->state_count; state++) {
            for (int kind = 1; now[state] && kind < m->kind_count; kind++) {
                int next = m->next[state][kind];

                then[next] = true;
                alive = alive || next != 0;
            }
        }
        memcpy(now, then, sizeof now);
    }
    return (size_t)steps - 1;
}

/* The only state that follows; 0: there is none, or more than one. */
static int find_next(const struct maker *m, int state)
{
    int next = 0;

    for (int kind = 1; kind < m->kind_count; kind++) {
        int other = m->next[state][kind];

        if (other != 0 && next != 0 && other != next) {
            return 0;
        }
        next = other != 0 ? other : next;
    }
    return next;
}

/* Even: the states are a line, and all after the first lead out alike. */
static bool make_even(struct mh_pattern *pattern, const struct maker *m)
{
    int state = 1;

    if (pattern->longest > EVEN_MAX) {
        return false;
    }
    for (size_t place = 0; place < pattern->longest; place++) {
        uint8_t bit = place == 0 ? FIRST : LATER;

        for (int byte = 0; byte < BYTES; byte++) {
            bool lacks = m->next[state][m->kind_of[byte]] == 0;

            if (place <= 1 && lacks) {
                pattern->lacks[byte] |= bit;
            }
            if (lacks != ((pattern->lacks[byte] & bit) != 0)) {
                return false;
            }
        }
        pattern->ends[place] = accepts(m, state);
        state = find_next(m, state);
        if (state == 0) {
            return false;
        }
    }
    pattern->ends[pattern->longest] = true;
    return true;
}

static enum mh_code make_table(struct mh_pattern *pattern,
                               const struct maker *m)
{
    uint32_t width = (uint32_t)m->kind_count;
    uint32_t row[STATES_MAX] = {0};
    uint32_t count = 1;

    for (int side = 0; side < 2; side++) {
        if (side == 1) {
            pattern->accepting = count * width;
        }
        for (int state = 1; state < m->state_count; state++) {
            if (accepts(m, state) == (side == 1)) {
                row[state] = count++ * width;
            }
        }
    }
    if (count * width > ROWS_MAX) {
        return MH_CONTRACT;
    }
    pattern->table = calloc((size_t)count * width, sizeof *pattern->table);
    if (pattern->table == NULL) {
        return MH_MEMORY;
    }
    for (int state = 1; state < m->state_count; state++) {
        for (uint32_t kind = 1; kind < width; kind++) {
            pattern->table[row[state] + kind] =
                (uint16_t)row[m->next[state][kind]];
        }
    }
    memcpy(pattern->kind_of, m->kind_of, sizeof pattern->kind_of);
    pattern->start = row[1];
    return MH_OK;
}

enum mh_code mh_pattern_new(const char *text, struct mh_pattern **pattern,
                            struct mh_err *err)
{
    struct maker *m = calloc(1, sizeof *m);
    struct mh_pattern *made = calloc(1, sizeof *made);
    enum mh_code code = MH_MEMORY;
    const char *fault;
    int at = 0;

    if (m == NULL || made == NULL) {
        mh_fail(err, code, "no memory for a pattern");
        goto done;
    }
    fault = mh_pattern_parse(text, &m->graph, &at);
    if (fault != NULL) {
        code = mh_fail(err, MH_CONTRACT, "pattern, byte %d: %s", at, fault);
        goto done;
    }
    find_kinds(m);
    if (!find_states(m)) {
        code = mh_fail(err, MH_CONTRACT, "pattern needs over %d states",
                       STATES_MAX);
        goto done;
    }
    for (int byte = 0; byte < BYTES; byte++) {
        made->admits[byte] = m->kind_of[byte] != 0;
    }
    made->longest = find_longest(m);
    made->even = make_even(made, m);
    code = made->even ? MH_OK : make_table(made, m);
    if (code != MH_OK) {
        mh_fail(err, code, "pattern needs too large a table");
        goto done;
    }
    *pattern = made;
    made = NULL;
done:
    mh_pattern_free(made);
    free(m);
    return code;
}

void mh_pattern_free(struct mh_pattern *pattern)
{
    if (pattern != NULL) {
        free(pattern->table);
        free(pattern);
    }
}

static inline uint8_t lacks_4(const uint8_t *lacks, const uint8_t *text)
{
    return lacks[text[0]] | lacks[text[1]] | lacks[text[2]] | lacks[text[3]];
}

/* No look-up waits for another one. Texts are short and of any length, so the
 * last four places may be looked at twice rather than counted. */
static bool match_even(const struct mh_pattern *pattern, const uint8_t *text,
                       size_t len)
{
    const uint8_t *lacks = pattern->lacks;
    uint8_t later = 0;

    if (!pattern->ends[len] || (len > 0 && (lacks[text[0]] & FIRST) != 0)) {
        return false;
    }
    if (len <= 4) {
        for (size_t i = 1; i < len; i++) {
            later |= lacks[text[i]];
        }
        return (later & LATER) == 0;
    }
    for (size_t i = 1; i + 4 < len; i += 4) {
        later |= lacks_4(lacks, text + i);
    }
    later |= lacks_4(lacks, text + len - 4);
    return (later & LATER) == 0;
}

bool mh_pattern_match(const struct mh_pattern *pattern, const char *text,
                      size_t len)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint32_t state = pattern->start;

    if (len > pattern->longest) {
        return false;
    }
    if (pattern->even) {
        return match_even(pattern, bytes, len);
    }
    for (size_t i = 0; i < len && state != 0; i++) {
        state = pattern->table[state + pattern->kind_of[bytes[i]]];
    }
    return state >= pattern->accepting && state != 0;
}

bool mh_pattern_admits(const struct mh_pattern *pattern, char byte)
{
    return pattern->admits[(uint8_t)byte];
}

size_t mh_pattern_longest(const struct mh_pattern *pattern)
{
    return pattern->longest;
}
