/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration in layers: our defaults, the program's settings, the operator's
 * kafka.* keys. Log lines wait in a queue and come out where the program polls,
 * in its own thread. */
#include "kafka.h"

#include <stddef.h>
#include <string.h>
#include <syslog.h>

#include "log.h"

/* 2.8, as the library writes it: older ones may skip offsets and do not notice
 * a log that was cut short. */
enum { VERSION_LEAST = 0x020800ff };

/* No statistics: what is measured is measured by ourselves. The encryption
 * (security.protocol and its keys) is the operator's to choose. */
static const char *const DEFAULTS[] = {"client.id",
                                       "mahalle",
                                       "log.queue",
                                       "true",
                                       "statistics.interval.ms",
                                       "0",
                                       "socket.nagle.disable",
                                       "true",
                                       "log.connection.close",
                                       "false",
                                       NULL};

/* Names and reasons: what stands or falls with correctness is set by the
 * program alone. Two have an older name as well. */
static const char *const CONSUMER_OWN[] = {
    "auto.offset.reset",
    "records would be skipped or read again unnoticed",
    "enable.auto.commit",
    "positions are kept in PostgreSQL, with the totals",
    "auto.commit.enable",
    "positions are kept in PostgreSQL, with the totals",
    "enable.auto.offset.store",
    "positions are kept in PostgreSQL, with the totals",
    "enable.partition.eof",
    "what ends a partition but is no record would be waited for",
    "isolation.level",
    "records of aborted transactions would be counted",
    "group.id",
    "--group names it",
    "partition.assignment.strategy",
    "all instances must share partitions in the same way",
    "check.crcs",
    "records that were damaged on the way would be taken for bad ones",
    "allow.auto.create.topics",
    "a slip in a name would make a topic that nobody posts to",
    NULL};
static const char *const PRODUCER_OWN[] = {
    "acks",
    "what is said to be stored would not be",
    "request.required.acks",
    "what is said to be stored would not be",
    "enable.idempotence",
    "versions of an event could change places",
    "partitioner",
    "versions of an event must meet in one partition",
    "delivery.report.only.error",
    "nobody would hear that events are stored",
    NULL};

/* Answers that do not change by waiting: a person must act. */
static const rd_kafka_resp_err_t REFUSED[] = {
    RD_KAFKA_RESP_ERR__AUTHENTICATION,
    RD_KAFKA_RESP_ERR__BAD_COMPRESSION,
    RD_KAFKA_RESP_ERR__INVALID_ARG,
    RD_KAFKA_RESP_ERR__SSL,
    RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
    RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
    RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE,
    RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE,
    RD_KAFKA_RESP_ERR_INVALID_CONFIG,
    RD_KAFKA_RESP_ERR_INVALID_RECORD,
    RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS,
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
    RD_KAFKA_RESP_ERR_POLICY_VIOLATION,
    RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,
    RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
    RD_KAFKA_RESP_ERR_SECURITY_DISABLED,
    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
    RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
    RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,
    RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION,
};

/* The client is of no use any more, Kafka itself may be well. */
static const rd_kafka_resp_err_t FATAL[] = {
    RD_KAFKA_RESP_ERR__FATAL,
    RD_KAFKA_RESP_ERR__FENCED,
    RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
    RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
    RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
    RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
};

static bool is_in(const rd_kafka_resp_err_t *list, size_t count,
                  rd_kafka_resp_err_t error)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == error) {
            return true;
        }
    }
    return false;
}

enum mh_code mh_kafka_code(rd_kafka_resp_err_t error)
{
    if (is_in(FATAL, sizeof FATAL / sizeof FATAL[0], error)) {
        return MH_KAFKA_FATAL;
    }
    if (is_in(REFUSED, sizeof REFUSED / sizeof REFUSED[0], error)) {
        return MH_KAFKA_REFUSED;
    }
    return MH_KAFKA_DOWN;
}

static void on_log(const rd_kafka_t *client, int level, const char *facility,
                   const char *text)
{
    char line[512];
    size_t len = 0;
    /* The library tries again by itself: its errors are our warnings. The
     * first producer of a new cluster always has to ask twice for its id. */
    enum mh_log_level to = strcmp(facility, "GETPID") == 0 ? MH_LOG_DEBUG
                           : level < LOG_ERR               ? MH_LOG_ERROR
                           : level <= LOG_WARNING          ? MH_LOG_WARN
                           : level <= LOG_INFO             ? MH_LOG_INFO
                                                           : MH_LOG_DEBUG;

    (void)client;
    while (text[len] != '\0' && len + 1 < sizeof line) {
        unsigned char byte = (unsigned char)text[len];

        line[len++] = (char)(byte == '"' ? '\'' : byte < ' ' ? ' ' : byte);
    }
    line[len] = '\0';
    mh_log(to, "kafka", "from=%s text=\"%s\"", facility, line);
}

/* The library found at run time may be another one than at build time. */
static enum mh_code check_version(struct mh_err *err)
{
    if (rd_kafka_version() < VERSION_LEAST) {
        return mh_fail(err, MH_CONTRACT,
                       "librdkafka %s is too old, at least 2.8 is needed",
                       rd_kafka_version_str());
    }
    return MH_OK;
}

static enum mh_code set(rd_kafka_conf_t *conf, const char *name,
                        const char *value, struct mh_err *err)
{
    char text[256] = "";

    if (rd_kafka_conf_set(conf, name, value, text, sizeof text) !=
        RD_KAFKA_CONF_OK) {
        return mh_fail(err, MH_USAGE, "kafka.%s: %s", name, text);
    }
    return MH_OK;
}

static enum mh_code set_all(rd_kafka_conf_t *conf, mh_kafka_settings settings,
                            struct mh_err *err)
{
    enum mh_code code = MH_OK;

    for (size_t i = 0; code == MH_OK && settings[i] != NULL; i += 2) {
        code = set(conf, settings[i], settings[i + 1], err);
    }
    return code;
}

enum mh_code mh_kafka_operators(rd_kafka_type_t kind, const char *name,
                                struct mh_err *err)
{
    mh_kafka_settings own =
        kind == RD_KAFKA_CONSUMER ? CONSUMER_OWN : PRODUCER_OWN;

    for (size_t i = 0; own[i] != NULL; i += 2) {
        if (strcmp(name, own[i]) == 0) {
            return mh_fail(err, MH_USAGE,
                           "kafka.%s is not for the operator: %s", name,
                           own[i + 1]);
        }
    }
    return MH_OK;
}

static enum mh_code set_operators(rd_kafka_conf_t *conf, rd_kafka_type_t kind,
                                  const struct mh_options *options,
                                  struct mh_err *err)
{
    int count = options == NULL ? 0 : mh_options_kafka_count(options);
    enum mh_code code = MH_OK;

    for (int i = 0; code == MH_OK && i < count; i++) {
        const char *name = mh_options_kafka_name(options, i);

        code = mh_kafka_operators(kind, name, err);
        if (code == MH_OK) {
            code = set(conf, name, mh_options_kafka_value(options, i), err);
        }
    }
    return code;
}

static enum mh_code configure(rd_kafka_conf_t *conf, rd_kafka_type_t kind,
                              const char *brokers, mh_kafka_settings settings,
                              const struct mh_options *options,
                              struct mh_err *err)
{
    enum mh_code code = set_all(conf, DEFAULTS, err);

    if (code == MH_OK) {
        code = set(conf, "bootstrap.servers", brokers, err);
    }
    if (code == MH_OK) {
        code = set_all(conf, settings, err);
    }
    if (code == MH_OK) {
        code = set_operators(conf, kind, options, err);
    }
    return code;
}

enum mh_code mh_kafka_new(rd_kafka_type_t kind, const char *brokers,
                          mh_kafka_settings settings,
                          const struct mh_options *options,
                          void (*prepare)(rd_kafka_conf_t *conf, void *opaque),
                          void *opaque, rd_kafka_t **client, struct mh_err *err)
{
    rd_kafka_conf_t *conf = NULL;
    rd_kafka_t *made = NULL;
    char text[256] = "";
    enum mh_code code = check_version(err);

    if (code != MH_OK) {
        return code;
    }
    conf = rd_kafka_conf_new();
    if (conf == NULL) {
        return mh_fail(err, MH_MEMORY, "kafka client: out of memory");
    }
    code = configure(conf, kind, brokers, settings, options, err);
    if (code != MH_OK) {
        goto done;
    }
    rd_kafka_conf_set_log_cb(conf, on_log);
    rd_kafka_conf_set_opaque(conf, opaque);
    if (prepare != NULL) {
        prepare(conf, opaque);
    }
    made = rd_kafka_new(kind, conf, text, sizeof text);
    if (made == NULL) {
        code = mh_fail(err, MH_USAGE, "kafka client: %s", text);
        goto done;
    }
    conf = NULL; /* taken by the client */
    /* NULL: the log lines join the client's main queue. */
    (void)rd_kafka_set_log_queue(made, NULL);
    *client = made;

done:
    if (conf != NULL) {
        rd_kafka_conf_destroy(conf);
    }
    return code;
}

enum mh_code mh_kafka_find_topic(rd_kafka_t *client, const char *name,
                                 int wait_ms, struct mh_err *err)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(client, name, NULL);
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t error;

    if (topic == NULL) {
        return mh_fail(err, MH_KAFKA_REFUSED, "kafka topic %s: %s", name,
                       rd_kafka_err2str(rd_kafka_last_error()));
    }
    error = rd_kafka_metadata(client, 0, topic, &found, wait_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        error = found->topic_cnt == 1 ? found->topics[0].err
                                      : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
        rd_kafka_metadata_destroy(found);
    }
    rd_kafka_topic_destroy(topic);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return mh_fail(err, mh_kafka_code(error), "kafka topic %s: %s", name,
                       rd_kafka_err2str(error));
    }
    return MH_OK;
}
