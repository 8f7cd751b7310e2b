/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From what was seen, how far behind the consumer is, and whether somebody
 * has to act.
 *
 * Pure: what was seen and the time are arguments, so that months pass in a
 * test within milliseconds. Windows are of wall-clock time, never of commits:
 * one event a day is watched as closely as a thousand a second.
 */
#ifndef MAHALLE_LAG_JUDGE_H
#define MAHALLE_LAG_JUDGE_H

#include "lag.h"

/** X(name, label in Persian, label in English), from best to worst. */
#define LAG_STATUSES(X)                                               \
    X(OK, "به‌روز", "Up to date")                              \
    X(LAGGING, "عقب از ورودی", "Lagging")                             \
    X(NEVER_COMMITTED, "هرگز ثبت نشده", "Never committed")            \
    X(STALLED, "گیر کرده", "Stalled")                                 \
    X(STOPPED, "ایستاده", "Stopped")                                  \
    X(REWOUND, "به عقب برگشته", "Rewound")                            \
    X(LOSS_RISK, "خطر از دست رفتن پیام", "Risk of loss")              \
    X(BLOCKED, "منتظر اقدام", "Waits for a person")                   \
    X(SINK_DOWN, "پایگاه داده در دسترس نیست", "Database unreachable") \
    X(SOURCE_DOWN, "کافکا در دسترس نیست", "Kafka unreachable")

enum lag_status {
#define X(name, fa, en) LAG_##name,
    LAG_STATUSES(X)
#undef X
        LAG_STATUS_COUNT
};

/**
 * Why it has its status. X(name, Persian, English); in the texts {d} is the
 * number as a duration, {n} as a count, {t} a text (of the position, or of the
 * server that is not reached).
 */
#define LAG_CAUSES(X)                                                                                                                                                                      \
    X(CAUGHT_UP, "هر چه رسیده ثبت شده است", "everything is applied")                                                                                                                       \
    X(FLOWING,                                                                                                                                                                             \
      "پیام‌ها تازه رسیده‌اند و در نوبت‌اند",                                                                                                            \
      "records have just come and wait their turn")                                                                                                                                        \
    X(BEHIND, "قدیمی‌ترین پیام {d} منتظر است",                                                                                                                      \
      "the oldest record has waited for {d}")                                                                                                                                              \
    X(BUSY,                                                                                                                                                                                \
      "قدیمی‌ترین پیام {d} منتظر است و مصرف‌کننده سرگرم بخش‌های دیگر است",                                                          \
      "the oldest record has waited for {d}: its consumer is busy with other partitions")                                                                                                  \
    X(NOT_TAKEN,                                                                                                                                                                           \
      "پیام‌ها منتظرند و هیچ مصرف‌کننده‌ای این بخش را نگرفته است",                                                                      \
      "records wait, and no consumer has ever taken this partition")                                                                                                                       \
    X(NO_COMMIT,                                                                                                                                                                           \
      "پیام‌ها منتظرند و {d} است که چیزی ثبت نشده است",                                                                                                 \
      "records wait, the consumer lives, and nothing was committed for {d}")                                                                                                               \
    X(AT_WORK,                                                                                                                                                                             \
      "پیام‌ها منتظرند و {d} است که چیزی ثبت نشده است؛ تراکنش مصرف‌کننده در پایگاه داده هنوز در جریان است", \
      "records wait, and nothing was committed for {d}: PostgreSQL is at work for the consumer, or waits for a standby")                                                                   \
    X(LOCKED,                                                                                                                                                                              \
      "پیام‌ها منتظرند و {d} است که چیزی ثبت نشده است؛ مصرف‌کننده منتظر قفلی در پایگاه داده است",                   \
      "records wait, and nothing was committed for {d}: the consumer waits for a lock in PostgreSQL")                                                                                      \
    X(NO_LIFE,                                                                                                                                                                             \
      "{d} است که نشانی از مصرف‌کننده نیست",                                                                                                                    \
      "no sign of life from the consumer for {d}")                                                                                                                                         \
    X(WENT_BACK, "جایگاه {d} پیش به عقب برگشت",                                                                                                                                            \
      "the position went back {d} ago")                                                                                                                                                    \
    X(GOES_SOON, "پیام بعدی تا {d} دیگر پاک می‌شود",                                                                                                               \
      "the next record goes by retention in {d}")                                                                                                                                          \
    X(GOES_BY_PACE,                                                                                                                                                                        \
      "پیام بعدی با این آهنگ پاک‌سازی تا {d} دیگر پاک می‌شود",                                                                                   \
      "at the present pace of deletion the next record goes in {d}")                                                                                                                       \
    X(GONE, "{n} پیام پیش از خوانده شدن پاک شده است",                                                                                                                                      \
      "{n} records are gone from the log before they were read")                                                                                                                           \
    X(LOG_IS_SHORT, "پایان ثبت پیش از جایگاه است",                                                                                                                                         \
      "the log ends before the position")                                                                                                                                                  \
    X(OTHER_TOPIC,                                                                                                                                                                         \
      "موضوع همان نیست که پیش‌تر خوانده شده است",                                                                                                        \
      "the topic is not the one that was read before")                                                                                                                                     \
    X(NO_PARTITION, "موضوع دیگر این بخش را ندارد",                                                                                                                                         \
      "the topic has this partition no more")                                                                                                                                              \
    X(WAITS_FOR_PERSON,                                                                                                                                                                    \
      "مصرف‌کننده منتظر اقدام است: {t}",                                                                                                                           \
      "the consumer waits for a person: {t}")                                                                                                                                              \
    X(UNDATED,                                                                                                                                                                             \
      "پیام‌ها منتظرند و زمان انتظارشان هنوز معلوم نیست",                                                                                        \
      "records wait, and for how long is not known: the first has not been read")                                                                                                          \
    X(UNREAD,                                                                                                                                                                              \
      "پیامی منتظر است و پایشگر نمی‌تواند آن را بخواند: {t}",                                                                                      \
      "a record waits, and the monitor cannot read it: {t}")                                                                                                                               \
    X(NO_LIFE_BLOCKED,                                                                                                                                                                     \
      "{d} است که نشانی از مصرف‌کننده نیست؛ پیش از آن منتظر اقدام بود: {t}",                                                               \
      "no sign of life from the consumer for {d}; before that it waited "                                                                                                                  \
      "for a person: {t}")                                                                                                                                                                 \
    X(NO_PART, "{d} است که کافکا برای این بخش پاسخ نداده است: {t}",                                                                                                                        \
      "Kafka has not answered for this partition for {d}: {t}")                                                                                                                            \
    X(PART_NEVER, "کافکا هنوز برای این بخش پاسخ نداده است: {t}",                                                                                                                           \
      "Kafka has not answered for this partition yet: {t}")                                                                                                                                \
    X(NO_DATABASE, "{d} است که پایگاه داده پاسخ نداده است: {t}",                                                                                                                           \
      "PostgreSQL has not answered for {d}: {t}")                                                                                                                                          \
    X(DATABASE_NEVER, "پایگاه داده هنوز پاسخ نداده است: {t}",                                                                                                                              \
      "PostgreSQL has not answered yet: {t}")                                                                                                                                              \
    X(NO_KAFKA, "{d} است که کافکا پاسخ نداده است: {t}",                                                                                                                                    \
      "Kafka has not answered for {d}: {t}")                                                                                                                                               \
    X(KAFKA_NEVER, "کافکا هنوز پاسخ نداده است: {t}",                                                                                                                                       \
      "Kafka has not answered yet: {t}")

enum lag_cause {
#define X(name, fa, en) LAG_##name,
    LAG_CAUSES(X)
#undef X
        LAG_CAUSE_COUNT
};

struct lag_verdict {
    enum lag_status status;
    enum lag_cause cause;
    int64_t number;   /**< for {d} (ms) or {n} of the cause */
    const char *text; /**< for {t}; lent by what was judged; or "" */
    int64_t since_ms; /**< of the status */
    bool measured;    /**< both sides have been seen: what follows is so */
    bool waiting;     /**< at least one record is not committed */
    bool dated;       /**< and the time of the oldest of them is known: */
    int64_t oldest_ms;
    int64_t records; /**< offsets that are not committed */
    int64_t lost;    /**< offsets that went before they were read */
};

/** Begin of the log now and then, to see how fast it is deleted. */
enum { LAG_PACES = 13 }; /* one each 5 min: an hour */
struct lag_pace {
    int64_t at_ms, begin;
};

/** What is remembered of a partition from look to look. */
struct lag_memory {
    bool judged;         /**< it has been looked at before */
    bool alive, waiting; /**< at the last look */
    int64_t next;        /**< last known position; -1 none */
    int64_t still_ms;    /**< since when nothing moved though it could */
    int64_t waits_ms;    /**< since when records wait */
    int64_t rewound_ms;  /**< when the position went back; 0 never */
    int64_t short_ms;    /**< since when the log is too short; 0 it is not */
    int64_t blocked_ms;  /**< last seen blocked; 0 never */
    int64_t busy_ms; /**< its last commit with a backlog behind it; 0 never */
    int64_t good_ms; /**< when Kafka last answered for it */
    int64_t back_ms; /**< when it did again; 0 it was never away */
    char topic_id[LAG_ID_BYTES];
    char reason[LAG_TEXT_BYTES]; /**< why it was blocked */
    struct lag_pace paces[LAG_PACES];
    int pace_count;
};

struct lag_judged {
    struct lag_verdict verdict;
    struct lag_memory memory;
};

struct lag_judge {
    struct lag_judged *items; /**< owned; by partition */
    int count;
    struct lag_verdict group; /**< sums, and the worst of all */
    int worst;       /**< a partition with that status; -1 none: the status is
                    that of a server */
    int worst_count; /**< how many have it */
    int counts[LAG_STATUS_COUNT]; /**< partitions by status */
    int64_t busy_ms;              /**< the latest `busy_ms` of all partitions */
    bool once; /**< set by the caller: there is no second look, so that a
                        record that was not read is judged by the rest */
    int64_t sink_good_ms, source_good_ms; /**< as of the last time */
    int64_t sink_back_ms, source_back_ms; /**< when it came back; 0 never
                                               away */
};

/** An empty judge is all zeros. */
void lag_judge_fini(struct lag_judge *judge);
/** Judge every partition of both sides. @returns MH_OK, MH_MEMORY */
MH_MUST enum mh_code lag_judge_look(struct lag_judge *judge,
                                    const struct lag_source *source,
                                    const struct lag_sink *sink, int64_t now_ms,
                                    struct mh_err *err);

/** The wall clock was set, as lag_source_turn. */
void lag_judge_turn(struct lag_judge *judge, int64_t by_ms);

/** As "STALLED". Static. */
const char *lag_status_name(enum lag_status status);
/** Whether the age of the oldest record that waits is known: 0 when none does.
 *  Of a record that has not been read it is not. */
bool lag_age_is_known(const struct lag_verdict *verdict);
/** Age of the oldest record that waits, at this moment, as far as is known. */
int64_t lag_age_ms(const struct lag_verdict *verdict, int64_t now_ms);

#endif
