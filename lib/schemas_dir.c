/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An installed program or library finds its schemas from where it lies, so that
 * one build can be installed under any prefix, packed, or unpacked elsewhere.
 */
#include "schemas_dir.h"

#include <dirent.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Cut the name off a path. @returns false: there is none before it */
static bool cut_name(char *path)
{
    char *slash = strrchr(path, '/');

    if (slash != NULL) {
        *slash = '\0';
    }
    return slash != NULL;
}

/* The folder of the program. */
static bool find_program(char path[MH_SCHEMAS_DIR_MAX])
{
    ssize_t len = readlink("/proc/self/exe", path, MH_SCHEMAS_DIR_MAX - 1);

    if (len < 1 || len >= MH_SCHEMAS_DIR_MAX - 1) {
        return false;
    }
    path[len] = '\0';
    return cut_name(path);
}

/* The folder of the shared library that this code is in, if it is in one. */
static bool find_library(char path[MH_SCHEMAS_DIR_MAX])
{
    static const char NAME[] = "/libmahalle.so";
    static const char here;
    Dl_info info;

    if (dladdr(&here, &info) == 0 || info.dli_fname == NULL ||
        strstr(info.dli_fname, NAME) == NULL ||
        snprintf(path, MH_SCHEMAS_DIR_MAX, "%s", info.dli_fname) >=
            MH_SCHEMAS_DIR_MAX) {
        return false;
    }
    return cut_name(path);
}

const char *mh_schemas_dir(const char *given, char path[MH_SCHEMAS_DIR_MAX])
{
    const char *beside = MAHALLE_SCHEMAS_BESIDE_LIBRARY;
    size_t len;

    if (*given != '\0') {
        return given;
    }
    if (!find_library(path)) {
        beside = MAHALLE_SCHEMAS_BESIDE;
        if (!find_program(path)) {
            return MAHALLE_SCHEMAS_DIR;
        }
    }
    len = strlen(path);
    if (snprintf(path + len, MH_SCHEMAS_DIR_MAX - len, "/%s", beside) >=
            (int)(MH_SCHEMAS_DIR_MAX - len) ||
        access(path, R_OK | X_OK) != 0) {
        return MAHALLE_SCHEMAS_DIR;
    }
    return path;
}

/* ---- Changes ------------------------------------------------------------ */

static void add_number(uint64_t *stamp, uint64_t number)
{
    *stamp = (*stamp ^ number) * UINT64_C(0x100000001b3);
}

/* When a file was changed, or a folder; nothing for what is not there. */
static void add_path(uint64_t *stamp, const char *dir, const char *folder,
                     const char *name)
{
    char path[MH_SCHEMAS_DIR_MAX + 512];
    struct stat at;

    if (snprintf(path, sizeof path, "%s/%s/%s", dir, folder, name) <
            (int)sizeof path &&
        stat(path, &at) == 0) {
        add_number(stamp, (uint64_t)at.st_ino);
        add_number(stamp, (uint64_t)at.st_mtim.tv_sec);
        add_number(stamp, (uint64_t)at.st_mtim.tv_nsec);
    } else {
        add_number(stamp, 0);
    }
}

uint64_t mh_schemas_stamp_events(const char *dir)
{
    char path[MH_SCHEMAS_DIR_MAX + 16];
    uint64_t stamp = 0;
    const struct dirent *entry;
    DIR *events;

    (void)snprintf(path, sizeof path, "%s/events", dir);
    events = opendir(path);
    while (events != NULL && (entry = readdir(events)) != NULL) {
        if (entry->d_name[0] != '.') {
            add_path(&stamp, dir, "events", entry->d_name);
        }
    }
    if (events != NULL) {
        (void)closedir(events);
    }
    return stamp;
}

uint64_t mh_schemas_stamp_reference(const char *dir)
{
    static const char *const FOLDERS[] = {"reference", "reference/loaded"};
    static const char *const NAMES[] = {"agencies.csv", "places.csv",
                                        "lookups.csv"};
    uint64_t stamp = 0;

    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 3; k++) {
            add_path(&stamp, dir, FOLDERS[i], NAMES[k]);
        }
    }
    return stamp;
}
