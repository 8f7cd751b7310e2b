/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Input: a pattern, a NUL, a text. Whatever is taken obeys its own facts: a
 * text that matches is no longer than the longest one and admitted bytewise.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char form[64] = ""; /* long ones only cost time */
    const uint8_t *end = memchr(data, 0, size);
    size_t len = end == NULL ? size : (size_t)(end - data);
    const char *text = (const char *)data + len + (end != NULL);
    size_t text_len = size - len - (end != NULL);
    struct mh_pattern *pattern = NULL;
    struct mh_err err;

    if (len >= sizeof form) {
        return 0;
    }
    memcpy(form, data, len);
    if (mh_pattern_new(form, &pattern, &err) != MH_OK) {
        return 0;
    }
    if (mh_pattern_match(pattern, text, text_len)) {
        if (text_len > mh_pattern_longest(pattern)) {
            abort();
        }
        for (size_t i = 0; i < text_len; i++) {
            if (!mh_pattern_admits(pattern, text[i])) {
                abort();
            }
        }
    }
    mh_pattern_free(pattern);
    return 0;
}
