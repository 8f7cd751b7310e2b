/* SPDX-License-Identifier: Apache-2.0 */
/* Two fixed texts around one example, which tests/system posts as it stands. */
#include "gateway_page.h"

static const char HEAD[] =
    "<!DOCTYPE html>\n<html lang=\"%s\" dir=\"%s\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>mahalle</title>\n"
    "<body style=\"max-width:44em;margin:2em auto;padding:0 1em;"
    "font:1em/1.6 sans-serif\">\n";

static const char EXAMPLE[] =
    "<pre dir=\"ltr\" style=\"overflow:auto;background:#f3f3f3;"
    "padding:1em\">\n"
    "curl -H \"Authorization: Bearer $MAHALLE_API_KEY\" \\\n"
    "     -H \"Content-Type: application/json\" \\\n"
    "     \"$MAHALLE_GATEWAY/v1/events\" -d '\n"
    "{\"event_type\": \"cleanup_held\", \"agency_code\": \"governorate\",\n"
    " \"source_ref\": \"REG/7\", \"occurred_on\": \"1404-07-21\",\n"
    " \"place_code\": \"c1198\", \"place_kind\": \"TOURISM_AREA\",\n"
    " \"participants_count\": 40}'\n"
    "</pre>\n";

/* Before the example and behind it. */
static const char *const EN[] = {
    "<h1>mahalle: the door for agencies</h1>\n"
    "<p>Events of the neighbourhoods are posted here, one or up to 500 at a "
    "time, as JSON, NDJSON or CloudEvents. An answer of 2xx means that they "
    "are stored; of each event it says what became of it, and all that is "
    "wrong with it.</p>\n",
    "<ul>\n"
    "<li><a href=\"/openapi.json\">All of it, by OpenAPI 3.1</a></li>\n"
    "<li>What became of an event later: <code>/v1/events/ID</code>, and of all "
    "that was refused: <code>/v1/rejections</code></li>\n"
    "<li>A table to fill in: <code>/v1/templates/EVENT_TYPE.csv</code></li>\n"
    "<li>Schemas, as a registry has them: <a "
    "href=\"/subjects\">/subjects</a></li>\n"
    "</ul>\n"};

/* clang-format off */
static const char *const FA[] = {
    "<h1>محله: درگاه دستگاه‌ها</h1>\n<p>رویدادهای محله‌ها این‌جا ثبت می‌شود، یکی یا تا ۵۰۰ رویداد در هر بار، به شکل JSON یا NDJSON یا CloudEvents. پاسخ 2xx یعنی ذخیره شده است؛ برای هر رویداد گفته می‌شود چه شد، و همهٔ خطاهایش.</p>\n",
    "<ul>\n<li><a href=\"/openapi.json\">شرح کامل با OpenAPI 3.1</a></li>\n<li>سرنوشت یک رویداد: <code dir=\"ltr\">/v1/events/ID</code>، و آن‌چه رد شد: <code dir=\"ltr\">/v1/rejections</code></li>\n<li>جدول خالی برای پر کردن: <code dir=\"ltr\">/v1/templates/EVENT_TYPE.csv</code></li>\n<li>طرح‌واره‌ها: <a href=\"/subjects\">/subjects</a></li>\n</ul>\n"};
/* clang-format on */

void page_put(struct mh_buf *buf, enum words_lang lang)
{
    const char *const *words = lang == WORDS_FA ? FA : EN;

    mh_buf_format(buf, HEAD, lang == WORDS_FA ? "fa" : "en",
                  lang == WORDS_FA ? "rtl" : "ltr");
    mh_buf_text(buf, words[0]);
    mh_buf_text(buf, EXAMPLE);
    mh_buf_text(buf, words[1]);
}
