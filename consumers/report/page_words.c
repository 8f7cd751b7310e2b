/* SPDX-License-Identifier: Apache-2.0 */
/* One table from the one list, so that no sentence lacks a language. */
#include "page_words.h"

static const char *const WORDS[][2] = {
#define X(name, fa, en) {fa, en},
    PAGE_WORDS(X)
#undef X
};

const char *page_word(enum page_lang lang, enum page_word word)
{
    return WORDS[word][lang];
}
