/* SPDX-License-Identifier: Apache-2.0 */
/* Widths are counted in characters: a person's words may be Persian. */
#include "admin_table.h"

#include <stdio.h>
#include <string.h>

enum { COLUMNS_MAX = 16, NAME_WIDTH = 12 };

static const char *cell(const struct database *db, int row, int column)
{
    const char *text =
        row < 0 ? database_column(db, column) : database_text(db, row, column);

    return text == NULL || *text == '\0' ? "-" : text;
}

/* Bytes of a character that must not reach a terminal: controls (C0, C1) and
 * those that turn the direction of text (U+202A..E, U+2066..9); else 0. The
 * text is UTF-8: the database holds no other. */
static int forbidden(const unsigned char *at)
{
    if (at[0] < ' ' || at[0] == 0x7F) {
        return 1;
    }
    if (at[0] == 0xC2 && at[1] < 0xA0) {
        return 2;
    }
    return at[0] == 0xE2 &&
                   ((at[1] == 0x80 && at[2] >= 0xAA && at[2] <= 0xAE) ||
                    (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9))
               ? 3
               : 0;
}

/* Print up to the end and count the characters. */
static int print_text(const char *text, FILE *out)
{
    const unsigned char *at = (const unsigned char *)text;
    int width = 0;

    while (*at != '\0') {
        int bad = forbidden(at);

        width += bad > 0 || (*at & 0xC0) != 0x80;
        if (out != NULL) {
            (void)fputc(bad > 0 ? '?' : *at, out);
        }
        at += bad > 0 ? bad : 1;
    }
    return width;
}

void admin_print_text(const char *text)
{
    (void)print_text(text == NULL || *text == '\0' ? "-" : text, stdout);
}

void admin_print_table(const struct database *db)
{
    int widths[COLUMNS_MAX] = {0};
    int columns = database_columns(db);

    for (int row = -1; row < database_rows(db); row++) {
        for (int c = 0; c < columns; c++) {
            int width = print_text(cell(db, row, c), NULL);

            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    for (int row = -1; row < database_rows(db); row++) {
        for (int c = 0; c < columns; c++) {
            int width = print_text(cell(db, row, c), stdout);

            (void)printf("%*s", c + 1 < columns ? widths[c] - width + 2 : 0,
                         "");
        }
        (void)putchar('\n');
    }
}

void admin_print_row(const struct database *db, int row)
{
    for (int c = 0; c < database_columns(db); c++) {
        (void)printf("%-*s ", NAME_WIDTH, database_column(db, c));
        admin_print_text(cell(db, row, c));
        (void)putchar('\n');
    }
}

void admin_print_bytes(const void *bytes, size_t len)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < len; i++) {
        if (at[i] >= ' ' && at[i] < 127 && at[i] != '\\') {
            (void)putchar(at[i]);
        } else {
            (void)printf("\\x%02x", at[i]);
        }
    }
}
