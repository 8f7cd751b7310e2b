/* SPDX-License-Identifier: Apache-2.0 */
/* report: the governor's page of one day, as a file. */
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "clock.h"
#include "page.h"

/* All questions see one state, and none can change it. */
#define ONE_STATE                                 \
    "SET SESSION CHARACTERISTICS AS TRANSACTION " \
    "ISOLATION LEVEL REPEATABLE READ, READ ONLY"

/* What is asked for. */
struct wish {
    enum page_lang lang;
    int32_t day;
    const char *path; /* lent; "-" is standard output */
};

static enum mh_code read_wish(const struct admin *admin, struct wish *wish,
                              struct mh_err *err)
{
    const char *day = mh_options_text(admin->options, "as-of");
    const char *lang = mh_options_text(admin->options, "lang");

    wish->path = mh_options_text(admin->options, "output");
    wish->day = (int32_t)mh_tehran_day(mh_clock_wall_ms());
    wish->lang = strcmp(lang, "fa") == 0 ? PAGE_FA : PAGE_EN;
    if (*wish->path == '\0') {
        return mh_fail(err, MH_USAGE, "report: --output FILE is needed, or -");
    }
    if (wish->lang == PAGE_EN && strcmp(lang, "en") != 0) {
        return mh_fail(err, MH_USAGE, "report: --lang is fa or en");
    }
    if (*day != '\0' && !page_read_day(day, &wish->day)) {
        return mh_fail(err, MH_USAGE,
                       "report: --as-of is no date, as 2025-10-13 or "
                       "1404/07/21");
    }
    if (wish->day < PAGE_DAY_MIN || wish->day > MH_DAY_MAX) {
        return mh_fail(err, MH_USAGE,
                       "report: --as-of is outside 1302 to 1500 (Solar "
                       "Hijri)");
    }
    return MH_OK;
}

static enum mh_code write_out(const struct wish *wish,
                              const struct mh_buf *text, struct mh_err *err)
{
    if (strcmp(wish->path, "-") != 0) {
        return admin_write_file(wish->path, text, err);
    }
    if (fwrite(text->bytes, 1, text->len, stdout) != text->len ||
        fflush(stdout) != 0) {
        return mh_fail(err, MH_FILE, "cannot write to standard output");
    }
    return MH_OK;
}

enum mh_code admin_report(const struct admin *admin, struct mh_err *err)
{
    struct database *db = NULL;
    struct mh_buf text;
    struct wish wish;
    enum mh_code code = read_wish(admin, &wish, err);

    mh_buf_init(&text, PAGE_BYTES_MAX);
    if (code == MH_OK) {
        code = admin_connect_reader(admin, &db, err);
    }
    if (code == MH_OK) {
        code = database_script(db, "one state", ONE_STATE, err);
    }
    if (code == MH_OK) {
        code = admin_begin_reading(db, err);
    }
    if (code == MH_OK) {
        code = page_write(db, wish.lang, wish.day,
                          mh_options_text(admin->options, "note"), &text, err);
    }
    if (code == MH_OK) {
        code = write_out(&wish, &text, err);
    }
    if (db != NULL) {
        database_rollback(db);
    }
    database_close(db);
    mh_buf_fini(&text);
    return code;
}
