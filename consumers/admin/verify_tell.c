/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of `name=value`: a person reads them, grep finds in them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "admin_table.h"
#include "clock.h"
#include "verify.h"

enum { SHOW_MS = 200 };

void verify_begin(struct verify *verify, const char *where)
{
    verify_hide(verify);
    verify->differences++;
    (void)printf("difference in=%s", where);
}

void verify_put(const char *name, const char *text)
{
    bool quoted = text != NULL && (*text == '\0' || strchr(text, ' ') != NULL);

    (void)printf(" %s=%s", name, quoted ? "\"" : "");
    if (text == NULL) {
        (void)fputs("none", stdout);
    } else if (*text != '\0') {
        admin_print_text(text);
    }
    (void)fputs(quoted ? "\"" : "", stdout);
}

void verify_put_number(const char *name, int64_t number)
{
    (void)printf(" %s=%" PRId64, name, number);
}

void verify_end(void)
{
    (void)putchar('\n');
}

void verify_show(struct verify *verify, const char *step, int64_t done,
                 int64_t of)
{
    int64_t now = mh_clock_ms();

    if (verify->terminal && now - verify->shown_ms >= SHOW_MS) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "\r\033[K%s: %" PRId64 " of %" PRId64, step, done,
                      of);
        verify->shown_ms = now;
    }
}

void verify_hide(struct verify *verify)
{
    if (verify->terminal && verify->shown_ms > 0) {
        (void)fputs("\r\033[K", stderr);
        verify->shown_ms = 0;
    }
}
