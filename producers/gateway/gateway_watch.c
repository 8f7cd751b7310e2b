/* SPDX-License-Identifier: Apache-2.0 */
/* Keys first: who was shut out stays so within five seconds. Trouble is told
 * when it begins, when it ends, and every half minute between. */
#include "gateway_watch.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"

enum {
    TURN_MS = 1500,
    STEP_MS = 100, /* between looks at whether it ends */
    KAFKA_MS = 1000,
    REPEAT_MS = 30000,
    CLOSE_S = 2
};

struct watch {
    struct gateway *gateway; /* lent */
    const char *pg;          /* lent */
    struct database *db;     /* owned; NULL: none */
    enum mh_code trouble;    /* of the database; MH_OK: none */
    int64_t told_ms;
    int64_t version; /* of the contract that is in use; -1: none */
    atomic_bool ending;
    bool running;
    pthread_t thread;
};

static enum mh_code connect(struct watch *watch, struct mh_err *err)
{
    enum mh_code code = MH_OK;

    if (watch->db == NULL) {
        code =
            database_open_reader(watch->pg, "mahalle-gateway", &watch->db, err);
        if (code == MH_OK) {
            code = database_script(watch->db, "settings",
                                   "SET statement_timeout = '4s'", err);
        }
    }
    return code;
}

static enum mh_code read_contract(struct watch *watch, struct mh_err *err)
{
    struct contract *contract = NULL;
    int64_t version = 0;
    enum mh_code code = contract_version(watch->db, &version, err);

    if (code != MH_OK || version == watch->version) {
        return code;
    }
    code = contract_read(watch->db, &contract, err);
    if (code == MH_OK) {
        watch->version = contract->version;
        mh_log(MH_LOG_INFO, "watch", "contract=%" PRId64 " types=%d places=%d",
               contract->version, mh_catalogue_count(contract->catalogue),
               contract->span_count);
        gateway_set_contract(watch->gateway, contract);
    }
    return code;
}

static void tell(struct watch *watch, enum mh_code code,
                 const struct mh_err *err)
{
    int64_t now_ms = mh_clock_ms();

    if (code == MH_OK && watch->trouble != MH_OK) {
        mh_log(MH_LOG_INFO, "watch", "database=well");
    } else if (code != MH_OK && (watch->trouble == MH_OK ||
                                 now_ms - watch->told_ms > REPEAT_MS)) {
        mh_log(mh_code_act(code) == MH_ACT_RETRY ? MH_LOG_WARN : MH_LOG_ERROR,
               "watch", "database=%s reason=%s", mh_code_name(code),
               mh_log_quote((char[MH_LOG_QUOTED]){0}, err->text));
        watch->told_ms = now_ms;
    }
    watch->trouble = code;
}

static void look_at_database(struct watch *watch)
{
    struct mh_err err = {.text = ""};
    enum mh_code code = connect(watch, &err);

    if (code == MH_OK) {
        code = keys_read(watch->gateway->keys, watch->db, &err);
    }
    if (code == MH_OK) {
        code = read_contract(watch, &err);
    }
    if (code == MH_PG_DOWN) {
        database_close(watch->db);
        watch->db = NULL;
    }
    atomic_store(&watch->gateway->database_well, code == MH_OK);
    tell(watch, code, &err);
}

static void look_at_kafka(const struct watch *watch)
{
    struct gateway *gateway = watch->gateway;
    bool well = relay_is_well(gateway->relay, KAFKA_MS);

    if (atomic_exchange(&gateway->kafka_well, well) != well) {
        mh_log(well ? MH_LOG_INFO : MH_LOG_WARN, "watch", "kafka=%s",
               well ? "well" : "away");
    }
}

static void *run(void *argument)
{
    struct watch *watch = argument;

    while (!atomic_load(&watch->ending)) {
        look_at_database(watch);
        look_at_kafka(watch);
        for (int ms = 0; ms < TURN_MS && !atomic_load(&watch->ending);
             ms += STEP_MS) {
            mh_clock_sleep_ms(STEP_MS);
        }
    }
    database_close(watch->db);
    return NULL;
}

enum mh_code watch_open(struct gateway *gateway, const char *pg,
                        struct watch **watch, struct mh_err *err)
{
    struct watch *made = calloc(1, sizeof *made);

    if (made == NULL) {
        return mh_fail(err, MH_MEMORY, "no memory for the watch");
    }
    made->gateway = gateway;
    made->pg = pg;
    made->version = -1;
    made->running = pthread_create(&made->thread, NULL, run, made) == 0;
    if (!made->running) {
        free(made);
        return mh_fail(err, MH_MEMORY, "no thread for the watch");
    }
    *watch = made;
    return MH_OK;
}

bool watch_close(struct watch *watch)
{
    struct timespec until = {0};

    if (watch == NULL) {
        return true;
    }
    atomic_store(&watch->ending, true);
    (void)clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += CLOSE_S;
    if (pthread_timedjoin_np(watch->thread, NULL, &until) != 0) {
        return false;
    }
    free(watch);
    return true;
}
