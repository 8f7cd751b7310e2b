/* SPDX-License-Identifier: Apache-2.0 */
/* Both shapes of the gateway's answers: results of events, and problems. */
#include "upload_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAULTS_MAX = 1000 /* of one event; a gateway of ours keeps fewer */ };

static const struct {
    const char *status;
    enum mahalle_fate fate;
} FATES[] = {
    {"accepted", MAHALLE_STORED},  {"duplicate", MAHALLE_DUPLICATE},
    {"invalid", MAHALLE_REFUSED},  {"forbidden", MAHALLE_REFUSED},
    {"conflict", MAHALLE_REFUSED},
};
enum { FATE_COUNT = sizeof FATES / sizeof FATES[0] };

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));

    return text == NULL ? "" : text;
}

static int64_t number_of(const json_t *object, const char *name)
{
    const json_t *json = json_object_get(object, name);

    return json_is_integer(json) ? json_integer_value(json) : -1;
}

/* @returns false: no memory */
static bool settle(const json_t *result, enum mahalle_fate fate,
                   struct answer *answer)
{
    const json_t *errors = json_object_get(result, "errors");
    size_t count = json_array_size(errors);
    struct mahalle_result made = told_nothing(fate);
    struct mahalle_fault *faults = NULL;
    const struct mahalle_fault **list = NULL;

    count = count < FAULTS_MAX ? count : FAULTS_MAX;
    faults = calloc(count + 1, sizeof *faults);
    list = calloc(count + 1, sizeof *list);
    if (faults != NULL && list != NULL) {
        for (size_t i = 0; i < count; i++) {
            const json_t *error = json_array_get(errors, i);

            faults[i] =
                (struct mahalle_fault){.pointer = text_of(error, "pointer"),
                                       .code = text_of(error, "code"),
                                       .detail = text_of(error, "detail"),
                                       .expected = text_of(error, "expected"),
                                       .got = text_of(error, "got")};
            list[i] = &faults[i];
        }
        made.id = text_of(result, "id");
        made.partition = (int32_t)number_of(result, "partition");
        made.offset = number_of(result, "offset");
        made.faults = list;
        made.fault_count = count;
        answer->told = told_copy(&made);
    }
    free(list);
    free(faults);
    return answer->told != NULL;
}

/* @returns false: it is no result, or no memory */
static bool read_result(const json_t *result, struct answer *answer)
{
    const char *status = text_of(result, "status");

    *answer = (struct answer){.kind = ANSWER_SETTLED};
    if (strcmp(status, "retry") == 0) {
        answer->kind = ANSWER_RETRY;
        answer->doubtful = strcmp(text_of(result, "stored"), "no") != 0;
        return true;
    }
    for (int i = 0; i < FATE_COUNT; i++) {
        if (strcmp(status, FATES[i].status) == 0) {
            return settle(result, FATES[i].fate, answer);
        }
    }
    return false;
}

bool answer_read(const char *body, size_t len, struct answer *answers,
                 size_t count)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *results = json_object_get(root, "results");
    bool good = json_array_size(results) == count;
    size_t read = 0;

    while (good && read < count) {
        const json_t *result = json_array_get(results, read);

        good = number_of(result, "index") == (int64_t)read &&
               read_result(result, &answers[read]);
        read += good;
    }
    for (size_t i = 0; !good && i < read; i++) {
        told_free(answers[i].told);
    }
    json_decref(root);
    return good;
}

void answer_problem(const char *body, size_t len, long status, char *text,
                    size_t size)
{
    json_t *root = json_loadb(body, len, 0, NULL);
    const char *words = text_of(root, "message");
    const char *more = text_of(root, "detail");

    if (words[0] == '\0') {
        words = text_of(root, "title");
    }
    (void)snprintf(text, size, "HTTP %ld%s%.200s%s%.200s", status,
                   words[0] == '\0' ? "" : ": ", words,
                   more[0] == '\0' ? "" : "; ", more);
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f) {
            *c = '?';
        }
    }
    json_decref(root);
}
