/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of a schema registry that real clients call, read only. A subject
 * is the full name of a record. Errors are JSON with `error_code`, since a
 * client that gets anything else cannot tell what is wrong.
 * Source: Confluent Schema Registry API, as its clients use it. */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_routes.h"
#include "json.h"

static const char TYPE[] = "application/vnd.schemaregistry.v1+json";

/* Codes of the API: 404 and two digits. */
enum { NO_SUBJECT = 40401, NO_VERSION = 40402, NO_SCHEMA = 40403 };

static enum handled fail(struct answer *answer, int code, const char *text)
{
    answer->status = code / 100;
    mh_buf_format(&answer->body, "{\"error_code\":%d,\"message\":\"%s\"}\n",
                  code, text);
    return HANDLED;
}

/* The contract, and the answer's type. NULL: REFUSED. */
static const struct contract *begin(struct request *request,
                                    struct answer *answer)
{
    const struct contract *contract = gateway_contract(request);

    answer->type = TYPE;
    if (contract == NULL) {
        request->problem = PROBLEM_NOT_READY;
    }
    return contract;
}

static bool read_number(const char *text, int32_t *number)
{
    char *end;
    long value = strtol(text, &end, 10);

    *number = (int32_t)value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= INT32_MAX;
}

static void put_schema(struct mh_buf *buf, const struct contract_schema *schema)
{
    mh_buf_text(buf, "{\"subject\":");
    json_put(buf, schema->subject, strlen(schema->subject));
    mh_buf_format(buf, ",\"version\":%d,\"id\":%d,\"schema\":", schema->version,
                  schema->id);
    json_put(buf, schema->body, strlen(schema->body));
    mh_buf_text(buf, "}\n");
}

/* Whether the schema is of the subject that the first `len` bytes name. */
static bool is_of(const struct contract_schema *schema, const char *subject,
                  size_t len)
{
    return strlen(schema->subject) == len &&
           memcmp(schema->subject, subject, len) == 0;
}

/* ------------------------------------------------------------------ routes */

enum handled registry_schema(struct request *request, struct answer *answer)
{
    const struct contract *contract = begin(request, answer);
    int32_t id;

    if (contract == NULL) {
        return REFUSED;
    }
    for (int i = 0;
         read_number(request->name, &id) && i < contract->schema_count; i++) {
        if (contract->schemas[i].id == id) {
            put_schema(&answer->body, &contract->schemas[i]);
            return HANDLED;
        }
    }
    return fail(answer, NO_SCHEMA, "Schema not found");
}

enum handled registry_types(struct request *request, struct answer *answer)
{
    (void)request;
    answer->type = TYPE;
    mh_buf_text(&answer->body, "[\"AVRO\"]\n");
    return HANDLED;
}

enum handled registry_config(struct request *request, struct answer *answer)
{
    (void)request;
    answer->type = TYPE;
    mh_buf_text(&answer->body,
                "{\"compatibilityLevel\":\"FULL_TRANSITIVE\"}\n");
    return HANDLED;
}

enum handled registry_subjects(struct request *request, struct answer *answer)
{
    const struct contract *contract = begin(request, answer);

    if (contract == NULL) {
        return REFUSED;
    }
    mh_buf_byte(&answer->body, '[');
    for (int i = 0; i < contract->schema_count; i++) {
        const char *subject = contract->schemas[i].subject;

        if (i == 0 || strcmp(subject, contract->schemas[i - 1].subject) != 0) {
            mh_buf_text(&answer->body, i == 0 ? "" : ",");
            json_put(&answer->body, subject, strlen(subject));
        }
    }
    mh_buf_text(&answer->body, "]\n");
    return HANDLED;
}

enum handled registry_versions(struct request *request, struct answer *answer)
{
    const struct contract *contract = begin(request, answer);
    int found = 0;

    if (contract == NULL) {
        return REFUSED;
    }
    for (int i = 0; i < contract->schema_count; i++) {
        const struct contract_schema *schema = &contract->schemas[i];

        if (is_of(schema, request->name, strlen(request->name))) {
            mh_buf_format(&answer->body, "%c%d", found++ == 0 ? '[' : ',',
                          schema->version);
        }
    }
    if (found == 0) {
        return fail(answer, NO_SUBJECT, "Subject not found");
    }
    mh_buf_text(&answer->body, "]\n");
    return HANDLED;
}

enum handled registry_version(struct request *request, struct answer *answer)
{
    const struct contract *contract = begin(request, answer);
    const char *name = request->name;
    size_t len = strcspn(name, "/");
    const char *text = name + len + 1;
    bool latest = strcmp(text, "latest") == 0 || strcmp(text, "-1") == 0;
    const struct contract_schema *found = NULL;
    bool known = false;
    int32_t version = 0;

    if (contract == NULL) {
        return REFUSED;
    }
    if (!latest && (!read_number(text, &version) || version < 1)) {
        return fail(answer, 42202, "The specified version is not a valid one");
    }
    for (int i = 0; i < contract->schema_count; i++) {
        if (is_of(&contract->schemas[i], name, len)) {
            known = true;
            if (latest || contract->schemas[i].version == version) {
                found = &contract->schemas[i]; /* versions rise */
            }
        }
    }
    if (found == NULL) {
        return known ? fail(answer, NO_VERSION, "Version not found")
                     : fail(answer, NO_SUBJECT, "Subject not found");
    }
    put_schema(&answer->body, found);
    return HANDLED;
}

/* -------------------------------------------------------------- the lookup */

/* Whether two texts are one schema: the same JSON, in any order and spacing. */
static bool is_same(json_t *sent, const char *body)
{
    json_t *ours = json_loads(body, 0, NULL);
    bool same = ours != NULL && json_equal(sent, ours) == 1;

    json_decref(ours);
    return same;
}

/* The schema inside of the body. @returns given; NULL: there is none */
static json_t *read_sent(const struct request *request, struct bench *bench)
{
    json_t *outer = NULL, *sent = NULL;
    const json_t *text;

    bench->faults.count = 0;
    if (json_read((const char *)request->body.bytes, request->body.len,
                  &bench->scratch, &outer, &bench->faults) == MH_OK) {
        text = json_object_get(outer, "schema");
        bench->faults.count = 0;
        if (json_is_string(text) &&
            json_read(json_string_value(text), json_string_length(text),
                      &bench->scratch, &sent, &bench->faults) != MH_OK) {
            sent = NULL;
        }
    }
    json_decref(outer);
    return sent;
}

enum handled registry_lookup(struct request *request, struct answer *answer)
{
    const struct contract *contract = begin(request, answer);
    const struct contract_schema *found = NULL;
    struct bench *bench;
    bool known = false;
    json_t *sent;

    bench = contract == NULL ? NULL : gateway_take_bench(request->gateway);
    if (bench == NULL) {
        request->problem = contract == NULL ? PROBLEM_NOT_READY : PROBLEM_BUSY;
        return REFUSED;
    }
    sent = request->body.len == 0 ? NULL : read_sent(request, bench);
    gateway_give_bench(request->gateway, bench);
    for (int i = 0; i < contract->schema_count; i++) {
        const struct contract_schema *schema = &contract->schemas[i];

        if (is_of(schema, request->name, strlen(request->name))) {
            known = true;
            if (sent != NULL && is_same(sent, schema->body)) {
                found = schema;
            }
        }
    }
    if (found != NULL) {
        put_schema(&answer->body, found);
    } else if (!known) {
        (void)fail(answer, NO_SUBJECT, "Subject not found");
    } else if (sent == NULL) {
        (void)fail(answer, 42201, "Invalid schema");
    } else {
        (void)fail(answer, NO_SCHEMA, "Schema not found");
    }
    json_decref(sent);
    return HANDLED;
}
