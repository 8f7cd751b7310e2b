/* SPDX-License-Identifier: Apache-2.0 */
/* One record, one fate: a version, a dead letter, or a repeat. */
#include "verify_record.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pgbinary.h"
#include "queries.h"
#include "uuid.h"
#include "verdict.h"
#include "verify_compare.h"

enum {
    SCRATCH_BYTES = 256 * 1024,
    ARENA_BYTES = 8 * 1024 * 1024,
    ROW_BYTES_MAX = 256 * 1024,
    PARAM_BYTES_MAX = 64 * 1024
};

void record_init(struct verify_log *log)
{
    mh_arena_init(&log->scratch, SCRATCH_BYTES);
    mh_arena_init(&log->arena, ARENA_BYTES);
    mh_buf_init(&log->row, ROW_BYTES_MAX);
}

void record_fini(struct verify_log *log)
{
    mh_arena_fini(&log->scratch);
    mh_arena_fini(&log->arena);
    mh_buf_fini(&log->row);
}

/* ------------------------------------------------------------------- repeats */

/* What verify_facts.sql says of a record; -1: nothing. */
struct known {
    int64_t highest, before;
    const char *content; /* NULL: there is no such revision */
    bool elsewhere;
};

static int64_t number_or(const char *text, int64_t otherwise)
{
    return text == NULL ? otherwise : strtoll(text, NULL, 10);
}

static struct known get_known(const struct database *db, int row)
{
    return (struct known){
        .highest = number_or(database_text(db, row, 0), -1),
        .before = number_or(database_text(db, row, 1), -1),
        .content = database_text(db, row, 2),
        .elsewhere = *database_text(db, row, 3) == 't',
    };
}

static void count_fate(struct verify_log *log, int64_t offset, enum fate fate)
{
    log->range->found[fate] += offset >= log->range->counts_from;
}

/* A good record that made no version: at its turn the fact had this revision
 * or a higher one. Where another partition, a replay or another log gave that,
 * the turn is not known. */
static void judge(struct verify_log *log, const struct version *version,
                  const struct known *known)
{
    bool same = known->content != NULL &&
                strtoll(known->content, NULL, 10) == (int64_t)version->content;
    bool others = log->range->others_until > 0;
    bool out_of_turn = known->elsewhere || others;
    int64_t offset = version->message->offset;
    char text[32];

    if (known->highest < version->revision) {
        (void)snprintf(text, sizeof text, "%" PRId64, known->highest);
        compare_missing(log->verify, version, "revision",
                        known->highest < 0 ? NULL : text, "as posted");
    } else if (known->before > version->revision && !others) {
        count_fate(log, offset, FATE_STALE);
    } else if (!same &&
               (known->highest == version->revision ||
                (!out_of_turn && known->before == version->revision))) {
        compare_missing(log->verify, version, "dead_letter", NULL, "CONFLICT");
    } else if (out_of_turn) {
        log->range->unclear += offset >= log->range->counts_from;
    } else if (known->before == version->revision) {
        count_fate(log, offset, FATE_DUPLICATE);
    } else {
        compare_missing(log->verify, version, "version", NULL, "as posted");
    }
}

static void put_list(struct mh_buf *buf, int i, const char *text)
{
    mh_buf_format(buf, "%s%s", i == 0 ? "{" : ",", text);
}

static enum mh_code judge_pending(struct verify_log *log, struct mh_err *err)
{
    struct mh_buf lists[4];
    const struct verify_range *range = log->range;
    const char *params[7];
    char partition[16], decided[24];
    enum mh_code code;

    if (log->pending_count == 0) {
        return MH_OK;
    }
    for (int c = 0; c < 4; c++) {
        mh_buf_init(&lists[c], PARAM_BYTES_MAX);
    }
    for (int i = 0; i < log->pending_count; i++) {
        const struct version *version = log->pending[i].version;
        char text[MH_UUID_TEXT + 1];

        mh_uuid_write(version->id, text);
        put_list(&lists[0], i, text);
        (void)snprintf(text, sizeof text, "%" PRId32, version->agency_id);
        put_list(&lists[1], i, text);
        (void)snprintf(text, sizeof text, "%" PRId32, version->revision);
        put_list(&lists[2], i, text);
        (void)snprintf(text, sizeof text, "%" PRId64, version->message->offset);
        put_list(&lists[3], i, text);
    }
    for (int c = 0; c < 4; c++) {
        mh_buf_text(&lists[c], "}");
        params[c] = mh_buf_string(&lists[c]);
    }
    (void)snprintf(partition, sizeof partition, "%" PRId32, range->partition);
    params[4] = partition;
    params[5] = log->topic;
    (void)snprintf(decided, sizeof decided, "%" PRId64, range->began_us);
    params[6] = decided;
    code = database_exec(log->verify->db, "repeats", mh_query_verify_facts, 7,
                         params, err);
    for (int i = 0; code == MH_OK && i < log->pending_count; i++) {
        struct known known = get_known(log->verify->db, i);

        judge(log, log->pending[i].version, &known);
    }
    for (int c = 0; c < 4; c++) {
        mh_buf_fini(&lists[c]);
    }
    log->pending_count = 0;
    mh_arena_reset(&log->arena);
    return code;
}

static bool keep_text(struct mh_arena *arena, struct mh_value *value)
{
    if (value->set == MH_VALUE) {
        value->text = mh_arena_text(arena, value->text, value->len);
    }
    return value->set != MH_VALUE || value->text != NULL;
}

/* Of the version no more is needed than what tells it apart. */
static enum mh_code add_pending(struct verify_log *log,
                                const struct version *version,
                                struct mh_err *err)
{
    struct verify_pending *pending = &log->pending[log->pending_count];
    struct mh_value *values =
        mh_arena_take(&log->arena, sizeof *values * MH_ENVELOPE_COUNT);
    struct version *copy = mh_arena_take(&log->arena, sizeof *copy);

    if (values == NULL || copy == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for repeats");
    }
    memcpy(values, version->values, sizeof *values * MH_ENVELOPE_COUNT);
    if (!keep_text(&log->arena, &values[MH_FIELD_PLACE_CODE]) ||
        !keep_text(&log->arena, &values[MH_FIELD_AGENCY_CODE])) {
        return mh_fail(err, MH_MEMORY, "no memory for repeats");
    }
    *copy = *version;
    pending->message = (struct message){
        .partition = version->message->partition,
        .offset = version->message->offset,
    };
    copy->values = values;
    copy->message = &pending->message;
    pending->version = copy;
    log->pending_count++;
    return log->pending_count == VERIFY_PENDING ? judge_pending(log, err)
                                                : MH_OK;
}

/* ---------------------------------------------------------------------- rows */

/* Versions before `offset` have no record, or one of another time: then they
 * may be of another log, or of another topic. */
static void tell_stranger(struct verify_log *log, int64_t offset)
{
    if (range_explains(log->range, offset,
                       stored_us(&log->stored, STORED_RECEIVED_AT),
                       stored_us(&log->stored, STORED_APPLIED_AT))) {
        log->of_other_logs++;
    } else if (offset < log->range->others_until) {
        log->of_other_topics++;
    } else {
        compare_stranger(log->verify, &log->stored, "a version", NULL);
    }
}

static void tell_letter(struct verify_log *log, int64_t offset,
                        const char *reason, const char *expected)
{
    verify_begin(log->verify, "ops.dead_letter");
    verify_put_number("partition", log->range->partition);
    verify_put_number("offset", offset);
    verify_put("column", "record");
    verify_put("stored", reason);
    verify_put("expected", expected);
    verify_end();
}

/* Whether the current row is of that time and, where the record tells, of that
 * fact: records of one instant are no rarity, nor are rows that are moved. */
static bool is_of_record(const struct stored *stored, int64_t at_ms,
                         const struct version *version)
{
    size_t len;

    if (stored_version_ms(stored) != at_ms) {
        return false;
    }
    return version == NULL ||
           (memcmp(stored_bytes(stored, STORED_EVENT_ID, &len), version->id,
                   sizeof version->id) == 0 &&
            pg_get_int2(stored_bytes(stored, STORED_AGENCY_ID, &len)) ==
                version->agency_id);
}

/* Pass over versions up to `offset`; `found` when one is of the record there, it
 * stays current then. */
static enum mh_code find_version(struct verify_log *log, int64_t offset,
                                 int64_t at_ms, const struct version *version,
                                 bool *found, struct mh_err *err)
{
    struct stored_rows *rows = &log->stored.versions;
    bool more = true;
    int64_t its = 0;

    *found = false;
    for (;;) {
        enum mh_code code =
            stored_look(rows, log->range->partition, offset, &more, &its, err);

        if (code != MH_OK || !more) {
            return code;
        }
        if (its == offset && is_of_record(&log->stored, at_ms, version)) {
            *found = true;
            return MH_OK;
        }
        tell_stranger(log, its);
        stored_pass(rows);
    }
}

static enum mh_code find_letter(struct verify_log *log, int64_t offset,
                                int64_t at_ms, bool *found,
                                struct stored_letter *letter,
                                struct mh_err *err)
{
    struct stored_rows *rows = &log->stored.letters;
    bool more = true;
    int64_t its = 0;

    *found = false;
    for (;;) {
        enum mh_code code =
            stored_look(rows, log->range->partition, offset, &more, &its, err);

        if (code != MH_OK || !more) {
            return code;
        }
        *letter = stored_letter(&log->stored);
        if (its == offset && letter->at_ms == at_ms) {
            *found = true;
            return MH_OK;
        }
        if (range_explains(log->range, its, letter->dead_us, letter->dead_us)) {
            log->of_other_logs++;
        } else {
            tell_letter(log, its, letter->reason, NULL);
        }
        stored_pass(rows);
    }
}

/* -------------------------------------------------------------------- records */

/* A version that stands beside a dead letter came by a replay. */
static enum mh_code compare_fates(struct verify_log *log,
                                  const struct message *message,
                                  const struct version *version,
                                  const struct letter *refused,
                                  const struct stored_letter *letter,
                                  bool has_version, struct mh_err *err)
{
    if (letter != NULL) {
        count_fate(log, message->offset, FATE_DEAD);
        log->range->reread +=
            range_is_before(log->range, message->offset, letter->dead_us);
        log->would_pass += version != NULL && letter->open &&
                           strcmp(letter->reason, "CONFLICT") != 0;
    }
    if (has_version && letter != NULL && !letter->replayed) {
        compare_stranger(log->verify, &log->stored, "a version",
                         "a dead letter alone");
    } else if (has_version && refused != NULL) {
        compare_stranger(log->verify, &log->stored, "a version",
                         mh_code_name(refused->reason));
    } else if (has_version) {
        if (letter == NULL) {
            count_fate(log, message->offset, FATE_APPLIED);
            log->range->reread +=
                range_is_before(log->range, message->offset,
                                stored_us(&log->stored, STORED_APPLIED_AT));
        }
        return compare_version(log->verify, &log->stored, version,
                               log->catalogue, &log->scratch, &log->row, err);
    } else if (letter == NULL && refused != NULL) {
        tell_letter(log, message->offset, NULL, mh_code_name(refused->reason));
    } else if (letter == NULL) {
        return add_pending(log, version, err);
    }
    return MH_OK;
}

enum mh_code record_compare(struct verify_log *log,
                            const struct message *message, struct mh_err *err)
{
    struct stored_letter letter = {.at_ms = 0};
    struct version *version = NULL;
    struct letter *refused = NULL;
    bool has_version = false;
    bool has_letter = false;
    enum mh_code code;

    log->range->records += message->offset >= log->range->counts_from;
    mh_arena_reset(&log->scratch);
    if (verdict_read(message, log->catalogue, log->reference, &log->scratch,
                     &version, &refused) != MH_OK) {
        return mh_fail(err, MH_MEMORY, "no memory for a record");
    }
    code = find_version(log, message->offset, message->at_ms, version,
                        &has_version, err);
    if (code == MH_OK) {
        code = find_letter(log, message->offset, message->at_ms, &has_letter,
                           &letter, err);
    }
    if (code == MH_OK && has_letter) {
        code = compare_letter(log->verify, &letter, message, err);
    }
    if (code == MH_OK) {
        code = compare_fates(log, message, version, refused,
                             has_letter ? &letter : NULL, has_version, err);
    }
    if (has_version) {
        stored_pass(&log->stored.versions);
    }
    if (has_letter) {
        stored_pass(&log->stored.letters);
    }
    return code;
}

enum mh_code record_end(struct verify_log *log, struct mh_err *err)
{
    struct stored_letter letter;
    bool found;
    enum mh_code code = judge_pending(log, err);

    if (code == MH_OK) {
        code = find_version(log, log->range->to, INT64_MIN, NULL, &found, err);
    }
    if (code == MH_OK) {
        code =
            find_letter(log, log->range->to, INT64_MIN, &found, &letter, err);
    }
    return code;
}
