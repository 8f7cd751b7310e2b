/* SPDX-License-Identifier: Apache-2.0 */
/* Threads of C11 as threads of POSIX, for the thread sanitizer alone. Its
 * library knows pthread_create but not thrd_create, with which librdkafka
 * starts its threads: these would crash at their first call of anything that
 * the sanitizer watches. The program's own functions come before libc's. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

struct start {
    thrd_start_t run;
    void *opaque;
};

static void *run_thread(void *opaque)
{
    struct start start = *(struct start *)opaque;

    free(opaque);
    return (void *)(intptr_t)start.run(start.opaque);
}

int thrd_create(thrd_t *thread, thrd_start_t run, void *opaque)
{
    struct start *start = malloc(sizeof *start);

    if (start == NULL) {
        return thrd_nomem;
    }
    *start = (struct start){run, opaque};
    if (pthread_create(thread, NULL, run_thread, start) != 0) {
        free(start);
        return thrd_error;
    }
    return thrd_success;
}

int thrd_join(thrd_t thread, int *result)
{
    void *returned = NULL;

    if (pthread_join(thread, &returned) != 0) {
        return thrd_error;
    }
    if (result != NULL) {
        *result = (int)(intptr_t)returned;
    }
    return thrd_success;
}
