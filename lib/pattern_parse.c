/* SPDX-License-Identifier: Apache-2.0 */
/* Recursive descent, one function a rule; the first fault ends it. */
#include "pattern_parse.h"

#include <stddef.h>

enum {
    DEPTH_MAX = 32, /* groups in groups: bounds the stack */
    COUNT_MAX = 255
};

/* What a part of the pattern may begin and end with. */
struct part {
    struct mh_positions first, last;
    bool nullable;
};

struct bytes {
    bool has[MH_ASCII];
};

struct parser {
    const char *at;
    const char *fault; /* NULL: none so far */
    int depth;
    struct mh_positions_graph *graph;
};

static void put(struct mh_positions *set, int position)
{
    set->words[position / 64] |= UINT64_C(1) << (position % 64);
}

static bool give_up(struct parser *p, const char *fault)
{
    if (p->fault == NULL) {
        p->fault = fault;
    }
    return false;
}

static bool is_punctuation(char c)
{
    return c != '\0' && strchr("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", c);
}

/* One byte, literal or escaped; `special` needs the escape. */
static bool parse_byte(struct parser *p, const char *special, uint8_t *byte)
{
    char c = *p->at;

    if (c == '\\') {
        p->at++;
        c = *p->at;
        if (!is_punctuation(c)) {
            return give_up(p, "only punctuation may be escaped");
        }
    } else if (c < ' ' || c > '~') {
        return give_up(p, c == '\0' ? "ends too early"
                                    : "only printable ASCII is allowed");
    } else if (strchr(special, c) != NULL) {
        return give_up(p, "a mark with a meaning needs a backslash here");
    }
    p->at++;
    *byte = (uint8_t)c;
    return true;
}

static bool parse_class(struct parser *p, struct bytes *bytes)
{
    const char *first = p->at;

    if (*p->at == ']') {
        return give_up(p, "empty class");
    }
    do {
        uint8_t low = 0;
        uint8_t high;

        /* A bare minus is itself only as the first or the last member. */
        if (*p->at == '-' && p->at != first && p->at[1] != ']') {
            return give_up(p, "a minus stands first or last in its class");
        }
        if (!parse_byte(p, "[^", &low)) {
            return false;
        }
        high = low;
        if (*p->at == '-' && p->at[1] != ']') {
            p->at++;
            if (!parse_byte(p, "[]^-", &high)) {
                return false;
            }
        }
        if (high < low) {
            return give_up(p, "range runs backwards");
        }
        for (int b = low; b <= high; b++) {
            bytes->has[b] = true;
        }
    } while (*p->at != ']');
    p->at++;
    return true;
}

static bool add_position(struct parser *p, const struct bytes *bytes,
                         struct part *part)
{
    struct mh_positions_graph *graph = p->graph;
    int position = graph->count;

    if (position == MH_POSITIONS_MAX) {
        return give_up(p, "too long when its counts are written out");
    }
    put(&part->first, position);
    put(&part->last, position);
    memcpy(graph->admits[position], bytes->has, sizeof bytes->has);
    graph->count++;
    return true;
}

/* Whatever ends `from` may be followed by what begins `to`. */
static void link_parts(struct parser *p, const struct mh_positions *from,
                       const struct mh_positions *to)
{
    for (int i = 1; i < p->graph->count; i++) {
        if (mh_positions_hold(from, i)) {
            mh_positions_join(&p->graph->follow[i], to);
        }
    }
}

static void append(struct parser *p, struct part *part, const struct part *next)
{
    link_parts(p, &part->last, &next->first);
    if (part->nullable) {
        mh_positions_join(&part->first, &next->first);
    }
    if (!next->nullable) {
        part->last = next->last;
    } else {
        mh_positions_join(&part->last, &next->last);
    }
    part->nullable = part->nullable && next->nullable;
}

static bool parse_number(struct parser *p, int *number)
{
    if (*p->at < '0' || *p->at > '9') {
        return give_up(p, "a count is {n} or {m,n}");
    }
    *number = 0;
    while (*p->at >= '0' && *p->at <= '9') {
        *number = *number * 10 + (*p->at++ - '0');
        if (*number > COUNT_MAX) {
            return give_up(p, "a count is at most 255");
        }
    }
    return true;
}

/* `most` 0: no upper bound. */
static bool parse_count(struct parser *p, int *least, int *most)
{
    *least = *most = 1;
    switch (*p->at) {
    case '?':
        *least = 0;
        break;
    case '*':
        *least = 0;
        *most = 0;
        break;
    case '+':
        *most = 0;
        break;
    case '{':
        p->at++;
        if (!parse_number(p, least)) {
            return false;
        }
        *most = *least;
        if (*p->at == ',') {
            p->at++;
            if (!parse_number(p, most)) {
                return false;
            }
        }
        if (*p->at != '}') {
            return give_up(p, "a count is {n} or {m,n}");
        }
        if (*most < *least || *most == 0) {
            return give_up(p, "a count ends at 1 or more, not below its start");
        }
        break;
    default:
        return true;
    }
    p->at++;
    if (*p->at != '\0' && strchr("?*+{", *p->at) != NULL) {
        return give_up(p, "two counts in a row");
    }
    return true;
}

static bool parse_choice(struct parser *p, struct part *part);

static bool parse_atom(struct parser *p, struct part *part)
{
    struct bytes bytes = {{false}};
    uint8_t byte = 0;

    *part = (struct part){.nullable = false};
    if (*p->at == '(') {
        p->at++;
        if (++p->depth > DEPTH_MAX) {
            return give_up(p, "too many groups in groups");
        }
        if (!parse_choice(p, part)) {
            return false;
        }
        p->depth--;
        if (*p->at != ')') {
            return give_up(p, "a group is not closed");
        }
        p->at++;
        return true;
    }
    if (*p->at == '[') {
        p->at++;
        return parse_class(p, &bytes) && add_position(p, &bytes, part);
    }
    if (!parse_byte(p, "[](){}|?*+.^$", &byte)) {
        return false;
    }
    bytes.has[byte] = true;
    return add_position(p, &bytes, part);
}

/* An atom and its count: the atom is parsed once for each copy. */
static bool parse_item(struct parser *p, struct part *part)
{
    const char *start = p->at;
    int least, most;

    if (!parse_atom(p, part)) {
        return false;
    }
    if (!parse_count(p, &least, &most)) {
        return false;
    }
    if (most == 0) {
        link_parts(p, &part->last, &part->first);
    }
    part->nullable = part->nullable || least == 0;
    for (int copy = 1; copy < most; copy++) {
        const char *after = p->at;
        struct part next;

        p->at = start;
        if (!parse_atom(p, &next)) {
            return false;
        }
        p->at = after;
        next.nullable = next.nullable || copy >= least;
        append(p, part, &next);
    }
    return true;
}

static bool parse_sequence(struct parser *p, struct part *part)
{
    if (!parse_item(p, part)) {
        return false;
    }
    while (*p->at != '\0' && *p->at != '|' && *p->at != ')') {
        struct part next;

        if (!parse_item(p, &next)) {
            return false;
        }
        append(p, part, &next);
    }
    return true;
}

static bool parse_choice(struct parser *p, struct part *part)
{
    if (!parse_sequence(p, part)) {
        return false;
    }
    while (*p->at == '|') {
        struct part other;

        p->at++;
        if (!parse_sequence(p, &other)) {
            return false;
        }
        mh_positions_join(&part->first, &other.first);
        mh_positions_join(&part->last, &other.last);
        part->nullable = part->nullable || other.nullable;
    }
    return true;
}

const char *mh_pattern_parse(const char *text, struct mh_positions_graph *graph,
                             int *at)
{
    struct parser p = {.at = text, .graph = graph};
    struct part whole;
    struct mh_positions end = {{0}};

    graph->count = 1;
    if (parse_choice(&p, &whole) && *p.at != '\0') {
        give_up(&p, "a group is not opened");
    }
    *at = (int)(p.at - text);
    if (p.fault != NULL) {
        return p.fault;
    }
    put(&end, 0);
    link_parts(&p, &whole.last, &end);
    graph->begin = whole.first;
    if (whole.nullable) {
        put(&graph->begin, 0);
    }
    return NULL;
}
