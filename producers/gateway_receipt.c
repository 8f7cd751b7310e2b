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

static void free_inquiry(struct parked *parked)
{
    struct inquiry *inquiry = (struct inquiry *)parked;

    mh_buf_fini(&inquiry->body);
    free(inquiry);
}

void inquiry_leave(struct inquiry *inquiry)
{
    if (inquiry != NULL) {
        parked_leave(&inquiry->parked);
    }
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
static const char *fate(const struct inquiry *inquiry,
                        const struct database *db)
{
    const struct recent_event *recent = &inquiry->recent;

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
    char partition[16] = "", offset[24] = "";
    const char *const params[] = {inquiry->id, inquiry->agency, inquiry->topic,
                                  partition, offset};
    struct mh_buf *buf = &inquiry->body;
    const char *state, *errors;
    bool refused, applied;
    enum mh_code code;

    if (inquiry->is_recent) {
        (void)snprintf(partition, sizeof partition, "%" PRId32,
                       inquiry->recent.partition);
        (void)snprintf(offset, sizeof offset, "%" PRId64,
                       inquiry->recent.offset);
    }
    code =
        database_exec(db, "receipt", mh_query_gateway_receipt, 5, params, err);
    if (code != MH_OK) {
        return code;
    }
    refused = database_text(db, 0, LETTER_PARTITION) != NULL;
    applied = database_text(db, 0, FACT_PARTITION) != NULL;
    if (inquiry->is_recent) {
        state = fate(inquiry, db);
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
    mh_buf_format(buf, "{\"id\":\"%s\",\"agency_code\":", inquiry->id);
    put_text(buf, inquiry->agency);
    mh_buf_format(buf, ",\"state\":\"%s\"", state);
    if (inquiry->is_recent) {
        put_place(buf, inquiry->topic, partition, offset);
        mh_buf_text(buf, ",\"received_at\":");
        put_time(buf, inquiry->recent.stored_ms);
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
    const char *const params[] = {
        inquiry->agency, inquiry->since_is_number ? inquiry->since : "",
        inquiry->since_is_number ? "" : inquiry->since};
    struct mh_buf *buf = &inquiry->body;
    enum mh_code code = database_exec(
        db, "rejections", mh_query_gateway_rejections, 3, params, err);
    int rows = code == MH_OK ? database_rows(db) : 0;

    if (code != MH_OK) {
        return code;
    }
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
    } else if (inquiry->since_is_number) {
        mh_buf_format(buf, "\"%s\"}\n", inquiry->since);
    } else {
        mh_buf_text(buf, "\"0\"}\n");
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
    const char *named = argument(request, "agency_code");
    const char *own = request->key->agency;

    if (strlen(named) >= 64) {
        return PROBLEM_AGENCY;
    }
    if (own == NULL) {
        (void)snprintf(agency, 64, "%s", named);
        return *named == '\0' ? PROBLEM_AGENCY : PROBLEM_NONE;
    }
    (void)snprintf(agency, 64, "%s", own);
    return *named == '\0' || strcmp(named, own) == 0 ? PROBLEM_NONE
                                                     : PROBLEM_OTHER_AGENCY;
}

static enum handled tell(struct request *request, struct answer *answer)
{
    struct inquiry *inquiry = request->inquiry;
    int problem = atomic_load(&inquiry->problem);

    /* not done: its time is over, and the desk may still write */
    if (problem != PROBLEM_NONE) {
        request->problem = (enum problem)problem;
        return REFUSED;
    }
    if (inquiry->body.failed) {
        request->problem = PROBLEM_BUSY;
        return REFUSED;
    }
    mh_buf_put(&answer->body, inquiry->body.bytes, inquiry->body.len);
    return HANDLED;
}

static enum handled ask(struct request *request, struct inquiry *inquiry)
{
    struct gateway *gateway = request->gateway;

    request->inquiry = inquiry;
    inquiry->topic = gateway->topic;
    inquiry->lang = request->lang;
    if (!parking_enter(gateway->parking, &inquiry->parked, request->connection,
                       mh_clock_ms() + gateway->limits.wait_ms)) {
        request->problem = PROBLEM_NOT_READY;
        return REFUSED;
    }
    if (!desk_ask(gateway->desk, inquiry)) {
        atomic_store(&inquiry->problem, PROBLEM_BUSY);
        parking_wake(gateway->parking, &inquiry->parked);
    }
    return PARKED;
}

static struct inquiry *new_inquiry(struct request *request)
{
    struct inquiry *inquiry = calloc(1, sizeof *inquiry);

    if (inquiry == NULL) {
        request->problem = PROBLEM_BUSY;
        return NULL;
    }
    parked_init(&inquiry->parked, 1, free_inquiry);
    atomic_init(&inquiry->problem, PROBLEM_DATABASE);
    mh_buf_init(&inquiry->body, BODY_BYTES_MAX);
    request->problem = find_agency(request, inquiry->agency);
    if (request->problem != PROBLEM_NONE) {
        inquiry_leave(inquiry);
        return NULL;
    }
    return inquiry;
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
    struct inquiry *inquiry;
    uint8_t uuid[MH_UUID_BYTES];
    int32_t agency_id;

    if (request->inquiry != NULL) {
        return tell(request, answer);
    }
    inquiry = new_inquiry(request);
    contract = inquiry == NULL ? NULL : gateway_contract(request);
    if (contract == NULL) {
        if (inquiry != NULL) {
            request->problem = PROBLEM_NOT_READY;
            inquiry_leave(inquiry);
        }
        return REFUSED;
    }
    if (!find_id(request->name, inquiry->agency, uuid)) {
        request->problem = PROBLEM_NO_EVENT;
        inquiry_leave(inquiry);
        return REFUSED;
    }
    mh_uuid_write(uuid, inquiry->id);
    agency_id = mh_reference_agency(contract->reference, inquiry->agency,
                                    strlen(inquiry->agency));
    inquiry->is_recent =
        recent_get(request->gateway->recent, uuid, agency_id, &inquiry->recent);
    inquiry->run = run_receipt;
    return ask(request, inquiry);
}

/* A number of a letter, or a time as events have it. */
static bool read_since(const char *text, struct inquiry *inquiry)
{
    size_t len = strlen(text);
    char decoded[64];
    int64_t ms;

    if (len == 0 || (len < 19 && strspn(text, "0123456789") == len)) {
        (void)snprintf(inquiry->since, sizeof inquiry->since, "%s", text);
        inquiry->since_is_number = len > 0;
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
    (void)snprintf(inquiry->since, sizeof inquiry->since, "%" PRId64, ms);
    return true;
}

enum handled rejections_handle(struct request *request, struct answer *answer)
{
    struct inquiry *inquiry;

    if (request->inquiry != NULL) {
        return tell(request, answer);
    }
    inquiry = new_inquiry(request);
    if (inquiry == NULL) {
        return REFUSED;
    }
    if (!read_since(argument(request, "since"), inquiry)) {
        request->problem = PROBLEM_SINCE;
        inquiry_leave(inquiry);
        return REFUSED;
    }
    inquiry->run = run_rejections;
    return ask(request, inquiry);
}
