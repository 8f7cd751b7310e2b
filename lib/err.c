/* SPDX-License-Identifier: Apache-2.0 */
/* Tables made from the one list in mahalle/err.h. */
#include "mahalle/err.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
    enum mh_act act;
    int exit_code;
} CODES[] = {
#define X(name, act, exit, text) {#name, text, MH_ACT_##act, exit},
    MH_CODES(X)
#undef X
};

/* Agencies read faults in Persian; failures of programs are for operators. */
static const char *const PERSIAN[MH_CODE_COUNT] = {
    [MH_FRAME] = "رکورد Avro در قالب درست نیست",
    [MH_SCHEMA_ID] = "طرحی با این شناسه نیست",
    [MH_DECODE] = "بایت‌ها از طرح پیروی نمی‌کنند",
    [MH_TRAILING] = "پس از رکورد بایت اضافه مانده است",
    [MH_UTF8] = "متن UTF-8 معتبر نیست",
    [MH_TOO_LARGE] = "رویداد بزرگ‌تر از حد مجاز است",
    [MH_REQUIRED] = "این مقدار لازم است",
    [MH_UNKNOWN_FIELD] = "این نوع رویداد چنین فیلدی ندارد",
    [MH_UNKNOWN_TYPE] = "چنین نوع رویدادی نیست",
    [MH_TYPE] = "مقدار از نوع دیگری است",
    [MH_ENUM] = "مقدار در فهرست مجاز نیست",
    [MH_MIN] = "عدد کوچک‌تر از حد مجاز است",
    [MH_MAX] = "عدد بزرگ‌تر از حد مجاز است",
    [MH_PATTERN] = "متن شکل لازم را ندارد",
    [MH_AT_MOST] = "عدد از فیلدی که حد آن است بیشتر است",
    [MH_REQUIRES] = "فیلد دیگری از این رویداد به این مقدار نیاز دارد",
    [MH_REQUIRES_ANY] = "تنها در کنار فیلد دیگری مجاز است",
    [MH_REQUIRED_WHEN] = "به سبب مقدار فیلد دیگری لازم است",
    [MH_NULL_WHEN] = "به سبب مقدار فیلد دیگری باید خالی باشد",
    [MH_LOOKUP] = "کد در فهرست مرجع نیست",
    [MH_FINEST_PLACE] = "محل ریزتر از حد مجاز این نوع است",
    [MH_COARSEST_PLACE] =
        "محل کلی‌تر از حد لازم این نوع است",
    [MH_PLACE] = "محل در داده‌های مرجع نیست",
    [MH_COUNCIL] = "شورا از آنِ این محل نیست",
    [MH_AGENCY] = "دستگاه در داده‌های مرجع نیست",
    [MH_PERSONAL] = "به شماره‌ای شخصی می‌ماند",
    [MH_OP] = "عملیات، ویرایش و علت ناسازگارند",
    [MH_DATE] = "تاریخ وجود ندارد یا بیرون از بازه است",
    [MH_DAY] = "لحظه در روز وقوع نیست",
    [MH_PERIOD] = "دوره خالی است یا از ۳۶۶ روز بیشتر است",
    [MH_CONFLICT] = "همان شماره ویرایش با محتوایی دیگر",
    [MH_FUTURE] = "این روز هنوز نرسیده است",
    [MH_GRANT] = "کلید برای این کار مجوز ندارد",
    [MH_SOURCE] = "منبع، دستگاهِ این کلید نیست",
    [MH_CHARSET] =
        "متن در نویسه‌بندی گفته‌شده نیست",
    [MH_JSON] = "شیء JSON نیست",
    [MH_CSV] = "سطری از جدول نیست",
};

const char *mh_code_name(enum mh_code code)
{
    return CODES[code].name;
}

const char *mh_code_text(enum mh_code code)
{
    return CODES[code].text;
}

const char *mh_code_text_fa(enum mh_code code)
{
    return PERSIAN[code];
}

enum mh_act mh_code_act(enum mh_code code)
{
    return CODES[code].act;
}

int mh_code_exit(enum mh_code code)
{
    return CODES[code].exit_code;
}

enum mh_code mh_code_find(const char *name)
{
    int code = 0;

    while (code < MH_CODE_COUNT && strcmp(CODES[code].name, name) != 0) {
        code++;
    }
    return (enum mh_code)code;
}

enum mh_code mh_fail(struct mh_err *err, enum mh_code code, const char *fmt,
                     ...)
{
    va_list args;

    err->code = code;
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}
