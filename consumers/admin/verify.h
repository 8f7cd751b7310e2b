/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What mahalle-admin verify compares, step by step, and how it tells.
 *
 * Each difference is a line of standard output, each step tells what it has
 * compared; on a terminal, a line of standard error shows how far it is.
 */
#ifndef MAHALLE_VERIFY_H
#define MAHALLE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "admin.h"

/** While Kafka is read, a transaction is idle for long. */
#define VERIFY_PATIENCE "SET LOCAL idle_in_transaction_session_timeout = 0"

struct verify {
    const struct admin *admin; /**< lent */
    struct database *db;       /**< owned; in one state, read only */
    int64_t sample;            /**< days or records; 0: all */
    int sample_percent;        /**< share of them; 0: not asked for */
    int64_t differences;
    int64_t shown_ms; /**< clock of the last line about how far it is */
    bool terminal;    /**< standard error is one */
};

/** The beginning of a line about a difference; it is counted. */
void verify_begin(struct verify *verify, const char *where);
/** One of its values, `name=text`; NULL is "none". */
void verify_put(const char *name, const char *text);
void verify_put_number(const char *name, int64_t number);
void verify_end(void);
/** How far it is: now and then, on a terminal. */
void verify_show(struct verify *verify, const char *step, int64_t done,
                 int64_t of);
/** Take that line away again. */
void verify_hide(struct verify *verify);

/** Facts against totals and views. */
MH_MUST enum mh_code verify_totals(struct verify *verify, struct mh_err *err);
/** The log in Kafka against facts, dead letters and positions. */
MH_MUST enum mh_code verify_log(struct verify *verify, struct mh_err *err);

#endif
