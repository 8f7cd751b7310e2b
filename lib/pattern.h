/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The form of a text: a small regular language, matched as a whole.
 *
 * A schema's `pattern` may use ASCII literals, classes `[a-z0-9._-]`, groups
 * with `|`, and the counts `?` `*` `+` `{n}` `{m,n}` (at most 255). It is
 * compiled once to a table of states, so a match costs one look-up a byte,
 * whatever the pattern, and needs no memory. Not a general regex engine: no
 * anchors (a match is always whole), no escapes but `\` before a punctuation
 * mark, nothing beyond ASCII.
 */
#ifndef MAHALLE_PATTERN_H
#define MAHALLE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "mahalle/err.h"

struct mh_pattern;

/**
 * @param text    lent; the pattern
 * @param pattern out; given, free with mh_pattern_free
 * @returns MH_OK, MH_CONTRACT (not of this language, or over 512 states),
 *          MH_MEMORY
 */
MH_MUST enum mh_code mh_pattern_new(const char *text,
                                    struct mh_pattern **pattern,
                                    struct mh_err *err);
void mh_pattern_free(struct mh_pattern *pattern);
/** Whether the whole of `text` has the form. Thread: any. */
bool mh_pattern_match(const struct mh_pattern *pattern, const char *text,
                      size_t len);
/** Whether any text of the form holds the byte `byte`. */
bool mh_pattern_admits(const struct mh_pattern *pattern, char byte);
/** Length of the longest text of the form; SIZE_MAX when unbounded. */
size_t mh_pattern_longest(const struct mh_pattern *pattern);

#endif
