/* SPDX-License-Identifier: Apache-2.0 */
/** The page at `/`: what this is, how to post, where to read on. */
#ifndef MAHALLE_GATEWAY_PAGE_H
#define MAHALLE_GATEWAY_PAGE_H

#include "buf.h"
#include "words.h"

void page_put(struct mh_buf *buf, enum words_lang lang);

#endif
