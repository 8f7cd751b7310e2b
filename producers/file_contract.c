/* SPDX-License-Identifier: Apache-2.0 */
/* Files are replaced as a whole by mahalle-admin, so that a change of a folder
 * tells, and what is read is never half of it. */
#include "file_contract.h"

#include <pthread.h>
#include <stdio.h>

#include "clock.h"

enum {
    PROBLEMS_MAX = 64 * 1024, /* bytes of text about broken schemas */
    LOOK_MS = 1000
};

/* libavro keeps one text of its last error for the whole process. */
static pthread_mutex_t avro = PTHREAD_MUTEX_INITIALIZER;

static enum mh_code read_types(struct file_contract *contract,
                               struct mh_err *err)
{
    struct mh_catalogue *made = NULL;
    struct mh_buf problems;
    uint64_t stamp = mh_schemas_stamp_events(contract->dir);
    enum mh_code code = mh_catalogue_new(&made, err);

    mh_buf_init(&problems, PROBLEMS_MAX);
    if (code == MH_OK) {
        (void)pthread_mutex_lock(&avro);
        code = mh_catalogue_load(made, contract->dir, &problems, err);
        (void)pthread_mutex_unlock(&avro);
    }
    if (problems.len > 0) {
        contract->on_trouble(contract->opaque, mh_buf_string(&problems));
    }
    mh_buf_fini(&problems);
    contract->types =
        (struct post_half){.stamp = stamp, .looked_ms = mh_clock_ms()};
    if (code != MH_OK) {
        mh_catalogue_free(made);
        return code;
    }
    mh_catalogue_free(contract->catalogue);
    contract->catalogue = made;
    return MH_OK;
}

static enum mh_code read_codes(struct file_contract *contract,
                               struct mh_err *err)
{
    struct mh_reference *made = NULL;
    uint64_t stamp = mh_schemas_stamp_reference(contract->dir);
    enum mh_code code = mh_reference_new(&made, err);

    if (code == MH_OK) {
        code = mh_reference_load(made, contract->dir, err);
    }
    contract->codes =
        (struct post_half){.stamp = stamp, .looked_ms = mh_clock_ms()};
    if (code != MH_OK) {
        mh_reference_free(made);
        return code;
    }
    mh_reference_free(contract->reference);
    contract->reference = made;
    return MH_OK;
}

enum mh_code file_contract_open(struct file_contract *contract,
                                const char *given, struct mh_err *err)
{
    enum mh_code code;

    contract->dir = mh_schemas_dir(given, contract->room);
    code = read_types(contract, err);
    if (code == MH_OK) {
        code = read_codes(contract, err);
    }
    /* A directory without schemas is no contract; inputs are other files. */
    return code == MH_FILE ? MH_CONTRACT : code;
}

void file_contract_close(struct file_contract *contract)
{
    mh_reference_free(contract->reference);
    mh_catalogue_free(contract->catalogue);
}

/* ---- While it runs -------------------------------------------------------- */

static bool is_time(struct post_half *half)
{
    int64_t now = mh_clock_ms();

    if (now - half->looked_ms < LOOK_MS) {
        return false;
    }
    half->looked_ms = now;
    return true;
}

static bool tell(const struct file_contract *contract, enum mh_code code,
                 const struct mh_err *err)
{
    char text[sizeof err->text + 64];

    if (code != MH_OK) {
        (void)snprintf(text, sizeof text,
                       "warning: %s; going on with the contract as it was\n",
                       err->text);
        contract->on_trouble(contract->opaque, text);
    }
    return code == MH_OK;
}

bool file_contract_renew_types(struct file_contract *contract)
{
    struct mh_err err = {MH_OK, ""};

    return is_time(&contract->types) &&
           mh_schemas_stamp_events(contract->dir) != contract->types.stamp &&
           tell(contract, read_types(contract, &err), &err);
}

bool file_contract_renew_codes(struct file_contract *contract)
{
    struct mh_err err = {MH_OK, ""};

    return is_time(&contract->codes) &&
           mh_schemas_stamp_reference(contract->dir) != contract->codes.stamp &&
           tell(contract, read_codes(contract, &err), &err);
}
