/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The patterns of our schemas, as one says them to people. Part of words.
 *
 * The schema itself has no place for such a sentence, and what is published does
 * not change; a pattern that is not known here is shown as it stands.
 */
#ifndef MAHALLE_WORDS_PATTERN_H
#define MAHALLE_WORDS_PATTERN_H

#include "words.h"

/** @returns static; NULL: no sentence for it */
const char *words_pattern(const char *pattern, enum words_lang lang);

#endif
