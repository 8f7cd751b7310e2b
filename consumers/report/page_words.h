/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the governor's page says, in both languages. `@` stands for the one
 * thing that is put into a sentence. Markup in it is meant.
 */
#ifndef MAHALLE_PAGE_WORDS_H
#define MAHALLE_PAGE_WORDS_H

#include "page_text.h"

/** X(name, Persian, English). Persian has no width that a formatter knows. */
/* clang-format off */
#define PAGE_WORDS(X) \
    X(TITLE, "وضعیت محله‌های استان @", "Neighbourhoods of @ province") \
    X(TITLE_BARE, "وضعیت محله‌ها", "Neighbourhoods") \
    X(OF_DAY, "گزارش استاندار، @", "Governor’s report, @") \
    X(FRESH, \
      "هر پیامی که تا @ رسیده، شمرده شده است.", \
      "Every message received until @ is counted.") \
    X(AT_TIME, "، ساعت @", ", @ Tehran time") \
    X(FRESH_UNKNOWN, \
      "هنوز معلوم نیست تا چه لحظه‌ای همه پیام‌ها شمرده شده‌اند.", \
      "It is not yet known until when all messages are counted.") \
    X(STATE_CURRENT, "به‌روز", "Up to date") \
    X(STATE_LATE, "عقب از ورودی", "Behind") \
    X(STATE_STOPPED, "شمارش ایستاده", "Stopped") \
    X(FIGURES, "در یک نگاه", "At a glance") \
    X(FIGURES_NOTE, "تغییرها نسبت به @ است.", "Changes are against @.") \
    X(IN_A_MONTH, "@ در یک ماه", "@ in a month") \
    X(UNCHANGED, "بی‌تغییر در یک ماه", "Unchanged in a month") \
    X(COUNTIES, "شوراهای پیشرفت در شهرستان‌ها", "Progress councils by county") \
    X(COUNTIES_NOTE, \
      "شمار محله‌هایی که در @ شورای دایر داشته‌اند.", \
      "Neighbourhoods with a live council on @.") \
    X(COUNTY, "شهرستان", "County") \
    X(COUNTY_UNKNOWN, "شهرستان نامعلوم", "County unknown") \
    X(COUNCILS, "محله", "Neighbourhoods") \
    X(CHANGE, "تغییر", "Change") \
    X(SUM, "جمع", "Sum") \
    X(ACTIVITY, "فعالیت در دوازده ماه", "Activity in twelve months") \
    X(ACTIVITY_NOTE, \
      "شمار رویدادهای هر ماه هجری شمسی. ماه جاری، هاشورخورده، تا @ است.", \
      "Events in each Solar Hijri month. The current month, hatched, " \
      "goes as far as @.") \
    X(SCALES_NOTE, \
      "بلندی ستون‌ها در هر نمودار کوچک به مقیاس همان نمودار است.", \
      "Each small chart has a scale of its own.") \
    X(ALL_DOMAINS, "همه حوزه‌ها", "All domains") \
    X(NEWS, "تازه‌های یک ماه گذشته", "New since last month") \
    X(NEWS_NOTE, \
      "پرشمارترین رویدادها پس از @ در برابر یک ماه پیش از آن. همه انواع در جدول‌های پایان گزارش آمده است.", \
      "The most frequent events after @ against the month before that. " \
      "All types are in the tables at the end.") \
    X(NEWS_NONE, \
      "پس از @ رویدادی گزارش نشده است.", \
      "No event has been reported after @.") \
    X(KIND, "رویداد", "Event") \
    X(NOW, "یک ماه اخیر", "Past month") \
    X(BEFORE, "ماه پیش از آن", "Month before") \
    X(IN_ALL, "از آغاز", "In all") \
    X(AGENCIES, \
      "دستگاه‌هایی که دیر گزارش می‌دهند", \
      "Agencies that report late") \
    X(AGENCIES_NOTE, \
      "دیر: بیش از @ روز بی‌خبری، یا رسیدن بیش از یک‌پنجم رویدادهای سال گذشته با بیش از دو هفته تأخیر.", \
      "Late: silent for more than @ days, or more than a fifth of the past year’s events came over two weeks after they happened.") \
    X(AGENCIES_NONE, "هیچ دستگاهی دیر گزارش نمی‌دهد.", "No agency is late.") \
    X(AGENCY, "دستگاه", "Agency") \
    X(NEWEST, "تازه‌ترین رویداد", "Newest event") \
    X(SILENT, "روز بی‌خبری", "Days silent") \
    X(LATE_SHARE, "رسیده با تأخیر", "Came late") \
    X(CLOSED, "گزارش بسته تا", "Closed until") \
    X(PERCENT, "@٪", "@%") \
    X(QUALITY, "کیفیت داده", "Quality of the data") \
    X(QUALITY_NOTE, \
      "از همه @ پیامی که تا کنون رسیده است:", \
      "Of all @ messages received so far:") \
    X(APPLIED, "پذیرفته", "Accepted") \
    X(REJECTED, "ردشده", "Rejected") \
    X(REPEATED, "تکراری یا کهنه (بی‌اثر)", "Repeated or outdated (no effect)") \
    X(ORPHANS, "رویداد بدون سرآغاز", "Without a founding event") \
    X(OVERLAPS, "دوره‌های هم‌پوشان", "Overlapping periods") \
    X(RECONCILED, "شمار رویدادها با جمع‌ها می‌خواند", "Counts agree with events") \
    X(DIFFERENCES, \
      "ناهمخوانی جمع‌ها با رویدادها", \
      "Totals that disagree with events") \
    X(REJECTIONS, "پیام‌های ردشده به تفکیک دستگاه", "Rejected by agency") \
    X(POSTED, "رسیده", "Received") \
    X(TABLES, "جدول‌ها", "Tables") \
    X(TABLE_TYPES, "رویدادها به تفکیک نوع", "Events by type") \
    X(TABLE_MONTHS, \
      "رویدادها به تفکیک حوزه و ماه", \
      "Events by domain and month") \
    X(TABLE_AGENCIES, "گزارش‌دهی همه دستگاه‌ها", "Timeliness of all agencies") \
    X(DOMAIN, "حوزه", "Domain") \
    X(FOOT, \
      "همه رقم‌ها از روی دانسته‌های امروز است: اصلاح و ابطال‌های بعدی در آن‌ها آمده است. رویدادهای محرمانه در شمار رویدادها نیست. «—» یعنی منتشر یا اعلام نشده.", \
      "All numbers follow today’s knowledge, later corrections and retractions included. Sensitive events are not among those counted. A dash: not published or not declared.")
/* clang-format on */

enum page_word {
#define X(name, fa, en) PAGE_WORD_##name,
    PAGE_WORDS(X)
#undef X
        PAGE_WORD_COUNT
};

/** Static. */
const char *page_word(enum page_lang lang, enum page_word word);

#endif
