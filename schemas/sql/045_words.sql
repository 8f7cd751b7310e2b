-- SPDX-License-Identifier: Apache-2.0
-- Words for columns that more than one view has, so that a column reads the
-- same everywhere. Comments are "Persian — English".

CREATE FUNCTION core.both(fa text, en text)
RETURNS text LANGUAGE sql IMMUTABLE
RETURN fa || ' — ' || en;

-- The comment of a column; NULL when it has no word here.
CREATE FUNCTION core.column_words(relation text, column_name text)
RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
SELECT core.both(word.fa, word.en)
  FROM (VALUES
    ('act', 'کار انجام‌شده', 'what was done: replay, park or reopen'),
    ('acted_at', 'لحظه کار', 'when it was done'),
    ('acted_by', 'چه کسی', 'login of the person who did it'),
    ('agency_code', 'کد دستگاه', 'agency that posted the fact'),
    ('agency_day.applied', 'پیام‌های اعمال‌شده', 'messages that raised a fact''s revision'),
    ('received_on', 'روز دریافت به وقت تهران', 'Tehran day of the record''s time'),
    ('aliases', 'نام‌های دیگر', 'other names'),
    ('amount', 'مبلغ به ریال جاری', 'amount in current rials'),
    ('applied', 'شمار پیام‌های اعمال‌شده', 'messages applied'),
    ('applied_at', 'لحظه آغاز ثبت در پایگاه داده', 'when the transaction that committed the fact here began'),
    ('applied_until', 'هر چه تا این لحظه رسیده اعمال شده است', 'record time up to which everything in Kafka is applied'),
    ('area_m2', 'مساحت به متر مربع', 'area in square metres'),
    ('at', 'لحظه ثبت', 'when the version was committed'),
    ('op', 'عملیات', 'what the version did: ASSERT, CORRECT or RETRACT'),
    ('classrooms_count', 'شمار کلاس', 'classrooms'),
    ('closed_to', 'کامل تا روز', 'last day up to which the agency has posted everything'),
    ('cluster_id', 'شناسه خوشه کافکا', 'Kafka cluster that the position belongs to'),
    ('coarsest_place', 'کلی‌ترین سطح محل', 'coarsest level of place at which it may be posted'),
    ('code', 'کد', 'code'),
    ('committed_at', 'آخرین ثبت', 'last commit of data'),
    ('completed_on', 'روز پایان پروژه', 'day of the first completion'),
    ('cooperative_code', 'کد تعاونی', 'cooperative'),
    ('correction_reason', 'علت اصلاح', 'why the fact was corrected or retracted'),
    ('council_code', 'کد شورا', 'progress council'),
    ('counties', 'شهرستان‌هایی که کلید برای آن‌هاست', 'counties that may be posted for; NULL is all'),
    ('county_code', 'کد شهرستان در آن روز', 'county that the place lay in on that day; NULL for a coarser place'),
    ('created_at', 'لحظه ساخت', 'when it was made'),
    ('created_on', 'روز تشکیل صندوق', 'day of the first creation'),
    ('credit', 'اعتبار هر سال مالی به ریال جاری', 'credit by fiscal year, in current rials'),
    ('credit_total', 'جمع اعتبار به ریال جاری', 'all credit, in current rials; NULL without an allocation'),
    ('date', 'روز', 'day'),
    ('dead', 'شمار پیام‌های مردود', 'messages that became dead letters'),
    ('dead_at', 'لحظه رد', 'when it was set aside'),
    ('dead_letter.id', 'شماره', 'number'),
    ('dead_letter.received_at', 'لحظه دریافت', 'time of the record'),
    ('dead_letter.state', 'وضعیت: باز، بازپخش‌شده، کنارگذاشته', 'open, replayed or parked'),
    ('dead_letter_act.id', 'شماره', 'number'),
    ('dead_letter_act.pointer', 'جای خطا', 'where the first fault was then'),
    ('dead_letter_act.reason', 'کد خطا', 'code of the first fault then'),
    ('decided_at', 'لحظه تصمیم', 'when it was decided'),
    ('decided_by', 'چه کسی تصمیم گرفت', 'login of the person who decided'),
    ('delay_days', 'فاصله وقوع تا نخستین ارسال به روز', 'days from the day it happened to the day it was first posted'),
    ('described', 'در داده‌های مرجع آمده است', 'false: only a fact names it'),
    ('detail', 'همه خطاها', 'all faults: JSON array of pointer, code, detail'),
    ('domain', 'حوزه', 'domain'),
    ('duplicate', 'پیام‌های تکراری', 'messages whose revision and content were there already'),
    ('epoch', 'شماره واگذاری', 'raised at each assignment of the partition'),
    ('event_id', 'شناسه رویداد', 'id of the fact'),
    ('event_id_a', 'شناسه رویداد نخست', 'first fact'),
    ('event_id_b', 'شناسه رویداد دوم', 'second fact'),
    ('event_type', 'نوع رویداد', 'event type'),
    ('event_type.kind', 'اقدام یا برنامه', 'act (it happened) or plan'),
    ('event_types', 'نوع‌هایی که کلید برای آن‌هاست', 'types that may be posted; NULL is all'),
    ('events', 'شمار رویدادهای معتبر', 'facts in force'),
    ('expected', 'مقدار مورد انتظار', 'what it should be'),
    ('expires_at', 'پایان اعتبار', 'from when on it does not count; NULL: never'),
    ('field', 'فیلد', 'field'),
    ('figure', 'عدد', 'name of the figure'),
    ('finest_place', 'ریزترین سطح محل', 'finest level of place at which it may be posted'),
    ('first_on', 'نخستین روز', 'first day'),
    ('fiscal_year', 'سال مالی', 'fiscal year (Solar Hijri)'),
    ('formed_on', 'روز تشکیل', 'day of the first formation'),
    ('found_posted', 'شمار به روز ارسال', 'what it is by day of posting'),
    ('found', 'مقدار موجود', 'what it is'),
    ('fund_code', 'کد صندوق', 'interest-free loan fund'),
    ('from_offset', 'شماره پیام بعدی تا آن هنگام', 'next offset until then'),
    ('gap_decision.id', 'شماره', 'number'),
    ('gap_decision.reason', 'علت توقف', 'why the partition stood still'),
    ('gaps', 'شماره‌های خالی', 'offsets inside the log that held no record'),
    ('high_watermark', 'پایان صف', 'end of the partition when last seen'),
    ('in_operation_on', 'روز بهره‌برداری', 'first day on which it was reported in operation'),
    ('is_underprivileged', 'کم‌برخوردار', 'less-privileged area'),
    ('j_day', 'روز ماه شمسی', 'day of the Solar Hijri month'),
    ('j_dow', 'روز هفته، شنبه صفر', 'day of the week, Saturday 0'),
    ('j_month', 'ماه شمسی', 'Solar Hijri month, 1 to 12'),
    ('j_month_name', 'نام ماه', 'name of the month'),
    ('j_year', 'سال شمسی', 'Solar Hijri year'),
    ('key', 'کلید', 'which row'),
    ('key_id', 'شناسه کلید', 'short name of the key, part of it'),
    ('label_en', 'نام انگلیسی', 'English label'),
    ('label_fa', 'نام فارسی', 'Persian label'),
    ('last_meeting_on', 'روز آخرین جلسه', 'day of the last meeting'),
    ('last_on', 'آخرین روز', 'last day'),
    ('last_record_at', 'زمان آخرین پیام', 'time of the last record taken'),
    ('launched_on', 'روز راه‌اندازی تولیدی', 'day of the first launch with production'),
    ('letter_id', 'شماره پیام مردود', 'dead letter, see ops.dead_letter'),
    ('level', 'سطح تقسیمات', 'province, county, district, city, rural_district, village or neighbourhood'),
    ('list', 'فهرست', 'list of codes'),
    ('measure', 'سنجه', 'measure'),
    ('median_delay_s', 'میانه تأخیر ارسال به ثانیه', 'median of record time minus posted_at of the applied messages, in seconds'),
    ('members_count', 'شمار اعضا', 'members'),
    ('missing_code', 'کدی که یافت نشد', 'code that has no founding fact'),
    ('missing_entity', 'موجودیتی که تأسیس آن ثبت نشده', 'what has no founding fact'),
    ('mosque_code', 'کد مسجد', 'mosque'),
    ('name_en', 'نام انگلیسی', 'English name'),
    ('name_fa', 'نام فارسی', 'Persian name'),
    ('neighbourhood_code', 'کد محله', 'neighbourhood; NULL for a coarser place'),
    ('new_day', 'روز پس از تغییر', 'day after; NULL for a retraction'),
    ('new_place', 'محل پس از تغییر', 'place after; NULL for a retraction'),
    ('new_revision', 'ویرایش پس از تغییر', 'revision after'),
    ('new_value', 'مقدار پس از تغییر', 'value after, money in current rials; NULL for a retraction'),
    ('newest_occurred_on', 'آخرین روز وقوع', 'latest day of a fact in force; NULL for sensitive types'),
    ('newest_received_at', 'آخرین دریافت', 'time of the newest record; NULL for sensitive types'),
    ('next_offset', 'شماره پیام بعدی', 'next offset; everything before it has a fate'),
    ('occurred_at', 'لحظه وقوع', 'exact moment, where known'),
    ('occurred_on', 'روز وقوع', 'local day; last day of a period'),
    ('offset', 'شماره پیام', 'offset in the partition'),
    ('old_day', 'روز پیش از تغییر', 'day before; NULL when it was not in force'),
    ('old_place', 'محل پیش از تغییر', 'place before; NULL when it was not in force'),
    ('old_revision', 'ویرایش پیش از تغییر', 'revision before; NULL for the first version'),
    ('old_value', 'مقدار پیش از تغییر', 'value before, money in current rials'),
    ('opened_on', 'روز بازگشایی', 'day of the first opening'),
    ('orphan.kind', 'نوع ناسازگاری', 'which founding fact is missing'),
    ('outcome', 'نتیجه', 'what became of it: applied, duplicate, stale or dead'),
    ('overlap_from', 'آغاز هم‌پوشانی', 'first shared day'),
    ('overlap_to', 'پایان هم‌پوشانی', 'last shared day'),
    ('owner', 'برنامه مسئول', 'program that owns the partition'),
    ('partition', 'بخش', 'partition'),
    ('partition_progress.state', 'وضعیت', 'new, running, blocked or released'),
    ('partition_progress.reason', 'علت توقف', 'why it waits'),
    ('phase', 'مرحله: پایلوت یا دائمی', 'PILOT or REGULAR: last one that was stated'),
    ('physical_progress_pct', 'پیشرفت فیزیکی، درصد', 'last reported physical progress, percent'),
    ('place_code', 'کد محل', 'finest known place'),
    ('planned_end_on', 'روز پایان برنامه‌ریزی‌شده', 'planned end, by the last start'),
    ('pointer', 'جای خطا', 'where the first fault is'),
    ('position', 'جایگاه در طرح‌واره', 'place in the order of the schema'),
    ('posted', 'پیام‌های ارسالی', 'messages posted: applied, duplicate, stale and rejected'),
    ('product_code', 'کد محصول', 'product of the last launch with production'),
    ('programme', 'برنامه مدرسه', 'programme of the last rebuilding, else of the last opening'),
    ('programme_code', 'کد برنامه یا پویش', 'programme or campaign'),
    ('project_code', 'کد پروژه', 'project'),
    ('project_credit.credit', 'اعتبار به ریال جاری', 'credit in current rials'),
    ('project_kind', 'نوع پروژه', 'kind in the last fact about it'),
    ('province_code', 'کد استان', 'province'),
    ('pupils_capacity', 'ظرفیت دانش‌آموز', 'pupils, by the last opening'),
    ('rate', 'بیشترین رویداد در ثانیه', 'events a second, at most; NULL: no bound'),
    ('reason', 'کد خطا', 'code of the first fault'),
    ('rebuilt_on', 'روز بازسازی', 'day of the first rebuilding'),
    ('received_at', 'لحظه دریافت', 'time of the record in Kafka'),
    ('rejected', 'پیام‌های ردشده', 'dead letters whose agency could be read; reasons: report.rejection'),
    ('rejection.agency_code', 'کد دستگاه؛ تهی اگر خوانا نبود', 'agency; NULL when it could not be read'),
    ('rejection.event_type', 'نوع رویداد؛ تهی برای حساس‌ها و ناخواناها', 'event type; NULL when it could not be read or is sensitive'),
    ('rejection.rejected', 'شمار پیام‌های ردشده', 'dead letters'),
    ('reporting', 'تکی یا جمع دوره', 'SINGLE or PERIOD_TOTAL'),
    ('revision', 'شماره ویرایش', 'version of the fact'),
    ('revoked_at', 'لحظه ابطال', 'when it was revoked; NULL: it was not'),
    ('rewound_at', 'آخرین بازگشت جایگاه به عقب', 'when next_offset last went back'),
    ('school_code', 'کد مدرسه', 'school'),
    ('school_year', 'سال تحصیلی', 'school year, by the year in which it began on 1 Mehr'),
    ('seconds_behind', 'عقب‌ماندگی به ثانیه', 'age of applied_until in seconds'),
    ('seen_at', 'آخرین نشانه حیات', 'last sign of life of the owner'),
    ('sensitive', 'حساس', 'published by month and county only'),
    ('settlement_code', 'کد شهر یا روستا', 'city or village; NULL for a coarser place'),
    ('since', 'از', 'when the state began'),
    ('source_ref', 'شماره نامه', 'letter or record number at the agency'),
    ('stale', 'پیام‌های کهنه', 'messages with a revision lower than the one in force'),
    ('started_on', 'روز آغاز', 'day of the first start'),
    ('freshness.state', 'وضعیت: به‌روز، عقب، متوقف', 'current (less than 60 s behind), late or stopped'),
    ('status', 'وضعیت شورا', 'ACTIVE, SUSPENDED, DISSOLVED or MERGED'),
    ('still_open', 'شمار آن‌ها که هنوز رسیدگی نشده', 'those that were neither replayed nor parked'),
    ('symbol', 'نماد', 'symbol'),
    ('to_offset', 'شماره پیامی که کار از آن ادامه یافت', 'next offset from then on'),
    ('topic', 'موضوع کافکا', 'Kafka topic'),
    ('topic_id', 'شناسه موضوع کافکا', 'Kafka topic id that the position belongs to'),
    ('total', 'جمع', 'total; money in current rials'),
    ('unit', 'یکا', 'unit'),
    ('valid_from', 'معتبر از', 'first day of validity; NULL: always'),
    ('valid_to', 'معتبر تا پیش از', 'day after the last one; NULL: open'),
    ('value', 'مقدار', 'value'),
    ('measure_daily.events', 'شمار رویدادهای دارای این سنجه', 'facts that carry the measure'),
    ('was', 'ردیف جایگاه پیش از تصمیم', 'the whole row of ops.partition_progress before'),
    ('what', 'چه چیز با چه چیز', 'what was compared'),
    ('why', 'علت به گفته شخص', 'why, in a person''s words'),
    ('withheld', 'پنهان‌شده', 'true: too few cases to be shown')
    ) AS word (name, fa, en)
 WHERE word.name IN (column_name, relation || '.' || column_name)
 ORDER BY word.name LIKE '%.%' DESC
 LIMIT 1
$$;

-- The column that holds the whole of which a field is a part.
CREATE FUNCTION core.whole_column(part core.field)
RETURNS text LANGUAGE sql IMMUTABLE
RETURN part.whole || '_with_' || part.field;

-- Put comments on the columns of a relation; field labels (of type `type`)
-- come before the words above.
CREATE FUNCTION core.comment_columns(relation regclass, type integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text;
    words text;
BEGIN
    FOR name, words IN
        SELECT a.attname,
               coalesce(core.both(w.label_fa || '، از رویدادهایی که «'
                                  || part.label_fa || '» را هم گفته‌اند',
                                  w.label_en || ', of the facts that also tell: '
                                  || part.label_en),
                        core.both(f.label_fa, f.label_en) || '; ' || f.unit
                        || CASE WHEN f.money AND c.relname NOT LIKE '%\_event'
                                THEN ', in current rials' ELSE '' END
                        || '. ' || f.doc,
                        core.column_words(c.relname, a.attname))
          FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid
          LEFT JOIN core.field f
            ON f.type_id = type AND f.field = a.attname AND f.position > 12
          LEFT JOIN core.field part
            ON part.type_id = type
           AND core.whole_column(part) = a.attname
          LEFT JOIN core.field w
            ON w.type_id = type AND w.field = part.whole
         WHERE c.oid = relation AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', relation, name, words);
    END LOOP;
END $$;
