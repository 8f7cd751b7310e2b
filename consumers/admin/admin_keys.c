/* SPDX-License-Identifier: Apache-2.0 */
/* keys create, list, revoke: who may post to the gateway. A key is printed once
   and never again; the database has its hash. Running gateways look at the
   table every other second. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin.h"
#include "apikey.h"

/* What was asked for and is not in the contract, one row each; then nothing
   else is done. '' is every agency, or no bound. */
#define UNKNOWN                                                     \
    "SELECT 'agency', $1 WHERE $1 <> '' AND NOT EXISTS"             \
    "  (SELECT FROM core.agency WHERE agency_code = $1) "           \
    "UNION ALL SELECT 'event type', t"                              \
    "  FROM unnest(string_to_array($2, ',')) AS t WHERE NOT EXISTS" \
    "  (SELECT FROM core.event_type WHERE event_type = t) "         \
    "UNION ALL SELECT 'county', c"                                  \
    "  FROM unnest(string_to_array($3, ',')) AS c WHERE NOT EXISTS" \
    "  (SELECT FROM core.place WHERE place_code = c AND level = 'county')"

#define INSERT                                                              \
    "INSERT INTO core.api_key"                                              \
    " (key_id, hash, agency_code, event_types, counties, rate, expires_at)" \
    " VALUES ($4, decode($5, 'hex'), nullif($1, ''),"                       \
    " nullif(string_to_array($2, ','), '{}'),"                              \
    " nullif(string_to_array($3, ','), '{}'), nullif($6::integer, 0),"      \
    " CASE WHEN $7::integer > 0 THEN now() + make_interval(days => $7) END)"

#define LIST                                                               \
    "SELECT key_id, coalesce(agency_code, '*'),"                           \
    "       coalesce(array_to_string(event_types, ','), '*'),"             \
    "       coalesce(array_to_string(counties, ','), '*'),"                \
    "       coalesce(rate::text, '*'),"                                    \
    "       to_char(created_at AT TIME ZONE 'UTC', "                       \
    "'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"                                   \
    "       CASE WHEN revoked_at IS NOT NULL THEN 'revoked'"               \
    "            WHEN expires_at <= now() THEN 'expired' ELSE 'valid' END" \
    "  FROM core.api_key ORDER BY created_at, key_id"

#define REVOKE                                                         \
    "UPDATE core.api_key SET revoked_at = coalesce(revoked_at, now())" \
    " WHERE key_id = $1 RETURNING key_id"

static enum mh_code refuse_unknown(const struct database *db,
                                   struct mh_err *err)
{
    if (database_rows(db) == 0) {
        return MH_OK;
    }
    for (int i = 0; i < database_rows(db); i++) {
        (void)fprintf(stderr, "mahalle-admin: there is no %s %s\n",
                      database_text(db, i, 0), database_text(db, i, 1));
    }
    return mh_fail(err, MH_USAGE, "no key was made");
}

static enum mh_code insert(const struct admin *admin, struct database *db,
                           const char *agency, const struct mh_key *key,
                           struct mh_err *err)
{
    char hash[2 * MH_KEY_HASH + 1], rate[24], days[24];
    const char *const params[] = {agency,
                                  mh_options_text(admin->options, "type"),
                                  mh_options_text(admin->options, "county"),
                                  key->id,
                                  hash,
                                  rate,
                                  days};
    enum mh_code code;

    for (size_t i = 0; i < MH_KEY_HASH; i++) {
        (void)snprintf(hash + 2 * i, 3, "%02x", key->hash[i]);
    }
    (void)snprintf(rate, sizeof rate, "%" PRId64,
                   mh_options_number(admin->options, "rate"));
    (void)snprintf(days, sizeof days, "%" PRId64,
                   mh_options_number(admin->options, "days"));
    code = admin_begin(db, err);
    if (code == MH_OK) {
        code = database_exec(db, "keys", UNKNOWN, 3, params, err);
    }
    if (code == MH_OK) {
        code = refuse_unknown(db, err);
    }
    if (code == MH_OK) {
        code = database_exec(db, "keys", INSERT, 7, params, err);
    }
    return code == MH_OK ? database_commit(db, err) : code;
}

enum mh_code admin_keys_create(const struct admin *admin, struct mh_err *err)
{
    const char *agency = mh_options_text(admin->options, "agency");
    char text[MH_KEY_TEXT + 1];
    struct database *db = NULL;
    struct mh_key key;
    enum mh_code code;

    if (*agency == '\0') {
        return mh_fail(err, MH_USAGE,
                       "keys create: --agency is missing; * is every agency");
    }
    agency = strcmp(agency, "*") == 0 ? "" : agency;
    code = mh_key_make(text, &key, err);
    if (code == MH_OK) {
        code = admin_connect(admin, &db, err);
    }
    if (code == MH_OK) {
        code = insert(admin, db, agency, &key, err);
        database_rollback(db);
        database_close(db);
    }
    if (code == MH_OK) {
        (void)fprintf(stderr,
                      "key %s: it is shown this once and counts within "
                      "5 s\n",
                      key.id);
        (void)printf("%s\n", text);
    }
    return code;
}

enum mh_code admin_keys_list(const struct admin *admin, struct mh_err *err)
{
    struct database *db = NULL;
    enum mh_code code = admin_connect(admin, &db, err);

    if (code != MH_OK) {
        return code;
    }
    code = admin_begin_reading(db, err);
    if (code == MH_OK) {
        code = database_exec(db, "keys", LIST, 0, NULL, err);
    }
    for (int i = 0; code == MH_OK && i < database_rows(db); i++) {
        (void)printf("%s agency=%s types=%s counties=%s rate=%s created=%s "
                     "state=%s\n",
                     database_text(db, i, 0), database_text(db, i, 1),
                     database_text(db, i, 2), database_text(db, i, 3),
                     database_text(db, i, 4), database_text(db, i, 5),
                     database_text(db, i, 6));
    }
    database_rollback(db);
    database_close(db);
    return code;
}

enum mh_code admin_keys_revoke(const struct admin *admin, struct mh_err *err)
{
    const char *const params[] = {admin_arg(admin, 0)};
    struct database *db = NULL;
    enum mh_code code = admin_connect(admin, &db, err);

    if (code != MH_OK) {
        return code;
    }
    code = admin_begin(db, err);
    if (code == MH_OK) {
        code = database_exec(db, "keys", REVOKE, 1, params, err);
    }
    if (code == MH_OK && database_rows(db) == 0) {
        code = mh_fail(err, MH_USAGE, "there is no key %.40s; see keys list",
                       params[0]);
    }
    if (code == MH_OK) {
        code = database_commit(db, err);
    }
    if (code == MH_OK) {
        (void)printf("revoked %s; gateways refuse it within 5 s\n", params[0]);
    }
    database_rollback(db);
    database_close(db);
    return code;
}
