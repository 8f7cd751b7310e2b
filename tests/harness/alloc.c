/* SPDX-License-Identifier: Apache-2.0 */
/* One counter for all; the functions have the names the linker wants. */
#include "alloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_asprintf(char **text, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

static long left; /* allocations until the one that fails; 0: none */
static bool failed;

static bool fails(void)
{
    if (left > 0 && --left == 0) {
        failed = true;
        errno = ENOMEM;
        return true;
    }
    return false;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = __wrap_malloc(size);

    return copy == NULL ? NULL : memcpy(copy, text, size);
}

int __wrap_asprintf(char **text, const char *fmt, ...)
{
    va_list args;
    int len;

    if (fails()) {
        *text = NULL;
        return -1;
    }
    va_start(args, fmt);
    len = vasprintf(text, fmt, args);
    va_end(args);
    return len;
}

void alloc_fail(long nth)
{
    left = nth;
    failed = false;
}

bool alloc_failed(void)
{
    return failed;
}
