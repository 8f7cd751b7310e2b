/* SPDX-License-Identifier: Apache-2.0 */
/* Places along the width are hundredths of a per cent, so that no floating
   point is printed and the same numbers give the same bytes. */
#include "page_chart.h"

#include <stdio.h>

enum {
    FULL = 10000,       /* 100.00 % */
    BAR_HEIGHT = 12,    /* pixels */
    LEAST_WIDTH = 40,   /* of a bar that is not nothing */
    ROOM_ABOVE = 16,    /* pixels: the number over the highest column */
    ROOM_BELOW = 18,    /* pixels: the names of months */
    TINY_NUMBER = 99,   /* wider ones do not fit on paper */
    SHORT_NUMBER = 999, /* wider ones do not fit over a narrow column */
    LONG_NUMBER = 9999  /* nor these over a broad one */
};

void page_chart_defs(struct mh_buf *out)
{
    mh_buf_text(
        out,
        "<svg class=\"defs\" width=\"0\" height=\"0\" aria-hidden=\"true\">"
        "<defs><pattern id=\"hatch\" width=\"5\" height=\"5\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
        "<rect width=\"5\" height=\"5\" fill=\"#dcebed\"/>"
        "<rect width=\"2.5\" height=\"5\" fill=\"#0b5d66\"/>"
        "</pattern></defs></svg>\n");
}

/* ` NAME="12.34%"` */
static void put_share(struct mh_buf *out, const char *name, int share)
{
    mh_buf_format(out, " %s=\"%d.%02d%%\"", name, share / 100, share % 100);
}

/* `value` of `most`, in parts of `whole`; no product can overflow. */
static int share_of(int64_t value, int64_t most, int whole)
{
    if (value <= 0 || most <= 0) {
        return 0;
    }
    if (value >= most) {
        return whole;
    }
    return (int)((double)value / (double)most * (double)whole);
}

/* Where something that is `width` wide begins, mirrored or not. */
static int place(enum page_lang lang, int from, int width)
{
    return lang == PAGE_FA ? FULL - from - width : from;
}

void page_bar(struct mh_buf *out, enum page_lang lang, int64_t value,
              int64_t most)
{
    int width = share_of(value, most, FULL);

    if (value > 0 && width < LEAST_WIDTH) {
        width = LEAST_WIDTH;
    }
    mh_buf_format(out,
                  "<svg class=\"bar\" width=\"100%%\" height=\"%d\" "
                  "aria-hidden=\"true\">",
                  BAR_HEIGHT);
    if (width > 0) {
        mh_buf_text(out, "<rect class=\"f\"");
        put_share(out, "x", place(lang, 0, width));
        put_share(out, "width", width);
        mh_buf_format(out, " height=\"%d\"/>", BAR_HEIGHT);
    }
    mh_buf_text(out, "</svg>");
}

/* ---- Columns ------------------------------------------------------------ */

/* Everything one column needs to know of the chart. */
struct chart {
    struct mh_buf *out;
    enum page_lang lang;
    const struct page_columns *columns;
    int64_t most;
    int most_at;  /* the last of the highest */
    int baseline; /* pixels from the top */
};

/* The edge of column `i` where reading begins, and its width. */
static int slot(const struct chart *chart, int i, int *width)
{
    int from = FULL * i / chart->columns->count;

    *width = FULL * (i + 1) / chart->columns->count - from;
    return from;
}

static int month_of(const struct page_columns *columns, int i)
{
    int back = columns->count - 1 - i;

    return (columns->last_month - 1 + 12 * ((back + 11) / 12) - back) % 12 + 1;
}

/* `<text class="…"` at the middle of column `i`; a wide text at an edge of
   the chart is held inside. */
static void begin_text(const struct chart *chart, const char *class, int i,
                       int y, bool wide)
{
    int width;
    int from = slot(chart, i, &width);
    const char *anchor = "middle";
    int x = place(chart->lang, from + width / 2, 0);

    if (wide && i < 2) {
        anchor = "start";
        x = place(chart->lang, from, 0);
    } else if (wide && i >= chart->columns->count - 2) {
        anchor = "end";
        x = place(chart->lang, from + width, 0);
    }
    mh_buf_format(chart->out, "<text class=\"%s\" text-anchor=\"%s\"", class,
                  anchor);
    put_share(chart->out, "x", x);
    mh_buf_format(chart->out, " y=\"%d\">", y);
}

/* What the style sheet may leave out where there is little room: "thin" on a
   telephone, "dense" on paper. */
static const char *class_of(const struct chart *chart, int i)
{
    const struct page_columns *columns = chart->columns;

    if (i == chart->most_at || i + 1 == columns->count) {
        return "v";
    }
    if (columns->roomy) {
        return chart->most > SHORT_NUMBER ? "thin" : "v";
    }
    return chart->most > TINY_NUMBER ? "dense" : "v";
}

static void put_column(const struct chart *chart, int i)
{
    const struct page_columns *columns = chart->columns;
    int64_t value = columns->values[i];
    bool wide = chart->most > SHORT_NUMBER;
    bool every = columns->roomy ? chart->most <= LONG_NUMBER : !wide;
    int space = chart->baseline - ROOM_ABOVE;
    int height = share_of(value, chart->most, space);
    int width;
    int from = slot(chart, i, &width);

    if (value <= 0) {
        return;
    }
    height = height < 1 ? 1 : height;
    mh_buf_format(chart->out, "<rect class=\"%s\"",
                  i + 1 == columns->count ? "h" : "f");
    put_share(chart->out, "x",
              place(chart->lang, from + width / 6, width - 2 * (width / 6)));
    put_share(chart->out, "width", width - 2 * (width / 6));
    mh_buf_format(chart->out, " y=\"%d\" height=\"%d\"/>",
                  chart->baseline - height, height);
    if (every || i == chart->most_at) {
        begin_text(chart, class_of(chart, i), i, chart->baseline - height - 4,
                   wide && !every);
        page_count(chart->out, chart->lang, value);
        mh_buf_text(chart->out, "</text>");
    }
}

static void put_name(const struct chart *chart, int i)
{
    const struct page_columns *columns = chart->columns;

    if ((columns->count - 1 - i) % columns->step == 0) {
        begin_text(chart, "m", i, columns->height - 4, !columns->roomy);
        mh_buf_text(chart->out, page_month(chart->lang, month_of(columns, i)));
        mh_buf_text(chart->out, "</text>");
    }
}

void page_columns(struct mh_buf *out, enum page_lang lang,
                  const struct page_columns *columns)
{
    struct chart chart = {out, lang, columns,
                          0,   0,    columns->height - ROOM_BELOW};

    for (int i = 0; i < columns->count; i++) {
        if (columns->values[i] >= chart.most) {
            chart.most = columns->values[i];
            chart.most_at = i;
        }
    }
    mh_buf_format(out,
                  "<svg class=\"columns\" width=\"100%%\" height=\"%d\" "
                  "aria-hidden=\"true\">",
                  columns->height);
    for (int i = 0; i < columns->count; i++) {
        put_column(&chart, i);
        put_name(&chart, i);
    }
    mh_buf_format(out,
                  "<line class=\"b\" x1=\"0\" x2=\"100%%\" y1=\"%d.5\" "
                  "y2=\"%d.5\"/></svg>",
                  chart.baseline, chart.baseline);
}
