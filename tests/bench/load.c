/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fill a topic with the stream of events.h, as fast as the broker takes it.
 *
 *   load BROKERS TOPIC COUNT
 *
 * The key and the client's settings are those of mahalle-post, so that batches
 * in the log are as large as its own. The time of the records is the broker's
 * (LogAppendTime), as in operation.
 */
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "events.h"

enum { RECORD_MAX = 4096, FLUSH_MS = 60000, WAIT_MS = 100 };

static long failed;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *record,
                        void *opaque)
{
    (void)client;
    (void)opaque;
    failed += record->err != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_t *connect_to(const char *brokers)
{
    static const char *const SETTINGS[] = {"acks",
                                           "all",
                                           "enable.idempotence",
                                           "true",
                                           "partitioner",
                                           "murmur2_random",
                                           "compression.type",
                                           "lz4",
                                           "linger.ms",
                                           "5",
                                           "batch.size",
                                           "65536",
                                           "queue.buffering.max.messages",
                                           "50000",
                                           NULL};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char reason[256];
    rd_kafka_t *client;

    for (int i = 0; SETTINGS[i] != NULL; i += 2) {
        if (rd_kafka_conf_set(conf, SETTINGS[i], SETTINGS[i + 1], reason,
                              sizeof reason) != RD_KAFKA_CONF_OK) {
            (void)fprintf(stderr, "load: %s\n", reason);
            exit(1);
        }
    }
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", brokers, reason,
                            sizeof reason);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (client == NULL) {
        (void)fprintf(stderr, "load: %s\n", reason);
        exit(1);
    }
    return client;
}

static void send_event(rd_kafka_t *client, const char *topic,
                       const struct bench_event *made, struct mh_buf *buf)
{
    const struct mh_value *id = &made->event.values[MH_FIELD_EVENT_ID];
    rd_kafka_resp_err_t error;

    mh_buf_reset(buf);
    mh_encode(&made->event, buf);
    do {
        error = rd_kafka_producev(
            client, RD_KAFKA_V_TOPIC(topic),
            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
            RD_KAFKA_V_KEY(made->texts[MH_FIELD_EVENT_ID], id->len),
            RD_KAFKA_V_VALUE(buf->bytes, buf->len), RD_KAFKA_V_END);
        rd_kafka_poll(client,
                      error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? WAIT_MS : 0);
    } while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    failed += error != RD_KAFKA_RESP_ERR_NO_ERROR;
}

int main(int argc, char **argv)
{
    static struct bench_event made;
    static struct bench_events events;
    const char *dir = getenv("MAHALLE_SCHEMAS");
    long count = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    struct mh_catalogue *catalogue;
    struct mh_buf buf;
    rd_kafka_t *client;

    if (count <= 0) {
        (void)fprintf(stderr, "usage: load BROKERS TOPIC COUNT\n");
        return 2;
    }
    catalogue = bench_catalogue(dir == NULL ? MAHALLE_SCHEMAS_DIR : dir);
    if (!bench_events_init(&events, catalogue)) {
        (void)fprintf(stderr, "load: the catalogue lacks a type\n");
        return 1;
    }
    mh_buf_init(&buf, RECORD_MAX);
    client = connect_to(argv[1]);
    for (long i = 0; i < count && failed == 0; i++) {
        bench_events_make(&events, (uint64_t)i, &made);
        send_event(client, argv[2], &made, &buf);
    }
    failed += rd_kafka_flush(client, FLUSH_MS) != RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_destroy(client);
    mh_buf_fini(&buf);
    mh_catalogue_free(catalogue);
    if (failed > 0) {
        (void)fprintf(stderr, "load: %ld records not stored\n", failed);
    }
    return failed > 0;
}
