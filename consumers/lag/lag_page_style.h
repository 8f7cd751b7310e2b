/* SPDX-License-Identifier: Apache-2.0 */
/** The style sheet of the monitor's page, for a wall and for a telephone. */
#ifndef MAHALLE_LAG_PAGE_STYLE_H
#define MAHALLE_LAG_PAGE_STYLE_H

#include "page_text.h"

/** `<style>` and all in it. */
void lag_page_style(struct mh_buf *out, enum page_lang lang);

#endif
