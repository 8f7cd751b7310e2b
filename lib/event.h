/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An event in memory, between text or Avro and whatever comes next.
 *
 * One value a field of its type, in the order of the type's latest version.
 * Texts are lent by what the event was read from (record, line, arena).
 */
#ifndef MAHALLE_EVENT_H
#define MAHALLE_EVENT_H

#include <stdint.h>

#include "schema.h"

/* The release lets the compiler set every local variable to zero first. For
 * the large ones on the way of each record (an event, a list of faults, 28 KB)
 * that would cost more than the work itself; their users write before they
 * read, which valgrind and the sanitizers see to. */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define MH_UNINITIALIZED __attribute__((uninitialized))
#endif
#endif
#ifndef MH_UNINITIALIZED
#define MH_UNINITIALIZED
#endif

enum mh_set {
    MH_NULL,  /**< absent, null */
    MH_VALUE, /**< there is a value */
    MH_BAD    /**< there was something that could not be read; reported */
};

struct mh_value {
    int64_t number;   /**< whole number, 0/1, days, milliseconds; the symbol's
                           position for an enum; unused for other texts */
    const char *text; /**< lent, not terminated; texts and enums */
    uint32_t len;     /**< bytes of `text` */
    enum mh_set set;
};

struct mh_event {
    const struct mh_type *type; /**< lent by the catalogue; latest version */
    uint8_t id[16];             /**< event_id as bytes; set by the check */
    int32_t agency_id;          /**< number of the agency; set by the check,
                                     0 while unknown */
    struct mh_value values[MH_FIELDS_MAX]; /**< `type->field_count` in use */
};

/** One fault of an event. */
struct mh_fault {
    enum mh_code code;
    int field;          /**< index in the type, -1: not a field of it */
    char pointer[96];   /**< RFC 6901, "" = the whole event */
    char expected[128]; /**< what would have been right; may be empty */
    char got[64];       /**< what was there, cut; content, so never logged
                             and never in a dead letter */
};

enum { MH_FAULTS_MAX = 96 };

struct mh_faults {
    int count;
    struct mh_fault items[MH_FAULTS_MAX]; /**< more are not kept */
};

/**
 * Add a fault. `expected` and `got` are cut to fit; `got` may be NULL.
 * @returns the fault, NULL when the list is full
 */
struct mh_fault *mh_fault_add(struct mh_faults *faults, enum mh_code code,
                              const struct mh_type *type, int field,
                              const char *expected, const char *got,
                              size_t got_len);
/**
 * Add a fault at a name that is no field: its pointer is the name by RFC 6901,
 * cut to fit.
 * @param name lent; `len` bytes of UTF-8
 */
void mh_fault_add_name(struct mh_faults *faults, enum mh_code code,
                       const char *name, size_t len, const char *expected,
                       const char *got, size_t got_len);
/** Put them in field order; faults of one field keep theirs. */
void mh_faults_sort(struct mh_faults *faults);

#endif
