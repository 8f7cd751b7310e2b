/* SPDX-License-Identifier: Apache-2.0 */
/* See schema_text.h. */
#include "schema_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVENTS MAHALLE_SCHEMAS_DIR "/events/"

json_t *schema_load(const char *file)
{
    char path[512];
    json_t *root;

    (void)snprintf(path, sizeof path, "%s%s", EVENTS, file);
    root = json_load_file(path, 0, NULL);
    assert_non_null(root);
    return root;
}

enum mh_code schema_read(const json_t *root, struct mh_type **type,
                         struct mh_buf *problems)
{
    struct mh_err err;
    char *text = json_dumps(root, JSON_COMPACT);
    enum mh_code code;

    assert_non_null(text);
    code = mh_schema_read(text, strlen(text), type, problems, &err);
    if (code != MH_OK) {
        assert_int_equal(err.code, code);
    }
    free(text);
    return code;
}

void schema_assert_refused(const json_t *root, const char *line)
{
    struct mh_buf problems;
    struct mh_type *type = NULL;
    const char *found;

    mh_buf_init(&problems, 1 << 20);
    assert_int_equal(schema_read(root, &type, &problems), MH_CONTRACT);
    assert_null(type);
    found = strstr(mh_buf_string(&problems), line);
    if (found == NULL) {
        fail_msg("expected '%s' in:\n%s", line, mh_buf_string(&problems));
    }
    assert_true(found == mh_buf_string(&problems) || found[-1] == '\n');
    mh_buf_fini(&problems);
}
