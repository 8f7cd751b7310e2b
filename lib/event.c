/* SPDX-License-Identifier: Apache-2.0 */
/* The list of an event's faults; everything else about events is data. */
#include "event.h"

#include <stdio.h>
#include <string.h>

static void copy_cut(char *to, size_t size, const char *from, size_t len)
{
    if (len >= size) {
        len = size - 1;
        /* do not cut inside a UTF-8 sequence */
        while (len > 0 && ((unsigned char)from[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    memcpy(to, from, len);
    to[len] = '\0';
}

struct mh_fault *mh_fault_add(struct mh_faults *faults, enum mh_code code,
                              const struct mh_type *type, int field,
                              const char *expected, const char *got,
                              size_t got_len)
{
    struct mh_fault *fault;

    if (faults->count == MH_FAULTS_MAX) {
        return NULL;
    }
    fault = &faults->items[faults->count++];
    fault->code = code;
    fault->field = field;
    fault->pointer[0] = fault->expected[0] = fault->got[0] = '\0';
    if (field >= 0) {
        (void)snprintf(fault->pointer, sizeof fault->pointer, "/%s",
                       type->fields[field].name);
    }
    if (expected != NULL) {
        copy_cut(fault->expected, sizeof fault->expected, expected,
                 strlen(expected));
    }
    if (got != NULL) {
        copy_cut(fault->got, sizeof fault->got, got, got_len);
    }
    return fault;
}

void mh_fault_add_name(struct mh_faults *faults, enum mh_code code,
                       const char *name, size_t len, const char *expected,
                       const char *got, size_t got_len)
{
    struct mh_fault *fault =
        mh_fault_add(faults, code, NULL, -1, expected, got, got_len);
    size_t at = 0;
    size_t to = 0;

    if (fault == NULL) {
        return;
    }
    fault->pointer[to++] = '/';
    for (; at < len && to + 3 < sizeof fault->pointer; at++) {
        if (name[at] == '~' || name[at] == '/') {
            fault->pointer[to++] = '~';
            fault->pointer[to++] = name[at] == '~' ? '0' : '1';
        } else {
            fault->pointer[to++] = name[at];
        }
    }
    /* cut: not inside a character */
    while (at < len && to > 1 && ((unsigned char)name[at] & 0xC0) == 0x80) {
        at--;
        to--;
    }
    fault->pointer[to] = '\0';
}

/* Insertion sort: it is stable, and lists are a few items long. What is no
 * field of the type (-1) stands in front. */
void mh_faults_sort(struct mh_faults *faults)
{
    for (int i = 1; i < faults->count; i++) {
        struct mh_fault fault = faults->items[i];
        int j = i;

        while (j > 0 && faults->items[j - 1].field > fault.field) {
            faults->items[j] = faults->items[j - 1];
            j--;
        }
        faults->items[j] = fault;
    }
}
