/* SPDX-License-Identifier: Apache-2.0 */
/* Any line as an event, by the short way of plain lines and by the long one,
   which must agree: read or refused; what is accepted encodes, decodes to
   the same content and passes the check of the other side. Also days and
   instants alone. Good seeds: tests/cases. Runs in the root of the tree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "content_hash.h"
#include "decode.h"
#include "encode.h"
#include "frame.h"
#include "intake.h"
#include "intake_line.h"
#include "intake_time.h"
#include "json.h"

static const int64_t NOW_MS = 1760421600000;
static struct intake intake;

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
    static struct mh_catalogue *catalogue;
    static struct mh_reference *reference;
    struct mh_buf problems;
    struct mh_err err;

    (void)argc;
    (void)argv;
    mh_buf_init(&problems, 1 << 20);
    must(mh_catalogue_new(&catalogue, &err) == MH_OK);
    must(mh_catalogue_load(catalogue, MAHALLE_SCHEMAS_DIR, &problems, &err) ==
         MH_OK);
    must(mh_reference_new(&reference, &err) == MH_OK);
    must(mh_reference_load(reference, MAHALLE_SCHEMAS_DIR, &err) == MH_OK);
    mh_buf_fini(&problems);
    intake = (struct intake){.catalogue = catalogue, .reference = reference};
    return 0;
}

/* What the consumer makes of the bytes that the producer sends. */
static void compare(const struct mh_event *event)
{
    static struct mh_faults faults;
    const struct mh_schema *schema;
    struct mh_event other;
    struct mh_buf value;
    uint32_t id;
    int field;

    mh_buf_init(&value, MH_EVENT_BYTES_MAX);
    mh_encode(event, &value);
    must(!value.failed);
    must(mh_frame_read(value.bytes, value.len, &id) == MH_OK);
    schema = mh_catalogue_schema(intake.catalogue, id);
    must(schema != NULL);
    must(mh_decode(schema, value.bytes + MH_FRAME_BYTES,
                   value.len - MH_FRAME_BYTES, &other, &field) == MH_OK);
    faults.count = 0;
    must(mh_check(&other, intake.reference, &faults));
    must(memcmp(other.id, event->id, sizeof other.id) == 0);
    must(other.agency_id == event->agency_id);
    must(mh_content_hash(&other) == mh_content_hash(event));
    mh_buf_fini(&value);
}

/* The other way, by which a plain line has no object. */
static void compare_ways(const char *text, size_t len, enum mh_code code,
                         const struct mh_event *event,
                         const struct mh_faults *faults)
{
    static struct mh_faults others;
    struct intake_room room;
    struct mh_event other;
    struct mh_buf scratch;
    json_t *object;

    others.count = 0;
    mh_buf_init(&scratch, 8 * MH_EVENT_BYTES_MAX);
    must(intake_line(&intake, text, len, NOW_MS, &scratch, &object, &room,
                     &other, &others) == code);
    must(others.count == faults->count);
    for (int i = 0; i < others.count; i++) {
        const struct mh_fault *one = &others.items[i];
        const struct mh_fault *two = &faults->items[i];

        must(one->code == two->code && one->field == two->field &&
             strcmp(one->pointer, two->pointer) == 0 &&
             strcmp(one->expected, two->expected) == 0 &&
             strcmp(one->got, two->got) == 0);
    }
    if (code == MH_OK) {
        must(other.type == event->type);
        must(memcmp(other.id, event->id, sizeof other.id) == 0);
        must(mh_content_hash(&other) == mh_content_hash(event));
    }
    json_decref(object);
    mh_buf_fini(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct mh_faults faults;
    struct intake_room room;
    struct mh_event event;
    struct mh_buf scratch;
    json_t *object = NULL;
    int64_t number;
    enum mh_code code;

    faults.count = 0;
    mh_buf_init(&scratch, 8 * MH_EVENT_BYTES_MAX);
    code = json_read((const char *)bytes, len, &scratch, &object, &faults);
    if (code == MH_OK) {
        code = intake_read(&intake, object, NOW_MS, &room, &event, &faults);
        must((code == MH_OK) == (faults.count == 0));
        must(faults.count == 0 || code == faults.items[0].code);
        if (code == MH_OK) {
            compare(&event);
        }
    }
    compare_ways((const char *)bytes, len, code, &event, &faults);
    json_decref(object);
    mh_buf_fini(&scratch);
    (void)!intake_date((const char *)bytes, len, &number);
    (void)!intake_instant((const char *)bytes, len, &number);
    return 0;
}
