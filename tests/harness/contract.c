/* SPDX-License-Identifier: Apache-2.0 */
/* A broken schema fails the set-up of every test that needs the contract. */
#include "contract.h"

#include <stdio.h>

static const char DIR[] = "../schemas";

int contract_load(struct mh_catalogue **catalogue,
                  struct mh_reference **reference)
{
    struct mh_buf problems;
    struct mh_err err = {0};
    enum mh_code code;

    *catalogue = NULL;
    *reference = NULL;
    mh_buf_init(&problems, 64 * 1024);
    code = mh_catalogue_new(catalogue, &err);
    if (code == MH_OK) {
        code = mh_catalogue_load(*catalogue, DIR, &problems, &err);
    }
    if (code == MH_OK) {
        code = mh_reference_new(reference, &err);
    }
    if (code == MH_OK) {
        code = mh_reference_load(*reference, DIR, &err);
    }
    if (code != MH_OK) {
        (void)fprintf(stderr, "%s\n%s\n", err.text, mh_buf_string(&problems));
    }
    mh_buf_fini(&problems);
    return code == MH_OK ? 0 : -1;
}
