/* SPDX-License-Identifier: Apache-2.0 */
/* A code that no event could carry is a slip, and so is a list that no field
   reads. What else is wrong with places, only all of them together tell: see
   core.reference_fault. */
#include <stdio.h>
#include <string.h>

#include "admin_reference.h"
#include "calendar.h"
#include "page_text.h"

enum { LISTS_MAX = 16, FIRST_DAY = 7 /* column valid_from */ };

static const char AGENCIES[] = "agency_code"; /* a list of its own table */

static enum mh_code check_code(const struct mh_field *field, const char *code,
                               struct mh_err *err)
{
    return field->pattern == NULL ||
                   mh_pattern_match(field->pattern, code, strlen(code))
               ? MH_OK
               : mh_fail(err, MH_CONTRACT,
                         "code %.80s has not the form of %s: %.100s", code,
                         field->name, field->pattern_text);
}

/* The lists that fields read, with commas between. */
static void put_lists(const struct mh_catalogue *catalogue, struct mh_buf *buf)
{
    const char *lists[LISTS_MAX];
    int count = 0;

    for (int t = 0; t < mh_catalogue_count(catalogue); t++) {
        const struct mh_type *type = mh_catalogue_at(catalogue, t);

        for (int f = 0; f < type->field_count; f++) {
            const char *list = type->fields[f].lookup;
            int i = 0;

            if (list == NULL || strcmp(list, AGENCIES) == 0) {
                continue;
            }
            while (i < count && strcmp(lists[i], list) != 0) {
                i++;
            }
            if (i == count && count < LISTS_MAX) {
                lists[count++] = list;
                mh_buf_format(buf, "%s%s", i == 0 ? "" : ", ", list);
            }
        }
    }
}

static enum mh_code refuse_list(const struct mh_catalogue *catalogue,
                                const char *list, struct mh_err *err)
{
    struct mh_buf buf;

    mh_buf_init(&buf, sizeof err->text);
    put_lists(catalogue, &buf);
    (void)mh_fail(err, MH_CONTRACT, "no field reads a list %.60s; lists: %s",
                  list, mh_buf_string(&buf));
    mh_buf_fini(&buf);
    return MH_CONTRACT;
}

enum mh_code admin_check_lookup(const struct mh_catalogue *catalogue,
                                const char **params,
                                char (*days)[ADMIN_DAY_BYTES],
                                struct mh_err *err)
{
    const char *list = params[0];
    const char *code = params[1];
    enum mh_code result = MH_OK;
    bool known = false;

    (void)days;
    if (list == NULL || code == NULL) {
        return mh_fail(err, MH_CONTRACT, "%s is empty",
                       list == NULL ? "list" : "code");
    }
    if (strcmp(list, AGENCIES) == 0) {
        return mh_fail(err, MH_CONTRACT,
                       "agencies have a table of their own, with the column "
                       "agency_code");
    }
    for (int t = 0; t < mh_catalogue_count(catalogue); t++) {
        const struct mh_type *type = mh_catalogue_at(catalogue, t);

        for (int f = 0; result == MH_OK && f < type->field_count; f++) {
            const struct mh_field *field = &type->fields[f];

            if (field->lookup != NULL && strcmp(field->lookup, list) == 0) {
                known = true;
                result = check_code(field, code, err);
            }
        }
    }
    return known ? result : refuse_list(catalogue, list, err);
}

enum mh_code admin_check_agency(const struct mh_catalogue *catalogue,
                                const char **params,
                                char (*days)[ADMIN_DAY_BYTES],
                                struct mh_err *err)
{
    (void)days;
    if (params[0] == NULL) {
        return mh_fail(err, MH_CONTRACT, "agency_code is empty");
    }
    /* the envelope is the same in all types */
    return mh_catalogue_count(catalogue) == 0
               ? MH_OK
               : check_code(&mh_catalogue_at(catalogue, 0)
                                 ->fields[MH_FIELD_AGENCY_CODE],
                            params[0], err);
}

enum mh_code admin_check_place(const struct mh_catalogue *catalogue,
                               const char **params,
                               char (*days)[ADMIN_DAY_BYTES],
                               struct mh_err *err)
{
    static const char *const NAMES[ADMIN_ROW_DAYS] = {"valid_from", "valid_to"};

    (void)catalogue;
    for (int i = 0; i < ADMIN_ROW_DAYS; i++) {
        const char *text = params[FIRST_DAY + i];
        struct mh_date date;
        int32_t day;

        if (text == NULL) {
            continue;
        }
        if (!page_read_day(text, &day) || day < MH_DAY_MIN ||
            day > MH_DAY_MAX) {
            return mh_fail(err, MH_CONTRACT,
                           "%s %.40s is no day from 1300-01-01 to 1500-12-29, "
                           "as 1404-07-21, 1404/07/21 or 2025-10-13",
                           NAMES[i], text);
        }
        date = mh_gregorian_from_day(day);
        (void)snprintf(days[i], ADMIN_DAY_BYTES, "%04d-%02d-%02d", date.year,
                       date.month, date.day);
        params[FIRST_DAY + i] = days[i];
    }
    return MH_OK;
}
