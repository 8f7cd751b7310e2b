/* SPDX-License-Identifier: Apache-2.0 */
/* The short way for plain lines, the long way for all others. */
#include "intake_line.h"

#include "frame.h"
#include "json.h"
#include "json_flat.h"
#include "text.h"

enum mh_code intake_line(const struct intake *intake, const char *text,
                         size_t len, int64_t now_ms, struct mh_buf *scratch,
                         json_t **object, struct intake_room *room,
                         struct mh_event *event, struct mh_faults *faults)
{
    struct given_item items[JSON_FLAT_MAX] MH_UNINITIALIZED;
    enum mh_code code;
    int count;

    *object = NULL;
    if (len <= MH_EVENT_BYTES_MAX && mh_text_is_utf8(text, len) &&
        json_flat(text, len, items, &count)) {
        return intake_items(intake, items, count, now_ms, room, event, faults);
    }
    code = json_read(text, len, scratch, object, faults);
    return code == MH_OK
               ? intake_read(intake, *object, now_ms, room, event, faults)
               : code;
}
