/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An installed program finds its schemas from where it lies itself, so that
 * one build can be installed under any prefix, packed, or unpacked elsewhere.
 */
#include "schemas_dir.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The program's own path with its name cut off. */
static bool find_own_folder(char path[MH_SCHEMAS_DIR_MAX])
{
    ssize_t len = readlink("/proc/self/exe", path, MH_SCHEMAS_DIR_MAX - 1);
    char *slash;

    if (len < 1 || len >= MH_SCHEMAS_DIR_MAX - 1) {
        return false;
    }
    path[len] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL) {
        return false;
    }
    *slash = '\0';
    return true;
}

const char *mh_schemas_dir(const char *given, char path[MH_SCHEMAS_DIR_MAX])
{
    size_t len;

    if (*given != '\0') {
        return given;
    }
    if (!find_own_folder(path)) {
        return MAHALLE_SCHEMAS_DIR;
    }
    len = strlen(path);
    if (snprintf(path + len, MH_SCHEMAS_DIR_MAX - len, "/%s",
                 MAHALLE_SCHEMAS_BESIDE) >= (int)(MH_SCHEMAS_DIR_MAX - len) ||
        access(path, R_OK | X_OK) != 0) {
        return MAHALLE_SCHEMAS_DIR;
    }
    return path;
}
