/* SPDX-License-Identifier: Apache-2.0 */
/* iconv of the C library; it knows UTF-8, UTF-16 and windows-1256 and much
 * that nobody uses any more. */
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct charset {
    iconv_t iconv;
    size_t unit; /* bytes to leave out where there is no character */
};

/* Names are spelt with and without hyphens. */
static bool begins_with(const char *name, const char *word)
{
    for (; *word != '\0'; name++) {
        if (*name == '-' || *name == '_') {
            continue;
        }
        if (strncasecmp(name, word, 1) != 0) {
            return false;
        }
        word++;
    }
    return true;
}

bool charset_is_utf8(const char *name)
{
    return strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "UTF8") == 0;
}

enum mh_code charset_new(const char *name, struct charset **charset,
                         struct mh_err *err)
{
    struct charset *made;

    /* A suffix would ask for characters that are only like the right ones. */
    if (name[0] == '\0' || strchr(name, '/') != NULL) {
        return mh_fail(err, MH_USAGE, "--charset: no character set `%s`", name);
    }
    made = malloc(sizeof *made);
    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "character set: out of memory");
    }
    made->iconv = iconv_open("UTF-8", name);
    if ((intptr_t)made->iconv == -1) {
        free(made);
        return mh_fail(err, MH_USAGE,
                       "--charset: no character set `%s`; `iconv -l` lists all",
                       name);
    }
    made->unit = begins_with(name, "UTF16") || begins_with(name, "UCS2")   ? 2
                 : begins_with(name, "UTF32") || begins_with(name, "UCS4") ? 4
                                                                           : 1;
    *charset = made;
    return MH_OK;
}

void charset_free(struct charset *charset)
{
    if (charset != NULL) {
        (void)iconv_close(charset->iconv);
        free(charset);
    }
}

static bool has_mark(const char *bytes, size_t len, const char *mark,
                     size_t mark_len)
{
    return len >= mark_len && memcmp(bytes, mark, mark_len) == 0;
}

const char *charset_problem(const char *name, const char *bytes, size_t len)
{
    bool utf16 = has_mark(bytes, len, "\xff\xfe", 2) ||
                 has_mark(bytes, len, "\xfe\xff", 2);
    bool wide = begins_with(name, "UTF16") || begins_with(name, "UCS2") ||
                begins_with(name, "UTF32") || begins_with(name, "UCS4");

    if (utf16 && !wide) {
        return "the file begins with the mark of UTF-16: --charset UTF-16";
    }
    if (has_mark(bytes, len, "\xef\xbb\xbf", 3) && !charset_is_utf8(name)) {
        return "the file begins with the mark of UTF-8: --charset UTF-8";
    }
    if (!utf16 && len > 0 &&
        (strcasecmp(name, "UTF-16") == 0 || strcasecmp(name, "UTF16") == 0)) {
        return "a byte order mark, or --charset UTF-16LE";
    }
    return NULL;
}

size_t charset_convert(struct charset *charset, const char **in, size_t *in_len,
                       bool last, char *out, size_t room)
{
    char *to = out;
    size_t left = room;

    while (*in_len > 0) {
        /* iconv changes nothing but takes no const */
        char *from = (char *)(uintptr_t)*in;
        size_t done = iconv(charset->iconv, &from, in_len, &to, &left);
        size_t skip;

        *in = from;
        if (done != (size_t)-1 || errno == E2BIG || left < 1 ||
            (errno == EINVAL && !last)) {
            break;
        }
        skip = *in_len < charset->unit ? *in_len : charset->unit;
        *in += skip;
        *in_len -= skip;
        *to++ = (char)CHARSET_BAD;
        left--;
    }
    return (size_t)(to - out);
}
