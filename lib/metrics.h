/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Numbers about a program for Prometheus, and the text it reads them in.
 *
 * Two ways: a registry of counters, gauges and histograms that a program
 * counts in while it works (any thread), and the bare text for a program whose
 * numbers all come from one picture it has anyway (mahalle-lag). Names follow
 * Prometheus: base units, counters end in _total. Labels hold words of small
 * lists, never contents of events, ids or names.
 * Source: Prometheus text format 0.0.4.
 */
#ifndef MAHALLE_METRICS_H
#define MAHALLE_METRICS_H

#include "buf.h"
#include "mahalle/err.h"

enum mh_metric_kind {
    MH_METRIC_COUNTER,   /**< only rises; the name ends in _total */
    MH_METRIC_GAUGE,     /**< rises and falls */
    MH_METRIC_HISTOGRAM, /**< how many observations are at most so large */
    MH_METRIC_UNTYPED    /**< another program's name, outside the rules */
};

enum {
    MH_METRIC_LABELS_MAX = 4,
    /* Of one family. A label that takes more values than this is none. */
    MH_METRIC_SERIES_MAX = 2000,
    /* Of a page of metrics; 1,000 partitions need 2 MiB. */
    MH_METRICS_BYTES_MAX = 16 * 1024 * 1024
};

/** The content type of a page of metrics. */
extern const char MH_METRICS_TYPE[];

/* ------------------------------------------------------------ the registry */

struct mh_metrics;
struct mh_family;
struct mh_series;

/** @returns NULL when memory is out */
struct mh_metrics *mh_metrics_new(void);
/** Frees families and series, too. */
void mh_metrics_free(struct mh_metrics *metrics);

/**
 * Define a family; families are shown in this order.
 * @param name   lent for ever (a literal)
 * @param help   lent for ever; one sentence
 * @param labels lent for ever; names, at most MH_METRIC_LABELS_MAX, then NULL;
 *               NULL when there are none
 * @returns lent by `metrics`; NULL when memory is out, which every function
 *          below takes for "count nothing"
 */
struct mh_family *mh_metrics_define(struct mh_metrics *metrics,
                                    enum mh_metric_kind kind, const char *name,
                                    const char *help,
                                    const char *const *labels);
/**
 * A histogram.
 * @param bounds lent for ever; `count` rising upper bounds; +Inf is added
 */
struct mh_family *mh_metrics_define_histogram(struct mh_metrics *metrics,
                                              const char *name,
                                              const char *help,
                                              const char *const *labels,
                                              const double *bounds, int count);
/**
 * The series with these values of the labels, in their order; made with 0 when
 * there is none, so that it is there before something happens. Beyond
 * MH_METRIC_SERIES_MAX it is the one whose labels are all "other".
 * @param values lent; copied; NULL when the family has no labels
 * @returns lent by the family; NULL when memory is out
 */
struct mh_series *mh_metrics_series(struct mh_family *family,
                                    const char *const *values);

void mh_series_add(struct mh_series *series, double amount);
void mh_series_set(struct mh_series *series, double value);
/** For a histogram. */
void mh_series_observe(struct mh_series *series, double value);
double mh_series_value(const struct mh_series *series);

/** Append every series. */
void mh_metrics_write(struct mh_metrics *metrics, struct mh_buf *out);

/* ---------------------------------------------------------------- the text */

/** `# HELP` and `# TYPE`; before the samples of a family, once. */
void mh_metrics_head(struct mh_buf *out, enum mh_metric_kind kind,
                     const char *name, const char *help);
/**
 * One sample.
 * @param labels lent; name, value, name, value, NULL; NULL when there are none.
 *               What is not UTF-8 in a value becomes '?'.
 */
void mh_metrics_sample(struct mh_buf *out, const char *name,
                       const char *const *labels, double value);
/** `mahalle_build_info` of a program. */
void mh_metrics_build_info(struct mh_buf *out, const char *program);

#endif
