/* SPDX-License-Identifier: Apache-2.0 */
/* Reading single properties of a schema and naming what is wrong with them. */
#include "schema_draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void mh_draft_problem(struct mh_draft *draft, const char *pointer,
                      const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            *c = ' ';
        }
    }
    if (*pointer != '\0') {
        mh_buf_text(draft->problems, pointer);
        mh_buf_text(draft->problems, ": ");
    }
    mh_buf_text(draft->problems, text);
    mh_buf_byte(draft->problems, '\n');
    draft->problem_count++;
}

void mh_draft_point(char out[static MH_POINTER_MAX], const char *pointer,
                    const char *token)
{
    char escaped[MH_POINTER_MAX];
    size_t len = 0;

    for (; *token != '\0' && len + 3 < 100; token++) {
        if (*token == '~' || *token == '/') {
            escaped[len++] = '~';
            escaped[len++] = *token == '~' ? '0' : '1';
        } else {
            escaped[len++] = *token > ' ' && *token < 127 ? *token : '?';
        }
    }
    escaped[len] = '\0';
    (void)snprintf(out, MH_POINTER_MAX, "%.150s/%.100s", pointer, escaped);
}

void mh_draft_point_at(char out[static MH_POINTER_MAX], const char *pointer,
                       size_t i)
{
    (void)snprintf(out, MH_POINTER_MAX, "%.150s/%zu", pointer, i);
}

void mh_draft_properties(struct mh_draft *draft, json_t *object,
                         const struct mh_property *table, const char *pointer)
{
    char at[MH_POINTER_MAX];

    for (void *iter = json_object_iter(object); iter != NULL;
         iter = json_object_iter_next(object, iter)) {
        const char *key = json_object_iter_key(iter);
        const struct mh_property *known = table;

        while (known->name != NULL && strcmp(known->name, key) != 0) {
            known++;
        }
        if (known->name == NULL) {
            mh_draft_point(at, pointer, key);
            mh_draft_problem(draft, at, "unknown property");
        }
    }
    for (; table->name != NULL; table++) {
        if (table->required && json_object_get(object, table->name) == NULL) {
            mh_draft_point(at, pointer, table->name);
            mh_draft_problem(draft, at, "missing");
        }
    }
}

const char *mh_draft_text(struct mh_draft *draft, const json_t *object,
                          const char *name, size_t max, const char *pointer)
{
    const json_t *node = json_object_get(object, name);
    const char *text;
    char at[MH_POINTER_MAX];

    if (node == NULL) {
        return NULL;
    }
    mh_draft_point(at, pointer, name);
    text = json_string_value(node);
    if (text == NULL) {
        mh_draft_problem(draft, at, "not a text");
        return NULL;
    }
    if (*text == '\0') {
        mh_draft_problem(draft, at, "empty");
        return NULL;
    }
    if (strlen(text) > max) {
        mh_draft_problem(draft, at, "longer than %zu bytes", max);
        return NULL;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 127) {
            mh_draft_problem(draft, at, "control character");
            return NULL;
        }
    }
    return text;
}

char *mh_draft_copy(struct mh_draft *draft, const json_t *object,
                    const char *name, size_t max, const char *pointer)
{
    const char *text = mh_draft_text(draft, object, name, max, pointer);
    char *copy;

    if (text == NULL) {
        return NULL;
    }
    copy = strdup(text);
    draft->out_of_memory |= copy == NULL;
    return copy;
}

bool mh_draft_number(struct mh_draft *draft, const json_t *object,
                     const char *name, int64_t *number, const char *pointer)
{
    const json_t *node = json_object_get(object, name);
    char at[MH_POINTER_MAX];

    if (node == NULL) {
        return false;
    }
    if (!json_is_integer(node)) {
        mh_draft_point(at, pointer, name);
        mh_draft_problem(draft, at, "not a whole number");
        return false;
    }
    *number = json_integer_value(node);
    return true;
}

bool mh_draft_flag(struct mh_draft *draft, const json_t *object,
                   const char *name, const char *pointer)
{
    const json_t *node = json_object_get(object, name);
    char at[MH_POINTER_MAX];

    if (node != NULL && !json_is_boolean(node)) {
        mh_draft_point(at, pointer, name);
        mh_draft_problem(draft, at, "neither true nor false");
    }
    return json_is_true(node);
}

int mh_draft_word(struct mh_draft *draft, const json_t *object,
                  const char *name, const char *const *words,
                  const char *pointer)
{
    const char *text =
        mh_draft_text(draft, object, name, MH_LABEL_MAX, pointer);
    char at[MH_POINTER_MAX];

    if (text == NULL) {
        return -1;
    }
    for (int i = 0; words[i] != NULL; i++) {
        if (strcmp(words[i], text) == 0) {
            return i;
        }
    }
    mh_draft_point(at, pointer, name);
    mh_draft_problem(draft, at, "none of the words allowed here");
    return -1;
}

bool mh_is_name(const char *text)
{
    size_t len = strlen(text);

    if (len < 2 || len > 63 || *text < 'a' || *text > 'z') {
        return false;
    }
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}
