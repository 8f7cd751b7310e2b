/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes stand where RFC 4180 asks for them, and around blanks at the ends,
 * which some spreadsheets would drop. */
#include "template.h"

#include <string.h>

void template_cell(struct mh_buf *buf, char delimiter, const char *text,
                   size_t len)
{
    bool quoted = len > 0 && (text[0] == ' ' || text[len - 1] == ' ' ||
                              memchr(text, delimiter, len) != NULL ||
                              memchr(text, '"', len) != NULL ||
                              memchr(text, '\n', len) != NULL ||
                              memchr(text, '\r', len) != NULL);

    if (!quoted) {
        mh_buf_put(buf, text, len);
        return;
    }
    mh_buf_byte(buf, '"');
    while (len > 0) {
        const char *quote = memchr(text, '"', len);
        size_t part = quote == NULL ? len : (size_t)(quote - text) + 1;

        mh_buf_put(buf, text, part);
        if (quote != NULL) {
            mh_buf_byte(buf, '"');
        }
        text += part;
        len -= part;
    }
    mh_buf_byte(buf, '"');
}

void template_put(struct mh_buf *buf, const struct mh_type *type,
                  enum words_lang lang)
{
    mh_buf_text(buf, "\xef\xbb\xbf");
    for (int i = 0; i < type->field_count; i++) {
        const char *label = words_field(&type->fields[i], lang);

        if (i > 0) {
            mh_buf_byte(buf, ',');
        }
        template_cell(buf, ',', label, strlen(label));
    }
    mh_buf_text(buf, "\r\n");
}
