/* SPDX-License-Identifier: Apache-2.0 */
/* A word that no letter can have is a slip, not a list without letters. */
#include "admin_letters.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "page_text.h"

enum { IDS_BYTES_MAX = 4 * 1024 * 1024, DAY_S = 86400 };

/* ------------------------------------------------------------------ moments */

static int64_t seconds_of(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return DAY_S;
    default:
        return 0;
    }
}

static bool read_age(const char *text, int64_t now_ms,
                     char moment[ADMIN_MOMENT_BYTES])
{
    size_t digits = strspn(text, "0123456789");
    struct mh_date date;
    int64_t at_s;
    int64_t of_day;

    if (digits < 1 || digits > 6 || strlen(text) != digits + 1 ||
        seconds_of(text[digits]) == 0) {
        return false;
    }
    at_s = now_ms / 1000 - strtoll(text, NULL, 10) * seconds_of(text[digits]);
    of_day = ((at_s % DAY_S) + DAY_S) % DAY_S;
    if ((at_s - of_day) / DAY_S < MH_DAY_MIN) {
        return false;
    }
    date = mh_gregorian_from_day((int32_t)((at_s - of_day) / DAY_S));
    (void)snprintf(moment, ADMIN_MOMENT_BYTES, "%04d-%02d-%02d %02d:%02d:%02dZ",
                   date.year, date.month, date.day, (int)(of_day / 3600),
                   (int)(of_day / 60 % 60), (int)(of_day % 60));
    return true;
}

/* Two digits below `bound`. */
static bool read_pair(const char **text, int bound)
{
    const char *at = *text;
    bool read = at[0] >= '0' && at[0] <= '9' && at[1] >= '0' && at[1] <= '9' &&
                (at[0] - '0') * 10 + at[1] - '0' < bound;

    *text += read ? 2 : 0;
    return read;
}

static bool is_zone(const char *text)
{
    if (*text == '\0' || strcmp(text, "Z") == 0) {
        return true;
    }
    if (*text != '+' && *text != '-') {
        return false;
    }
    text++;
    return read_pair(&text, 15) && *text++ == ':' && read_pair(&text, 60) &&
           *text == '\0';
}

/* HH:MM or HH:MM:SS. @returns where it ends, NULL: it is none */
static const char *read_time(const char *text)
{
    if (!read_pair(&text, 24) || *text++ != ':' || !read_pair(&text, 60)) {
        return NULL;
    }
    if (*text == ':') {
        text++;
        return read_pair(&text, 60) ? text : NULL;
    }
    return text;
}

bool admin_read_moment(const char *text, int64_t now_ms,
                       char moment[ADMIN_MOMENT_BYTES])
{
    size_t len = strcspn(text, "T ");
    const char *time = text[len] == '\0' ? "00:00" : text + len + 1;
    const char *zone = read_time(time);
    struct mh_date date;
    char day_text[32];
    int32_t day;

    if (read_age(text, now_ms, moment)) {
        return true;
    }
    (void)snprintf(day_text, sizeof day_text, "%.*s", (int)len, text);
    if (len >= sizeof day_text || !page_read_day(day_text, &day) ||
        zone == NULL || !is_zone(zone)) {
        return false;
    }
    date = mh_gregorian_from_day(day);
    (void)snprintf(moment, ADMIN_MOMENT_BYTES, "%04d-%02d-%02d %.*s%s",
                   date.year, date.month, date.day, (int)(zone - time), time,
                   *zone == '\0' ? " Asia/Tehran" : zone);
    return true;
}

/* ------------------------------------------------------------------- choice */

static enum mh_code read_ids(const struct admin *admin,
                             struct admin_letters *letters, struct mh_err *err)
{
    for (int i = 0; i < admin->arg_count; i++) {
        const char *text = admin_arg(admin, i);
        char *end;
        int64_t id;

        errno = 0;
        id = strtoll(text, &end, 10);
        if (errno != 0 || *end != '\0' || id <= 0) {
            return mh_fail(err, MH_USAGE, "not the id of a dead letter: %s",
                           text);
        }
        mh_buf_format(&letters->ids, "%s%" PRId64, i == 0 ? "{" : ",", id);
    }
    if (admin->arg_count > 0) {
        mh_buf_text(&letters->ids, "}");
        letters->params[0] = mh_buf_string(&letters->ids);
    }
    return letters->ids.failed ? mh_fail(err, MH_MEMORY, "too many ids")
                               : MH_OK;
}

static const char *text_or_null(const struct admin *admin, const char *name)
{
    const char *text = mh_options_text(admin->options, name);

    return *text == '\0' ? NULL : text;
}

static enum mh_code read_bound(const struct admin *admin, const char *name,
                               char moment[ADMIN_MOMENT_BYTES],
                               const char **param, struct mh_err *err)
{
    const char *text = text_or_null(admin, name);

    if (text == NULL) {
        return MH_OK;
    }
    *param = moment;
    return admin_read_moment(text, mh_clock_wall_ms(), moment)
               ? MH_OK
               : mh_fail(err, MH_USAGE,
                         "--%s is no moment, as 2025-10-13, 1404/07/21T08:30 "
                         "or 2h (ago)",
                         name);
}

enum mh_code admin_letters_choose(const struct admin *admin,
                                  struct admin_letters *letters,
                                  struct mh_err *err)
{
    int64_t partition = mh_options_number(admin->options, "partition");
    const char *state = text_or_null(admin, "state");
    const char *reason = text_or_null(admin, "reason");
    enum mh_code code;

    *letters = (struct admin_letters){
        .params = {NULL, reason, text_or_null(admin, "type"),
                   text_or_null(admin, "agency"), NULL, state},
        .limit = mh_options_number(admin->options, "limit"),
    };
    mh_buf_init(&letters->ids, IDS_BYTES_MAX);
    if (reason != NULL && mh_code_find(reason) == MH_CODE_COUNT) {
        return mh_fail(err, MH_USAGE, "there is no reason %s", reason);
    }
    if (state != NULL && strcmp(state, "open") != 0 &&
        strcmp(state, "replayed") != 0 && strcmp(state, "parked") != 0) {
        return mh_fail(err, MH_USAGE,
                       "there is no state %s: open, replayed or parked", state);
    }
    if (partition >= 0) {
        (void)snprintf(letters->partition, sizeof letters->partition,
                       "%" PRId64, partition);
        letters->params[4] = letters->partition;
    }
    code = read_bound(admin, "since", letters->since, &letters->params[6], err);
    if (code == MH_OK) {
        code = read_bound(admin, "until", letters->until, &letters->params[7],
                          err);
    }
    return code == MH_OK ? read_ids(admin, letters, err) : code;
}

enum mh_code admin_letters_choose_some(const struct admin *admin,
                                       struct admin_letters *letters,
                                       struct mh_err *err)
{
    enum mh_code code = admin_letters_choose(admin, letters, err);
    bool state = letters->params[LETTER_STATE] != NULL;
    bool more = false;

    for (int i = 1; i < LETTER_CHOICE; i++) {
        more = more || (i != LETTER_STATE && letters->params[i] != NULL);
    }
    if (code == MH_OK &&
        (letters->params[0] != NULL ? more : !more && !state)) {
        return mh_fail(err, MH_USAGE,
                       "say which letters: ids, or --reason and the like");
    }
    return code;
}

void admin_letters_fini(struct admin_letters *letters)
{
    mh_buf_fini(&letters->ids);
}
