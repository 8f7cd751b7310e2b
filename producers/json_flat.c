/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 8259, the part of it that needs no memory. The text is bounded and its
 * UTF-8 checked by the caller's rules (intake_line.c), before or after. */
#include "json_flat.h"

#include <string.h>

#include "word.h"

enum { DIGITS_MAX = 18 }; /* any such number fits in 64 bits */

struct scan {
    const char *at, *end;
};

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' ||
                                    *scan->at == '\n' || *scan->at == '\r')) {
        scan->at++;
    }
}

static bool take(struct scan *scan, char byte)
{
    if (scan->at == scan->end || *scan->at != byte) {
        return false;
    }
    scan->at++;
    return true;
}

/* Whether one of eight bytes may end a text: is a quote, a backslash or below
 * U+0020. A zero bit is certain; see "Determine if a word has a zero byte" in
 * Sean Anderson's Bit Twiddling Hacks. */
static bool may_end(uint64_t word)
{
    uint64_t quote = word ^ MH_EACH_BYTE('"');
    uint64_t slash = word ^ MH_EACH_BYTE('\\');
    uint64_t zero = (quote - MH_EACH_BYTE(1)) & ~quote;
    uint64_t control = (word - MH_EACH_BYTE(0x20)) & ~word;

    zero |= (slash - MH_EACH_BYTE(1)) & ~slash;
    return ((zero | control) & MH_EACH_BYTE(0x80)) != 0;
}

/* A text without escapes. */
static bool take_text(struct scan *scan, const char **text, size_t *len)
{
    const char *at;

    if (!take(scan, '"')) {
        return false;
    }
    *text = at = scan->at;
    while (scan->end - at >= 8 && !may_end(mh_load_8(at))) {
        at += 8;
    }
    while (at < scan->end && *at != '"' && *at != '\\' &&
           (unsigned char)*at >= 0x20) {
        at++;
    }
    *len = (size_t)(at - scan->at);
    scan->at = at;
    return take(scan, '"');
}

/* A whole number of few digits, without a fraction behind it. */
static bool take_number(struct scan *scan, struct given *given)
{
    bool minus = take(scan, '-');
    const char *first = scan->at;
    int64_t sum = 0;

    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
        if (scan->at - first == DIGITS_MAX) {
            return false;
        }
        sum = sum * 10 + (*scan->at - '0');
        scan->at++;
    }
    if (scan->at == first || (*first == '0' && scan->at - first > 1)) {
        return false;
    }
    *given = (struct given){.kind = GIVEN_NUMBER, .number = minus ? -sum : sum};
    return true;
}

static bool take_word(struct scan *scan, const char *word, enum given_kind kind,
                      struct given *given)
{
    size_t len = strlen(word);

    if ((size_t)(scan->end - scan->at) < len ||
        memcmp(scan->at, word, len) != 0) {
        return false;
    }
    scan->at += len;
    *given = (struct given){.kind = kind};
    return true;
}

/* What follows a number or a word is looked at by the caller, who wants a
 * comma or the end of the object. */
static bool take_value(struct scan *scan, struct given *given)
{
    if (scan->at == scan->end) {
        return false;
    }
    switch (*scan->at) {
    case '"':
        *given = (struct given){.kind = GIVEN_TEXT};
        return take_text(scan, &given->text, &given->len);
    case 't':
        return take_word(scan, "true", GIVEN_TRUE, given);
    case 'f':
        return take_word(scan, "false", GIVEN_FALSE, given);
    case 'n':
        return take_word(scan, "null", GIVEN_NULL, given);
    default:
        return take_number(scan, given);
    }
}

/* Whether a name was there before. `seen` has a bit a name, by a rough sum of
 * it: most new names find theirs unset. */
static bool is_new(const struct given_item *items, int count, uint64_t *seen)
{
    const struct given_item *item = &items[count];
    size_t len = item->name_len;
    unsigned sum = (unsigned)len;

    if (len > 0) {
        sum += (unsigned)(unsigned char)item->name[0] * 7 +
               (unsigned)(unsigned char)item->name[len - 1] * 13 +
               (unsigned)(unsigned char)item->name[len / 2] * 29;
    }
    if ((*seen & UINT64_C(1) << sum % 64) != 0) {
        for (int i = 0; i < count; i++) {
            if (items[i].name_len == len &&
                memcmp(items[i].name, item->name, len) == 0) {
                return false;
            }
        }
    }
    *seen |= UINT64_C(1) << sum % 64;
    return true;
}

bool json_flat(const char *text, size_t len, struct given_item *items,
               int *count)
{
    struct scan scan = {text, text + len};
    uint64_t seen = 0;
    int found = 0;
    bool more;

    skip_blanks(&scan);
    if (!take(&scan, '{')) {
        return false;
    }
    do {
        struct given_item *item = &items[found];

        if (found == JSON_FLAT_MAX) {
            return false;
        }
        skip_blanks(&scan);
        if (!take_text(&scan, &item->name, &item->name_len)) {
            return false;
        }
        skip_blanks(&scan);
        if (!take(&scan, ':')) {
            return false;
        }
        skip_blanks(&scan);
        item->field = -1;
        if (!take_value(&scan, &item->given) || !is_new(items, found, &seen)) {
            return false;
        }
        found++;
        skip_blanks(&scan);
        more = take(&scan, ',');
    } while (more);
    if (!take(&scan, '}')) {
        return false;
    }
    skip_blanks(&scan);
    *count = found;
    return scan.at == scan.end;
}
