/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void scratch_name(char path[static SCRATCH_PATH_MAX])
{
    static int count;
    struct stat there;

    do {
        (void)snprintf(path, SCRATCH_PATH_MAX, "/tmp/mahalle_test_%d_%d",
                       (int)getpid(), ++count);
    } while (lstat(path, &there) == 0);
}

static void must(int done, const char *path)
{
    if (!done) {
        perror(path);
        exit(1);
    }
}

void scratch_file(char path[static SCRATCH_PATH_MAX], const void *bytes,
                  size_t len)
{
    int file;

    scratch_name(path);
    file =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    must(file >= 0, path);
    must(write(file, bytes, len) == (ssize_t)len, path);
    must(close(file) == 0, path);
}

void scratch_folder(char path[static SCRATCH_PATH_MAX])
{
    scratch_name(path);
    must(mkdir(path, 0700) == 0, path);
}
