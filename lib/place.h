/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The form of place codes; whether there is such a place is reference data.
 *
 * NN province, NNNN county, cNNNN city, vNNNNNN village; a neighbourhood is
 * its city or village, `-` and three digits.
 */
#ifndef MAHALLE_PLACE_H
#define MAHALLE_PLACE_H

#include <stddef.h>

#include "schema.h"

enum { MH_PLACE_NUMBER = 4 }; /* bytes of a neighbourhood's `-NNN` */

/** Level of a place code by its form alone; MH_LEVEL_NONE: no place code. */
enum mh_level mh_place_level(const char *code, size_t len);

#endif
