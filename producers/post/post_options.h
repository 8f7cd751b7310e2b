/* SPDX-License-Identifier: Apache-2.0 */
/** Options of mahalle-post, read and checked against each other. */
#ifndef MAHALLE_POST_OPTIONS_H
#define MAHALLE_POST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "words.h"

struct post_options {
    struct mh_options *all; /**< owned; the texts below are lent by it */
    const char *type;       /**< of lines that name none; NULL none */
    const char *brokers, *topic, *schemas;
    const char *gateway;                   /**< URL; NULL: Kafka */
    const char *key;                       /**< of the gateway; NULL none */
    const char *key_file;                  /**< the same; NULL none */
    const char *ca_file;                   /**< NULL: the system's */
    const char *cert_file, *cert_key_file; /**< of a client; NULL none */
    const char *charset;                   /**< of tables */
    const char *rejects;                   /**< NULL: standard error */
    const char *rejects_csv;               /**< NULL none */
    enum words_lang lang;
    bool csv; /**< tables; else lines */
    bool dry_run;
    bool template;        /**< print the template of `type`, and end */
    int file_count;       /**< names by mh_options_arg */
    uint64_t bytes_total; /**< of all files; 0 unknown */
};

/**
 * @param done out; true: the help or the version was printed
 * @returns MH_OK, MH_USAGE (already printed), MH_MEMORY,
 *          MH_FILE (an input cannot be read; printed)
 */
MH_MUST enum mh_code post_options_read(int argc, char **argv,
                                       struct post_options *options, bool *done,
                                       struct mh_err *err);
void post_options_fini(struct post_options *options);

#endif
