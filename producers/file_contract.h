/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The contract as mahalle-post and libmahalle have it from its files, and what
 * becomes of it while the program runs: types and reference data that were added meanwhile
 * are taken up before a line is refused for want of them.
 */
#ifndef MAHALLE_FILE_CONTRACT_H
#define MAHALLE_FILE_CONTRACT_H

#include "catalogue.h"
#include "reference.h"
#include "schemas_dir.h"

/** One half of the contract, and when its files were looked at. */
struct post_half {
    uint64_t stamp;    /**< of the files that were read */
    int64_t looked_ms; /**< by mh_clock_ms; at most once a second */
};

struct file_contract {
    char room[MH_SCHEMAS_DIR_MAX];
    const char *dir; /**< lent; or `room` */
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct post_half types, codes;
    /** Told what is wrong with the files, in lines. Set before it is opened. */
    void (*on_trouble)(void *opaque, const char *text);
    void *opaque;
};

/**
 * Read all of it.
 * @param given lent; what an option says; must outlive `contract`
 * @returns MH_OK, MH_CONTRACT, MH_MEMORY; what is wrong with schemas is
 *          told
 */
MH_MUST enum mh_code file_contract_open(struct file_contract *contract,
                                        const char *given, struct mh_err *err);
void file_contract_close(struct file_contract *contract);

/**
 * Read the event types again, or the reference data, if their files have
 * changed. What cannot be read is told, and what was there before stays.
 * @returns whether there are new ones; then the old ones are gone, with all
 *          that points into them
 */
bool file_contract_renew_types(struct file_contract *contract);
bool file_contract_renew_codes(struct file_contract *contract);

#endif
