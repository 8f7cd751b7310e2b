/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A letter says what was readable: the type once the schema is known, id and
 * agency once they are well-formed. Its detail never holds event contents.
 */
#include "verdict.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "calendar.h"
#include "check.h"
#include "content_hash.h"
#include "decode.h"
#include "frame.h"
#include "uuid.h"

enum { DETAIL_BYTES_MAX = 32 * 1024 };

/* Field names and code texts are plain ASCII without quotes: the schema
 * checker and the list in err.h see to it. */
static void put_fault(struct mh_buf *detail, const char *pointer,
                      enum mh_code code)
{
    mh_buf_format(detail, "%s{\"pointer\": \"%s\", \"code\": \"%s\", ",
                  detail->len > 1 ? ", " : "", pointer, mh_code_name(code));
    mh_buf_format(detail, "\"detail\": \"%s\"}", mh_code_text(code));
}

static const char *write_detail(const struct mh_faults *faults,
                                struct mh_arena *arena)
{
    struct mh_buf detail;
    const char *text = NULL;

    mh_buf_init(&detail, DETAIL_BYTES_MAX);
    mh_buf_text(&detail, "[");
    for (int i = 0; i < faults->count; i++) {
        put_fault(&detail, faults->items[i].pointer, faults->items[i].code);
    }
    mh_buf_text(&detail, "]");
    if (!detail.failed) {
        text = mh_arena_text(arena, (char *)detail.bytes, detail.len);
    }
    mh_buf_fini(&detail);
    return text;
}

static struct letter *make_letter(const struct message *message,
                                  const struct mh_faults *faults,
                                  struct mh_arena *arena)
{
    struct letter *letter = mh_arena_take(arena, sizeof *letter);
    const char *pointer = faults->items[0].pointer;

    if (letter == NULL) {
        return NULL;
    }
    *letter = (struct letter){
        .message = message,
        .reason = faults->items[0].code,
        .pointer = mh_arena_text(arena, pointer, strlen(pointer)),
        .detail = write_detail(faults, arena),
    };
    return letter->pointer == NULL || letter->detail == NULL ? NULL : letter;
}

/* What of a faulty event can be trusted enough to be named. */
static bool name_letter(struct letter *letter, const struct mh_event *event,
                        const struct mh_faults *faults, struct mh_arena *arena)
{
    const struct mh_value *agency = &event->values[MH_FIELD_AGENCY_CODE];
    bool id_known = true;
    bool agency_known = agency->set == MH_VALUE;

    letter->event_type = event->type->name;
    for (int i = 0; i < faults->count; i++) {
        const struct mh_fault *fault = &faults->items[i];

        id_known = id_known && fault->field != MH_FIELD_EVENT_ID;
        agency_known = agency_known && (fault->field != MH_FIELD_AGENCY_CODE ||
                                        fault->code == MH_AGENCY);
    }
    if (id_known) {
        letter->event_id = (const uint8_t *)mh_arena_text(
            arena, (const char *)event->id, MH_UUID_BYTES);
    }
    if (agency_known) {
        letter->agency_code = mh_arena_text(arena, agency->text, agency->len);
    }
    return (!id_known || letter->event_id != NULL) &&
           (!agency_known || letter->agency_code != NULL);
}

static struct version *make_version(const struct message *message,
                                    const struct mh_event *event,
                                    struct mh_arena *arena)
{
    const struct mh_value *values = event->values;
    size_t size = sizeof *values * (size_t)event->type->field_count;
    struct version *version = mh_arena_take(arena, sizeof *version);
    struct mh_value *copy = mh_arena_take(arena, size);

    if (version == NULL || copy == NULL) {
        return NULL;
    }
    memcpy(copy, values, size);
    *version = (struct version){
        .type = event->type,
        .agency_id = event->agency_id,
        .revision = (int32_t)values[MH_FIELD_REVISION].number,
        .occurred_on = (int32_t)values[MH_FIELD_OCCURRED_ON].number,
        .posted_on =
            values[MH_FIELD_CORRECTION_REASON].set == MH_VALUE
                ? POSTED_LATER
                : (int32_t)mh_tehran_day(values[MH_FIELD_POSTED_AT].number),
        .in_force = values[MH_FIELD_OP].number != MH_OP_RETRACT,
        .content = mh_content_hash(event),
        .values = copy,
        .message = message,
        .received_ms = message->at_ms,
    };
    memcpy(version->id, event->id, sizeof version->id);
    return version;
}

static enum mh_code decode(const struct message *message,
                           const struct mh_catalogue *catalogue,
                           struct mh_event *event, int *field,
                           const struct mh_schema **schema)
{
    uint32_t id = 0;
    enum mh_code code = mh_frame_read(message->value, message->value_len, &id);

    *field = -1;
    *schema = NULL;
    if (code != MH_OK) {
        return code;
    }
    *schema = mh_catalogue_schema(catalogue, id);
    if (*schema == NULL) {
        return MH_SCHEMA_ID;
    }
    return mh_decode(*schema, message->value + MH_FRAME_BYTES,
                     message->value_len - MH_FRAME_BYTES, event, field);
}

enum mh_code verdict_read(const struct message *message,
                          const struct mh_catalogue *catalogue,
                          const struct mh_reference *reference,
                          struct mh_arena *arena, struct version **version,
                          struct letter **letter)
{
    struct mh_event event MH_UNINITIALIZED;
    struct mh_faults faults MH_UNINITIALIZED;
    const struct mh_schema *schema;
    int field;
    enum mh_code code = decode(message, catalogue, &event, &field, &schema);

    *version = NULL;
    *letter = NULL;
    faults.count = 0;
    if (code != MH_OK) {
        (void)mh_fault_add(&faults, code,
                           schema == NULL ? NULL : schema->latest, field, NULL,
                           NULL, 0);
        *letter = make_letter(message, &faults, arena);
        if (*letter != NULL && schema != NULL) {
            (*letter)->event_type = schema->latest->name;
        }
        return *letter == NULL ? MH_MEMORY : MH_OK;
    }
    if (mh_check(&event, reference, &faults)) {
        *version = make_version(message, &event, arena);
        return *version == NULL ? MH_MEMORY : MH_OK;
    }
    *letter = make_letter(message, &faults, arena);
    return *letter != NULL && name_letter(*letter, &event, &faults, arena)
               ? MH_OK
               : MH_MEMORY;
}

struct letter *verdict_letter(const struct message *message,
                              enum mh_code reason,
                              const struct version *version,
                              struct mh_arena *arena)
{
    struct mh_faults faults MH_UNINITIALIZED;
    struct letter *letter;
    const struct mh_value *agency;

    faults.count = 0;
    (void)mh_fault_add(&faults, reason, NULL, -1, NULL, NULL, 0);
    letter = make_letter(message, &faults, arena);
    if (letter == NULL || version == NULL) {
        return letter;
    }
    agency = &version->values[MH_FIELD_AGENCY_CODE];
    letter->event_type = version->type->name;
    letter->event_id = version->id;
    letter->agency_code = mh_arena_text(arena, agency->text, agency->len);
    return letter->agency_code == NULL ? NULL : letter;
}
