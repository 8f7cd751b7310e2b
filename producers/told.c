/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes are added up first, then everything goes into one block. */
#include "told.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"

enum {
    DETAILS_MAX = MH_FAULTS_MAX * 1024 /* sentences of all faults */
};

static const struct mahalle_fault *const NO_FAULTS[] = {NULL};

struct mahalle_result told_nothing(enum mahalle_fate fate)
{
    return (struct mahalle_result){.fate = fate,
                                   .id = "",
                                   .partition = -1,
                                   .offset = -1,
                                   .faults = NO_FAULTS,
                                   .reason = ""};
}

static size_t size_of(const struct mahalle_result *result)
{
    size_t size = sizeof(struct told) + strlen(result->id) + 1 +
                  strlen(result->reason) + 1 +
                  (result->fault_count + 1) * sizeof *result->faults;

    for (size_t i = 0; i < result->fault_count; i++) {
        const struct mahalle_fault *fault = result->faults[i];

        size += sizeof *fault + strlen(fault->pointer) + strlen(fault->code) +
                strlen(fault->detail) + strlen(fault->expected) +
                strlen(fault->got) + 5;
    }
    return size;
}

static const char *put(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    char *at = *to;

    memcpy(at, text, size);
    *to += size;
    return at;
}

struct told *told_copy(const struct mahalle_result *result)
{
    size_t bytes = size_of(result);
    struct told *told = malloc(bytes);
    const struct mahalle_fault **list;
    struct mahalle_fault *faults;
    char *texts;

    if (told == NULL) {
        return NULL;
    }
    list = (const struct mahalle_fault **)(told + 1);
    faults = (struct mahalle_fault *)(list + result->fault_count + 1);
    texts = (char *)(faults + result->fault_count);
    told->bytes = bytes;
    told->result = *result;
    told->result.id = put(&texts, result->id);
    told->result.reason = put(&texts, result->reason);
    told->result.faults = list;
    for (size_t i = 0; i < result->fault_count; i++) {
        const struct mahalle_fault *fault = result->faults[i];

        faults[i] =
            (struct mahalle_fault){.pointer = put(&texts, fault->pointer),
                                   .code = put(&texts, fault->code),
                                   .detail = put(&texts, fault->detail),
                                   .expected = put(&texts, fault->expected),
                                   .got = put(&texts, fault->got)};
        list[i] = &faults[i];
    }
    list[result->fault_count] = NULL;
    return told;
}

struct told *told_reason(enum mahalle_fate fate, const char *reason)
{
    struct mahalle_result result = told_nothing(fate);

    result.reason = reason;
    return told_copy(&result);
}

struct told *told_faults(const struct mh_faults *faults,
                         const struct mh_type *type, const char *id,
                         enum words_lang lang)
{
    struct mahalle_fault list[MH_FAULTS_MAX];
    const struct mahalle_fault *pointers[MH_FAULTS_MAX];
    size_t at[MH_FAULTS_MAX];
    struct mahalle_result result = told_nothing(MAHALLE_REFUSED);
    struct told *told = NULL;
    struct mh_buf details;

    mh_buf_init(&details, DETAILS_MAX);
    for (int i = 0; i < faults->count; i++) {
        at[i] = details.len;
        words_fault(&faults->items[i], type, lang, &details);
        mh_buf_byte(&details, 0);
    }
    if (!details.failed) {
        for (int i = 0; i < faults->count; i++) {
            const struct mh_fault *fault = &faults->items[i];

            list[i] = (struct mahalle_fault){
                .pointer = fault->pointer,
                .code = mh_code_name(fault->code),
                .detail = (const char *)details.bytes + at[i],
                .expected = fault->expected,
                .got = fault->got};
            pointers[i] = &list[i];
        }
        result.id = id;
        result.faults = pointers;
        result.fault_count = (size_t)faults->count;
        told = told_copy(&result);
    }
    mh_buf_fini(&details);
    return told;
}

void told_free(struct told *told)
{
    free(told);
}
