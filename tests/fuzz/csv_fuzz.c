/* SPDX-License-Identifier: Apache-2.0 */
/* Input: a table. The reader comes to its end, and every cell can be read. */
#include <stdint.h>
#include <stdlib.h>

#include "csv.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads every byte, so that a sanitizer sees what must not be read. */
static void look_at(const char *text, size_t len)
{
    static volatile unsigned char last;

    for (size_t i = 0; i < len; i++) {
        last = (unsigned char)text[i];
    }
    (void)last;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = size > 0 ? (const char *)data : "";
    struct mh_csv csv;
    struct mh_err err;
    bool more = true;
    size_t rows = 0;

    mh_csv_init(&csv, text, size, ',');
    while (more) {
        enum mh_code code = mh_csv_next(&csv, &more, &err);

        if (rows++ > size || (code != MH_OK && code != MH_CSV)) {
            abort();
        }
        for (int i = 0; i < csv.count; i++) {
            look_at(csv.cells[i].text, csv.cells[i].len);
        }
        look_at(csv.row, csv.row_len);
    }
    (void)mh_text_is_utf8(text, size);
    mh_csv_fini(&csv);
    return 0;
}
