/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of ranges of code points, looked through from the beginning: texts of
 * ASCII never come here, and names of columns are few. */
#include "persian.h"

#include <stdint.h>
#include <string.h>

#include "text.h"

enum {
    DROP = 0,
    SPACE = 0x20,
    ZWNJ = 0x200C,
    LAM = 0x644,
    ALEF = 0x627,
    LAM_ALEF_FIRST = 0xFEF5,
    LAM_ALEF_LAST = 0xFEFC
};

struct range {
    uint32_t first, last;
    uint32_t to; /* the character that stands for all of them, or DROP */
};

/* No text has them. */
static const struct range SPOILED[] = {
    {0x0, 0x8, 0},         {0xB, 0xC, 0},         {0xE, 0x1F, 0},
    {0x7F, 0x9F, 0},       {0x202D, 0x202E, 0},   {0xE000, 0xF8FF, 0},
    {0xFDD0, 0xFDEF, 0},   {0xFFFD, 0xFFFF, 0},   {0x1FFFE, 0x1FFFF, 0},
    {0xE0000, 0xE007F, 0}, {0xF0000, 0x10FFFF, 0}};

static const struct range BLANK[] = {
    {0x9, 0xA, SPACE},       {0xD, 0xD, SPACE},       {0x20, 0x20, SPACE},
    {0xA0, 0xA0, SPACE},     {0x1680, 0x1680, SPACE}, {0x2000, 0x200A, SPACE},
    {0x2028, 0x2029, SPACE}, {0x202F, 0x202F, SPACE}, {0x205F, 0x205F, SPACE},
    {0x3000, 0x3000, SPACE}};

static const struct range INVISIBLE[] = {
    {0xAD, 0xAD, DROP},     {0x61C, 0x61C, DROP},   {0x200B, 0x200B, DROP},
    {0x200D, 0x200F, DROP}, {0x202A, 0x202C, DROP}, {0x2060, 0x2060, DROP},
    {0x2066, 0x2069, DROP}, {0xFEFF, 0xFEFF, DROP}};

/* One character for all spellings of a letter, and nothing for what some write
 * and others do not. */
static const struct range KEY[] = {
    {0xAC, 0xAC, DROP}, /* old keyboards have it for ZWNJ */
    {ZWNJ, ZWNJ, DROP},
    {0x2010, 0x2015, DROP},
    {0x2212, 0x2212, DROP},
    {0x640, 0x640, DROP},
    {0x64B, 0x655, DROP},
    {0x670, 0x670, DROP},
    {0x622, 0x623, ALEF},
    {0x624, 0x624, 0x648},
    {0x625, 0x625, ALEF},
    {0x626, 0x626, 0x6CC},
    {0x629, 0x629, 0x647},
    {0x643, 0x643, 0x6A9},
    {0x649, 0x64A, 0x6CC},
    {0x671, 0x671, ALEF},
    {0x6AA, 0x6AA, 0x6A9},
    {0x6BE, 0x6BE, 0x647},
    {0x6C0, 0x6C1, 0x647},
    {0x6D5, 0x6D5, 0x647},
    /* presentation forms, as they come out of old PDF files */
    {0xFB50, 0xFB51, ALEF},
    {0xFB56, 0xFB59, 0x67E},
    {0xFB7A, 0xFB7D, 0x686},
    {0xFB8A, 0xFB8B, 0x698},
    {0xFB8E, 0xFB91, 0x6A9},
    {0xFB92, 0xFB95, 0x6AF},
    {0xFBA4, 0xFBAD, 0x647},
    {0xFBE8, 0xFBE9, 0x6CC},
    {0xFBFC, 0xFBFF, 0x6CC},
    {0xFE70, 0xFE7F, DROP},
    {0xFE80, 0xFE80, 0x621},
    {0xFE81, 0xFE84, ALEF},
    {0xFE85, 0xFE86, 0x648},
    {0xFE87, 0xFE88, ALEF},
    {0xFE89, 0xFE8C, 0x6CC},
    {0xFE8D, 0xFE8E, ALEF},
    {0xFE8F, 0xFE92, 0x628},
    {0xFE93, 0xFE94, 0x647},
    {0xFE95, 0xFE98, 0x62A},
    {0xFE99, 0xFE9C, 0x62B},
    {0xFE9D, 0xFEA0, 0x62C},
    {0xFEA1, 0xFEA4, 0x62D},
    {0xFEA5, 0xFEA8, 0x62E},
    {0xFEA9, 0xFEAA, 0x62F},
    {0xFEAB, 0xFEAC, 0x630},
    {0xFEAD, 0xFEAE, 0x631},
    {0xFEAF, 0xFEB0, 0x632},
    {0xFEB1, 0xFEB4, 0x633},
    {0xFEB5, 0xFEB8, 0x634},
    {0xFEB9, 0xFEBC, 0x635},
    {0xFEBD, 0xFEC0, 0x636},
    {0xFEC1, 0xFEC4, 0x637},
    {0xFEC5, 0xFEC8, 0x638},
    {0xFEC9, 0xFECC, 0x639},
    {0xFECD, 0xFED0, 0x63A},
    {0xFED1, 0xFED4, 0x641},
    {0xFED5, 0xFED8, 0x642},
    {0xFED9, 0xFEDC, 0x6A9},
    {0xFEDD, 0xFEE0, LAM},
    {0xFEE1, 0xFEE4, 0x645},
    {0xFEE5, 0xFEE8, 0x646},
    {0xFEE9, 0xFEEC, 0x647},
    {0xFEED, 0xFEEE, 0x648},
    {0xFEEF, 0xFEF4, 0x6CC},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static const struct range *find(const struct range *table, size_t count,
                                uint32_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (code >= table[i].first && code <= table[i].last) {
            return &table[i];
        }
    }
    return NULL;
}

/* The character at `*at` of valid UTF-8; goes behind it. */
static uint32_t take(const char *text, size_t *at)
{
    const unsigned char *bytes = (const unsigned char *)text + *at;
    int more = bytes[0] < 0x80   ? 0
               : bytes[0] < 0xE0 ? 1
               : bytes[0] < 0xF0 ? 2
                                 : 3;
    uint32_t code = more == 0 ? bytes[0] : bytes[0] & (0x3FU >> more);

    for (int i = 1; i <= more; i++) {
        code = code << 6 | (bytes[i] & 0x3FU);
    }
    *at += (size_t)more + 1;
    return code;
}

/* UTF-8 of `code`. @returns bytes, 1 to 4 */
static size_t put(uint32_t code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        to[0] = (char)(0xC0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        to[0] = (char)(0xE0 | code >> 12);
        to[1] = (char)(0x80 | (code >> 6 & 0x3F));
        to[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | code >> 18);
    to[1] = (char)(0x80 | (code >> 12 & 0x3F));
    to[2] = (char)(0x80 | (code >> 6 & 0x3F));
    to[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

/* ----------------------------------------------------------------- cells */

static bool is_ascii_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* Nothing but ASCII that can be seen, and blanks. */
static bool is_plain(const char *text, size_t len)
{
    unsigned char odd = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)text[i];

        odd |= byte >= 0x7F || (byte < 0x20 && !is_ascii_blank(text[i]));
    }
    return odd == 0;
}

/* UTF-8 that was read as windows-1252: what was a letter of Persian is one of
 * these four and a character of the second half of Latin-1. */
static bool is_mojibake(uint32_t code, uint32_t next)
{
    return (code == 0xD8 || code == 0xD9 || code == 0xDA || code == 0xDB) &&
           next >= 0x80 && next <= 0xFF;
}

static bool is_spoiled(const char *text, size_t len)
{
    uint32_t before = 0;
    size_t at = 0;

    if (!mh_text_is_utf8(text, len)) {
        return true;
    }
    while (at < len) {
        uint32_t code = take(text, &at);

        if (find(SPOILED, COUNT(SPOILED), code) != NULL ||
            is_mojibake(before, code)) {
            return true;
        }
        before = code;
    }
    return false;
}

size_t persian_lead(const char *text, size_t len)
{
    size_t lead = 0;
    size_t at = 0;

    while (at < len && mh_text_character(text + at, len - at) > 0) {
        uint32_t code = take(text, &at);

        if (code != ZWNJ && find(BLANK, COUNT(BLANK), code) == NULL &&
            find(INVISIBLE, COUNT(INVISIBLE), code) == NULL) {
            break;
        }
        lead = at;
    }
    return lead;
}

/* @returns bytes in `room`: no more than `len`, as nothing gets longer */
static size_t clean_inside(const char *text, size_t len, char *room)
{
    size_t at = 0;
    size_t to = 0;
    size_t end = 0; /* behind the last character that is no blank */

    while (at < len) {
        uint32_t code = take(text, &at);
        bool blank = find(BLANK, COUNT(BLANK), code) != NULL;

        if (find(INVISIBLE, COUNT(INVISIBLE), code) != NULL) {
            continue;
        }
        if ((blank || code == ZWNJ) && end == 0) {
            continue;
        }
        to += put(blank ? SPACE : code, room + to);
        if (!blank && code != ZWNJ) {
            end = to;
        }
    }
    return end;
}

struct persian_text persian_clean(const char *text, size_t len, char *room)
{
    while (len > 0 && is_ascii_blank(text[0])) {
        text++;
        len--;
    }
    while (len > 0 && is_ascii_blank(text[len - 1])) {
        len--;
    }
    if (is_plain(text, len)) {
        return (struct persian_text){.text = text, .len = len};
    }
    if (is_spoiled(text, len)) {
        return (struct persian_text){.text = text, .len = len, .spoiled = true};
    }
    return (struct persian_text){.text = room,
                                 .len = clean_inside(text, len, room)};
}

/* ------------------------------------------------------------------ keys */

static uint32_t fold(uint32_t code)
{
    const struct range *range;

    if (code < 0x80) { /* most of them */
        return code >= 'A' && code <= 'Z' ? code - 'A' + 'a'
               : code <= ' ' || strchr("-._", (int)code) != NULL ? DROP
                                                                 : code;
    }
    if ((code >= 0x660 && code <= 0x669) || (code >= 0x6F0 && code <= 0x6F9)) {
        return '0' + (code & 0xF);
    }
    if (find(BLANK, COUNT(BLANK), code) != NULL ||
        find(INVISIBLE, COUNT(INVISIBLE), code) != NULL) {
        return DROP;
    }
    range = find(KEY, COUNT(KEY), code);
    return range == NULL ? code : range->to;
}

void persian_key(const char *text, size_t len, char key[PERSIAN_KEY_MAX])
{
    size_t at = 0;
    size_t to = 0;

    if (!mh_text_is_utf8(text, len)) {
        len = 0;
    }
    while (at < len && to < PERSIAN_KEY_MAX - 8) {
        uint32_t code = take(text, &at);

        if (code >= LAM_ALEF_FIRST && code <= LAM_ALEF_LAST) {
            to += put(LAM, key + to);
            code = ALEF;
        }
        code = fold(code);
        if (code != DROP) {
            to += put(code, key + to);
        }
    }
    key[to] = '\0';
}
