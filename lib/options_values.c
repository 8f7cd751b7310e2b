/* SPDX-License-Identifier: Apache-2.0 */
/* What the options are, and what is wrong with what was given. */
#include "options_values.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options_table.h"

void mh_options_mistake(struct mh_options *options, const char *fmt, ...)
{
    va_list args;

    (void)fprintf(stderr, "%s: ", options->program->name);
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fputc('\n', stderr);
    options->mistakes++;
}

void mh_options_mistake_name(struct mh_options *options, const char *where,
                             const char *name, size_t len)
{
    const char *nearest =
        mh_option_nearest(options->program->options, name, len);

    if (nearest != NULL) {
        mh_options_mistake(options, "%s: there is no such option; is it %s?",
                           where, nearest);
    } else {
        mh_options_mistake(options, "%s: there is no such option", where);
    }
}

static bool parse_number(const char *text, int64_t *number)
{
    char *end;
    long long value;
    bool digit = text[0] >= '0' && text[0] <= '9';

    if (!digit && !(text[0] == '-' && text[1] >= '0' && text[1] <= '9')) {
        return false;
    }
    errno = 0;
    value = strtoll(text, &end, 10);
    *number = value;
    return errno == 0 && *end == '\0';
}

/* What is wrong with a value is said, and true returned. */
static bool is_wrong(struct mh_options *options, const struct mh_option *option,
                     const char *where, const char *value)
{
    int64_t number = 0;

    switch (option->kind) {
    case MH_OPTION_NUMBER:
        if (!parse_number(value, &number)) {
            mh_options_mistake(options, "%s: `%s` is not a whole number", where,
                               value);
            return true;
        }
        if (number < option->least || number > option->most) {
            mh_options_mistake(
                options, "%s: %s is not in %" PRId64 " to %" PRId64 "%s%s",
                where, value, option->least, option->most,
                option->unit[0] == '\0' ? "" : " ", option->unit);
            return true;
        }
        return false;
    case MH_OPTION_FLAG:
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0) {
            mh_options_mistake(options, "%s: `%s` is neither true nor false",
                               where, value);
            return true;
        }
        return false;
    case MH_OPTION_LIST:
        /* an unset variable of a shell; without the option it would be all */
        if (value[0] == '\0' && strcmp(where, "default") != 0) {
            mh_options_mistake(options,
                               "%s: its value is empty; leave it out if it is "
                               "not meant",
                               where);
            return true;
        }
        return false;
    case MH_OPTION_TEXT:
    case MH_OPTION_SECRET:
        return false;
    }
    return false;
}

/* A list that is given as a flag replaces what file and environment say; given
 * as a flag again, it grows. */
static char *add_to_list(struct mh_options *options, ptrdiff_t at,
                         const char *where, const char *value)
{
    uint64_t bit = UINT64_C(1) << at;
    bool grows = (options->flags & bit) != 0;
    char *list = NULL;

    assert(at < 64);
    if (strncmp(where, "--", 2) == 0) {
        options->flags |= bit;
    }
    if (!grows) {
        return strdup(value);
    }
    return asprintf(&list, "%s,%s", options->values[at], value) < 0 ? NULL
                                                                    : list;
}

void mh_options_set(struct mh_options *options, const struct mh_option *option,
                    const char *where, const char *value)
{
    ptrdiff_t at = option - options->program->options;
    char **kept = &options->values[at];
    bool wrong = is_wrong(options, option, where, value);
    char *copy = option->kind == MH_OPTION_LIST
                     ? add_to_list(options, at, where, value)
                     : strdup(wrong ? "" : value); /* given, so not missing */

    if (copy == NULL) {
        options->no_memory = true;
        return;
    }
    free(*kept);
    *kept = copy;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t end_len = strlen(end);

    return len >= end_len && memcmp(text + len - end_len, end, end_len) == 0;
}

bool mh_options_is_secret_kafka(const char *name, size_t len)
{
    static const char *const ends[] = {".password", ".passphrase", ".secret",
                                       ".key.pem", "sasl.jaas.config"};

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends_with(name, len, ends[i])) {
            return true;
        }
    }
    return false;
}

void mh_options_add_kafka(struct mh_options *options, const char *where,
                          const char *name, size_t name_len, const char *value)
{
    char *pair;

    if (name_len == 0) {
        mh_options_mistake(options, "%s: NAME=VALUE is expected", where);
        return;
    }
    if (options->kafka_count == MH_OPTIONS_KAFKA_MAX) {
        mh_options_mistake(options, "%s: over %d keys for librdkafka", where,
                           MH_OPTIONS_KAFKA_MAX);
        return;
    }
    pair = malloc(name_len + 1 + strlen(value) + 1);
    if (pair == NULL) {
        options->no_memory = true;
        return;
    }
    memcpy(pair, name, name_len);
    pair[name_len] = '\0';
    memcpy(pair + name_len + 1, value, strlen(value) + 1);
    options->kafka[options->kafka_count++] = pair;
}

void mh_options_free(struct mh_options *options)
{
    if (options == NULL) {
        return;
    }
    for (int i = 0;
         options->values != NULL && options->program->options[i].name != NULL;
         i++) {
        free(options->values[i]);
    }
    for (int i = 0; i < options->kafka_count; i++) {
        free(options->kafka[i]);
    }
    free(options->values);
    free(options->args);
    free(options);
}

/* ---- Asking ------------------------------------------------------------- */

static const char *value_of(const struct mh_options *options, const char *name,
                            bool (*is_kind)(enum mh_option_kind kind))
{
    const struct mh_option *table = options->program->options;
    const struct mh_option *option = mh_option_find(table, name, strlen(name));

    assert(option != NULL && is_kind(option->kind));
    return options->values[option - table];
}

static bool is_text_kind(enum mh_option_kind kind)
{
    return kind == MH_OPTION_TEXT || kind == MH_OPTION_SECRET ||
           kind == MH_OPTION_LIST;
}

static bool is_number_kind(enum mh_option_kind kind)
{
    return kind == MH_OPTION_NUMBER;
}

static bool is_flag_kind(enum mh_option_kind kind)
{
    return kind == MH_OPTION_FLAG;
}

const char *mh_options_text(const struct mh_options *options, const char *name)
{
    return value_of(options, name, is_text_kind);
}

int64_t mh_options_number(const struct mh_options *options, const char *name)
{
    int64_t number = 0;
    bool parsed =
        parse_number(value_of(options, name, is_number_kind), &number);

    assert(parsed); /* it was checked when it was set */
    (void)parsed;
    return number;
}

bool mh_options_flag(const struct mh_options *options, const char *name)
{
    return strcmp(value_of(options, name, is_flag_kind), "true") == 0;
}

int mh_options_arg_count(const struct mh_options *options)
{
    return options->arg_count;
}

const char *mh_options_arg(const struct mh_options *options, int i)
{
    assert(i >= 0 && i < options->arg_count);
    return options->args[i];
}

int mh_options_kafka_count(const struct mh_options *options)
{
    return options->kafka_count;
}

const char *mh_options_kafka_name(const struct mh_options *options, int i)
{
    assert(i >= 0 && i < options->kafka_count);
    return options->kafka[i];
}

const char *mh_options_kafka_value(const struct mh_options *options, int i)
{
    const char *name = mh_options_kafka_name(options, i);

    return name + strlen(name) + 1;
}
