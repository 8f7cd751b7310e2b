/* SPDX-License-Identifier: Apache-2.0 */
/* Small parsers over texts that end in NUL; none of them allocates. */
#include "gateway_media.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

static const char BLANKS[] = " \t";

bool media_is_token(const char *text, size_t len)
{
    static const char OTHERS[] = "!#$%&'*+-.^_`|~";

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
            !(c >= 'A' && c <= 'Z') &&
            (c == '\0' || strchr(OTHERS, c) == NULL)) {
            return false;
        }
    }
    return len > 0;
}

/* ---------------------------------------------------------- Content-Type */

static bool is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && strncasecmp(text, word, len) == 0;
}

/* Bytes of `text` up to one of `ends`, without blanks at the end. */
static size_t word_length(const char *text, const char *ends)
{
    size_t len = strcspn(text, ends);

    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL) {
        len--;
    }
    return len;
}

/* Whether a charset is given that is not UTF-8. */
static bool is_other_charset(const char *text)
{
    while ((text = strchr(text, ';')) != NULL) {
        size_t name, value;

        text++;
        text += strspn(text, BLANKS);
        name = word_length(text, "=;");
        if (!is_word(text, name, "charset")) {
            continue;
        }
        text += strcspn(text, "=;");
        if (*text != '=') {
            return true;
        }
        text++;
        text += *text == '"';
        value = word_length(text, "\";");
        if (!is_word(text, value, "utf-8") && !is_word(text, value, "utf8")) {
            return true;
        }
    }
    return false;
}

enum media media_read(const char *text)
{
    static const struct {
        const char *name;
        enum media media;
    } TABLE[] = {
        {"application/json", MEDIA_JSON},
        {"application/x-ndjson", MEDIA_LINES},
        {"application/ndjson", MEDIA_LINES},
        {"application/cloudevents+json", MEDIA_CLOUD},
        {"application/cloudevents-batch+json", MEDIA_CLOUDS},
    };
    size_t len;

    if (text == NULL) {
        return MEDIA_UNKNOWN;
    }
    text += strspn(text, BLANKS);
    len = word_length(text, ";");
    for (size_t i = 0; i < sizeof TABLE / sizeof TABLE[0]; i++) {
        if (is_word(text, len, TABLE[i].name)) {
            return is_other_charset(text) ? MEDIA_UNKNOWN : TABLE[i].media;
        }
    }
    return MEDIA_UNKNOWN;
}

bool media_is_json(const char *text)
{
    size_t len;

    if (text == NULL) {
        return true;
    }
    text += strspn(text, BLANKS);
    len = word_length(text, ";");
    if (is_other_charset(text)) {
        return false;
    }
    return is_word(text, len, "application/json") ||
           is_word(text, len, "text/json") ||
           (len > 5 && is_word(text + len - 5, 5, "+json"));
}

/* ------------------------------------------------------- Accept-Language */

/* The weight after `;q=` in thousandths; 1000 without one. */
static int read_weight(const char *text, size_t len)
{
    const char *at = memchr(text, ';', len);
    const char *end = text + len;
    int weight = 0, unit = 1000;

    if (at == NULL) {
        return 1000;
    }
    at++;
    while (at < end && strchr(BLANKS, *at) != NULL) {
        at++;
    }
    if (end - at < 3 || (*at != 'q' && *at != 'Q') || at[1] != '=') {
        return 1000;
    }
    for (at += 2; at < end && unit > 0; at++) {
        if (*at == '.') {
            continue;
        }
        if (*at < '0' || *at > '9') {
            break;
        }
        weight += unit * (*at - '0');
        unit /= 10;
    }
    return weight > 1000 ? 1000 : weight;
}

static bool is_range(const char *text, size_t len, const char *language)
{
    size_t main = strlen(language);

    return len >= main && strncasecmp(text, language, main) == 0 &&
           (len == main || text[main] == '-');
}

enum words_lang media_language(const char *text)
{
    int fa = -1, en = -1, any = -1;

    while (text != NULL && *text != '\0') {
        size_t item = strcspn(text, ",");
        size_t skip = strspn(text, BLANKS);
        size_t len;
        int weight = read_weight(text, item);

        skip = skip < item ? skip : item;
        len = word_length(text + skip, ",;");
        if (is_range(text + skip, len, "fa")) {
            fa = weight > fa ? weight : fa;
        } else if (is_range(text + skip, len, "en")) {
            en = weight > en ? weight : en;
        } else if (is_word(text + skip, len, "*")) {
            any = weight;
        }
        text += item;
        text += *text == ',';
    }
    fa = fa < 0 ? any : fa;
    en = en < 0 ? any : en;
    return fa > 0 && fa > en ? WORDS_FA : WORDS_EN;
}

/* --------------------------------------------------------------- escapes */

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

size_t media_unescape(const char *text, size_t len, char *out, size_t room)
{
    size_t to = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '%') {
            int high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
            int low = i + 2 < len ? hex_digit(text[i + 2]) : -1;

            if (high < 0 || low < 0 || (high | low) == 0) {
                return SIZE_MAX;
            }
            c = (char)(high << 4 | low);
            i += 2;
        }
        if (to + 1 >= room) {
            return SIZE_MAX;
        }
        out[to++] = c;
    }
    out[to] = '\0';
    return to;
}
