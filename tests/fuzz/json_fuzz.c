/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a line: read or refused with exactly one fault, and shown again
   as valid JSON whatever they are. What jansson reads is JSON by json_form, too.
   Good seeds: tests/cases. */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "json.h"
#include "json_form.h"

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct mh_faults faults;
    struct mh_buf scratch, shown;
    json_t *object = NULL;
    json_t *again;
    enum mh_code code;

    faults.count = 0;
    mh_buf_init(&scratch, 8 * MH_EVENT_BYTES_MAX);
    mh_buf_init(&shown, 8 * MH_EVENT_BYTES_MAX);
    code = json_read((const char *)bytes, len, &scratch, &object, &faults);
    must((code == MH_OK) == (object != NULL));
    must((code == MH_OK) == (faults.count == 0));
    must(faults.count <= 1);
    json_decref(object);
    again = json_loadb((const char *)bytes, len, JSON_DECODE_ANY, NULL);
    /* it takes a byte 0 for the end */
    must(again == NULL || memchr(bytes, '\0', len) != NULL ||
         json_is_text((const char *)bytes, len));
    must(code != MH_OK || json_is_text((const char *)bytes, len));
    json_decref(again);
    if (len <= MH_EVENT_BYTES_MAX) {
        json_put(&shown, (const char *)bytes, len);
        must(!shown.failed);
        again = json_loadb((const char *)shown.bytes, shown.len,
                           JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        must(json_is_string(again));
        json_decref(again);
    }
    mh_buf_fini(&shown);
    mh_buf_fini(&scratch);
    return 0;
}
