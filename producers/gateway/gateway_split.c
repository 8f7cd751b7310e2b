/* SPDX-License-Identifier: Apache-2.0 */
/* Counts brackets and steps over texts; whether what lies between is JSON is
 * seen by who reads it. */
#include "gateway_split.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void trim(struct slice *slice)
{
    while (slice->len > 0 && is_blank(slice->text[0])) {
        slice->text++;
        slice->len--;
    }
    while (slice->len > 0 && is_blank(slice->text[slice->len - 1])) {
        slice->len--;
    }
}

/* All of the body without a byte order mark. */
static struct slice without_mark(const char *text, size_t len)
{
    struct slice slice = {.text = text, .len = len};

    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        slice.text += 3;
        slice.len -= 3;
    }
    return slice;
}

struct slice split_whole(const char *text, size_t len)
{
    struct slice slice = without_mark(text, len);

    trim(&slice);
    return slice;
}

/* The end of the text that begins at `at`, behind its quote. */
static size_t skip_text(const char *text, size_t len, size_t at)
{
    for (at++; at < len && text[at] != '"'; at++) {
        at += text[at] == '\\';
    }
    return at + 1;
}

/* The end of the element at `at`: its comma, or the bracket of the array.
 * @returns `len`: there is none */
static size_t find_end(const char *text, size_t len, size_t at)
{
    size_t depth = 0;

    while (at < len) {
        char c = text[at];

        if (c == '"') {
            at = skip_text(text, len, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return c == '}' ? len : at;
        }
        depth += c == '[' || c == '{';
        depth -= c == ']' || c == '}';
        at++;
    }
    return len;
}

enum mh_code split_json(const char *text, size_t len, struct slice *slices,
                        int max, int *count)
{
    struct slice body = split_whole(text, len);
    size_t at = 1;
    int found = 0;

    if (body.len == 0) {
        return MH_JSON;
    }
    if (body.text[0] != '[') {
        slices[0] = body;
        *count = 1;
        return MH_OK;
    }
    while (at < body.len) {
        size_t end = find_end(body.text, body.len, at);
        struct slice slice = {.text = body.text + at, .len = end - at};

        trim(&slice);
        if (end >= body.len || slice.len == 0) {
            return MH_JSON;
        }
        if (found == max) {
            return MH_TOO_LARGE;
        }
        slices[found++] = slice;
        at = end + 1;
        if (body.text[end] == ']') {
            *count = found;
            return at == body.len ? MH_OK : MH_JSON;
        }
    }
    return MH_JSON;
}

enum mh_code split_lines(const char *text, size_t len, struct slice *slices,
                         int max, int *count)
{
    struct slice body = without_mark(text, len);
    const char *end = body.text + body.len;
    int found = 0;

    while (body.text < end) {
        const char *stop = memchr(body.text, '\n', (size_t)(end - body.text));
        struct slice slice = {.text = body.text};

        stop = stop == NULL ? end : stop;
        slice.len = (size_t)(stop - body.text);
        body.text = stop < end ? stop + 1 : end;
        trim(&slice);
        if (slice.len == 0) {
            continue;
        }
        if (found == max) {
            return MH_TOO_LARGE;
        }
        slices[found++] = slice;
    }
    *count = found;
    return found > 0 ? MH_OK : MH_JSON;
}
