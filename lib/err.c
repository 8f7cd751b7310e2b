/* SPDX-License-Identifier: Apache-2.0 */
/* Tables made from the one list in mahalle/err.h. */
#include "mahalle/err.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const char *text;
    enum mh_act act;
    int exit_code;
} CODES[] = {
#define X(name, act, exit, text) {#name, text, MH_ACT_##act, exit},
    MH_CODES(X)
#undef X
};

const char *mh_code_name(enum mh_code code)
{
    return CODES[code].name;
}

const char *mh_code_text(enum mh_code code)
{
    return CODES[code].text;
}

enum mh_act mh_code_act(enum mh_code code)
{
    return CODES[code].act;
}

int mh_code_exit(enum mh_code code)
{
    return CODES[code].exit_code;
}

enum mh_code mh_code_find(const char *name)
{
    int code = 0;

    while (code < MH_CODE_COUNT && strcmp(CODES[code].name, name) != 0) {
        code++;
    }
    return (enum mh_code)code;
}

enum mh_code mh_fail(struct mh_err *err, enum mh_code code, const char *fmt,
                     ...)
{
    va_list args;

    err->code = code;
    va_start(args, fmt);
    (void)vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return code;
}
