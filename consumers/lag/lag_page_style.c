/* SPDX-License-Identifier: Apache-2.0 */
/* Dark, since a wall is looked at all day. White on the banners has 5:1 at
   least. Distances follow the direction of reading, so one sheet serves both
   languages. No `&` and no `<`, so that the page is XML as well. */
#include "lag_page_style.h"

#include "lag_faces.h"

static const char *const FONTS[] = {
    [PAGE_FA] = "Vazirmatn,Vazir,\"Segoe UI\",Tahoma,\"Noto Sans Arabic\","
                "\"DejaVu Sans\",sans-serif;line-height:1.7",
    [PAGE_EN] = "system-ui,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,"
                "\"DejaVu Sans\",sans-serif;line-height:1.45",
};

static const char SHEET[] =
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:#10161d;color:#e8edf2;font-size:18px}\n"
    "main{max-width:1500px;margin:0 auto;padding:24px 32px}\n"
    "h1,h2,p,ul{margin:0;padding:0}\n"
    "header{display:flex;justify-content:space-between;align-items:baseline;"
    "gap:16px;margin-bottom:16px}\n"
    "h1{font-size:22px;font-weight:600;color:#b9c4cf}\n"
    "a{color:#9fd0ff}\n"
    ".banner{display:flex;align-items:center;gap:32px;border-radius:10px;"
    "padding:24px 36px;color:#fff}\n"
    ".banner.good{background:#17693a}.banner.late{background:#8a5a00}"
    ".banner.bad{background:#a3202b}\n"
    ".banner h2{font-size:clamp(36px,6vw,84px);line-height:1.25}\n"
    ".banner p{font-size:clamp(18px,2vw,28px);overflow-wrap:anywhere}\n"
    ".banner .sign{font-size:clamp(48px,9vw,130px);line-height:1}\n"
    ".banner .since{font-size:18px}\n"
    ".facts{list-style:none;display:grid;gap:16px;margin:16px 0 28px;"
    "grid-template-columns:repeat(3,minmax(0,1fr))}\n"
    ".facts li{border:1px solid #33414f;border-radius:10px;"
    "padding:12px 24px}\n"
    ".facts strong{display:block;font-size:clamp(26px,3.4vw,48px);"
    "line-height:1.4}\n"
    ".facts span{color:#b9c4cf}\n"
    "main>h2{font-size:18px;font-weight:600;color:#b9c4cf}\n"
    "table{border-collapse:collapse;width:100%}\n"
    "th,td{text-align:start;padding:6px 12px;border-bottom:1px solid #26313c}\n"
    "thead th{color:#b9c4cf;font-weight:600;font-size:15px}\n"
    ".n{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}\n"
    "td.good{color:#7fdba3}td.late{color:#ffcf70}td.bad{color:#ff9aa2;"
    "font-weight:700}\n"
    ".why{overflow-wrap:anywhere}\n"
    "footer{margin-top:20px;color:#b9c4cf;font-size:15px}\n"
    ".lost,.old{background:#fff;color:#8f0f1a;font-size:28px;font-weight:700;"
    "text-align:center;padding:16px}\n"
    ".lost~main{opacity:.35}.lost[hidden]~main{opacity:1}\n"
    "@media (max-width:760px){main{padding:16px 12px}.wide{display:none}"
    ".banner{padding:16px;gap:16px}.facts{grid-template-columns:1fr}"
    "th,td{padding:6px}body{font-size:16px}}\n";

void lag_page_style(struct mh_buf *out, enum page_lang lang)
{
    mh_buf_text(out, "<style>\nbody{font-family:");
    mh_buf_text(out, FONTS[lang]);
    mh_buf_text(out, "}\n");
    mh_buf_text(out, SHEET);
    mh_buf_text(out, "</style>\n");
}

/* A wall must not go on showing an old page: without an answer it says so. */
const char lag_page_script[] =
    "'use strict';\n"
    "const renew = async () => {\n"
    "  const lost = document.querySelector('.lost');\n"
    "  try {\n"
    "    const answer = await fetch(location.href,\n"
    "        {cache: 'no-store', signal: AbortSignal.timeout(5000)});\n"
    "    if (!answer.ok) throw new Error(answer.status);\n"
    "    const page = new DOMParser().parseFromString(\n"
    "        await answer.text(), 'text/html');\n"
    "    document.querySelector('main').replaceWith(\n"
    "        page.querySelector('main'));\n"
    "    document.title = page.title;\n"
    "    lost.hidden = true;\n"
    "  } catch {\n"
    "    lost.hidden = false;\n"
    "  }\n"
    "  setTimeout(renew, 2000);\n"
    "};\n"
    "setTimeout(renew, 2000);\n";
