/* SPDX-License-Identifier: Apache-2.0 */
/* Input: a configuration file. It is taken or refused, never anything else. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct mh_option TABLE[] = {
    {"brokers", MH_OPTION_TEXT, "", 0, 0, "", "Text."},
    {"batch-size", MH_OPTION_NUMBER, "1", -5, 100, "events", "Number."},
    {"dry-run", MH_OPTION_FLAG, "false", 0, 0, "", "Flag."},
    {"api-key", MH_OPTION_SECRET, "", 0, 0, "", "Secret."},
    {.name = NULL}};

static const struct mh_program PROGRAM = {"fuzz", "", "", "", .options = TABLE};

static int file = -1; /* in memory only */

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    file = memfd_create("options", 0);
    stderr = fopen("/dev/null", "w"); /* nobody reads a million mistakes */
    return file < 0 || stderr == NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    char name[] = "fuzz";
    char flag[] = "--config";
    char *argv[] = {name, flag, path, NULL};
    struct mh_options *options = NULL;
    struct mh_err err;
    bool done = false;

    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (ftruncate(file, 0) != 0 ||
        pwrite(file, data, size, 0) != (ssize_t)size) {
        abort();
    }
    if (mh_options_read(&PROGRAM, 3, argv, &options, &done, &err) == MH_OK &&
        mh_options_number(options, "batch-size") > 100) {
        abort();
    }
    mh_options_free(options);
    return 0;
}
