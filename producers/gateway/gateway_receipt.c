/* SPDX-License-Identifier: Apache-2.0 */
/* GET /v1/events/{id} and GET /v1/rejections. An event is where the newest
 * record of it is: in Kafka until its partition has been read that far, then
 * what the consumer made of it. */
#include "gateway_receipt.h"

#include <inttypes.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "gateway_routes.h"
#include "intake_time.h"
#include "json.h"
#include "queries.h"
#include "text.h"

enum {
    BODY_BYTES_MAX = 4 * 1024 * 1024,
    NAME_PART_MAX = 200 /* of an agency's own id; as intake has it */
};

/* Columns of schemas/queries/gateway_receipt.sql. */
enum {
    FACT_PARTITION,
    FACT_OFFSET,
    FACT_RECEIVED,
    FACT_APPLIED,
    FACT_REVISION,
    FACT_CONTENT,
    LETTER_PARTITION,
    LETTER_OFFSET,
    LETTER_RECEIVED,
    LETTER_DETAIL,
    NEXT_OFFSET,
    LETTER_IS_NEWER
};

/* The last column of schemas/queries/gateway_rejections.sql. */
enum { REJECTION_NEWEST = 8 };

static void free_question(struct parked *parked)
{
    struct question *question = (struct question *)parked;

    mh_buf_fini(&question->body);
    free(question);
}

static void put_text(struct mh_buf *buf, const char *text)
{
    if (text == NULL) {
        mh_buf_text(buf, "null");
    } else {
        json_put(buf, text, strlen(text));
    }
}

static void put_place(struct mh_buf *buf, const char *topic,
                      const char *partition, const char *offset)
{
    mh_buf_text(buf, ",\"topic\":");
    put_text(buf, topic);
    mh_buf_format(buf, ",\"partition\":%s,\"offset\":%s", partition, offset);
}

/* ---------------------------------------------------------------- receipts */

static int64_t number(const struct database *db, int column)
{
    const char *text = database_text(db, 0, column);

    return text == NULL ? -1 : strtoll(text, NULL, 10);
}

/* What the consumer made of the record that was stored here. */
static const char *fate(const struct question *question,
                        const struct database *db)
{
    const struct recent_event *recent = &question->recent;

    if (number(db, NEXT_OFFSET) <= recent->offset) {
        return "in_kafka";
    }
    if (database_text(db, 0, LETTER_PARTITION) != NULL) {
        return "rejected";
    }
    if (number(db, FACT_PARTITION) == recent->partition &&
        number(db, FACT_OFFSET) == recent->offset) {
        return "applied";
    }
    if (number(db, FACT_REVISION) == recent->revision) {
        return (uint64_t)number(db, FACT_CONTENT) == recent->content
                   ? "duplicate"
                   : "rejected";
    }
    return number(db, FACT_REVISION) > recent->revision ? "stale" : "in_kafka";
}

static void put_time(struct mh_buf *buf, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    char text[32] = "";

    if (gmtime_r(&seconds, &parts) != NULL) {
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    }
    mh_buf_format(buf, "\"%s.%03dZ\"", text, (int)(ms % 1000));
}

static enum mh_code run_receipt(struct inquiry *inquiry, struct database *db,
                                struct mh_err *err)
{
    struct question *question = (struct question *)inquiry;
    char partition[16] = "", offset[24] = "";
    const char *const params[] = {question->id, question->agency,
                                  inquiry->topic, partition, offset};
    struct mh_buf *buf = &question->body;
    const char *state, *errors;
    bool refused, applied;
    enum mh_code code;

    if (question->is_recent) {
        (void)snprintf(partition, sizeof partition, "%" PRId32,
                       question->recent.partition);
        (void)snprintf(offset, sizeof offset, "%" PRId64,
                       question->recent.offset);
    }
    code =
        database_exec(db, "receipt", mh_query_gateway_receipt, 5, params, err);
    if (code != MH_OK) {
        return code;
    }
    refused = database_text(db, 0, LETTER_PARTITION) != NULL;
    applied = database_text(db, 0, FACT_PARTITION) != NULL;
    if (question->is_recent) {
        state = fate(question, db);
    } else if (refused &&
               (!applied || *database_text(db, 0, LETTER_IS_NEWER) == 't')) {
        state = "rejected";
    } else if (applied) {
        state = "applied";
    } else {
        atomic_store(&inquiry->problem, PROBLEM_NO_EVENT);
        return MH_OK;
    }
    errors = strcmp(state, "rejected") == 0
                 ? database_text(db, 0, LETTER_DETAIL)
                 : NULL;
    mh_buf_format(buf, "{\"id\":\"%s\",\"agency_code\":", question->id);
    put_text(buf, question->agency);
    mh_buf_format(buf, ",\"state\":\"%s\"", state);
    if (question->is_recent) {
        put_place(buf, inquiry->topic, partition, offset);
        mh_buf_text(buf, ",\"received_at\":");
        put_time(buf, question->recent.stored_ms);
    } else {
        bool letter = strcmp(state, "rejected") == 0;

        put_place(
            buf, inquiry->topic,
            database_text(db, 0, letter ? LETTER_PARTITION : FACT_PARTITION),
            database_text(db, 0, letter ? LETTER_OFFSET : FACT_OFFSET));
        mh_buf_text(buf, ",\"received_at\":");
        put_text(buf, database_text(db, 0,
                                    letter ? LETTER_RECEIVED : FACT_RECEIVED));
    }
    mh_buf_text(buf, ",\"applied_at\":");
    put_text(buf, strcmp(state, "applied") == 0
                      ? database_text(db, 0, FACT_APPLIED)
                      : NULL);
    mh_buf_format(buf, ",\"errors\":%s}\n", errors == NULL ? "[]" : errors);
    atomic_store(&inquiry->problem, PROBLEM_NONE);
    return MH_OK;
}

/* -------------------------------------------------------------- rejections */

static enum mh_code run_rejections(struct inquiry *inquiry, struct database *db,
                                   struct mh_err *err)
{
    struct question *question = (struct question *)inquiry;
    const char *const params[] = {
        question->agency, question->since_is_next ? question->since : "",
        question->since_is_next ? "" : question->since};
    struct mh_buf *buf = &question->body;
    enum mh_code code = database_exec(
        db, "rejections", mh_query_gateway_rejections, 3, params, err);
    int rows;

    if (code != MH_OK) {
        return code;
    }
    rows = database_text(db, 0, 0) == NULL ? 0 : database_rows(db);
    mh_buf_text(buf, "{\"rejections\":[");
    for (int i = 0; i < rows; i++) {
        mh_buf_format(buf, "%s{\"id\":", i == 0 ? "" : ",");
        put_text(buf, database_text(db, i, 1));
        mh_buf_text(buf, ",\"event_type\":");
        put_text(buf, database_text(db, i, 2));
        mh_buf_text(buf, ",\"received_at\":");
        put_text(buf, database_text(db, i, 3));
        put_place(buf, database_text(db, i, 4), database_text(db, i, 5),
                  database_text(db, i, 6));
        mh_buf_format(buf, ",\"errors\":%s}", database_text(db, i, 7));
        if (buf->len > BODY_BYTES_MAX / 2) {
            rows = i + 1; /* `next` leads to the others */
        }
    }
    mh_buf_text(buf, "],\"next\":");
    if (rows > 0) {
        mh_buf_format(buf, "\"%s\"}\n", database_text(db, rows - 1, 0));
    } else if (question->since_is_next) {
        mh_buf_format(buf, "\"%s\"}\n", question->since);
    } else {
        mh_buf_format(buf, "\"%s\"}\n", database_text(db, 0, REJECTION_NEWEST));
    }
    atomic_store(&inquiry->problem, PROBLEM_NONE);
    return MH_OK;
}

/* ---------------------------------------------------------------- handlers */

static const char *argument(const struct request *request, const char *name)
{
    const char *text = MHD_lookup_connection_value(request->connection,
                                                   MHD_GET_ARGUMENT_KIND, name);

    return text == NULL ? "" : text;
}

/* Whose events: the key's agency, or for a key of all the one that is named. */
static enum problem find_agency(const struct request *request, char agency[64])
{
    const char *sent = argument(request, "agency_code");
    const char *own = request->key->agency;
    char named[64];
    size_t len = media_unescape(sent, strlen(sent), named, sizeof named);

    if (len == SIZE_MAX || !mh_text_is_utf8(named, len)) {
        return PROBLEM_AGENCY_CODE;
    }
    if (own == NULL) {
        (void)snprintf(agency, 64, "%s", named);
        return len == 0 ? PROBLEM_AGENCY : PROBLEM_NONE;
    }
    (void)snprintf(agency, 64, "%s", own);
    return len == 0 || strcmp(named, own) == 0 ? PROBLEM_NONE
                                               : PROBLEM_OTHER_AGENCY;
}

static enum handled tell(struct request *request, struct answer *answer)
{
    const struct question *question = (struct question *)request->inquiry;
    int problem = atomic_load(&question->inquiry.problem);

    /* not done: its time is over, and the desk may still write */
    if (problem != PROBLEM_NONE) {
        request->problem = (enum problem)problem;
        return REFUSED;
    }
    if (question->body.failed) {
        request->problem = PROBLEM_BUSY;
        return REFUSED;
    }
    mh_buf_put(&answer->body, question->body.bytes, question->body.len);
    return HANDLED;
}

static enum handled ask(struct request *request, struct question *question)
{
    return inquiry_ask(request, request->gateway->receipts, &question->inquiry,
                       mh_clock_ms() + request->gateway->limits.wait_ms)
               ? PARKED
               : REFUSED;
}

static struct question *new_question(struct request *request)
{
    struct question *question = calloc(1, sizeof *question);

    if (question == NULL) {
        request->problem = PROBLEM_BUSY;
        return NULL;
    }
    inquiry_init(&question->inquiry, free_question);
    mh_buf_init(&question->body, BODY_BYTES_MAX);
    request->problem = find_agency(request, question->agency);
    if (request->problem != PROBLEM_NONE) {
        inquiry_leave(&question->inquiry);
        return NULL;
    }
    return question;
}

/* An id as it was posted is the one that was made of it. */
static bool find_id(const char *text, const char *agency,
                    uint8_t uuid[MH_UUID_BYTES])
{
    size_t len = strlen(text);
    uint8_t bytes[64 + 1 + NAME_PART_MAX];
    struct mh_buf name = {
        .bytes = bytes, .room = sizeof bytes, .max = sizeof bytes};

    if (mh_uuid_read(text, len, uuid)) {
        return true;
    }
    mh_buf_text(&name, agency);
    mh_buf_byte(&name, 0);
    mh_buf_text(&name, text);
    return len <= NAME_PART_MAX && !name.failed &&
           mh_uuid_name(name.bytes, name.len, uuid);
}

enum handled receipt_handle(struct request *request, struct answer *answer)
{
    const struct contract *contract;
    struct question *question;
    uint8_t uuid[MH_UUID_BYTES];
    int32_t agency_id;

    if (request->inquiry != NULL) {
        return tell(request, answer);
    }
    question = new_question(request);
    contract = question == NULL ? NULL : gateway_contract(request);
    if (contract == NULL) {
        if (question != NULL) {
            request->problem = PROBLEM_NOT_READY;
            inquiry_leave(&question->inquiry);
        }
        return REFUSED;
    }
    if (!find_id(request->name, question->agency, uuid)) {
        request->problem = PROBLEM_NO_EVENT;
        inquiry_leave(&question->inquiry);
        return REFUSED;
    }
    mh_uuid_write(uuid, question->id);
    agency_id = mh_reference_agency(contract->reference, question->agency,
                                    strlen(question->agency));
    question->is_recent = recent_get(request->gateway->recent, uuid, agency_id,
                                     &question->recent);
    question->inquiry.run = run_receipt;
    return ask(request, question);
}

/* A number of a letter, or a time as events have it. */
static bool read_since(const char *text, struct question *question)
{
    size_t len = strlen(text);
    char decoded[64];
    int64_t ms;

    if (len == 0 || (len < 19 && strspn(text, "0123456789") == len)) {
        (void)snprintf(question->since, sizeof question->since, "%s", text);
        question->since_is_next = len > 0;
        return true;
    }
    len = media_unescape(text, len, decoded, sizeof decoded);
    if (len == SIZE_MAX) {
        return false;
    }
    /* a bare + has become a blank on its way */
    if (len > 6 && decoded[len - 6] == ' ') {
        decoded[len - 6] = '+';
    }
    if (intake_instant(decoded, len, &ms) != MH_OK) {
        int64_t day;

        if (intake_date(decoded, len, &day) != MH_OK) {
            return false;
        }
        ms = day * 86400000;
    }
    (void)snprintf(question->since, sizeof question->since, "%" PRId64, ms);
    return true;
}

enum handled rejections_handle(struct request *request, struct answer *answer)
{
    struct question *question;

    if (request->inquiry != NULL) {
        return tell(request, answer);
    }
    question = new_question(request);
    if (question == NULL) {
        return REFUSED;
    }
    if (!read_since(argument(request, "since"), question)) {
        request->problem = PROBLEM_SINCE;
        inquiry_leave(&question->inquiry);
        return REFUSED;
    }
    question->inquiry.run = run_rejections;
    return ask(request, question);
}
