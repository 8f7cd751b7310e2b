/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decode and check of a mixed set of records, per core, beside avro-c.
 *
 * Ours: mh_decode and mh_check with the real reference data; then the content
 * hash as well. The rival: avro-c's generic reader into a value that is used
 * again, which checks nothing. Same records, runs taken in turn, CPU time of
 * this thread; medians. Prints `name value` lines for tests/bench/run.
 */
#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"
#include "content_hash.h"
#include "decode.h"
#include "encode.h"
#include "events.h"
#include "frame.h"
#include "reference.h"
#include "text.h"

enum { RECORDS = 100000, RUNS = 9, FILE_MAX = 1 << 20 };

struct set {
    struct mh_buf bytes;
    size_t starts[RECORDS + 1];
    int kinds[RECORDS];
    struct mh_catalogue *catalogue;
    struct mh_reference *reference;
    struct bench_events events;
    avro_value_t values[BENCH_TYPES];
};

static void must(bool fine, const char *what)
{
    if (!fine) {
        (void)fprintf(stderr, "codec_bench: %s\n", what);
        exit(1);
    }
}

static void make_records(struct set *set)
{
    static struct bench_event made;

    mh_buf_init(&set->bytes, (size_t)RECORDS * 1024);
    for (int i = 0; i < RECORDS; i++) {
        bench_events_make(&set->events, (uint64_t)i, &made);
        set->starts[i] = set->bytes.len;
        mh_encode(&made.event, &set->bytes);
        for (int k = 0; k < BENCH_TYPES; k++) {
            if (set->events.types[k] == made.event.type) {
                set->kinds[i] = k;
            }
        }
    }
    set->starts[RECORDS] = set->bytes.len;
    must(!set->bytes.failed, "records do not fit");
}

static void make_rival(struct set *set, const char *dir)
{
    for (int k = 0; k < BENCH_TYPES; k++) {
        const struct mh_type *type = set->events.types[k];
        char path[512];
        struct mh_buf text;
        struct mh_err err;
        avro_schema_t schema;
        avro_value_iface_t *iface;

        (void)snprintf(path, sizeof path, "%s/events/%s/%s.v%d.avsc", dir,
                       type->domain, type->name, type->version);
        mh_buf_init(&text, FILE_MAX);
        must(mh_text_read_file(path, &text, &err) == MH_OK, path);
        must(avro_schema_from_json_length((const char *)text.bytes, text.len,
                                          &schema) == 0,
             avro_strerror());
        mh_buf_fini(&text);
        iface = avro_generic_class_from_schema(schema);
        must(iface != NULL &&
                 avro_generic_value_new(iface, &set->values[k]) == 0,
             avro_strerror());
    }
}

/* ------------------------------------------------------------------- timed */

static uint64_t run_ours(const struct set *set, bool check, bool hash)
{
    static struct mh_faults faults;
    struct mh_event event;
    uint64_t sum = 0;

    for (int i = 0; i < RECORDS; i++) {
        const uint8_t *bytes = set->bytes.bytes + set->starts[i];
        size_t len = set->starts[i + 1] - set->starts[i];
        const struct mh_schema *schema;
        uint32_t id = 0;
        int field;

        must(mh_frame_read(bytes, len, &id) == MH_OK, "frame");
        schema = mh_catalogue_schema(set->catalogue, id);
        must(mh_decode(schema, bytes + MH_FRAME_BYTES, len - MH_FRAME_BYTES,
                       &event, &field) == MH_OK,
             "decode");
        faults.count = 0;
        must(!check || mh_check(&event, set->reference, &faults), "check");
        sum += hash ? mh_content_hash(&event)
                    : (uint64_t)event.values[MH_FIELD_OCCURRED_ON].number;
    }
    return sum;
}

static uint64_t run_rival(struct set *set)
{
    avro_reader_t reader = avro_reader_memory("", 0);

    for (int i = 0; i < RECORDS; i++) {
        const char *bytes = (const char *)set->bytes.bytes + set->starts[i];
        size_t len = set->starts[i + 1] - set->starts[i];

        avro_reader_memory_set_source(reader, bytes + MH_FRAME_BYTES,
                                      (int64_t)len - MH_FRAME_BYTES);
        must(avro_value_read(reader, &set->values[set->kinds[i]]) == 0,
             "avro-c refuses a record");
    }
    avro_reader_free(reader);
    return 0;
}

static int64_t cpu_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return (left > right) - (left < right);
}

enum way { DECODE, CHECK, HASH, RIVAL, WAYS };

int main(int argc, char **argv)
{
    static const char *const NAMES[WAYS] = {"decode", "decode_check",
                                            "decode_check_hash", "avro_c"};
    static struct set set;
    static double ns[WAYS][RUNS];
    const char *dir = getenv("MAHALLE_SCHEMAS");
    /* one way alone: for profiling */
    long only = argc > 1 ? strtol(argv[1], NULL, 10) : -1;
    struct mh_err err;
    uint64_t sum = 0;

    dir = dir == NULL ? MAHALLE_SCHEMAS_DIR : dir;
    set.catalogue = bench_catalogue(dir);
    must(mh_reference_new(&set.reference, &err) == MH_OK &&
             mh_reference_load(set.reference, dir, &err) == MH_OK,
         "reference data");
    must(bench_events_init(&set.events, set.catalogue), "types");
    make_records(&set);
    make_rival(&set, dir);
    for (int run = 0; run < RUNS; run++) {
        for (int way = 0; way < WAYS; way++) {
            int64_t began = cpu_ns();

            if (only >= 0 && way != only) {
                continue;
            }
            sum += way == RIVAL ? run_rival(&set)
                                : run_ours(&set, way >= CHECK, way == HASH);
            ns[way][run] = (double)(cpu_ns() - began) / RECORDS;
        }
    }
    (void)printf("record_bytes %.1f\n", (double)set.bytes.len / RECORDS);
    for (int way = 0; way < WAYS; way++) {
        qsort(ns[way], RUNS, sizeof ns[way][0], by_value);
        (void)printf("%s_ns %.1f\n", NAMES[way], ns[way][RUNS / 2]);
    }
    (void)fprintf(stderr, "(%016llx)\n", (unsigned long long)sum);
    return 0;
}
