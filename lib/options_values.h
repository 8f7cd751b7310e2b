/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Values of options while they are read: the inside of options.h, for
 * options.c. A mistake is printed and counted when it is found.
 */
#ifndef MAHALLE_OPTIONS_VALUES_H
#define MAHALLE_OPTIONS_VALUES_H

#include "options.h"

enum { MH_OPTIONS_KAFKA_MAX = 100 }; /* librdkafka has about 180 keys */

struct mh_options {
    const struct mh_program *program; /**< lent */
    char **values;     /**< owned; one an option of the table, NULL = unset */
    const char **args; /**< owned array of lent texts */
    int arg_count;
    char *kafka[MH_OPTIONS_KAFKA_MAX]; /**< owned; name, NUL, value */
    int kafka_count;
    uint64_t flags; /**< by position in the table: lists given as a flag */
    int mistakes;   /**< printed so far */
    bool no_memory; /**< a value could not be kept */
};

/** Print a mistake on standard error. */
void mh_options_mistake(struct mh_options *options, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/** The same for a name that is in no table, with the most similar one. */
void mh_options_mistake_name(struct mh_options *options, const char *where,
                             const char *name, size_t len);
/** Check and keep a value; `where` says where it came from. */
void mh_options_set(struct mh_options *options, const struct mh_option *option,
                    const char *where, const char *value);
/** Whether a setting of librdkafka's holds a secret. */
bool mh_options_is_secret_kafka(const char *name, size_t len);
/** Keep a setting of librdkafka's. */
void mh_options_add_kafka(struct mh_options *options, const char *where,
                          const char *name, size_t name_len, const char *value);

#endif
