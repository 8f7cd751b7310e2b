/* SPDX-License-Identifier: Apache-2.0 */
/** The style sheet of the governor's page: screen, telephone, A4. */
#ifndef MAHALLE_PAGE_STYLE_H
#define MAHALLE_PAGE_STYLE_H

#include "page_text.h"

/** `<style>` and all in it. */
void page_style(struct mh_buf *out, enum page_lang lang);

#endif
