/* SPDX-License-Identifier: Apache-2.0 */
/* Every event has a place: digits are tested four at a time. */
#include "place.h"

#include "word.h"

enum { CITY_LEN = 5, VILLAGE_LEN = 7 };

/* Four digits, one a byte: the upper half of each is 3, and still is when six
 * is added, which no byte beyond '9' passes. */
static bool is_digits(uint32_t four)
{
    return (four & 0xF0F0F0F0) == 0x30303030 &&
           ((four + 0x06060606) & 0xF0F0F0F0) == 0x30303030;
}

/* Bytes of the city or village that the code starts with; 0: none. */
static size_t settlement_len(const char *code, size_t len)
{
    if (len >= CITY_LEN && code[0] == 'c') {
        return is_digits(mh_load_4(code + 1)) ? CITY_LEN : 0;
    }
    if (len >= VILLAGE_LEN && code[0] == 'v') {
        return is_digits(mh_load_4(code + 1)) && is_digits(mh_load_4(code + 3))
                   ? VILLAGE_LEN
                   : 0;
    }
    return 0;
}

/* The dash, once told, makes room for a zero: then four digits are left. */
static bool is_number(const char *text)
{
    return text[0] == '-' && is_digits(mh_load_4(text) + ('0' - '-'));
}

enum mh_level mh_place_level(const char *code, size_t len)
{
    size_t settlement = settlement_len(code, len);

    if (settlement > 0 && len == settlement) {
        return MH_LEVEL_SETTLEMENT;
    }
    if (settlement > 0 && len == settlement + MH_PLACE_NUMBER) {
        return is_number(code + settlement) ? MH_LEVEL_NEIGHBOURHOOD
                                            : MH_LEVEL_NONE;
    }
    if (len == 4 && is_digits(mh_load_4(code))) {
        return MH_LEVEL_COUNTY;
    }
    if (len == 2 && is_digits((uint32_t)(uint8_t)code[0] |
                              (uint32_t)(uint8_t)code[1] << 8 | 0x30300000)) {
        return MH_LEVEL_PROVINCE;
    }
    return MH_LEVEL_NONE;
}
