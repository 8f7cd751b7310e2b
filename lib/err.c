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

/* Agencies read faults in Persian; failures of programs are for operators. One
 * literal a text: tests/dictionary.py reads them. */
static const char *const PERSIAN[MH_CODE_COUNT] = {
    [MH_FRAME] = "پیام قاب درست Avro ندارد",
    [MH_SCHEMA_ID] = "طرح‌واره‌ای با این شماره نیست",
    [MH_DECODE] = "بایت‌ها با طرح‌واره نمی‌خواند",
    [MH_TRAILING] = "پس از رویداد بایت اضافه هست",
    [MH_UTF8] = "متن UTF-8 درست نیست",
    [MH_TOO_LARGE] = "رویداد بزرگ‌تر از حد مجاز است",
    [MH_REQUIRED] = "مقدار این فیلد الزامی است",
    [MH_UNKNOWN_FIELD] = "این نوع رویداد چنین فیلدی ندارد",
    [MH_UNKNOWN_TYPE] = "چنین نوع رویدادی نیست",
    [MH_TYPE] = "مقدار از نوع دیگری است",
    [MH_ENUM] = "مقدار در فهرست نیست",
    [MH_MIN] = "عدد کوچک‌تر از حد است",
    [MH_MAX] = "عدد بزرگ‌تر از حد است",
    [MH_PATTERN] = "متن شکل لازم را ندارد",
    [MH_AT_MOST] = "عدد از فیلدی که کران آن است بیشتر است",
    [MH_REQUIRES] = "فیلد دیگری از این رویداد به این فیلد نیاز دارد",
    [MH_REQUIRES_ANY] = "فقط در کنار فیلد دیگری پذیرفته است",
    [MH_REQUIRED_WHEN] =
        "مقدار فیلد دیگری این را الزامی می‌کند",
    [MH_NULL_WHEN] = "به سبب فیلد دیگری باید خالی باشد",
    [MH_LOOKUP] = "کد در فهرست مرجع نیست",
    [MH_FINEST_PLACE] = "محل ریزتر از حد این نوع است",
    [MH_COARSEST_PLACE] = "محل کلی‌تر از حد این نوع است",
    [MH_PLACE] = "محل در داده‌های مرجع نیست",
    [MH_COUNCIL] = "شورا از آن این محل نیست",
    [MH_AGENCY] = "دستگاه در داده‌های مرجع نیست",
    [MH_PERSONAL] = "به شماره شخصی می‌ماند",
    [MH_OP] =
        "عملیات، ویرایش و علت با هم نمی‌خواند",
    [MH_DATE] = "تاریخ وجود ندارد یا بیرون از بازه است",
    [MH_DAY] = "لحظه در روز وقوع نیست",
    [MH_PERIOD] = "دوره وارونه یا بیش از ۳۶۶ روز است",
    [MH_CONFLICT] = "همان ویرایش، محتوای دیگر؛ ویرایش را بالا ببرید",
    [MH_FUTURE] = "آن روز هنوز نرسیده است",
    [MH_GRANT] = "کلید چنین اجازه‌ای ندارد",
    [MH_SOURCE] = "مبدأ دستگاه این کلید نیست",
    [MH_CHARSET] =
        "بایت‌ها در نویسه‌گان اعلام‌شده نیست",
    [MH_JSON] = "شیء JSON نیست",
    [MH_CSV] = "ردیف جدول نیست",
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
