/* SPDX-License-Identifier: Apache-2.0 */
/** The schemas and reference data of this tree, for tests in C. */
#ifndef MAHALLE_HARNESS_CONTRACT_H
#define MAHALLE_HARNESS_CONTRACT_H

#include "catalogue.h"
#include "reference.h"

/**
 * Load ../schemas (tests run in tests/); says on standard error what is wrong.
 * @param catalogue out; given
 * @param reference out; given
 * @returns 0, or -1 as cmocka wants it from a set-up
 */
int contract_load(struct mh_catalogue **catalogue,
                  struct mh_reference **reference);

#endif
