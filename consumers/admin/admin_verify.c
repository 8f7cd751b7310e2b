/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: nothing is changed, everything is read in one state of the database
 * while consumers go on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "verify.h"

#define ONE_STATE                                 \
    "SET SESSION CHARACTERISTICS AS TRANSACTION " \
    "ISOLATION LEVEL REPEATABLE READ, READ ONLY"

/* "1000" or "5%". */
static enum mh_code read_sample(struct verify *verify, struct mh_err *err)
{
    const char *text = mh_options_text(verify->admin->options, "sample");
    size_t digits = strspn(text, "0123456789");
    int64_t number = strtoll(text, NULL, 10);
    bool percent = text[digits] == '%' && text[digits + 1] == '\0';

    if (*text == '\0') {
        return MH_OK;
    }
    if (digits < 1 || digits > 9 || number < 1 ||
        (text[digits] != '\0' && !percent) || (percent && number > 100)) {
        return mh_fail(err, MH_USAGE,
                       "verify: --sample is a number or a share, as 1000 or "
                       "5%%");
    }
    if (percent) {
        verify->sample_percent = (int)number;
    } else {
        verify->sample = number;
    }
    return MH_OK;
}

enum mh_code admin_verify(const struct admin *admin, struct mh_err *err)
{
    struct verify verify = {.admin = admin, .terminal = isatty(STDERR_FILENO)};
    bool kafka = !mh_options_flag(admin->options, "without-kafka");
    enum mh_code code = read_sample(&verify, err);

    if (code == MH_OK) {
        code = admin_connect(admin, &verify.db, err);
    }
    if (code == MH_OK) {
        code = database_script(verify.db, "one state", ONE_STATE, err);
    }
    if (code == MH_OK) {
        code = admin_begin_reading(verify.db, err);
    }
    if (code == MH_OK) {
        code = database_script(verify.db, "patience", VERIFY_PATIENCE, err);
    }
    if (code == MH_OK) {
        code = verify_totals(&verify, err);
    }
    if (code == MH_OK && kafka) {
        code = verify_log(&verify, err);
    }
    verify_hide(&verify);
    if (code == MH_OK) {
        (void)printf("%" PRId64 " differences\n", verify.differences);
    }
    if (verify.db != NULL) {
        database_rollback(verify.db);
    }
    database_close(verify.db);
    return code == MH_OK && verify.differences > 0
               ? mh_fail(err, MH_CONFLICT, "there are differences")
               : code;
}
