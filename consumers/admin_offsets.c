/* SPDX-License-Identifier: Apache-2.0 */
/* offsets show, accept-gap: where the consumer stands, and a person's word
   about from where a blocked partition goes on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin.h"

enum mh_code admin_offsets_show(const struct admin *admin, struct mh_err *err)
{
    static const char SQL[] =
        "SELECT topic, partition, next_offset, high_watermark, state, "
        "to_char(since, 'YYYY-MM-DD HH24:MI:SS TZH:TZM'), coalesce(reason, '') "
        "FROM ops.partition_progress ORDER BY topic, partition";
    struct database *db = NULL;
    enum mh_code code = admin_connect(admin, &db, err);

    if (code == MH_OK) {
        code = admin_begin_reading(db, err);
    }
    if (code == MH_OK) {
        code = database_exec(db, "offsets", SQL, 0, NULL, err);
    }
    if (code == MH_OK) {
        printf("topic  part  next  end  state  since  reason\n");
        for (int row = 0; row < database_rows(db); row++) {
            for (int column = 0; column < 7; column++) {
                printf("%s%s", column == 0 ? "" : "  ",
                       database_text(db, row, column));
            }
            printf("\n");
        }
    }
    database_close(db);
    return code;
}

enum mh_code admin_offsets_accept_gap(const struct admin *admin,
                                      struct mh_err *err)
{
    const struct mh_options *options = admin->options;
    const char *topic = mh_options_text(options, "topic");
    const char *why = mh_options_text(options, "why");
    char partition[24], target[24];
    const char *params[] = {topic, partition, target, why};
    struct database *db = NULL;
    enum mh_code code;

    if (why[0] == '\0' || mh_options_number(options, "partition") < 0 ||
        mh_options_number(options, "to") < 0) {
        return mh_fail(err, MH_USAGE,
                       "accept-gap needs --partition, --to and --why");
    }
    (void)snprintf(partition, sizeof partition, "%" PRId64,
                   mh_options_number(options, "partition"));
    (void)snprintf(target, sizeof target, "%" PRId64,
                   mh_options_number(options, "to"));
    code = admin_connect(admin, &db, err);
    if (code == MH_OK) {
        code = admin_begin(db, err);
    }
    if (code == MH_OK) {
        code = database_exec(db, "accept_gap",
                             "SELECT core.accept_gap($1, $2, $3, $4)", 4,
                             params, err);
        code = admin_refused(db, code, err);
    }
    if (code == MH_OK) {
        printf("partition %s goes on at %s instead of %s\n", partition, target,
               database_text(db, 0, 0));
        code = database_commit(db, err);
    }
    database_close(db);
    return code;
}
