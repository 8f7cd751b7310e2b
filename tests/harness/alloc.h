/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An allocator that fails once, at a chosen call.
 *
 * Counts malloc, calloc, realloc, strdup and asprintf of our own code (the
 * linker's --wrap, see tests/CMakeLists.txt). Leaks are for the address
 * sanitizer. Libraries are spared: jansson 2.14 goes on with a shortened text
 * and writes beyond it, avro-c 1.11 uses memory that it did not get.
 */
#ifndef MAHALLE_ALLOC_H
#define MAHALLE_ALLOC_H

#include <stdbool.h>

/** From now on the `nth` allocation (from 1) fails; 0: none does. */
void alloc_fail(long nth);
/** Whether it has come to that since. */
bool alloc_failed(void);

#endif
