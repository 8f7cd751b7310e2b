/* SPDX-License-Identifier: Apache-2.0 */
/* Names are compared by persian_key, exact names of fields come first. */
#include "sheet.h"

#include <stdio.h>
#include <string.h>

#include "nearest.h"
#include "text.h"

static const char SOUND[] = "characters of the set that --charset names";
static const char EVENT_TYPE[] = "event_type";
static const char EVENT_TYPE_FA[] = "نوع رویداد";

static const char *const EXTRAS[SHEET_EXTRA_COUNT][2] = {
    [SHEET_LINE] = {[WORDS_FA] = "سطر ردشده", [WORDS_EN] = "refused line"},
    [SHEET_FAULTS] = {[WORDS_FA] = "علت رد", [WORDS_EN] = "refused because"}};

const char *sheet_extra_name(enum sheet_extra extra, enum words_lang lang)
{
    return EXTRAS[extra][lang];
}

/* ---------------------------------------------------------------- header */

static bool has_key(const char *name, const char *key)
{
    char other[PERSIAN_KEY_MAX];

    persian_key(name, strlen(name), other);
    return strcmp(key, other) == 0;
}

static const char *name_of(const struct mh_field *field, int which)
{
    return which == 0 ? field->name
                      : words_field(field, which == 1 ? WORDS_FA : WORDS_EN);
}

static void make_keys(struct sheet *sheet)
{
    for (int i = 0; i < sheet->type->field_count; i++) {
        for (int k = 0; k < SHEET_NAMES; k++) {
            const char *name = name_of(&sheet->type->fields[i], k);

            persian_key(name, strlen(name), sheet->keys[i][k]);
        }
    }
}

/* The field that a column of this key names; -1 none. Labels that two fields
 * share name neither. */
static int find_field(const struct sheet *sheet, const char *key)
{
    int found = -1;

    for (int i = 0; i < sheet->type->field_count; i++) {
        if (strcmp(sheet->keys[i][0], key) == 0) {
            return i;
        }
        if (strcmp(sheet->keys[i][1], key) == 0 ||
            strcmp(sheet->keys[i][2], key) == 0) {
            found = found == -1 ? i : -2;
        }
    }
    return found < 0 ? -1 : found;
}

static bool is_extra(const char *key)
{
    for (int i = 0; i < SHEET_EXTRA_COUNT; i++) {
        if (has_key(EXTRAS[i][WORDS_FA], key) ||
            has_key(EXTRAS[i][WORDS_EN], key)) {
            return true;
        }
    }
    return false;
}

static void refuse_column(const struct sheet *sheet, const char *key,
                          const struct persian_text *name,
                          struct mh_faults *faults)
{
    char expected[128] = "a column of the template";
    struct mh_nearest nearest;

    mh_nearest_begin(&nearest, key, strlen(key));
    for (int i = 0; i < sheet->type->field_count; i++) {
        for (int k = 0; k < SHEET_NAMES; k++) {
            mh_nearest_offer(&nearest, sheet->keys[i][k],
                             name_of(&sheet->type->fields[i], k));
        }
    }
    if (nearest.best != NULL) {
        (void)snprintf(expected, sizeof expected,
                       "a column of the template, such as %s", nearest.best);
    }
    mh_fault_add_name(faults, MH_UNKNOWN_FIELD, name->text, name->len, expected,
                      NULL, 0);
}

static int find_column(const struct sheet *sheet,
                       const struct persian_text *name,
                       struct mh_faults *faults)
{
    char key[PERSIAN_KEY_MAX];
    int field;

    if (name->spoiled) {
        /* one fault: all names are spoiled when the character set is wrong */
        if (faults->count == 0) {
            (void)mh_fault_add(faults, MH_CHARSET, NULL, -1, SOUND, NULL, 0);
        }
        return SHEET_EMPTY;
    }
    persian_key(name->text, name->len, key);
    if (name->len == 0) {
        return SHEET_EMPTY;
    }
    field = find_field(sheet, key);
    if (field >= 0) {
        return field;
    }
    if (has_key(EVENT_TYPE, key) || has_key(EVENT_TYPE_FA, key)) {
        return SHEET_TYPE;
    }
    if (is_extra(key)) {
        return SHEET_EXTRA;
    }
    refuse_column(sheet, key, name, faults);
    return SHEET_EMPTY;
}

static bool is_doubled(const struct sheet *sheet, int at)
{
    int column = sheet->columns[at];

    if (column == SHEET_EMPTY || column == SHEET_EXTRA) {
        return false;
    }
    for (int i = 0; i < at; i++) {
        if (sheet->columns[i] == column) {
            return true;
        }
    }
    return false;
}

static void refuse_doubled(const struct sheet *sheet, int at,
                           const struct persian_text *name,
                           struct mh_faults *faults)
{
    static const char EXPECTED[] = "each column once";
    int field = sheet->columns[at];

    if (field >= 0) {
        (void)mh_fault_add(faults, MH_CSV, sheet->type, field, EXPECTED,
                           name->text, name->len);
    } else {
        mh_fault_add_name(faults, MH_CSV, EVENT_TYPE, sizeof EVENT_TYPE - 1,
                          EXPECTED, name->text, name->len);
    }
}

static enum mh_code refuse_row(const struct sheet *sheet, const struct row *row,
                               struct mh_faults *faults)
{
    char expected[128], got[32];
    int len = 0;

    if (!mh_text_is_utf8(row->text, row->len) ||
        memchr(row->text, '\0', row->len) != NULL) {
        (void)mh_fault_add(faults, MH_CHARSET, NULL, -1, SOUND, NULL, 0);
        return MH_CHARSET;
    }
    if (row->problem != NULL) {
        (void)snprintf(expected, sizeof expected, "a row of RFC 4180: %s",
                       row->problem);
    } else {
        (void)snprintf(expected, sizeof expected, "%d cells", sheet->count);
        len = snprintf(got, sizeof got, "%d cells", row->count);
    }
    (void)mh_fault_add(faults, MH_CSV, NULL, -1, expected, len > 0 ? got : NULL,
                       (size_t)len);
    return MH_CSV;
}

enum mh_code sheet_header(struct sheet *sheet, const struct mh_type *type,
                          const struct row *row, struct mh_faults *faults)
{
    size_t used = 0;

    sheet->type = type;
    make_keys(sheet);
    sheet->width = row->count;
    sheet->count = 0;
    if (row->problem != NULL) {
        return refuse_row(sheet, row, faults);
    }
    for (int i = 0; i < row->count; i++) {
        const struct mh_csv_cell *cell = &row->cells[i];
        struct persian_text name =
            persian_clean(cell->text, cell->len, sheet->room + used);

        used += cell->len;
        sheet->columns[i] = find_column(sheet, &name, faults);
        if (is_doubled(sheet, i)) {
            refuse_doubled(sheet, i, &name, faults);
        }
        if (sheet->columns[i] != SHEET_EMPTY &&
            sheet->columns[i] != SHEET_EXTRA) {
            sheet->count = i + 1;
        }
    }
    if (faults->count == 0 && sheet->count == 0) {
        (void)mh_fault_add(faults, MH_CSV, NULL, -1,
                           "names of columns in the first row", NULL, 0);
    }
    return faults->count == 0 ? MH_OK : faults->items[0].code;
}

/* ------------------------------------------------------------------ rows */

static const char FORMULAS[] = "=+-@";

/* Some spreadsheets leave out what nobody sees before they look. */
static bool begins_formula(const char *text, size_t len)
{
    size_t at = persian_lead(text, len);

    return at < len && memchr(FORMULAS, text[at], sizeof FORMULAS - 1) != NULL;
}

/* Behind any number of apostrophes. */
static bool is_quoted_formula(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && text[at] == '\'') {
        at++;
    }
    return at > 0 && begins_formula(text + at, len - at);
}

bool sheet_is_formula(const char *text, size_t len)
{
    size_t sign = persian_lead(text, len);
    size_t at = sign + 1;

    if (!begins_formula(text, len)) {
        return false;
    }
    while (at < len && (text[sign] == '-' || text[sign] == '+') &&
           ((text[at] >= '0' && text[at] <= '9') || text[at] == '.')) {
        at++;
    }
    return at == sign + 1 || at < len;
}

bool sheet_is_blank(const struct row *row)
{
    char room[64];

    if (row->problem != NULL) {
        return false;
    }
    for (int i = 0; i < row->count; i++) {
        const struct mh_csv_cell *cell = &row->cells[i];

        if (cell->len > sizeof room) {
            return false;
        }
        if (cell->len > 0) {
            struct persian_text text =
                persian_clean(cell->text, cell->len, room);

            if (text.len > 0 || text.spoiled) {
                return false;
            }
        }
    }
    return true;
}

static void check_type(const struct sheet *sheet,
                       const struct persian_text *text,
                       struct mh_faults *faults)
{
    const char *name = sheet->type->name;

    if (text->len > 0 && (text->len != strlen(name) ||
                          memcmp(text->text, name, text->len) != 0)) {
        mh_fault_add_name(faults, MH_UNKNOWN_TYPE, EVENT_TYPE,
                          sizeof EVENT_TYPE - 1, name, text->text, text->len);
    }
}

static void add_item(struct sheet *sheet, int field,
                     const struct persian_text *text)
{
    struct given_item *item = &sheet->items[sheet->item_count++];

    item->name = sheet->type->fields[field].name;
    item->name_len = sheet->type->fields[field].name_len;
    item->field = field;
    item->given =
        (struct given){.kind = text->spoiled ? GIVEN_SPOILED : GIVEN_CELL,
                       .text = text->text,
                       .len = text->len};
}

enum mh_code sheet_row(struct sheet *sheet, const struct row *row,
                       struct mh_faults *faults)
{
    size_t used = 0;

    sheet->item_count = 0;
    if (row->problem != NULL || row->count < sheet->count) {
        return refuse_row(sheet, row, faults);
    }
    for (int i = 0; i < row->count; i++) {
        const struct mh_csv_cell *cell = &row->cells[i];
        int column = i < sheet->width ? sheet->columns[i] : SHEET_EMPTY;
        size_t quote = is_quoted_formula(cell->text, cell->len) ? 1 : 0;
        struct persian_text text;

        if (cell->len == 0 || column == SHEET_EXTRA) {
            continue;
        }
        text = persian_clean(cell->text + quote, cell->len - quote,
                             sheet->room + used);
        used += cell->len;
        if (column >= 0 && (text.len > 0 || text.spoiled)) {
            add_item(sheet, column, &text);
        } else if (column == SHEET_TYPE) {
            check_type(sheet, &text, faults);
        } else if (text.len > 0) {
            (void)mh_fault_add(faults, MH_CSV, NULL, -1,
                               "nothing in columns without a name", NULL, 0);
            return MH_CSV;
        }
    }
    return MH_OK;
}
