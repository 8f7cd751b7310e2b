/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The form of place codes; whether there is such a place is reference data.
 *
 * NN province, NNNN county, cNNNN city, vNNNNNN village; a neighbourhood is
 * its city or village, `-` and three digits. Every event has a place and many
 * a council, so their two patterns are known here and matched without states.
 */
#ifndef MAHALLE_PLACE_H
#define MAHALLE_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include "schema.h"

enum { MH_PLACE_NUMBER = 4 }; /* bytes of a neighbourhood's `-NNN` */

/** The same forms as patterns of a schema (lib/pattern.h). */
#define MH_PLACE_PATTERN \
    "[0-9]{2}|[0-9]{4}|c[0-9]{4}|v[0-9]{6}|(c[0-9]{4}|v[0-9]{6})-[0-9]{3}"
#define MH_COUNCIL_PATTERN "(c[0-9]{4}|v[0-9]{6})-[0-9]{3}-C[0-9]{1,2}"

/** Level of a place code by its form alone; MH_LEVEL_NONE: no place code. */
enum mh_level mh_place_level(const char *code, size_t len);

/** Whether it is the code of a council by its form: its neighbourhood's, then
 *  `-C` and one or two digits. */
bool mh_place_is_council(const char *code, size_t len);

#endif
