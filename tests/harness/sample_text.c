/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random texts of a pattern's form, read straight from its text: alternatives
 * of sequences of counted atoms. Only for patterns the schema checker passed.
 */
#include <stdlib.h>
#include <string.h>

#include "sample.h"

enum { MORE = 6 }; /* repetitions beyond the least */

struct out {
    struct random *random;
    char *text;
    size_t len, size;
};

static void put(struct out *out, char c)
{
    if (out->len + 1 >= out->size) {
        abort();
    }
    out->text[out->len++] = c;
    out->text[out->len] = '\0';
}

/* Behind the atom that starts at `at`. */
static const char *atom_end(const char *at)
{
    int depth = 0;

    do {
        if (*at == '\\') {
            at++;
        } else if (*at == '[') {
            at = strchr(at, ']');
        } else if (*at == '(') {
            depth++;
        } else if (*at == ')') {
            depth--;
        }
        at++;
    } while (depth > 0);
    return at;
}

/* Behind the count that may stand at `at`. */
static const char *read_count(const char *at, int *least, int *most)
{
    char *end;

    *least = *at == '?' || *at == '*' ? 0 : 1;
    *most = *at == '*' || *at == '+' ? *least + MORE : 1;
    if (*at == '?' || *at == '*' || *at == '+') {
        return at + 1;
    }
    if (*at != '{') {
        return at;
    }
    *least = *most = (int)strtol(at + 1, &end, 10);
    if (*end == ',') {
        *most = (int)strtol(end + 1, &end, 10);
    }
    return end + 1;
}

static void put_class(struct out *out, const char *at, const char *end)
{
    char chars[256];
    int count = 0;

    while (at < end) {
        char first = *at == '\\' ? *++at : *at;
        char last = first;

        if (at + 2 < end && at[1] == '-') {
            last = at[2];
            at += 2;
        }
        for (char c = first; c <= last; c++) {
            chars[count++] = c;
        }
        at++;
    }
    put(out, chars[random_between(out->random, 0, count - 1)]);
}

static void put_group(struct out *out, const char *at, const char *end);

static void put_atom(struct out *out, const char *at, const char *end)
{
    if (*at == '(') {
        put_group(out, at + 1, end - 1);
    } else if (*at == '[') {
        put_class(out, at + 1, end - 1);
    } else {
        put(out, *at == '\\' ? at[1] : *at);
    }
}

static void put_sequence(struct out *out, const char *at, const char *end)
{
    while (at < end) {
        const char *behind = atom_end(at);
        int least, most;
        const char *next = read_count(behind, &least, &most);

        for (int64_t n = random_between(out->random, least, most); n > 0; n--) {
            put_atom(out, at, behind);
        }
        at = next;
    }
}

static void put_group(struct out *out, const char *at, const char *end)
{
    const char *starts[64];
    int count = 1;
    int64_t pick;

    starts[0] = at;
    while (at < end) {
        if (*at == '|') {
            starts[count++] = ++at;
        } else {
            at = atom_end(at);
        }
    }
    starts[count] = end + 1;
    pick = random_between(out->random, 0, count - 1);
    put_sequence(out, starts[pick], starts[pick + 1] - 1);
}

size_t sample_text(struct random *random, const char *pattern, char *text,
                   size_t size)
{
    struct out out = {random, text, 0, size};

    text[0] = '\0';
    put_group(&out, pattern, pattern + strlen(pattern));
    return out.len;
}
