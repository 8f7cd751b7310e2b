/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Charts of the governor's page, as inline SVG. Pure: numbers in, markup out.
 *
 * Widths are per cent and heights are pixels, so a chart fits its place while
 * its letters keep their size. Right to left, everything is mirrored: bars
 * grow from the right, time goes from right to left.
 */
#ifndef MAHALLE_PAGE_CHART_H
#define MAHALLE_PAGE_CHART_H

#include "page_text.h"

/** What charts refer to: the hatching. Once a page, before the first chart. */
void page_chart_defs(struct mh_buf *out);

/**
 * A bar across its cell; the number stands beside it in the table.
 * @param value below 0 counts as 0
 * @param most  the value of the longest bar; value 0 has none
 */
void page_bar(struct mh_buf *out, enum page_lang lang, int64_t value,
              int64_t most);

/** Columns side by side, one a month; the last month is not over. */
struct page_columns {
    const int64_t *values; /**< lent; 0 or more */
    int count;             /**< of months, 1 or more */
    int last_month;        /**< Solar Hijri month of the last one, 1..12 */
    int height;            /**< pixels */
    int step;   /**< the last month is named, and each step-th before */
    bool roomy; /**< the chart is broad: longer numbers fit */
};

/** The chart; hidden from screen readers, the table has its numbers. */
void page_columns(struct mh_buf *out, enum page_lang lang,
                  const struct page_columns *columns);

#endif
