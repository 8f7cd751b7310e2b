/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rival in C: the plain program, one event after the other.
 *
 *   MAHALLE_PG=CONNINFO rival_rows BROKERS TOPIC COUNT
 *
 * librdkafka, avro-c's generic reader with a value used again for each schema,
 * prepared statements: one INSERT ... ON CONFLICT DO NOTHING an event and,
 * when it was new, one upsert of its total of the day; 500 events and their
 * offsets in a transaction. Same tables as the rival in Python (rival.sql).
 * Which field is a measure or a dimension, and the agencies' numbers, it takes
 * from our catalogue; it checks nothing.
 */
#include <avro.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events.h"
#include "frame.h"
#include "reference.h"
#include "text.h"

enum {
    PARTITIONS = 12,
    EVENTS_A_COMMIT = 500,
    MEASURES = 7,
    FACT_PARAMS = 18,
    DAILY_PARAMS = 6 + 2 * MEASURES,
    TEXT_MAX = 512,
    WAIT_MS = 1000,
    FILE_MAX = 1 << 20
};

static const char INSERT_FACT[] =
    "INSERT INTO rival.fact VALUES ($1, $2, to_timestamp($3::float8 / 1000),"
    " to_timestamp($4::float8 / 1000), now(),"
    " to_timestamp($5::float8 / 1000), $6, date '1970-01-01' + $7::int, $8,"
    " $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
    " ON CONFLICT DO NOTHING";

static const char ADD_DAILY[] =
    "INSERT INTO rival.daily AS d VALUES (1, to_timestamp($1::float8 / 1000),"
    " $2, date '1970-01-01' + $3::int, $4, $5, $6,"
    " $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)"
    " ON CONFLICT (type_id, occurred_on, place_code, agency_id, dims)"
    " DO UPDATE SET events = d.events + 1,"
    " received_at = greatest(d.received_at, excluded.received_at)"
#define ADD(c) \
    ", " c " = coalesce(d." c " + excluded." c ", d." c ", excluded." c ")"
    ADD("sum_1") ADD("sum_2") ADD("sum_3") ADD("sum_4") ADD("sum_5")
        ADD("sum_6") ADD("sum_7") ADD("by_1") ADD("by_2") ADD("by_3")
            ADD("by_4") ADD("by_5") ADD("by_6") ADD("by_7");

static const char MOVE[] =
    "INSERT INTO rival.position VALUES ($1, $2) ON CONFLICT (partition)"
    " DO UPDATE SET next_offset = excluded.next_offset";

struct rival {
    PGconn *conn;
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct {
        const struct mh_type *type;
        avro_value_t value;
    } schemas[BENCH_TYPES];
    int64_t next[PARTITIONS];
};

/* Parameters of a statement as text; NULL where there is no value. */
struct values {
    char texts[32][TEXT_MAX];
    const char *items[32];
};

static void must(bool fine, const char *what)
{
    if (!fine) {
        (void)fprintf(stderr, "rival_rows: %s\n", what);
        exit(1);
    }
}

/* ------------------------------------------------------------------- start */

static void prepare(struct rival *rival, const char *name, const char *sql)
{
    PGresult *res = PQprepare(rival->conn, name, sql, 0, NULL);

    must(PQresultStatus(res) == PGRES_COMMAND_OK, PQerrorMessage(rival->conn));
    PQclear(res);
}

static void read_schemas(struct rival *rival, const char *dir)
{
    struct bench_events events;
    struct mh_err err;

    rival->catalogue = bench_catalogue(dir);
    must(bench_events_init(&events, rival->catalogue), "types");
    must(mh_reference_new(&rival->reference, &err) == MH_OK &&
             mh_reference_load(rival->reference, dir, &err) == MH_OK,
         "reference data");
    for (int k = 0; k < BENCH_TYPES; k++) {
        const struct mh_type *type = events.types[k];
        char path[512];
        struct mh_buf text;
        avro_schema_t schema;

        (void)snprintf(path, sizeof path, "%s/events/%s/%s.v%d.avsc", dir,
                       type->domain, type->name, type->version);
        mh_buf_init(&text, FILE_MAX);
        must(mh_text_read_file(path, &text, &err) == MH_OK, path);
        must(avro_schema_from_json_length((const char *)text.bytes, text.len,
                                          &schema) == 0 &&
                 avro_generic_value_new(avro_generic_class_from_schema(schema),
                                        &rival->schemas[k].value) == 0,
             avro_strerror());
        mh_buf_fini(&text);
        rival->schemas[k].type = type;
    }
}

static rd_kafka_t *connect_to(const char *brokers, const char *topic)
{
    static const char *const SETTINGS[] = {"group.id",
                                           "rival",
                                           "enable.auto.commit",
                                           "false",
                                           "queued.min.messages",
                                           "1000000",
                                           NULL};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_topic_partition_list_t *list =
        rd_kafka_topic_partition_list_new(PARTITIONS);
    char reason[256];
    rd_kafka_t *client;

    for (int i = 0; SETTINGS[i] != NULL; i += 2) {
        must(rd_kafka_conf_set(conf, SETTINGS[i], SETTINGS[i + 1], reason,
                               sizeof reason) == RD_KAFKA_CONF_OK,
             reason);
    }
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", brokers, reason,
                            sizeof reason);
    client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    must(client != NULL, reason);
    (void)rd_kafka_poll_set_consumer(client);
    for (int i = 0; i < PARTITIONS; i++) {
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = 0;
    }
    must(rd_kafka_assign(client, list) == RD_KAFKA_RESP_ERR_NO_ERROR, "assign");
    rd_kafka_topic_partition_list_destroy(list);
    return client;
}

/* --------------------------------------------------------------- statements */

static int run(struct rival *rival, const char *name, int count,
               const struct values *values)
{
    PGresult *res =
        PQexecPrepared(rival->conn, name, count, values->items, NULL, NULL, 0);
    int rows;

    must(PQresultStatus(res) == PGRES_COMMAND_OK, PQerrorMessage(rival->conn));
    rows = (int)strtol(PQcmdTuples(res), NULL, 10);
    PQclear(res);
    return rows;
}

static void run_text(struct rival *rival, const char *sql)
{
    PGresult *res = PQexec(rival->conn, sql);

    must(PQresultStatus(res) == PGRES_COMMAND_OK, PQerrorMessage(rival->conn));
    PQclear(res);
}

static void commit(struct rival *rival)
{
    for (int i = 0; i < PARTITIONS; i++) {
        struct values values;

        if (rival->next[i] > 0) {
            (void)snprintf(values.texts[0], TEXT_MAX, "%d", i);
            (void)snprintf(values.texts[1], TEXT_MAX, "%" PRId64,
                           rival->next[i]);
            values.items[0] = values.texts[0];
            values.items[1] = values.texts[1];
            (void)run(rival, "move", 2, &values);
        }
    }
    run_text(rival, "COMMIT");
}

/* ------------------------------------------------------------------- values */

/* The value of a field as text; false: null. */
static bool get_text(const avro_value_t *record, int i, char *text)
{
    avro_value_t field;
    const char *string = NULL;
    size_t size;
    int32_t small = 0;
    int64_t large = 0;

    must(avro_value_get_by_index(record, (size_t)i, &field, NULL) == 0,
         avro_strerror());
    if (avro_value_get_type(&field) == AVRO_UNION) {
        avro_value_t branch;

        must(avro_value_get_current_branch(&field, &branch) == 0,
             avro_strerror());
        field = branch;
    }
    switch (avro_value_get_type(&field)) {
    case AVRO_STRING:
        must(avro_value_get_string(&field, &string, &size) == 0, "string");
        break;
    case AVRO_ENUM:
        must(avro_value_get_enum(&field, &small) == 0, "enum");
        string = avro_schema_enum_get(avro_value_get_schema(&field), small);
        break;
    case AVRO_INT32:
        must(avro_value_get_int(&field, &small) == 0, "int");
        large = small;
        break;
    case AVRO_INT64:
        must(avro_value_get_long(&field, &large) == 0, "long");
        break;
    default:
        return false;
    }
    if (string != NULL) {
        (void)snprintf(text, TEXT_MAX, "%s", string);
    } else {
        (void)snprintf(text, TEXT_MAX, "%" PRId64, large);
    }
    return true;
}

static void set_field(struct values *values, int i, const avro_value_t *record,
                      int field)
{
    values->items[i] =
        get_text(record, field, values->texts[i]) ? values->texts[i] : NULL;
}

static void set_number(struct values *values, int i, int64_t number)
{
    (void)snprintf(values->texts[i], TEXT_MAX, "%" PRId64, number);
    values->items[i] = values->texts[i];
}

static void set_array(struct values *values, int i, const avro_value_t *record,
                      const struct mh_type *type, bool codes)
{
    char *text = values->texts[i];
    int len = snprintf(text, TEXT_MAX, "{");

    for (int f = MH_ENVELOPE_COUNT; f < type->field_count; f++) {
        const struct mh_field *field = &type->fields[f];
        char one[TEXT_MAX];

        if ((codes ? field->code_slot : field->number_slot) > 0) {
            bool set = get_text(record, f, one);

            len += snprintf(text + len, (size_t)(TEXT_MAX - len), "%s%s",
                            len > 1 ? "," : "", set ? one : "NULL");
            must(len < TEXT_MAX - 2, "array");
        }
    }
    (void)snprintf(text + len, (size_t)(TEXT_MAX - len), "}");
    values->items[i] = text;
}

static void set_dims(struct values *values, int i, const avro_value_t *record,
                     const struct mh_type *type)
{
    char *text = values->texts[i];
    int len =
        get_text(record, MH_FIELD_PROGRAMME_CODE, text) ? (int)strlen(text) : 0;

    for (int f = MH_ENVELOPE_COUNT; f < type->field_count; f++) {
        char one[TEXT_MAX];

        if (type->fields[f].role == MH_ROLE_DIMENSION ||
            type->fields[f].role == MH_ROLE_FLAG) {
            bool set = get_text(record, f, one);

            len += snprintf(text + len, (size_t)(TEXT_MAX - len), "|%s",
                            set ? one : "");
            must(len < TEXT_MAX, "dimensions");
        }
    }
    while (len > 0 && text[len - 1] == '|') {
        text[--len] = '\0';
    }
    values->items[i] = text;
}

/* ------------------------------------------------------------------- events */

static bool insert_fact(struct rival *rival, const rd_kafka_message_t *message,
                        const avro_value_t *record, const struct mh_type *type,
                        int32_t agency_id)
{
    static struct values values;
    char op[TEXT_MAX];

    set_field(&values, 0, record, MH_FIELD_EVENT_ID);
    set_number(&values, 1, message->offset);
    set_number(&values, 2, rd_kafka_message_timestamp(message, NULL));
    set_field(&values, 3, record, MH_FIELD_POSTED_AT);
    set_field(&values, 4, record, MH_FIELD_OCCURRED_AT);
    set_field(&values, 5, record, MH_FIELD_REVISION);
    set_field(&values, 6, record, MH_FIELD_OCCURRED_ON);
    set_number(&values, 7, type->type_id);
    set_number(&values, 8, agency_id);
    set_number(&values, 9, message->partition);
    (void)get_text(record, MH_FIELD_OP, op);
    values.items[10] = strcmp(op, "RETRACT") == 0 ? "f" : "t";
    set_field(&values, 11, record, MH_FIELD_CORRECTION_REASON);
    set_field(&values, 12, record, MH_FIELD_PLACE_CODE);
    set_field(&values, 13, record, MH_FIELD_COUNCIL_CODE);
    set_field(&values, 14, record, MH_FIELD_PROGRAMME_CODE);
    set_field(&values, 15, record, MH_FIELD_SOURCE_REF);
    set_array(&values, 16, record, type, false);
    set_array(&values, 17, record, type, true);
    return run(rival, "insert", FACT_PARAMS, &values) == 1;
}

static void add_daily(struct rival *rival, const rd_kafka_message_t *message,
                      const avro_value_t *record, const struct mh_type *type,
                      int32_t agency_id)
{
    static struct values values;

    set_number(&values, 0, rd_kafka_message_timestamp(message, NULL));
    set_number(&values, 1, type->type_id);
    set_field(&values, 2, record, MH_FIELD_OCCURRED_ON);
    set_number(&values, 3, agency_id);
    set_field(&values, 4, record, MH_FIELD_PLACE_CODE);
    set_dims(&values, 5, record, type);
    for (int k = 0; k < 2 * MEASURES; k++) {
        values.items[6 + k] = NULL;
    }
    for (int f = MH_ENVELOPE_COUNT; f < type->field_count; f++) {
        int k = type->fields[f].measure_slot - 1;

        if (k >= 0) {
            /* amounts of the stream are in current rials */
            set_field(&values, 6 + k, record, f);
            values.items[6 + MEASURES + k] =
                values.items[6 + k] == NULL ? NULL : "1";
        }
    }
    (void)run(rival, "add", DAILY_PARAMS, &values);
}

static void take_message(struct rival *rival, const rd_kafka_message_t *message)
{
    uint32_t id = 0;
    char agency[TEXT_MAX];
    int k = 0;
    avro_value_t *record;
    avro_reader_t reader;
    int32_t agency_id;

    must(message->err == RD_KAFKA_RESP_ERR_NO_ERROR,
         rd_kafka_message_errstr(message));
    must(mh_frame_read(message->payload, message->len, &id) == MH_OK, "frame");
    while (k < BENCH_TYPES && rival->schemas[k].type->schema_id != id) {
        k++;
    }
    must(k < BENCH_TYPES, "schema id");
    record = &rival->schemas[k].value;
    reader = avro_reader_memory((const char *)message->payload + MH_FRAME_BYTES,
                                (int64_t)message->len - MH_FRAME_BYTES);
    must(avro_value_read(reader, record) == 0, avro_strerror());
    avro_reader_free(reader);
    (void)get_text(record, MH_FIELD_AGENCY_CODE, agency);
    agency_id = mh_reference_agency(rival->reference, agency, strlen(agency));
    if (insert_fact(rival, message, record, rival->schemas[k].type,
                    agency_id)) {
        add_daily(rival, message, record, rival->schemas[k].type, agency_id);
    }
    rival->next[message->partition] = message->offset + 1;
}

int main(int argc, char **argv)
{
    static struct rival rival;
    const char *dir = getenv("MAHALLE_SCHEMAS");
    const char *conninfo = getenv("MAHALLE_PG");
    long count = argc == 4 ? strtol(argv[3], NULL, 10) : 0;
    rd_kafka_t *client;

    if (count <= 0 || conninfo == NULL) {
        (void)fprintf(stderr, "usage: MAHALLE_PG=CONNINFO rival_rows BROKERS "
                              "TOPIC COUNT\n");
        return 2;
    }
    read_schemas(&rival, dir == NULL ? MAHALLE_SCHEMAS_DIR : dir);
    rival.conn = PQconnectdb(conninfo);
    must(PQstatus(rival.conn) == CONNECTION_OK, PQerrorMessage(rival.conn));
    prepare(&rival, "insert", INSERT_FACT);
    prepare(&rival, "add", ADD_DAILY);
    prepare(&rival, "move", MOVE);
    client = connect_to(argv[1], argv[2]);
    for (long taken = 0; taken < count;) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(client, WAIT_MS);

        if (message == NULL) {
            continue;
        }
        if (taken % EVENTS_A_COMMIT == 0) {
            run_text(&rival, "BEGIN");
        }
        take_message(&rival, message);
        rd_kafka_message_destroy(message);
        taken++;
        if (taken % EVENTS_A_COMMIT == 0 || taken == count) {
            commit(&rival);
        }
    }
    rd_kafka_destroy(client);
    PQfinish(rival.conn);
    return 0;
}
