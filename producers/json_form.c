/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of RFC 8259 by a loop and a stack of one bit a level. */
#include "json_form.h"

#include <stdint.h>
#include <string.h>

struct form {
    const char *text;
    size_t len, at;
    int depth;
    uint8_t objects[JSON_FORM_DEPTH / 8]; /* a bit a level: it is an object */
};

static char peek(const struct form *form)
{
    return form->at < form->len ? form->text[form->at] : '\0';
}

static bool take(struct form *form, char c)
{
    bool there = form->at < form->len && form->text[form->at] == c;

    form->at += there;
    return there;
}

static void skip_blanks(struct form *form)
{
    char c = peek(form);

    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        form->at++;
        c = peek(form);
    }
}

/* ----------------------------------------------------------------- scalars */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take_digits(struct form *form)
{
    size_t from = form->at;

    while (is_digit(peek(form))) {
        form->at++;
    }
    return form->at > from;
}

static bool take_number(struct form *form)
{
    (void)take(form, '-');
    if (!take(form, '0') && !take_digits(form)) {
        return false;
    }
    if (take(form, '.') && !take_digits(form)) {
        return false;
    }
    if (take(form, 'e') || take(form, 'E')) {
        (void)(take(form, '+') || take(form, '-'));
        return take_digits(form);
    }
    return true;
}

static bool take_escape(struct form *form)
{
    char c = peek(form);

    form->at++;
    if (c != 'u') {
        return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
    }
    for (int i = 0; i < 4; i++) {
        char digit = peek(form);

        if (!is_digit(digit) && !(digit >= 'a' && digit <= 'f') &&
            !(digit >= 'A' && digit <= 'F')) {
            return false;
        }
        form->at++;
    }
    return true;
}

static bool take_string(struct form *form)
{
    if (!take(form, '"')) {
        return false;
    }
    while (form->at < form->len && form->text[form->at] != '"') {
        unsigned char c = (unsigned char)form->text[form->at++];

        if (c < ' ' || (c == '\\' && !take_escape(form))) {
            return false;
        }
    }
    return take(form, '"');
}

static bool take_scalar(struct form *form)
{
    static const char *const WORDS[] = {"true", "false", "null"};

    if (peek(form) == '"') {
        return take_string(form);
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
        size_t len = strlen(WORDS[i]);

        if (form->len - form->at >= len &&
            memcmp(form->text + form->at, WORDS[i], len) == 0) {
            form->at += len;
            return true;
        }
    }
    return take_number(form);
}

/* ------------------------------------------------------------------ levels */

static void push(struct form *form, bool object)
{
    uint8_t bit = (uint8_t)(1U << (form->depth % 8));
    uint8_t *byte = &form->objects[form->depth / 8];

    *byte = (uint8_t)(object ? *byte | bit : *byte & ~bit);
    form->depth++;
}

static bool in_object(const struct form *form)
{
    int level = form->depth - 1;

    return (form->objects[level / 8] >> (level % 8) & 1) != 0;
}

static bool take_name(struct form *form)
{
    skip_blanks(form);
    if (!take_string(form)) {
        return false;
    }
    skip_blanks(form);
    return take(form, ':');
}

enum step { STEP_VALUE, STEP_DONE, STEP_WRONG };

/* Brackets that close here, and what comes behind them. */
static enum step leave_levels(struct form *form)
{
    while (form->depth > 0) {
        bool object = in_object(form);

        skip_blanks(form);
        if (take(form, ',')) {
            return !object || take_name(form) ? STEP_VALUE : STEP_WRONG;
        }
        if (!take(form, object ? '}' : ']')) {
            return STEP_WRONG;
        }
        form->depth--;
    }
    skip_blanks(form);
    return form->at == form->len ? STEP_DONE : STEP_WRONG;
}

/* A bracket that opens. */
static enum step enter_level(struct form *form)
{
    bool object = peek(form) == '{';

    if (form->depth == JSON_FORM_DEPTH) {
        return STEP_DONE;
    }
    form->at++;
    push(form, object);
    skip_blanks(form);
    if (peek(form) == (object ? '}' : ']')) {
        return leave_levels(form);
    }
    return !object || take_name(form) ? STEP_VALUE : STEP_WRONG;
}

bool json_is_text(const char *text, size_t len)
{
    struct form form = {.text = text, .len = len};
    enum step step = STEP_VALUE;

    while (step == STEP_VALUE) {
        char c;

        skip_blanks(&form);
        c = peek(&form);
        step = c == '{' || c == '['  ? enter_level(&form)
               : !take_scalar(&form) ? STEP_WRONG
                                     : leave_levels(&form);
    }
    return step == STEP_DONE;
}
