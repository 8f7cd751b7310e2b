/* SPDX-License-Identifier: Apache-2.0 */
/* Any body in any form that the gateway takes, down to its results: those are
   JSON, every event that is not to be stored has a fault, and one that is has a
   record. Also the small parsers of headers. The first byte chooses the form.
   Runs in the root of the tree. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway_batch.h"
#include "gateway_reply.h"

enum { EVENTS = 20, FORMS = 5 };

static struct contract contract;
static struct recent *recent;
static struct bench *bench;
static const struct key everybody = {.agency = NULL};

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct mh_buf problems;
    struct mh_err err;

    (void)argc;
    (void)argv;
    mh_buf_init(&problems, 1 << 20);
    must(mh_catalogue_new(&contract.catalogue, &err) == MH_OK);
    must(mh_catalogue_load(contract.catalogue, MAHALLE_SCHEMAS_DIR, &problems,
                           &err) == MH_OK);
    must(mh_reference_new(&contract.reference, &err) == MH_OK);
    must(mh_reference_load(contract.reference, MAHALLE_SCHEMAS_DIR, &err) ==
         MH_OK);
    must(recent_new(64, &recent, &err) == MH_OK);
    must(bench_new(EVENTS, &bench, &err) == MH_OK);
    mh_buf_fini(&problems);
    return 0;
}

static void check(const struct batch *batch)
{
    struct tally tally;
    struct mh_buf buf;
    json_t *answer;
    int status;

    for (int i = 0; i < batch->count; i++) {
        const struct entry *entry = &batch->entries[i];
        enum outcome outcome = entry->outcome;

        bool repeats =
            outcome == OUTCOME_DUPLICATE || outcome == OUTCOME_CONFLICT;

        must(outcome == OUTCOME_WAITING || outcome == OUTCOME_INVALID ||
             repeats);
        must(repeats == (entry->repeats > 0) && entry->repeats <= i);
        must((outcome == OUTCOME_WAITING) == (entry->value_len > 0));
        must((outcome == OUTCOME_INVALID || outcome == OUTCOME_CONFLICT) ==
             (entry->faults_len > 2));
        must(outcome == OUTCOME_INVALID || strlen(entry->id) == MH_UUID_TEXT);
    }
    mh_buf_init(&buf, 1 << 24);
    status = results_put(&buf, batch, "topic", &tally);
    must(status == 503 || status == 422 || status == 207);
    answer = json_loadb((const char *)buf.bytes, buf.len, 0, NULL);
    must(answer != NULL && json_array_size(json_object_get(
                               answer, "results")) == (size_t)batch->count);
    json_decref(answer);
    mh_buf_fini(&buf);
}

static void read_headers(const char *text, size_t len)
{
    char *copy = strndup(text, len);
    char out[64];

    must(copy != NULL);
    (void)media_read(copy);
    (void)media_is_json(copy);
    (void)media_language(copy);
    (void)media_is_token(text, len);
    (void)media_unescape(text, len, out, sizeof out);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const enum media MEDIA[FORMS] = {
        MEDIA_JSON, MEDIA_LINES, MEDIA_CLOUD, MEDIA_CLOUDS, MEDIA_JSON};
    struct order order = {.contract = &contract,
                          .key = &everybody,
                          .recent = recent,
                          .events_max = EVENTS,
                          .faults_max = 1 << 16};
    struct batch *batch = NULL;
    json_t *binary = NULL;
    int form, at = 0;

    if (len == 0) {
        return 0;
    }
    form = bytes[0] % FORMS;
    order.media = MEDIA[form];
    order.lang = bytes[0] & 0x80 ? WORDS_FA : WORDS_EN;
    order.body = (const char *)bytes + 1;
    order.len = len - 1;
    if (form == FORMS - 1) {
        binary = json_pack("{s:s,s:s,s:s,s:s}", "specversion", "1.0", "id", "x",
                           "type", "cleanup_held", "source",
                           "/agencies/environment");
        must(binary != NULL);
        order.binary = binary;
    }
    read_headers(order.body, order.len);
    if (batch_split(&order, bench) == MH_OK &&
        batch_read(&order, bench, &batch, &at) == MH_OK) {
        check(batch);
        parked_leave(&batch->parked);
    }
    json_decref(binary);
    return 0;
}
