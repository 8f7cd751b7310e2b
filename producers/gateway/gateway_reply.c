/* SPDX-License-Identifier: Apache-2.0 */
/* Two shapes of JSON, written piece by piece. */
#include "gateway_reply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

static const struct {
    int status;
    const char *text;
} PROBLEMS_EN[] = {
#define X(name, status, text) [PROBLEM_##name] = {status, text},
    PROBLEMS(X)
#undef X
};

/* clang-format off */
static const char *const PROBLEMS_FA[] = {
    [PROBLEM_HEADERS] =
        "سرآیندهای درخواست درست نیست",
    [PROBLEM_NOT_JSON] =
        "متن درخواست JSON نیست؛ چیزی از آن ذخیره نشد",
    [PROBLEM_EMPTY] =
        "متن درخواست رویدادی ندارد یا ناتمام است",
    [PROBLEM_SINCE] =
        "مقدار since نه زمان است و نه next یک پاسخ",
    [PROBLEM_AGENCY] =
        "این کلید برای همهٔ دستگاه‌هاست: ‎?agency_code=‎ را هم بنویسید",
    [PROBLEM_AGENCY_CODE] =
        "agency_code کد هیچ دستگاهی نیست",
    [PROBLEM_KEY] =
        "کلید معتبر نیست: سرآیند Authorization: Bearer KEY لازم است",
    [PROBLEM_CERTIFICATE] =
        "گواهی معتبر کارخواه لازم است",
    [PROBLEM_OTHER_AGENCY] =
        "کلید اجازهٔ این دستگاه را ندارد",
    [PROBLEM_NO_PATH] =
        "چیزی در این نشانی نیست",
    [PROBLEM_NO_EVENT] =
        "رویدادی با این شناسه شناخته نیست",
    [PROBLEM_NO_TYPE] =
        "چنین نوع رویدادی نیست",
    [PROBLEM_METHOD] =
        "این نشانی این روش را نمی‌پذیرد",
    [PROBLEM_BODY_SIZE] =
        "متن درخواست بزرگ‌تر از اندازهٔ مجاز است",
    [PROBLEM_EVENT_COUNT] =
        "شمار رویدادها بیش از حد مجاز یک درخواست است",
    [PROBLEM_MEDIA] =
        "متن درخواست باید application/json یا application/x-ndjson یا application/cloudevents+json یا application/cloudevents-batch+json باشد، با UTF-8 و بدون فشرده‌سازی",
    [PROBLEM_RATE] =
        "بیش از سهم این کلید در ثانیه است؛ کمی صبر کنید",
    [PROBLEM_BUG] =
        "خطای خود درگاه",
    [PROBLEM_BUSY] =
        "درگاه پر است؛ چیزی ذخیره نشد؛ دوباره بفرستید",
    [PROBLEM_NOT_READY] =
        "درگاه هنوز آماده نیست؛ چیزی ذخیره نشد؛ دوباره بفرستید",
    [PROBLEM_DATABASE] =
        "پایگاه داده پاسخ نمی‌دهد؛ دوباره بپرسید",
};
/* clang-format on */

int problem_status(enum problem problem)
{
    return PROBLEMS_EN[problem].status;
}

void problem_put(struct mh_buf *buf, enum problem problem, enum words_lang lang,
                 const char *more)
{
    const char *english = PROBLEMS_EN[problem].text;
    const char *words = lang == WORDS_FA ? PROBLEMS_FA[problem] : english;
    int status = PROBLEMS_EN[problem].status;

    mh_buf_format(buf,
                  "{\"type\":\"about:blank\",\"status\":%d,\"title\":", status);
    json_put(buf, words, strlen(words));
    if (more != NULL) {
        mh_buf_text(buf, ",\"detail\":");
        json_put(buf, more, strlen(more));
    }
    /* what clients of a schema registry read */
    mh_buf_format(buf, ",\"error_code\":%d,\"message\":", status);
    json_put(buf, english, strlen(english));
    mh_buf_text(buf, "}\n");
}

void problem_count(char *text, size_t size, enum words_lang lang, int64_t most)
{
    if (lang == WORDS_FA) {
        (void)snprintf(text, size,
                       "این کلید در یک درخواست حداکثر %" PRId64
                       " رویداد می‌فرستد",
                       most);
    } else {
        (void)snprintf(text, size,
                       "this key may send %" PRId64
                       " events at most in one request",
                       most);
    }
}

static enum outcome outcome_of(const struct entry *entry)
{
    return atomic_load_explicit(&entry->outcome, memory_order_acquire);
}

/* The event that decides what this one comes to: itself, or the one that it
 * says again if that one is not stored. */
static const struct entry *decider(const struct batch *batch, int i,
                                   enum outcome *outcome)
{
    const struct entry *entry = &batch->entries[i];
    const struct entry *first =
        entry->repeats == 0 ? entry : &batch->entries[entry->repeats - 1];
    enum outcome before = outcome_of(first);

    if (before == OUTCOME_ACCEPTED) {
        first = entry;
        before = outcome_of(entry);
    }
    *outcome = before;
    return first;
}

static void put_result(struct mh_buf *buf, const struct batch *batch, int i,
                       enum outcome outcome, const struct entry *entry,
                       const char *topic)
{
    const char *id = batch->entries[i].id;
    int repeats = batch->entries[i].repeats;
    const struct recent_event *at =
        repeats == 0 ? &entry->event : &batch->entries[repeats - 1].event;
    bool stored = outcome == OUTCOME_ACCEPTED || outcome == OUTCOME_DUPLICATE;

    mh_buf_format(buf, "%s{\"index\":%d,\"id\":", i == 0 ? "" : ",", i);
    if (id[0] == '\0') {
        mh_buf_text(buf, "null");
    } else {
        mh_buf_format(buf, "\"%s\"", id);
    }
    mh_buf_format(buf, ",\"status\":\"%s\"", outcome_name(outcome));
    if (stored) {
        mh_buf_text(buf, ",\"topic\":");
        json_put(buf, topic, strlen(topic));
        mh_buf_format(buf, ",\"partition\":%" PRId32 ",\"offset\":%" PRId64,
                      at->partition, at->offset);
    } else {
        mh_buf_text(buf, ",\"topic\":null,\"partition\":null,\"offset\":null");
    }
    if (outcome == OUTCOME_RETRY) {
        mh_buf_format(buf, ",\"stored\":\"%s\"",
                      entry->doubtful ? "unknown" : "no");
    } else if (outcome == OUTCOME_WAITING) {
        mh_buf_text(buf, ",\"stored\":\"unknown\"");
    }
    mh_buf_text(buf, ",\"errors\":");
    if (entry->faults_len == 0) {
        mh_buf_text(buf, "[]");
    } else {
        mh_buf_put(buf, batch->faults.bytes + entry->faults_at,
                   entry->faults_len);
    }
    mh_buf_byte(buf, '}');
}

/* The status of an answer whose events all came to one outcome. */
static int status_of(const struct tally *tally, int count)
{
    static const int STATUS[] = {
        [OUTCOME_WAITING] = 503,   [OUTCOME_ACCEPTED] = 201,
        [OUTCOME_DUPLICATE] = 200, [OUTCOME_INVALID] = 422,
        [OUTCOME_FORBIDDEN] = 403, [OUTCOME_CONFLICT] = 409,
        [OUTCOME_RETRY] = 503};

    for (int i = 0; i < OUTCOME_COUNT; i++) {
        if (tally->of[i] == count) {
            return STATUS[i];
        }
    }
    return tally->of[OUTCOME_WAITING] + tally->of[OUTCOME_RETRY] == count ? 503
                                                                          : 207;
}

int results_put(struct mh_buf *buf, const struct batch *batch,
                const char *topic, struct tally *tally)
{
    *tally = (struct tally){{0}};
    mh_buf_text(buf, "{\"results\":[");
    for (int i = 0; i < batch->count; i++) {
        enum outcome outcome;
        const struct entry *entry = decider(batch, i, &outcome);

        tally->of[outcome]++;
        put_result(buf, batch, i, outcome, entry, topic);
    }
    mh_buf_text(buf, "]}\n");
    return status_of(tally, batch->count);
}
