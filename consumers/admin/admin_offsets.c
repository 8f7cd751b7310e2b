/* SPDX-License-Identifier: Apache-2.0 */
/* offsets show, accept-gap: where the consumer stands, and a person's word
   about from where a blocked partition goes on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "admin_table.h"

/* Where it stands, and the decisions of persons that brought it there. */
enum mh_code admin_offsets_show(const struct admin *admin, struct mh_err *err)
{
    static const char *const SQL[] = {
        "SELECT topic, partition AS part, next_offset AS next,"
        "       high_watermark AS \"end\", applied, duplicate, stale, dead,"
        "       gaps, state, to_char(since AT TIME ZONE 'Asia/Tehran',"
        "       'YYYY-MM-DD HH24:MI:SS') AS since, reason"
        "  FROM ops.partition_progress ORDER BY topic, partition",
        "SELECT to_char(decided_at AT TIME ZONE 'Asia/Tehran',"
        "       'YYYY-MM-DD HH24:MI:SS') AS decided, decided_by AS who, topic,"
        "       partition AS part, from_offset AS \"from\", to_offset AS "
        "\"to\","
        "       reason, why"
        "  FROM ops.gap_decision ORDER BY id",
    };
    struct database *db = NULL;
    enum mh_code code = admin_connect_reader(admin, &db, err);

    if (code == MH_OK) {
        code = admin_begin_reading(db, err);
    }
    for (int i = 0; i < 2 && code == MH_OK; i++) {
        code = database_exec(db, "offsets", SQL[i], 0, NULL, err);
        if (code == MH_OK && (i == 0 || database_rows(db) > 0)) {
            (void)printf("%s", i == 0 ? "" : "\nDecisions about gaps:\n");
            admin_print_table(db);
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
    char partition[24], target[24], before[24];
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
        (void)snprintf(before, sizeof before, "%s", database_text(db, 0, 0));
        code = database_commit(db, err);
    }
    if (code == MH_OK) {
        (void)printf("partition %s goes on at %s instead of %s\n", partition,
                     target, before);
    }
    database_close(db);
    return code;
}
