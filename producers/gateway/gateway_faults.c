/* SPDX-License-Identifier: Apache-2.0 */
/* One shape of JSON, written member by member. */
#include "gateway_faults.h"

#include <string.h>

#include "json.h"

static void put_fault(struct mh_buf *buf, const struct mh_fault *fault,
                      const struct mh_type *type, enum words_lang lang)
{
    uint8_t bytes[1024];
    struct mh_buf detail = {
        .bytes = bytes, .room = sizeof bytes, .max = sizeof bytes};

    words_fault(fault, type, lang, &detail);
    mh_buf_text(buf, "{\"pointer\":");
    json_put(buf, fault->pointer, strlen(fault->pointer));
    json_put_member(buf, ",\"code\":", mh_code_name(fault->code));
    mh_buf_text(buf, ",\"detail\":");
    json_put(buf, (const char *)bytes, detail.len);
    json_put_member(buf, ",\"expected\":", fault->expected);
    json_put_member(buf, ",\"got\":", fault->got);
    mh_buf_byte(buf, '}');
}

void faults_put(struct mh_buf *buf, size_t most, const struct mh_faults *faults,
                const struct mh_type *type, enum words_lang lang)
{
    mh_buf_byte(buf, '[');
    for (int i = 0; i < faults->count && (i == 0 || buf->len <= most); i++) {
        if (i > 0) {
            mh_buf_byte(buf, ',');
        }
        put_fault(buf, &faults->items[i], type, lang);
    }
    mh_buf_byte(buf, ']');
}
