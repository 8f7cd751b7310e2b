-- SPDX-License-Identifier: Apache-2.0
-- What every table, view and function is, in Persian and English; columns by
-- the words of core.column_words. Views of event types bring their own.

DO $$
DECLARE
    object text;
    fa text;
    en text;
BEGIN
    FOR object, fa, en IN VALUES
    ('SCHEMA core', 'جدول‌های درونی', 'tables for programs; nothing here is for analysts'),
    ('SCHEMA report', 'گزارش‌ها برای تحلیلگران', 'what analysts read'),
    ('SCHEMA ops', 'برای بهره‌برداران سامانه', 'what operators read'),

    ('VIEW report.event_type', 'انواع رویداد', 'event types'),
    ('VIEW report.measure', 'سنجه‌های هر نوع رویداد', 'measures of each event type'),
    ('VIEW report.symbol', 'نام نمادهای هر فیلد', 'labels of the symbols that a field may hold'),
    ('VIEW report.agency', 'دستگاه‌ها', 'agencies'),
    ('VIEW report.lookup', 'فهرست کدها', 'lists of codes'),
    ('VIEW report.place', 'محل‌ها، هر دوره اعتبار یک ردیف', 'places, one row a validity span'),
    ('FUNCTION report.place_as_of', 'محل‌ها در یک روز، هر محل یک ردیف', 'places as of a day, one row each; for names'),
    ('TABLE report.calendar', 'تقویم هجری شمسی ۱۳۰۰ تا ۱۵۰۰', 'Solar Hijri calendar, 1300 to 1500'),
    ('VIEW report.event_daily', 'شمار رویدادها در هر روز و محل', 'facts in force by type, day, place and agency; sensitive types absent'),
    ('VIEW report.agency_daily', 'شمار رویدادهای هر دستگاه در هر روز، بی تفکیک محل', 'as event_daily, but not by place: quick for whole years; sensitive types absent'),
    ('VIEW report.activity', 'هر اقدام در هر محل از چه روز تا چه روز بوده است', 'from which day to which something was done at a place, by type; sensitive types absent'),
    ('VIEW report.measure_daily', 'جمع هر سنجه در هر روز و محل', 'totals of each measure by day, place and agency; sensitive types absent'),
    ('VIEW report.freshness', 'تازگی داده‌ها', 'how new the numbers are, by type and agency'),
    ('VIEW report.completeness', 'کامل بودن گزارش دستگاه‌ها', 'up to which day an agency has declared its reports complete'),
    ('VIEW report.agency_day', 'کیفیت ارسال دستگاه در هر روز', 'what an agency posted on a day and what became of it'),
    ('VIEW report.rejection', 'علت رد پیام‌های هر دستگاه در هر روز', 'why messages were rejected, by agency, day, type and reason'),
    ('VIEW report.reporting_delay', 'فاصله وقوع تا ارسال، به روز', 'how many days after they happened facts were first posted'),
    ('VIEW report.orphan', 'رویدادهایی که تأسیس موجودیت آن‌ها ثبت نشده', 'facts about something that no founding fact names'),
    ('VIEW report.overlap', 'جمع‌های دوره‌ای هم‌پوشان', 'period totals of the same thing whose periods share a day'),
    ('VIEW ops.orphan', 'همه رویدادهای بی‌تأسیس، حساس‌ها هم', 'as report.orphan, sensitive types included'),
    ('VIEW ops.overlap', 'همه جمع‌های هم‌پوشان، حساس‌ها هم', 'as report.overlap, sensitive types included'),
    ('VIEW report.reconcile', 'ناسازگاری عددها؛ باید خالی باشد', 'differences between facts, totals and views; should be empty'),
    ('VIEW report.reconcile_counts', 'نوع‌هایی که شمارشان با جمع‌ها نمی‌خواند؛ باید خالی باشد', 'types whose facts in force are not as many as the totals count; quick, should be empty'),
    ('FUNCTION report.change', 'چه چیزی عددها را در یک بازه تغییر داد و چرا', 'what moved a number between two moments, and why'),
    ('FUNCTION report.correction', 'اصلاح‌ها و ابطال‌های یک بازه', 'as report.change, corrections and retractions alone'),
    ('VIEW report.council', 'شوراهای پیشرفت', 'progress councils, by all facts in force'),
    ('FUNCTION report.council_as_of', 'شوراهای پیشرفت در یک روز', 'progress councils as of a day'),
    ('VIEW report.school', 'مدرسه‌های بازسازی‌شده یا بازگشایی‌شده', 'schools that were rebuilt or opened, by all facts in force'),
    ('FUNCTION report.school_as_of', 'مدرسه‌ها در یک روز', 'schools as of a day'),
    ('VIEW report.mosque_cooperative', 'تعاونی‌های مساجد', 'cooperatives of mosques, by all facts in force'),
    ('FUNCTION report.mosque_cooperative_as_of', 'تعاونی‌های مساجد در یک روز', 'cooperatives of mosques as of a day'),
    ('VIEW report.fund', 'صندوق‌های قرض‌الحسنه', 'interest-free loan funds, by all facts in force'),
    ('FUNCTION report.fund_as_of', 'صندوق‌ها در یک روز', 'interest-free loan funds as of a day'),
    ('VIEW report.project', 'پروژه‌ها', 'projects, by all facts in force'),
    ('FUNCTION report.project_as_of', 'پروژه‌ها در یک روز', 'projects as of a day'),
    ('VIEW report.project_credit', 'اعتبار هر پروژه در هر سال مالی', 'credit of each project and fiscal year'),
    ('FUNCTION report.project_credit_as_of', 'اعتبار پروژه‌ها در یک روز', 'credit of projects as of a day'),
    ('FUNCTION report.governor_summary', 'خلاصه استاندار در یک روز', 'the governor''s figures as of a day; today in Tehran if none is given'),

    ('TABLE ops.partition_progress', 'جایگاه پردازش در هر بخش', 'where the consumer is in each partition; every offset has exactly one fate'),
    ('TABLE ops.dead_letter', 'پیام‌های مردود', 'records that broke the contract, without their contents'),
    ('TABLE ops.dead_letter_act', 'کارهای انجام‌شده روی پیام‌های مردود', 'what people did about dead letters; kept for ever'),

    ('TABLE core.migration', 'فایل‌های نصب‌شده', 'files of SQL that were installed'),
    ('TABLE core.contract', 'شماره قرارداد', 'raised by every change of schemas or reference data'),
    ('TABLE core.schema', 'طرح‌واره‌های منتشرشده', 'published schemas, as they were published'),
    ('TABLE core.event_type', 'انواع رویداد', 'event types, by their latest schema'),
    ('TABLE core.field', 'فیلدهای هر نوع و جای نگهداری', 'fields of each type and where they are kept'),
    ('TABLE core.symbol', 'نمادهای فیلدها', 'symbols of enum fields'),
    ('TABLE core.agency', 'دستگاه‌ها', 'agencies'),
    ('TABLE core.lookup', 'فهرست کدها', 'lists of codes'),
    ('TABLE core.place', 'محل‌ها', 'places, one row a validity span'),
    ('TABLE core.event', 'رویدادها، بالاترین ویرایش', 'facts: the highest revision of each, retracted or not'),
    ('TABLE core.event_history', 'ویرایش‌های پیشین', 'versions that were superseded'),
    ('TABLE core.daily', 'جمع‌های روزانه', 'totals of the facts in force'),
    ('TABLE core.project', 'آن‌چه رویدادهای هر پروژه به آن می‌رسند', 'what the facts about each project come to'),
    ('TABLE core.project_gate', 'قفل میان افزودن به پروژه‌ها و شمارش دوباره', 'no rows; locked by a transaction that adds to projects or counts them anew'),
    ('TABLE core.committed', 'لحظه ثبت هر تراکنش', 'when the transactions that wrote versions were committed'),
    ('TABLE core.commit_gate', 'قفل ترتیب ثبت‌ها', 'no rows; locked by a transaction that is about to commit'),
    ('TABLE core.posted', 'شمار رویدادها به روز وقوع و روز ارسال', 'facts in force by the day they happened and the day they were posted'),
    ('TABLE core.agency_day', 'سرنوشت پیام‌های هر دستگاه', 'fates of an agency''s messages by day'),
    ('TABLE core.dead_letter_record', 'متن پیام‌های مردود', 'dead letters as they came; may hold what nobody should read')
    LOOP
        EXECUTE format('COMMENT ON %s IS %L', object, core.both(fa, en));
    END LOOP;

    PERFORM core.comment_columns(c.oid, NULL)
       FROM pg_class c
      WHERE c.relnamespace IN ('report'::regnamespace, 'ops'::regnamespace)
        AND c.relkind IN ('r', 'v');
END $$;
