/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Posts the lines of standard input to a gateway, each one an event as a flat
 * JSON object, and says what became of each.
 *
 *     cc post_events.c $(pkg-config --cflags --libs mahalle) -o post_events
 *     ./post_events https://gateway.example key-file <events.ndjson
 *
 * Exit code 0: all are stored; 1: some were refused; 2: use; 5: some are not
 * stored, or nobody knows: post the same lines again, nothing counts twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mahalle/mahalle.h>

struct tally {
    unsigned long refused, missing;
};

/* Called for each event once, in this very thread. */
static void on_result(void *opaque, const struct mahalle_result *result)
{
    struct tally *tally = (struct tally *)opaque;
    unsigned long line = (unsigned long)(uintptr_t)result->tag;

    switch (result->fate) {
    case MAHALLE_STORED:
    case MAHALLE_DUPLICATE:
        break;
    case MAHALLE_REFUSED:
        tally->refused++;
        for (size_t i = 0; i < result->fault_count; i++) {
            printf("line %lu: %s %s: %s\n", line, result->faults[i]->pointer,
                   result->faults[i]->code, result->faults[i]->detail);
        }
        break;
    default:
        tally->missing++;
        printf("line %lu: %s: %s\n", line, mahalle_fate_name(result->fate),
               result->reason);
    }
}

int main(int argc, char **argv)
{
    struct tally tally = {0, 0};
    struct mahalle_settings settings;
    struct mahalle *client = NULL;
    struct mahalle_err err;
    enum mahalle_code code;
    char *text = NULL;
    size_t room = 0;
    ssize_t len;

    if (argc != 3) {
        fprintf(stderr, "Usage: %s URL KEY-FILE <EVENTS\n", argv[0]);
        return 2;
    }
    mahalle_settings_init(&settings, sizeof settings);
    settings.gateway = argv[1];
    settings.key_file = argv[2];
    settings.lang = MAHALLE_EN;
    settings.on_result = on_result;
    settings.opaque = &tally;
    if (mahalle_open(&settings, &client, &err) != MAHALLE_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
        return 2;
    }
    code = MAHALLE_OK;
    for (uintptr_t line = 1; code == MAHALLE_OK; line++) {
        len = getline(&text, &room, stdin);
        if (len < 0) {
            break;
        }
        code =
            mahalle_post(client, text, (size_t)len, (void *)line, 60000, &err);
    }
    if (code == MAHALLE_OK) {
        code = mahalle_flush(client, 60000, &err);
    }
    if (code != MAHALLE_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], err.text);
    }
    mahalle_close(client);
    free(text);
    printf("%lu refused, %lu not known to be stored\n", tally.refused,
           tally.missing);
    return code != MAHALLE_OK || tally.missing > 0 ? 5 : tally.refused > 0;
}
