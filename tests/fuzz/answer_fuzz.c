/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the answer of a gateway: as many results as events, or none. */
#include <stdlib.h>
#include <string.h>

#include "upload_answer.h"

enum { EVENTS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct answer answers[EVENTS];
    size_t count = len % EVENTS + 1;
    char text[128];

    if (answer_read((const char *)bytes, len, answers, count)) {
        for (size_t i = 0; i < count; i++) {
            const struct told *told = answers[i].told;

            if ((answers[i].kind == ANSWER_SETTLED) != (told != NULL) ||
                (told != NULL &&
                 told->result.faults[told->result.fault_count] != NULL)) {
                abort();
            }
            told_free(answers[i].told);
        }
    }
    answer_problem((const char *)bytes, len, 500, text, sizeof text);
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') {
            abort();
        }
    }
    return 0;
}
