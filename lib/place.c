/* SPDX-License-Identifier: Apache-2.0 */
/* Digits are tested four at a time. */
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

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
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
    if (len == 2 && is_digit(code[0]) && is_digit(code[1])) {
        return MH_LEVEL_PROVINCE;
    }
    return MH_LEVEL_NONE;
}

bool mh_place_is_council(const char *code, size_t len)
{
    size_t place_len = settlement_len(code, len) + MH_PLACE_NUMBER;
    const char *rest = code + place_len;

    if (place_len == MH_PLACE_NUMBER || len < place_len + 3 ||
        len > place_len + 4 || !is_number(rest - MH_PLACE_NUMBER)) {
        return false;
    }
    return rest[0] == '-' && rest[1] == 'C' && is_digit(rest[2]) &&
           is_digit(code[len - 1]);
}
