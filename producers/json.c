/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the bytes bounds the depth and finds the numbers that jansson
 * must not see; a line without them (nearly all) is parsed where it lies. */
#include "json.h"

#include <string.h>

#include "frame.h"
#include "text.h"

enum {
    DIGITS_MAX = 18, /* any such number fits in 64 bits */
    GOT_MAX = 40     /* bytes of the line shown with a fault */
};

/* Where the pass is. */
struct pass {
    const char *text;
    size_t len;
    size_t at;
    size_t copied; /* bytes of `text` that are in `out` */
    struct mh_buf *out;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static char peek(const struct pass *pass, size_t at)
{
    return at < pass->len ? pass->text[at] : '\0';
}

static size_t skip_digits(const struct pass *pass, size_t at)
{
    while (is_digit(peek(pass, at))) {
        at++;
    }
    return at;
}

static void skip_string(struct pass *pass)
{
    pass->at++;
    while (pass->at < pass->len && pass->text[pass->at] != '"') {
        pass->at += pass->text[pass->at] == '\\' ? 2 : 1;
    }
    pass->at++;
}

/* The end of the fraction and exponent after `at`, or `at`. */
static size_t skip_rest(const struct pass *pass, size_t at)
{
    size_t end = at;

    if (peek(pass, at) == '.') {
        end = skip_digits(pass, at + 1);
        if (end == at + 1) {
            return at;
        }
    }
    if (peek(pass, end) == 'e' || peek(pass, end) == 'E') {
        size_t from = end + 1;

        from += peek(pass, from) == '+' || peek(pass, from) == '-';
        end = skip_digits(pass, from);
        if (end == from) {
            return at;
        }
    }
    return end;
}

/* A number as RFC 8259 writes it is copied as a text when jansson would not
 * keep it as it is; anything else is left for jansson to refuse. */
static void take_number(struct pass *pass)
{
    size_t start = pass->at;
    size_t first = start + (pass->text[start] == '-');
    size_t whole = skip_digits(pass, first);
    size_t end = skip_rest(pass, whole);

    pass->at = end > start + 1 ? end : start + 1;
    if (whole == first || (pass->text[first] == '0' && whole > first + 1)) {
        return;
    }
    if (end == whole && whole - first <= DIGITS_MAX) {
        return;
    }
    mh_buf_put(pass->out, pass->text + pass->copied, start - pass->copied);
    mh_buf_text(pass->out, "\"\\u0001");
    mh_buf_put(pass->out, pass->text + start, end - start);
    mh_buf_byte(pass->out, '"');
    pass->copied = end;
}

/* @returns false: nested too deep */
static bool run(struct pass *pass)
{
    int depth = 0;

    while (pass->at < pass->len) {
        char byte = pass->text[pass->at];

        if (byte == '"') {
            skip_string(pass);
        } else if (byte == '-' || is_digit(byte)) {
            take_number(pass);
        } else {
            depth += (byte == '{' || byte == '[');
            depth -= (byte == '}' || byte == ']');
            if (depth > JSON_DEPTH_MAX) {
                return false;
            }
            pass->at++;
        }
    }
    return true;
}

static enum mh_code refuse(struct mh_faults *faults, enum mh_code code,
                           const char *expected, const char *got,
                           size_t got_len)
{
    (void)mh_fault_add(faults, code, NULL, -1, expected, got, got_len);
    return code;
}

/* What jansson says, without its words that quote the text. */
static enum mh_code refuse_json(struct mh_faults *faults,
                                const json_error_t *error, const char *text,
                                size_t len)
{
    size_t at = error->position > 0 ? (size_t)error->position - 1 : 0;
    enum json_error_code why = json_error_code(error);

    /* jansson says nothing at all when it is out of memory */
    if (why == json_error_out_of_memory || error->text[0] == '\0') {
        return MH_MEMORY;
    }
    if (why == json_error_duplicate_key) {
        return refuse(faults, MH_JSON, "each name once", NULL, 0);
    }
    if (why == json_error_premature_end_of_input) {
        return refuse(faults, MH_JSON, "an object that is closed", NULL, 0);
    }
    if (why == json_error_end_of_input_expected) {
        return refuse(faults, MH_JSON, "nothing after the object", NULL, 0);
    }
    at = at < len ? at : len;
    while (at > 0 && at < len && ((unsigned char)text[at] & 0xC0) == 0x80) {
        at--;
    }
    len = len - at < GOT_MAX ? len - at : GOT_MAX;
    return refuse(faults, MH_JSON, "one JSON object", text + at, len);
}

enum mh_code json_read(const char *text, size_t len, struct mh_buf *scratch,
                       json_t **object, struct mh_faults *faults)
{
    struct pass pass = {.text = text, .len = len, .out = scratch};
    json_error_t error;
    json_t *value;

    if (len > MH_EVENT_BYTES_MAX) {
        return refuse(faults, MH_TOO_LARGE, "at most 65536 bytes", NULL, 0);
    }
    if (!mh_text_is_utf8(text, len)) {
        return refuse(faults, MH_UTF8, "UTF-8", NULL, 0);
    }
    /* jansson would end a number there */
    if (memchr(text, '\0', len) != NULL) {
        return refuse(faults, MH_JSON, "no byte 0", NULL, 0);
    }
    mh_buf_reset(scratch);
    if (!run(&pass)) {
        return refuse(faults, MH_JSON, "at most 8 levels", NULL, 0);
    }
    if (pass.copied > 0) {
        mh_buf_put(scratch, text + pass.copied, len - pass.copied);
        if (scratch->failed) {
            return MH_MEMORY;
        }
        text = (const char *)scratch->bytes;
        len = scratch->len;
    }
    value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (value == NULL) {
        return refuse_json(faults, &error, text, len);
    }
    if (!json_is_object(value)) {
        json_decref(value);
        return refuse(faults, MH_JSON, "one JSON object", text,
                      len < GOT_MAX ? len : GOT_MAX);
    }
    *object = value;
    return MH_OK;
}

static bool is_plain(char byte)
{
    return byte >= ' ' && byte < 0x7F && byte != '"' && byte != '\\';
}

static void put_escaped(struct mh_buf *buf, char byte)
{
    if (byte == '"' || byte == '\\') {
        mh_buf_byte(buf, '\\');
        mh_buf_byte(buf, (uint8_t)byte);
    } else if (byte == '\t') {
        mh_buf_text(buf, "\\t");
    } else {
        mh_buf_format(buf, "\\u%04x", (unsigned)(unsigned char)byte);
    }
}

void json_put(struct mh_buf *buf, const char *text, size_t len)
{
    size_t at = 0;

    mh_buf_byte(buf, '"');
    while (at < len) {
        size_t from = at;
        size_t bytes;

        while (at < len && is_plain(text[at])) {
            at++;
        }
        mh_buf_put(buf, text + from, at - from);
        if (at == len) {
            break;
        }
        bytes = mh_text_character(text + at, len - at);
        if (bytes == 0) {
            mh_buf_text(buf, "\xEF\xBF\xBD");
            at++;
        } else if (bytes == 1) {
            put_escaped(buf, text[at]);
            at++;
        } else {
            mh_buf_put(buf, text + at, bytes);
            at += bytes;
        }
    }
    mh_buf_byte(buf, '"');
}

void json_put_member(struct mh_buf *buf, const char *name, const char *text)
{
    mh_buf_text(buf, name);
    if (text[0] == '\0') {
        mh_buf_text(buf, "null");
    } else {
        json_put(buf, text, strlen(text));
    }
}
