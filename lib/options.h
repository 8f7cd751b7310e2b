/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Options of a program from one table: default, file, environment, flag.
 *
 * `--help`, the example configuration and the checks come from the same
 * table. The later source wins. Every mistake is printed, not only the first.
 * Keys `kafka.NAME` (file, or `--kafka NAME=VALUE`, or nothing in the
 * environment) are collected as they are for librdkafka.
 */
#ifndef MAHALLE_OPTIONS_H
#define MAHALLE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mahalle/err.h"

enum mh_option_kind {
    MH_OPTION_TEXT,
    MH_OPTION_NUMBER,
    MH_OPTION_FLAG,   /**< no value on the command line; true/false elsewhere */
    MH_OPTION_SECRET, /**< text that is never a flag and never printed */
    MH_OPTION_LIST    /**< texts with commas between; a flag again adds to it;
                         given, it is not empty */
};

struct mh_option {
    const char *name; /**< as in --name; MAHALLE_NAME in the environment */
    enum mh_option_kind kind;
    const char *fallback; /**< default as text; NULL = no default, required */
    int64_t least, most;  /**< numbers only */
    const char *unit;     /**< "" when there is none */
    const char *help;     /**< one sentence */
};

/** How a program may end. */
struct mh_exit {
    int code;         /**< CONTRACT: the same in all programs */
    const char *text; /**< what it means in this one; NULL ends a list */
};

struct mh_program {
    const char *name;                /**< as "mahalle-post" */
    const char *about;               /**< one sentence */
    const char *usage;               /**< what follows the name, a line each */
    const char *examples;            /**< lines, each a command that works */
    const struct mh_option *options; /**< ends with name NULL */
    const struct mh_exit *exits;     /**< optional: all codes, in general */
    bool bare;                       /**< what is no option is a mistake */
};

struct mh_options;

/**
 * Read everything. `--help`, `--version` and `--print-config` print to standard
 * output and set `*done`; mistakes are printed to standard error.
 *
 * @param argv    lent, must outlive `*options`
 * @param options out; given, free with mh_options_free; NULL when `*done`
 * @returns MH_OK, MH_USAGE (already printed), MH_MEMORY
 */
MH_MUST enum mh_code mh_options_read(const struct mh_program *program, int argc,
                                     char **argv, struct mh_options **options,
                                     bool *done, struct mh_err *err);
void mh_options_free(struct mh_options *options);

/** Value of an option of the table (asserted); lent. */
const char *mh_options_text(const struct mh_options *options, const char *name);
int64_t mh_options_number(const struct mh_options *options, const char *name);
bool mh_options_flag(const struct mh_options *options, const char *name);
/** What is not an option, in order; `i` below the count. */
int mh_options_arg_count(const struct mh_options *options);
const char *mh_options_arg(const struct mh_options *options, int i);
/** Keys for librdkafka, in order; `i` below the count. */
int mh_options_kafka_count(const struct mh_options *options);
const char *mh_options_kafka_name(const struct mh_options *options, int i);
const char *mh_options_kafka_value(const struct mh_options *options, int i);

#endif
