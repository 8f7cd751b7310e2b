/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One lock for a whole registry: it is held for a few additions a batch and
 * for a page every few seconds. Series are found by looking at all of a
 * family; who counts often keeps the pointer.
 */
#include "metrics.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

const char MH_METRICS_TYPE[] = "text/plain; version=0.0.4; charset=utf-8";

static const char OTHER[] = "other";

struct mh_series {
    struct mh_family *family;           /* lent */
    struct mh_series *next;             /* owned */
    char *values[MH_METRIC_LABELS_MAX]; /* owned */
    double value;                       /* of a histogram: the sum */
    uint64_t *buckets; /* owned; of a histogram; the last one is +Inf */
};

struct mh_family {
    struct mh_metrics *metrics; /* lent */
    struct mh_family *next;     /* owned */
    enum mh_metric_kind kind;
    const char *name, *help; /* lent for ever */
    const char *labels[MH_METRIC_LABELS_MAX];
    int label_count;
    const double *bounds; /* lent for ever */
    int bound_count;
    struct mh_series *first, *last;
    int count;
};

struct mh_metrics {
    pthread_mutex_t lock;
    struct mh_family *first, *last;
};

/* -------------------------------------------------------------------- text */

static const char *const KINDS[] = {[MH_METRIC_COUNTER] = "counter",
                                    [MH_METRIC_GAUGE] = "gauge",
                                    [MH_METRIC_HISTOGRAM] = "histogram",
                                    [MH_METRIC_UNTYPED] = "untyped"};

/* In a HELP a quote stands for itself. */
static void escape(struct mh_buf *out, const char *text, bool quoted)
{
    bool utf8 = mh_text_is_utf8(text, strlen(text));

    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            mh_buf_text(out, "\\n");
        } else if (*text == '\\' || (quoted && *text == '"')) {
            mh_buf_byte(out, '\\');
            mh_buf_byte(out, (uint8_t)*text);
        } else {
            mh_buf_byte(out, utf8 || (*text & 0x80) == 0 ? (uint8_t)*text
                                                         : (uint8_t)'?');
        }
    }
}

void mh_metrics_head(struct mh_buf *out, enum mh_metric_kind kind,
                     const char *name, const char *help)
{
    mh_buf_format(out, "# HELP %s ", name);
    escape(out, help, false);
    mh_buf_format(out, "\n# TYPE %s %s\n", name, KINDS[kind]);
}

enum { NUMBER_BYTES = 32 };

static void format_number(char text[NUMBER_BYTES], double value)
{
    if (isnan(value)) {
        (void)snprintf(text, NUMBER_BYTES, "NaN");
    } else if (isinf(value)) {
        (void)snprintf(text, NUMBER_BYTES, value > 0 ? "+Inf" : "-Inf");
    } else {
        (void)snprintf(text, NUMBER_BYTES, "%.15g", value);
    }
}

/* Labels so far stand in `out` behind an open brace, or nothing does. */
static void put_label(struct mh_buf *out, bool *open, const char *name,
                      const char *value)
{
    mh_buf_byte(out, *open ? ',' : '{');
    *open = true;
    mh_buf_text(out, name);
    mh_buf_text(out, "=\"");
    escape(out, value, true);
    mh_buf_byte(out, '"');
}

static void end_sample(struct mh_buf *out, bool open, double value)
{
    char number[NUMBER_BYTES];

    format_number(number, value);
    mh_buf_text(out, open ? "} " : " ");
    mh_buf_text(out, number);
    mh_buf_byte(out, '\n');
}

void mh_metrics_sample(struct mh_buf *out, const char *name,
                       const char *const *labels, double value)
{
    bool open = false;

    mh_buf_text(out, name);
    for (; labels != NULL && *labels != NULL; labels += 2) {
        put_label(out, &open, labels[0], labels[1]);
    }
    end_sample(out, open, value);
}

void mh_metrics_build_info(struct mh_buf *out, const char *program)
{
    const char *const labels[] = {"program", program, "version",
                                  MAHALLE_VERSION, NULL};

    mh_metrics_head(out, MH_METRIC_GAUGE, "mahalle_build_info",
                    "Which program this is, and its version; always 1.");
    mh_metrics_sample(out, "mahalle_build_info", labels, 1);
}

/* ---------------------------------------------------------------- registry */

struct mh_metrics *mh_metrics_new(void)
{
    struct mh_metrics *metrics = calloc(1, sizeof *metrics);

    if (metrics != NULL && pthread_mutex_init(&metrics->lock, NULL) != 0) {
        free(metrics);
        return NULL;
    }
    return metrics;
}

static void free_series(struct mh_series *series)
{
    if (series != NULL) {
        for (int i = 0; i < MH_METRIC_LABELS_MAX; i++) {
            free(series->values[i]);
        }
        free(series->buckets);
        free(series);
    }
}

static void free_family(struct mh_family *family)
{
    while (family->first != NULL) {
        struct mh_series *series = family->first;

        family->first = series->next;
        free_series(series);
    }
    free(family);
}

void mh_metrics_free(struct mh_metrics *metrics)
{
    if (metrics == NULL) {
        return;
    }
    while (metrics->first != NULL) {
        struct mh_family *family = metrics->first;

        metrics->first = family->next;
        free_family(family);
    }
    (void)pthread_mutex_destroy(&metrics->lock);
    free(metrics);
}

struct mh_family *mh_metrics_define(struct mh_metrics *metrics,
                                    enum mh_metric_kind kind, const char *name,
                                    const char *help, const char *const *labels)
{
    struct mh_family *family = calloc(1, sizeof *family);

    if (family == NULL) {
        return NULL;
    }
    *family = (struct mh_family){
        .metrics = metrics, .kind = kind, .name = name, .help = help};
    for (; labels != NULL && *labels != NULL; labels++) {
        assert(family->label_count < MH_METRIC_LABELS_MAX);
        family->labels[family->label_count++] = *labels;
    }
    (void)pthread_mutex_lock(&metrics->lock);
    if (metrics->last == NULL) {
        metrics->first = family;
    } else {
        metrics->last->next = family;
    }
    metrics->last = family;
    (void)pthread_mutex_unlock(&metrics->lock);
    return family;
}

struct mh_family *mh_metrics_define_histogram(struct mh_metrics *metrics,
                                              const char *name,
                                              const char *help,
                                              const char *const *labels,
                                              const double *bounds, int count)
{
    struct mh_family *family =
        mh_metrics_define(metrics, MH_METRIC_HISTOGRAM, name, help, labels);

    if (family != NULL) {
        family->bounds = bounds;
        family->bound_count = count;
    }
    return family;
}

static bool has_values(const struct mh_series *series,
                       const char *const *values)
{
    for (int i = 0; i < series->family->label_count; i++) {
        if (strcmp(series->values[i], values[i]) != 0) {
            return false;
        }
    }
    return true;
}

static struct mh_series *find(const struct mh_family *family,
                              const char *const *values)
{
    for (struct mh_series *s = family->first; s != NULL; s = s->next) {
        if (has_values(s, values)) {
            return s;
        }
    }
    return NULL;
}

static struct mh_series *add(struct mh_family *family,
                             const char *const *values)
{
    struct mh_series *series = calloc(1, sizeof *series);
    bool good = series != NULL;

    if (good && family->kind == MH_METRIC_HISTOGRAM) {
        series->buckets =
            calloc((size_t)family->bound_count + 1, sizeof *series->buckets);
        good = series->buckets != NULL;
    }
    for (int i = 0; good && i < family->label_count; i++) {
        series->values[i] = strdup(values[i]);
        good = series->values[i] != NULL;
    }
    if (!good) {
        free_series(series);
        return NULL;
    }
    series->family = family;
    if (family->last == NULL) {
        family->first = series;
    } else {
        family->last->next = series;
    }
    family->last = series;
    family->count++;
    return series;
}

struct mh_series *mh_metrics_series(struct mh_family *family,
                                    const char *const *values)
{
    const char *const others[] = {OTHER, OTHER, OTHER, OTHER};
    struct mh_series *series;

    if (family == NULL) {
        return NULL;
    }
    (void)pthread_mutex_lock(&family->metrics->lock);
    series = find(family, values);
    if (series == NULL && family->count >= MH_METRIC_SERIES_MAX) {
        values = others;
        series = find(family, values);
    }
    if (series == NULL) {
        series = add(family, values);
    }
    (void)pthread_mutex_unlock(&family->metrics->lock);
    return series;
}

static pthread_mutex_t *lock_of(const struct mh_series *series)
{
    return &series->family->metrics->lock;
}

void mh_series_add(struct mh_series *series, double amount)
{
    if (series != NULL) {
        (void)pthread_mutex_lock(lock_of(series));
        series->value += amount;
        (void)pthread_mutex_unlock(lock_of(series));
    }
}

void mh_series_set(struct mh_series *series, double value)
{
    if (series != NULL) {
        (void)pthread_mutex_lock(lock_of(series));
        series->value = value;
        (void)pthread_mutex_unlock(lock_of(series));
    }
}

void mh_series_observe(struct mh_series *series, double value)
{
    int i = 0;

    if (series == NULL) {
        return;
    }
    while (i < series->family->bound_count &&
           value > series->family->bounds[i]) {
        i++;
    }
    (void)pthread_mutex_lock(lock_of(series));
    series->value += value;
    series->buckets[i]++;
    (void)pthread_mutex_unlock(lock_of(series));
}

double mh_series_value(const struct mh_series *series)
{
    double value = 0;

    if (series != NULL) {
        (void)pthread_mutex_lock(lock_of(series));
        value = series->value;
        (void)pthread_mutex_unlock(lock_of(series));
    }
    return value;
}

/* -------------------------------------------------------------------- page */

static bool put_name(struct mh_buf *out, const struct mh_series *series,
                     const char *suffix)
{
    const struct mh_family *family = series->family;
    bool open = false;

    mh_buf_text(out, family->name);
    mh_buf_text(out, suffix);
    for (int i = 0; i < family->label_count; i++) {
        put_label(out, &open, family->labels[i], series->values[i]);
    }
    return open;
}

static void write_histogram(struct mh_buf *out, const struct mh_series *series)
{
    const struct mh_family *family = series->family;
    uint64_t count = 0;
    bool open;

    for (int i = 0; i <= family->bound_count; i++) {
        char bound[NUMBER_BYTES];

        format_number(bound, i < family->bound_count ? family->bounds[i]
                                                     : (double)INFINITY);
        count += series->buckets[i];
        open = put_name(out, series, "_bucket");
        put_label(out, &open, "le", bound);
        end_sample(out, open, (double)count);
    }
    open = put_name(out, series, "_sum");
    end_sample(out, open, series->value);
    open = put_name(out, series, "_count");
    end_sample(out, open, (double)count);
}

void mh_metrics_write(struct mh_metrics *metrics, struct mh_buf *out)
{
    (void)pthread_mutex_lock(&metrics->lock);
    for (const struct mh_family *f = metrics->first; f != NULL; f = f->next) {
        mh_metrics_head(out, f->kind, f->name, f->help);
        for (const struct mh_series *s = f->first; s != NULL; s = s->next) {
            if (f->kind == MH_METRIC_HISTOGRAM) {
                write_histogram(out, s);
            } else {
                bool open = put_name(out, s, "");

                end_sample(out, open, s->value);
            }
        }
    }
    (void)pthread_mutex_unlock(&metrics->lock);
}
