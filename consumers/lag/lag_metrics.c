/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One table: each row is a family. The names of others are those that public
 * dashboards and alerts read, with their labels: kafka_consumergroup_lag and
 * its kin by kafka_exporter, kafka_consumergroup_group_* by kafka-lag-exporter.
 * Theirs that end in _sum are untyped, for Prometheus keeps that ending for
 * histograms.
 */
#include <math.h>
#include <stdio.h>

#include "lag_faces.h"
#include "metrics.h"
#include "vitals.h"

/* ------------------------------------------------------------------ values */

struct part {
    const struct lag_view *view;
    const struct lag_verdict *verdict;
    int i; /* -1: the group */
    int64_t now_ms;
};

static double in_seconds(int64_t ms)
{
    return (double)ms / 1000;
}

static double lag_seconds(const struct part *part)
{
    return in_seconds(lag_age_ms(part->verdict, part->now_ms));
}

static double lag_records(const struct part *part)
{
    return (double)part->verdict->records;
}

static double lost_records(const struct part *part)
{
    return (double)part->verdict->lost;
}

static double next_offset(const struct part *part)
{
    return (double)lag_position_at(&part->view->sink, part->i)->next;
}

static double begin_offset(const struct part *part)
{
    return (double)part->view->source.items[part->i].begin;
}

static double end_offset(const struct part *part)
{
    return (double)part->view->source.items[part->i].end;
}

static double next_offsets(const struct part *part)
{
    double sum = 0;

    for (int i = 0; i < part->view->sink.count; i++) {
        sum += (double)part->view->sink.items[i].next;
    }
    return sum;
}

static double greatest_records(const struct part *part)
{
    int64_t most = 0;

    for (int i = 0; i < part->view->judge.count; i++) {
        int64_t records = part->view->judge.items[i].verdict.records;

        most = records > most ? records : most;
    }
    return (double)most;
}

static double partitions(const struct part *part)
{
    return part->view->source.count;
}

static double since(const struct part *part)
{
    return in_seconds(part->verdict->since_ms);
}

static double instances(const struct part *part)
{
    return lag_instances(&part->view->sink, &part->view->judge);
}

/* ---------------------------------------------------------------- families */

/* Who is in the labels, and by which names. */
enum labels {
    TOPIC,                       /* topic */
    TOPIC_PARTITION,             /* topic, partition */
    GROUP,                       /* group */
    EXPORTER_GROUP,              /* consumergroup */
    EXPORTER_GROUP_TOPIC,        /* consumergroup, topic */
    EXPORTER_PARTITION,          /* consumergroup, topic, partition */
    LAG_EXPORTER_LOG,            /* cluster_name, topic, partition */
    LAG_EXPORTER_GROUP,          /* cluster_name, group */
    LAG_EXPORTER_GROUP_TOPIC,    /* cluster_name, group, topic */
    LAG_EXPORTER_GROUP_PARTITION /* cluster_name, group, topic, partition */
};

static const struct {
    const char *cluster, *group;
    bool topic, partition;
} LABELS[] = {
    [TOPIC] = {NULL, NULL, true, false},
    [TOPIC_PARTITION] = {NULL, NULL, true, true},
    [GROUP] = {NULL, "group", false, false},
    [EXPORTER_GROUP] = {NULL, "consumergroup", false, false},
    [EXPORTER_GROUP_TOPIC] = {NULL, "consumergroup", true, false},
    [EXPORTER_PARTITION] = {NULL, "consumergroup", true, true},
    [LAG_EXPORTER_LOG] = {"cluster_name", NULL, true, true},
    [LAG_EXPORTER_GROUP] = {"cluster_name", "group", false, false},
    [LAG_EXPORTER_GROUP_TOPIC] = {"cluster_name", "group", true, false},
    [LAG_EXPORTER_GROUP_PARTITION] = {"cluster_name", "group", true, true},
};

/* What must have been seen for a number to be known. */
enum needs { NOTHING = 0, THE_LOG = 1, THE_POSITION = 2, BOTH = 3, AGE = 7 };

static const struct {
    const char *name;
    enum mh_metric_kind kind;
    enum labels labels;
    enum needs needs;
    double (*value)(const struct part *part);
    const char *help;
} FAMILIES[] = {
    {"mahalle_consumer_lag_seconds", MH_METRIC_GAUGE, TOPIC_PARTITION, AGE,
     lag_seconds,
     "Age of the oldest record not yet committed in PostgreSQL, by the last "
     "position that is known (mahalle_lag_up says whether that is old); 0 when "
     "there is none, absent while that record has not been read."},
    {"mahalle_consumer_lag_records", MH_METRIC_GAUGE, TOPIC_PARTITION, BOTH,
     lag_records,
     "Offsets in the log not yet committed in PostgreSQL, by the last position "
     "that is known."},
    {"mahalle_consumer_lost_records", MH_METRIC_GAUGE, TOPIC_PARTITION, BOTH,
     lost_records, "Offsets that went from the log before they were read."},
    {"mahalle_consumer_next_offset", MH_METRIC_GAUGE, TOPIC_PARTITION,
     THE_POSITION, next_offset,
     "Next offset as committed in PostgreSQL; 0 before the first commit."},
    {"mahalle_topic_begin_offset", MH_METRIC_GAUGE, TOPIC_PARTITION, THE_LOG,
     begin_offset, "First offset that is in the log."},
    {"mahalle_topic_end_offset", MH_METRIC_GAUGE, TOPIC_PARTITION, THE_LOG,
     end_offset, "Offset of the next committed record."},
    {"mahalle_consumer_status_since_timestamp_seconds", MH_METRIC_GAUGE, GROUP,
     NOTHING, since, "Since when the group has its status."},
    {"mahalle_consumer_instances", MH_METRIC_GAUGE, GROUP, THE_POSITION,
     instances, "Consumers that give signs of life."},

    {"kafka_topic_partitions", MH_METRIC_GAUGE, TOPIC, THE_LOG, partitions,
     "Partitions of the topic (name of kafka_exporter)."},
    {"kafka_topic_partition_current_offset", MH_METRIC_GAUGE, TOPIC_PARTITION,
     THE_LOG, end_offset, "As mahalle_topic_end_offset."},
    {"kafka_topic_partition_oldest_offset", MH_METRIC_GAUGE, TOPIC_PARTITION,
     THE_LOG, begin_offset, "As mahalle_topic_begin_offset."},
    {"kafka_consumergroup_current_offset", MH_METRIC_GAUGE, EXPORTER_PARTITION,
     THE_POSITION, next_offset, "As mahalle_consumer_next_offset."},
    {"kafka_consumergroup_current_offset_sum", MH_METRIC_UNTYPED,
     EXPORTER_GROUP_TOPIC, THE_POSITION, next_offsets,
     "Sum of kafka_consumergroup_current_offset."},
    {"kafka_consumergroup_lag", MH_METRIC_GAUGE, EXPORTER_PARTITION, BOTH,
     lag_records, "As mahalle_consumer_lag_records."},
    {"kafka_consumergroup_lag_sum", MH_METRIC_UNTYPED, EXPORTER_GROUP_TOPIC,
     BOTH, lag_records, "Sum of kafka_consumergroup_lag."},
    {"kafka_consumergroup_members", MH_METRIC_GAUGE, EXPORTER_GROUP,
     THE_POSITION, instances, "As mahalle_consumer_instances."},

    {"kafka_partition_latest_offset", MH_METRIC_GAUGE, LAG_EXPORTER_LOG,
     THE_LOG, end_offset, "As mahalle_topic_end_offset."},
    {"kafka_partition_earliest_offset", MH_METRIC_GAUGE, LAG_EXPORTER_LOG,
     THE_LOG, begin_offset, "As mahalle_topic_begin_offset."},
    {"kafka_consumergroup_group_offset", MH_METRIC_GAUGE,
     LAG_EXPORTER_GROUP_PARTITION, THE_POSITION, next_offset,
     "As mahalle_consumer_next_offset."},
    {"kafka_consumergroup_group_lag", MH_METRIC_GAUGE,
     LAG_EXPORTER_GROUP_PARTITION, BOTH, lag_records,
     "As mahalle_consumer_lag_records."},
    {"kafka_consumergroup_group_lag_seconds", MH_METRIC_GAUGE,
     LAG_EXPORTER_GROUP_PARTITION, AGE, lag_seconds,
     "As mahalle_consumer_lag_seconds."},
    {"kafka_consumergroup_group_max_lag", MH_METRIC_GAUGE, LAG_EXPORTER_GROUP,
     BOTH, greatest_records, "Greatest kafka_consumergroup_group_lag."},
    {"kafka_consumergroup_group_max_lag_seconds", MH_METRIC_GAUGE,
     LAG_EXPORTER_GROUP, AGE, lag_seconds,
     "Greatest kafka_consumergroup_group_lag_seconds."},
    {"kafka_consumergroup_group_sum_lag", MH_METRIC_GAUGE, LAG_EXPORTER_GROUP,
     BOTH, lag_records, "Sum of kafka_consumergroup_group_lag."},
    {"kafka_consumergroup_group_topic_sum_lag", MH_METRIC_GAUGE,
     LAG_EXPORTER_GROUP_TOPIC, BOTH, lag_records,
     "Sum of kafka_consumergroup_group_lag."},
};
enum { FAMILY_COUNT = sizeof FAMILIES / sizeof FAMILIES[0] };

static void put_part(struct mh_buf *out, int family, const struct part *part)
{
    const struct lag_view *view = part->view;
    enum labels which = FAMILIES[family].labels;
    const char *labels[10];
    char partition[16];
    int count = 0;

    if (LABELS[which].cluster != NULL) {
        labels[count++] = LABELS[which].cluster;
        labels[count++] = view->source.cluster_id;
    }
    if (LABELS[which].group != NULL) {
        labels[count++] = LABELS[which].group;
        labels[count++] = view->group;
    }
    if (LABELS[which].topic) {
        labels[count++] = "topic";
        labels[count++] = view->topic;
    }
    if (LABELS[which].partition) {
        (void)snprintf(partition, sizeof partition, "%d", part->i);
        labels[count++] = "partition";
        labels[count++] = partition;
    }
    labels[count] = NULL;
    mh_metrics_sample(out, FAMILIES[family].name, labels,
                      FAMILIES[family].value(part));
}

/* Of a partition that Kafka has not, nothing is known of the log. */
static bool is_known(const struct part *part, enum needs needs)
{
    const struct lag_source *source = &part->view->source;
    bool log = part->i < 0 ? source->reach.good_ms > 0
                           : part->i < source->count &&
                                 source->items[part->i].reach.good_ms > 0;

    return ((needs & THE_LOG) == 0 || log) &&
           ((needs & THE_POSITION) == 0 ||
            part->view->sink.reach.good_ms > 0) &&
           ((needs & BOTH) != BOTH || part->verdict->measured) &&
           (needs != AGE || lag_age_is_known(part->verdict));
}

static void put_family(struct mh_buf *out, int family,
                       const struct lag_view *view, int64_t now_ms)
{
    enum needs needs = FAMILIES[family].needs;
    struct part part = {view, &view->judge.group, -1, now_ms};

    mh_metrics_head(out, FAMILIES[family].kind, FAMILIES[family].name,
                    FAMILIES[family].help);
    if (!LABELS[FAMILIES[family].labels].partition) {
        if (is_known(&part, needs)) {
            put_part(out, family, &part);
        }
        return;
    }
    for (part.i = 0; part.i < view->judge.count; part.i++) {
        part.verdict = &view->judge.items[part.i].verdict;
        if (is_known(&part, needs)) {
            put_part(out, family, &part);
        }
    }
}

/* -------------------------------------------------------------- the others */

/* A group has one status, the worst; what else is wrong is in the counts. */
static void put_status(struct mh_buf *out, const struct lag_view *view,
                       const char *name, bool counts)
{
    for (int status = 0; status < LAG_STATUS_COUNT; status++) {
        const char *const labels[] = {"group", view->group, "status",
                                      lag_status_name((enum lag_status)status),
                                      NULL};

        mh_metrics_sample(out, name, labels,
                          counts ? view->judge.counts[status]
                                 : view->judge.group.status ==
                                       (enum lag_status)status);
    }
}

static void put_statuses(struct mh_buf *out, const struct lag_view *view)
{
    static const char STATUS[] = "mahalle_consumer_status";
    static const char COUNT[] = "mahalle_consumer_partitions";

    mh_metrics_head(out, MH_METRIC_GAUGE, STATUS,
                    "1 for the status that the group has, 0 for the others.");
    put_status(out, view, STATUS, false);
    mh_metrics_head(out, MH_METRIC_GAUGE, COUNT,
                    "Partitions that have this status.");
    put_status(out, view, COUNT, true);
}

static void put_letters(struct mh_buf *out, const struct lag_view *view)
{
    static const char OPEN[] = "mahalle_dead_letters_open";

    mh_metrics_head(out, MH_METRIC_GAUGE, OPEN,
                    "Dead letters that wait for a decision, by reason.");
    for (int code = 0; view->sink.letters_known && code < MH_CODE_COUNT;
         code++) {
        const char *const labels[] = {"reason",
                                      mh_code_name((enum mh_code)code), NULL};

        if (tally_is_reason((enum mh_code)code)) {
            mh_metrics_sample(out, OPEN, labels,
                              (double)view->sink.letters[code]);
        }
    }
}

static void put_reach(struct mh_buf *out, const struct lag_view *view,
                      int64_t now_ms)
{
    static const char UP[] = "mahalle_lag_up";
    static const char LAST[] = "mahalle_lag_last_success_timestamp_seconds";
    static const char LOOK[] = "mahalle_lag_last_look_timestamp_seconds";
    static const char *const KAFKA[] = {"source", "kafka", NULL};
    static const char *const POSTGRESQL[] = {"source", "postgresql", NULL};
    const struct lag_reach *kafka = &view->source.reach;
    const struct lag_reach *postgresql = &view->sink.reach;

    mh_metrics_head(out, MH_METRIC_GAUGE, UP,
                    "Whether a server answers: the last look at it worked, and "
                    "is not old.");
    mh_metrics_sample(out, UP, KAFKA,
                      kafka->code == MH_OK && !lag_is_away(kafka, now_ms));
    mh_metrics_sample(out, UP, POSTGRESQL,
                      postgresql->code == MH_OK &&
                          !lag_is_away(postgresql, now_ms));
    mh_metrics_head(out, MH_METRIC_GAUGE, LAST,
                    "When a look at a server last worked; 0 never.");
    mh_metrics_sample(out, LAST, KAFKA, in_seconds(kafka->good_ms));
    mh_metrics_sample(out, LAST, POSTGRESQL, in_seconds(postgresql->good_ms));
    mh_metrics_head(out, MH_METRIC_GAUGE, LOOK,
                    "When the last look ended, whatever it found.");
    mh_metrics_sample(out, LOOK, NULL, in_seconds(view->at_ms));
}

static void put_retention(struct mh_buf *out, const struct lag_view *view)
{
    static const char RETENTION[] = "mahalle_topic_retention_seconds";
    const char *const labels[] = {"topic", view->topic, NULL};
    int64_t ms = view->source.retention_ms;

    mh_metrics_head(out, MH_METRIC_GAUGE, RETENTION,
                    "How long records are kept; +Inf: for ever, absent: the "
                    "monitor may not ask (DescribeConfigs).");
    if (view->source.retention_known) {
        mh_metrics_sample(out, RETENTION, labels,
                          ms < 0 ? (double)INFINITY : in_seconds(ms));
    }
}

void lag_write_metrics(struct mh_buf *out, const struct lag_view *view,
                       int64_t now_ms)
{
    mh_metrics_build_info(out, "mahalle-lag");
    put_reach(out, view, now_ms);
    put_statuses(out, view);
    put_letters(out, view);
    put_retention(out, view);
    for (int family = 0; family < FAMILY_COUNT; family++) {
        put_family(out, family, view, now_ms);
    }
}
