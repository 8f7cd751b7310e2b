/* SPDX-License-Identifier: Apache-2.0 */
/**
 * One event type as its Avro schema states it: fields, rules, labels, slots.
 *
 * `mh_schema_read` turns the text of an .avsc into plain structures and names
 * every breach of the closed vocabulary at once. Nothing here knows other
 * versions or other types; that is the catalogue's job.
 */
#ifndef MAHALLE_SCHEMA_H
#define MAHALLE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "mahalle/err.h"
#include "pattern.h"

enum {
    MH_FIELDS_MAX = 64,    /* a bit each in one 64-bit mask */
    MH_MEASURES_MAX = 12,  /* columns of core.daily */
    MH_SYMBOLS_MAX = 200,  /* an enum; longer lists are lookups */
    MH_NAMES_MAX = 4,      /* fields that one rule may name */
    MH_TYPE_NAME_MAX = 50, /* bytes; with `_monthly` still a name in SQL */
    MH_CODE_MAX = 200,     /* bytes of a text that is a code */
    MH_DIMS_MAX = 1000,    /* bytes of all dimensions; part of an index */
    MH_LABEL_MAX = 200,    /* bytes */
    MH_DOC_MAX = 2000,     /* bytes */
    MH_SCHEMA_BYTES_MAX = 256 * 1024,
    MH_SCHEMA_DEPTH_MAX = 12
};

/** Bounds of a measure, so that sums of a batch stay within 64 bits. */
#define MH_MEASURE_MAX INT64_C(100000000000000)

/** Places of the envelope: the first fields of every type, in this order. */
enum mh_envelope {
    MH_FIELD_EVENT_ID,
    MH_FIELD_OP,
    MH_FIELD_REVISION,
    MH_FIELD_CORRECTION_REASON,
    MH_FIELD_OCCURRED_ON,
    MH_FIELD_OCCURRED_AT,
    MH_FIELD_POSTED_AT,
    MH_FIELD_AGENCY_CODE,
    MH_FIELD_SOURCE_REF,
    MH_FIELD_PLACE_CODE,
    MH_FIELD_COUNCIL_CODE,
    MH_FIELD_PROGRAMME_CODE,
    MH_ENVELOPE_COUNT
};

/** Symbols of the envelope's op, by position. */
enum mh_op { MH_OP_ASSERT, MH_OP_CORRECT, MH_OP_RETRACT };

/** Symbols of currency_unit, by position, and what the new rial counts. */
enum mh_currency { MH_IRR_CURRENT, MH_IRR_NEW, MH_IRR_NEW_RIALS = 10000 };

enum mh_kind {
    MH_KIND_INT,
    MH_KIND_LONG,
    MH_KIND_BOOLEAN,
    MH_KIND_DATE,      /**< days since 1970-01-01 */
    MH_KIND_TIMESTAMP, /**< milliseconds since 1970-01-01 UTC */
    MH_KIND_STRING,
    MH_KIND_UUID,
    MH_KIND_ENUM
};

enum mh_role {
    MH_ROLE_MEASURE,   /**< additive whole number */
    MH_ROLE_STATE,     /**< number that does not add up over time */
    MH_ROLE_DIMENSION, /**< what totals are grouped by */
    MH_ROLE_KEY,       /**< names an entity */
    MH_ROLE_TIME,
    MH_ROLE_FLAG, /**< yes or no; grouped by, as a dimension */
    MH_ROLE_CONTROL
};

enum mh_level {
    MH_LEVEL_NONE = -1,
    MH_LEVEL_PROVINCE,
    MH_LEVEL_COUNTY,
    MH_LEVEL_SETTLEMENT,
    MH_LEVEL_NEIGHBOURHOOD
};

/** How the form of a text is told. */
enum mh_form {
    MH_FORM_PATTERN, /**< by its pattern */
    MH_FORM_PLACE,   /**< its pattern is that of place codes, see place.h */
    MH_FORM_COUNCIL  /**< its pattern is that of council codes */
};

struct mh_symbol {
    char *name;   /**< owned; ASCII */
    uint32_t len; /**< bytes */
};

/* What every record needs of a field comes first: one line of cache. */
struct mh_field {
    enum mh_kind kind;
    enum mh_role role;
    bool optional;         /**< union with null; null is the first branch */
    bool money;            /**< measure in rials, see currency_unit */
    bool has_min, has_max; /**< a bound is stated */
    bool may_lack;         /**< may be null whatever else the event says */
    bool related; /**< where there is a value, rules with others apply */
    bool plain;   /**< a number, and `min` and `max` are all its rules */
    enum mh_form form;
    int symbol_count;
    struct mh_symbol *symbols; /**< owned; enums only, else NULL */
    int64_t min, max; /**< of `number`; where none is stated, what the kind
                           allows, and all of int64 where that is told by
                           others (symbols, occurred_at) */
    struct mh_pattern *pattern; /**< owned; strings only */
    char *lookup;               /**< owned; name of the list, NULL none */

    char *name;        /**< owned */
    uint32_t name_len; /**< bytes */
    uint64_t seed;     /**< of `name`, for the content hash */
    int number_slot;   /**< 1.. in core.event.numbers, 0 none */
    int code_slot;     /**< 1.. in core.event.codes, 0 none */
    int measure_slot;  /**< 1.. in core.daily.sum_k, 0 none */
    int whole_slot;    /**< the same, for the measure that `at_most` names, of
                            the facts that carry both; 0 none */

    int at_most;                    /**< field index, -1 none */
    int requires[MH_NAMES_MAX];     /**< field indexes, -1 ends */
    int requires_any[MH_NAMES_MAX]; /**< field indexes, -1 ends */
    int null_when;                  /**< field index, -1 none */
    int64_t null_when_at_most;
    int required_when;                     /**< field index, -1 none */
    bool required_when_is[MH_SYMBOLS_MAX]; /**< by symbol of that field */

    char *pattern_text; /**< owned; strings only, else NULL */
    char *enum_name;    /**< owned; Avro full name; enums only, else NULL */
    char *unit;         /**< owned */
    char *label_fa;     /**< owned, UTF-8 */
    char *label_en;     /**< owned */
};

/** An event type by one version of its schema. */
struct mh_type {
    char *name;      /**< owned; short name, as "council_formed" */
    char *full_name; /**< owned; Avro full name */
    char *domain;    /**< owned; last part of the namespace */
    char *label_fa;  /**< owned */
    char *label_en;  /**< owned */
    uint32_t schema_id;
    uint32_t type_id; /**< schema id of version 1; set by the catalogue */
    int version;      /**< 1..; set by the catalogue */
    bool plan;        /**< kind plan; else act */
    bool period;      /**< PERIOD_TOTAL */
    bool sensitive;
    char *entity;           /**< owned; what the type tells about, NULL none */
    int entity_key;         /**< field index of the entity's code, -1 none */
    int withhold;           /**< field index of the measure, -1 none */
    int64_t withhold_below; /**< months and counties under it are withheld */
    enum mh_level finest, coarsest;
    int required_envelope[MH_ENVELOPE_COUNT]; /**< indexes, -1 ends */
    int period_from;                          /**< field index, -1 none */
    int currency_unit;                        /**< field index, -1 none */

    struct mh_field *fields; /**< owned; `field_count` of them */
    int field_count;
    int number_count, code_count, measure_count;
};

/**
 * Read one schema.
 *
 * @param text     lent; `len` bytes as they came, nothing is trusted
 * @param type     out; given, free with mh_type_free
 * @param problems lent; one line a problem: `pointer: reason`, or
 *                 only `reason` where the whole schema is meant
 * @returns MH_OK
 *          MH_CONTRACT  `problems` says why, all of it
 *          MH_MEMORY
 * Thread: one at a time (avro-c keeps one error text for the process).
 */
MH_MUST enum mh_code mh_schema_read(const char *text, size_t len,
                                    struct mh_type **type,
                                    struct mh_buf *problems,
                                    struct mh_err *err);
void mh_type_free(struct mh_type *type);
/** Index of the field with this name, -1 when there is none. */
int mh_type_find(const struct mh_type *type, const char *name, size_t len);
/**
 * Whether `next` may follow `last` (decision: only new optional fields and
 * new enum symbols, appended). Breaches are added to `problems`.
 */
bool mh_type_may_follow(const struct mh_type *last, const struct mh_type *next,
                        struct mh_buf *problems);

#endif
