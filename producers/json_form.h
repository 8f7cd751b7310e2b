/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Whether bytes are JSON at all, whatever they say.
 *
 * Asked of what json.h has refused: an odd value (a name twice, nested too deep,
 * no object) is another mistake than a text that is no JSON. Pure.
 * Source: RFC 8259, 2 to 7.
 */
#ifndef MAHALLE_JSON_FORM_H
#define MAHALLE_JSON_FORM_H

#include <stdbool.h>
#include <stddef.h>

enum { JSON_FORM_DEPTH = 512 /* beyond it brackets are not paired any more */ };

/**
 * @param text lent; `len` bytes of UTF-8
 * @returns whether it is one value, nested deeper than JSON_FORM_DEPTH included
 * Thread: any. Blocks: never. Allocates: no.
 */
bool json_is_text(const char *text, size_t len);

#endif
