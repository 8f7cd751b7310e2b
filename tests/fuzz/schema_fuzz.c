/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a schema: read or refused with a reason, never a crash, a leak
   or a type that breaks the bounds the rest relies on. What is accepted may
   follow itself in all but its id. Good seeds: schemas/events. */
#include <stdlib.h>

#include "schema.h"

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    struct mh_err err;
    enum mh_code code;

    mh_buf_init(&problems, 1 << 20);
    code = mh_schema_read((const char *)bytes, len, &type, &problems, &err);
    must((code == MH_OK) == (type != NULL));
    must((code == MH_CONTRACT) == (problems.len > 0));
    if (type != NULL) {
        must(type->field_count >= MH_ENVELOPE_COUNT &&
             type->field_count <= MH_FIELDS_MAX);
        must(type->measure_count <= MH_MEASURES_MAX);
        must(type->number_count + type->code_count ==
             type->field_count - MH_ENVELOPE_COUNT);
        must(!mh_type_may_follow(type, type, &problems));
    }
    mh_type_free(type);
    mh_buf_fini(&problems);
    return 0;
}
