/* SPDX-License-Identifier: Apache-2.0 */
/* What was expected is told in English by the check, which knows no languages;
 * its phrases are few, so they are translated here. */
#include "words.h"

#include <string.h>

#include "words_pattern.h"

/* Phrases that stand alone. */
static const struct {
    const char *en, *fa;
} PHRASES[] = {
    {"a whole number", "عددی صحیح"},
    {"true or false", "true یا false"},
    {"a text", "متن"},
    {"a text without spoiled characters", "متنی بدون نویسهٔ خراب"},
    {"a date as 2025-10-13 or 1404-07-21", "تاریخی مانند 1404/07/21"},
    {"a time as 2025-10-13T08:30:00+03:30",
     "زمانی مانند 2025-10-13T08:30:00+03:30"},
    {"a day that exists", "روزی که وجود دارد"},
    {"a time that exists", "زمانی که وجود دارد"},
    {"a UUID of 36 characters", "UUID با ۳۶ نویسه"},
    {"1 to 200 bytes", "۱ تا ۲۰۰ بایت"},
    {"a reason", "یک علت"},
    {"no reason", "بدون علت"},
    {"an instant of that day", "لحظه‌ای از همان روز"},
    {"a code of report.agency", "کدی از فهرست دستگاه‌ها"},
    {"a code of report.place", "کدی از فهرست محل‌ها"},
    {"the neighbourhood's code and -C and a number",
     "کد محله و سپس -C و یک شماره"},
    {"a number of a letter or record, not of a person",
     "شمارهٔ نامه یا پرونده، نه شمارهٔ شخص"},
    {"1300-01-01 to 1500-12-29, Solar Hijri",
     "از 1300/01/01 تا 1500/12/29 خورشیدی"},
    {"a field of the type", "یکی از فیلدهای این نوع"},
    {"the short name of a type", "نام کوتاه یک نوع رویداد"},
    {"a stored fact; a new one has revision 0",
     "رویدادی که ذخیره شده است؛ رویداد تازه revision 0 دارد"},
    {"province", "استان"},
    {"county", "شهرستان"},
    {"settlement", "شهر یا روستا"},
    {"neighbourhood", "محله"},
    {"each column once", "هر ستون یک بار"},
    {"nothing beside the columns",
     "هیچ مقداری بیرون از ستون‌ها"},
    {"a column of the template", "یکی از ستون‌های الگو"},
    {"a row of RFC 4180: a quote is not closed",
     "سطری که گیومه‌هایش بسته است"},
    {"a row of RFC 4180: a quote inside a cell without quotes",
     "گیومه تنها در خانه‌ای که خود در گیومه است"},
    {"a row of RFC 4180: text behind a closing quote",
     "پس از گیومهٔ پایانی تنها جداکننده"},
    {"a row of RFC 4180: too many cells", "حداکثر ۱۲۸ خانه"},
    {"a row of RFC 4180: a carriage return without line feed",
     "پایان سطر کامل (CR LF)"},
    {"a row of RFC 4180: a row of more than 65536 bytes; is a quote not "
     "closed?",
     "حداکثر 65536 بایت؛ شاید گیومه‌ای بسته نشده است"},
};

/* Phrases that go on. */
static const struct {
    const char *en, *fa;
} BEGINNINGS[] = {
    {"at least ", "دست‌کم "},
    {"at most ", "حداکثر "},
    {"a field of the type, such as ", "شاید "},
    {"a column of the template, such as ", "شاید "},
};

/* Words behind a number. */
static const struct {
    const char *en, *fa;
} UNITS[] = {
    {" bytes", " بایت"},
    {" days", " روز"},
    {" cells", " خانه"},
};

enum {
    PHRASE_COUNT = sizeof PHRASES / sizeof PHRASES[0],
    BEGINNING_COUNT = sizeof BEGINNINGS / sizeof BEGINNINGS[0],
    UNIT_COUNT = sizeof UNITS / sizeof UNITS[0]
};

bool words_lang_find(const char *name, enum words_lang *lang)
{
    bool fa = strcmp(name, "fa") == 0;

    if (!fa && strcmp(name, "en") != 0) {
        return false;
    }
    *lang = fa ? WORDS_FA : WORDS_EN;
    return true;
}

const char *words_field(const struct mh_field *field, enum words_lang lang)
{
    return lang == WORDS_FA ? field->label_fa : field->label_en;
}

const char *words_code(enum mh_code code, enum words_lang lang)
{
    return lang == WORDS_FA ? mh_code_text_fa(code) : mh_code_text(code);
}

/* `text` with its unit, if it ends in one, in Persian. */
static void put_with_unit(struct mh_buf *buf, const char *text)
{
    size_t len = strlen(text);

    for (int i = 0; i < UNIT_COUNT; i++) {
        size_t unit_len = strlen(UNITS[i].en);

        if (len > unit_len && strcmp(text + len - unit_len, UNITS[i].en) == 0) {
            mh_buf_put(buf, text, len - unit_len);
            mh_buf_text(buf, UNITS[i].fa);
            return;
        }
    }
    mh_buf_text(buf, text);
}

static void put_phrase(struct mh_buf *buf, const char *text)
{
    for (int i = 0; i < PHRASE_COUNT; i++) {
        if (strcmp(text, PHRASES[i].en) == 0) {
            mh_buf_text(buf, PHRASES[i].fa);
            return;
        }
    }
    for (int i = 0; i < BEGINNING_COUNT; i++) {
        size_t len = strlen(BEGINNINGS[i].en);

        if (strncmp(text, BEGINNINGS[i].en, len) == 0) {
            mh_buf_text(buf, BEGINNINGS[i].fa);
            put_with_unit(buf, text + len);
            return;
        }
    }
    put_with_unit(buf, text);
}

/* What was expected begins with the name of another field. */
static void put_named(struct mh_buf *buf, const char *text,
                      const struct mh_type *type, enum words_lang lang)
{
    size_t len = strcspn(text, " ");
    int field = mh_type_find(type, text, len);

    if (field < 0) {
        mh_buf_text(buf, text);
        return;
    }
    mh_buf_text(buf, words_field(&type->fields[field], lang));
    mh_buf_text(buf, text + len);
}

static bool names_a_field(enum mh_code code)
{
    return code == MH_AT_MOST || code == MH_REQUIRES ||
           code == MH_REQUIRES_ANY || code == MH_REQUIRED_WHEN ||
           code == MH_NULL_WHEN;
}

void words_fault(const struct mh_fault *fault, const struct mh_type *type,
                 enum words_lang lang, struct mh_buf *buf)
{
    if (fault->field >= 0) {
        mh_buf_text(buf, words_field(&type->fields[fault->field], lang));
        mh_buf_text(buf, ": ");
    } else if (fault->pointer[0] != '\0') {
        mh_buf_text(buf, fault->pointer + 1);
        mh_buf_text(buf, ": ");
    }
    mh_buf_text(buf, words_code(fault->code, lang));
    /* what is missing was expected for its name, which is told already */
    if (fault->expected[0] != '\0' && fault->code != MH_REQUIRED) {
        const char *sentence = words_pattern(fault->expected, lang);

        mh_buf_text(buf, " (");
        if (sentence != NULL) {
            mh_buf_text(buf, sentence);
        } else if (type != NULL && names_a_field(fault->code)) {
            put_named(buf, fault->expected, type, lang);
        } else if (lang == WORDS_FA) {
            put_phrase(buf, fault->expected);
        } else {
            mh_buf_text(buf, fault->expected);
        }
        mh_buf_byte(buf, ')');
    }
    mh_buf_format(buf, " [%s]", mh_code_name(fault->code));
}
