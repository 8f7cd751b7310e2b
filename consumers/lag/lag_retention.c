/* SPDX-License-Identifier: Apache-2.0 */
/* DescribeConfigs, and what its answer means for records that wait. */
#include "lag_retention.h"

#include <stdlib.h>
#include <string.h>

#include "log.h"

enum { ASK_MS = 3000 };

/* -1: no limit, or none is told. */
static int64_t number_of(const rd_kafka_ConfigEntry_t **entries, size_t count,
                         const char *name)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);

        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), name) == 0 &&
            value != NULL) {
            return strtoll(value, NULL, 10);
        }
    }
    return -1;
}

static bool deletes(const rd_kafka_ConfigEntry_t **entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);

        if (strcmp(rd_kafka_ConfigEntry_name(entries[i]), "cleanup.policy") ==
                0 &&
            value != NULL) {
            return strstr(value, "delete") != NULL;
        }
    }
    return true;
}

static bool read_retention(rd_kafka_event_t *event, struct lag_source *source)
{
    const rd_kafka_ConfigResource_t **found;
    const rd_kafka_ConfigEntry_t **entries;
    size_t count = 0;
    bool delete;

    found = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(event), &count);
    if (count != 1 ||
        rd_kafka_ConfigResource_error(found[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    source->retention_known = true;
    entries = rd_kafka_ConfigResource_configs(found[0], &count);
    delete = deletes(entries, count);
    source->retention_ms =
        delete ? number_of(entries, count, "retention.ms") : -1;
    source->by_size =
        delete &&number_of(entries, count, "retention.bytes") >= 0;
    return true;
}

/* A monitor that may not ask this still sees how fast the log is deleted. */
void lag_retention_look(rd_kafka_t *client, const char *topic,
                        struct lag_source *source, bool *refused)
{
    rd_kafka_ConfigResource_t *resource =
        rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic);
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(client);
    rd_kafka_event_t *event;
    char text[128];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, ASK_MS, text,
                                                    sizeof text);
    rd_kafka_DescribeConfigs(client, &resource, 1, options, queue);
    event = rd_kafka_queue_poll(queue, ASK_MS + 1000);
    if (event != NULL &&
        rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR) {
        if (!read_retention(event, source) && !*refused) {
            *refused = true;
            source->by_size = true;
            mh_log(MH_LOG_WARN, "lag",
                   "retention=unknown reason=\"DescribeConfigs on the topic "
                   "is not allowed\"");
        }
    }
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ConfigResource_destroy(resource);
}
