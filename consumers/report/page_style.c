/* SPDX-License-Identifier: Apache-2.0 */
/* One accent, #0b5d66 (7.5:1 on white), ink #1b2530 and a softer ink #55606c
   (6.4:1). Distances follow the direction of reading, so one sheet serves both
   languages. No `&` and no `<`, so that the page is XML as well. */
#include "page_style.h"

static const char *const FONTS[] = {
    [PAGE_FA] = "Vazirmatn,Vazir,\"Segoe UI\",Tahoma,\"Noto Sans Arabic\","
                "\"DejaVu Sans\",sans-serif;line-height:1.75",
    [PAGE_EN] = "system-ui,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,"
                "\"DejaVu Sans\",sans-serif;line-height:1.5",
};

static const char SCREEN[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:#eef1f3;color:#1b2530;font-size:16px}\n"
    "main{max-width:1060px;margin:0 auto;padding:44px 52px 36px;"
    "background:#fff}\n"
    "h1,h2,h3,p,ul{margin:0;padding:0}\n"
    "h1{font-size:30px;line-height:1.35;font-weight:700}\n"
    "h2{font-size:21px;line-height:1.4;font-weight:700}\n"
    "h3{font-size:15px;font-weight:700}\n"
    ".day{color:#0b5d66;font-weight:600}\n"
    ".fresh,.sub,.foot{color:#55606c;font-size:14px}\n"
    ".fresh{margin-top:8px}\n"
    ".state{display:inline-block;border:1px solid #55606c;border-radius:3px;"
    "padding:0 8px;margin-inline-end:8px;color:#1b2530;font-weight:600}\n"
    ".state.bad{border-width:2px;border-color:#1b2530}\n"
    ".note{margin-top:16px;padding:8px 14px;border:1px solid #c3cad1;"
    "border-inline-start:4px solid #55606c;font-size:14px}\n"
    "section{margin-top:44px}\n"
    ".sub{margin:2px 0 14px;max-width:60em}\n"
    /* figures */
    ".figures{list-style:none;display:grid;gap:14px;"
    "grid-template-columns:1.15fr 1fr 1fr;grid-auto-rows:1fr}\n"
    ".figures li{border:1px solid #d5dbe1;border-radius:6px;"
    "padding:16px 20px;display:flex;flex-direction:column}\n"
    ".figures strong{font-size:38px;line-height:1.25;font-weight:700}\n"
    ".figures .label{font-size:14px;line-height:1.6;flex:1}\n"
    ".figures .change{font-size:13px;color:#55606c;margin-top:8px}\n"
    ".figures li:first-child{grid-row:span 2;background:#0b5d66;color:#fff;"
    "border-color:#0b5d66;justify-content:flex-end;"
    "-webkit-print-color-adjust:exact;print-color-adjust:exact}\n"
    ".figures li:first-child strong{font-size:84px;line-height:1.1}\n"
    ".figures li:first-child .label{font-size:18px;flex:0}\n"
    ".figures li:first-child .change{color:#fff;font-size:15px}\n"
    /* tables */
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:14px}\n"
    "caption{text-align:start;font-weight:700;font-size:15px;"
    "padding-bottom:4px}\n"
    "th,td{padding:5px 10px;text-align:start;vertical-align:middle;"
    "border-bottom:1px solid #e3e7eb}\n"
    "th:first-child,td:first-child{padding-inline-start:0}\n"
    "th:last-child,td:last-child{padding-inline-end:0}\n"
    "thead td{border-bottom-color:#9aa4ae}\n"
    "thead th{color:#55606c;font-weight:600;font-size:13px;"
    "border-bottom-color:#9aa4ae;vertical-align:bottom}\n"
    "tbody th{font-weight:400}\n"
    "tfoot th,tfoot td{font-weight:700;border-bottom:0}\n"
    ".n{text-align:right;white-space:nowrap}\n"
    ":lang(en) table,:lang(en) .facts{font-variant-numeric:tabular-nums}\n"
    ".change-cell{color:#55606c}\n"
    ".graph{width:58%;padding-inline:14px 6px}\n"
    ".news .graph{width:38%}\n"
    ".months th,.months td{padding:4px 6px;white-space:nowrap}\n"
    ".day-cell{white-space:nowrap}\n"
    /* charts */
    ".defs{position:absolute}\n"
    ".bar,.columns{display:block}\n"
    ".f{fill:#0b5d66}.h{fill:url(#hatch);stroke:#0b5d66;stroke-width:1}\n"
    ".b{stroke:#9aa4ae}\n"
    ".columns{overflow:visible}\n"
    ".columns text{font-size:11px;fill:#1b2530}\n"
    ".columns .m{fill:#55606c}\n"
    ".panels{display:grid;gap:26px 30px;align-items:end;"
    "grid-template-columns:repeat(3,minmax(0,1fr))}\n"
    ".panel:first-child{grid-column:span 2}\n"
    ".panel header{display:flex;justify-content:space-between;gap:10px;"
    "align-items:baseline}\n"
    ".panel header p{font-size:14px}\n"
    /* quality */
    ".facts{list-style:none;display:grid;gap:0 40px;"
    "grid-template-columns:repeat(2,minmax(0,1fr));font-size:14px}\n"
    ".facts li{display:flex;justify-content:space-between;gap:12px;"
    "border-bottom:1px solid #e3e7eb;padding:6px 0}\n"
    ".facts b{white-space:nowrap}\n"
    ".facts+.scroll{margin-top:18px}\n"
    "details{margin-top:10px;border-bottom:1px solid #e3e7eb;"
    "padding-bottom:10px}\n"
    "summary{cursor:pointer;font-weight:600;padding:4px 0}\n"
    "summary:focus-visible,.scroll:focus-visible{outline:3px solid #0b5d66;"
    "outline-offset:2px}\n"
    ".foot{margin-top:36px;border-top:1px solid #d5dbe1;padding-top:12px}\n";

static const char NARROW[] =
    "@media screen and (max-width:820px){main{padding:28px 20px}}\n"
    "@media screen and (max-width:1000px){"
    ".panels{grid-template-columns:repeat(2,minmax(0,1fr))}}\n"
    "@media screen and (max-width:620px){h1{font-size:24px}\n"
    ".figures{grid-template-columns:1fr 1fr}\n"
    ".figures li{padding:14px}.figures strong{font-size:30px}\n"
    ".figures li:first-child{grid-column:span 2;grid-row:auto}\n"
    ".figures li:first-child strong{font-size:60px}\n"
    ".panels{grid-template-columns:minmax(0,1fr)}\n"
    ".panel:first-child{grid-column:auto}\n"
    ".thin{display:none}\n"
    ".facts{grid-template-columns:minmax(0,1fr)}\n"
    ".graph{width:34%}.news .graph{display:none}\n"
    "thead .n{white-space:normal}\n"
    "th,td{padding-inline:6px}}\n";

static const char PRINT[] =
    "@media print{body{background:#fff;font-size:13px}\n"
    "main{max-width:none;padding:0}\n"
    "section{margin-top:26px}\n"
    "h1{font-size:24px}h2{font-size:17px;break-after:avoid}\n"
    "h3{font-size:12.5px}\n"
    ".sub{break-inside:avoid;break-after:avoid;margin-bottom:8px;"
    "max-width:none}\n"
    ".figures strong{font-size:30px}.figures li{padding:10px 14px}\n"
    ".figures li:first-child strong{font-size:64px}\n"
    "table,.facts,.panel header p,.figures .label{font-size:12px}\n"
    "th,td{padding-block:3px}\n"
    "thead{display:table-header-group}\n"
    "tr,li,.panel,.figures,.note{break-inside:avoid}\n"
    ".panels{gap:16px 24px}\n"
    ".whole{break-inside:avoid}\n"
    ".scroll{overflow:visible}\n"
    "summary{display:none}details{border:0;margin-top:20px}\n"
    "details::details-content{content-visibility:visible;display:block}\n"
    ".dense{display:none}\n"
    ".tables{break-before:page}\n"
    ".tables table{font-size:11px;line-height:1.4}\n"
    ".tables th,.tables td{padding-block:1px}\n"
    ".news .graph{width:28%}\n"
    ".tables .months th,.tables .months td{padding-inline:2px;"
    "font-size:10px}\n"
    ".months tbody th,.day-cell{white-space:normal}}\n";

void page_style(struct mh_buf *out, enum page_lang lang)
{
    mh_buf_text(out, "<style>\n@page{size:A4;margin:15mm 15mm 17mm;"
                     "@bottom-center{font-size:10px;color:#55606c;"
                     "content:counter(page");
    mh_buf_text(out, lang == PAGE_FA ? ",persian" : "");
    mh_buf_text(out, ")}}\nbody{font-family:");
    mh_buf_text(out, FONTS[lang]);
    mh_buf_text(out, "}\n");
    mh_buf_text(out, SCREEN);
    mh_buf_text(out, NARROW);
    mh_buf_text(out, PRINT);
    mh_buf_text(out, "</style>\n");
}
