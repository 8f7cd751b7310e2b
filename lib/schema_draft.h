/* SPDX-License-Identifier: Apache-2.0 */
/**
 * A schema while it is being read: the steps of mh_schema_read share this.
 *
 * A step never stops at a problem: it names it and goes on, so that the author
 * sees all of them at once. What a problem leaves unset stays zero or NULL,
 * and later steps look before they use it.
 */
#ifndef MAHALLE_SCHEMA_DRAFT_H
#define MAHALLE_SCHEMA_DRAFT_H

#include <jansson.h>

#include "schema.h"

enum { MH_POINTER_MAX = 256 };

struct mh_draft {
    json_t *root;         /**< lent; the record */
    json_t *fields;       /**< lent; its array of fields, at most the maximum */
    struct mh_type *type; /**< owned by the draft until it is free of faults */
    struct mh_buf *problems; /**< lent */
    int problem_count;
    bool out_of_memory;
    bool kind_known[MH_FIELDS_MAX]; /**< the field's type could be read */
    bool role_known[MH_FIELDS_MAX];
};

/** One property of the closed vocabulary; a table ends with name NULL. */
struct mh_property {
    const char *name;
    bool required;
};

/** Name a problem at `pointer`. */
void mh_draft_problem(struct mh_draft *draft, const char *pointer,
                      const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/** `pointer` + "/" + `token`, escaped by RFC 6901, unprintables as `?`. */
void mh_draft_point(char out[static MH_POINTER_MAX], const char *pointer,
                    const char *token);
/** As mh_draft_point with a number. */
void mh_draft_point_at(char out[static MH_POINTER_MAX], const char *pointer,
                       size_t i);
/** A problem for each property not in `table` and each that is missing. */
void mh_draft_properties(struct mh_draft *draft, json_t *object,
                         const struct mh_property *table, const char *pointer);
/** Text of a property, lent; NULL: absent, or not a text of 1..max bytes
 *  without control characters (reported). */
const char *mh_draft_text(struct mh_draft *draft, const json_t *object,
                          const char *name, size_t max, const char *pointer);
/** As above, given. */
char *mh_draft_copy(struct mh_draft *draft, const json_t *object,
                    const char *name, size_t max, const char *pointer);
/** Whole number of a property; false: absent or no whole number (reported). */
bool mh_draft_number(struct mh_draft *draft, const json_t *object,
                     const char *name, int64_t *number, const char *pointer);
/** Boolean of a property; absent = false. */
bool mh_draft_flag(struct mh_draft *draft, const json_t *object,
                   const char *name, const char *pointer);
/** Position of a property's text in `words` (ends with NULL); -1: absent or
 *  none of them (reported). */
int mh_draft_word(struct mh_draft *draft, const json_t *object,
                  const char *name, const char *const *words,
                  const char *pointer);
/** Whether `text` is [a-z][a-z0-9_]{1,62}. */
bool mh_is_name(const char *text);

/** Record properties, without those that name fields. */
void mh_schema_record(struct mh_draft *draft);
/** Fields: name, type, labels, bounds, pattern; no look at other fields. */
void mh_schema_fields(struct mh_draft *draft);
/** Type of one field: kind, optional, symbols. */
void mh_schema_field_type(struct mh_draft *draft, int i, json_t *node,
                          const char *pointer);
/** The twelve fields every type starts with. */
void mh_schema_envelope(struct mh_draft *draft);
/** What type and role ask of each field, and what they come to together. */
void mh_schema_roles(struct mh_draft *draft);
/** Rules that name other fields. */
void mh_schema_rules(struct mh_draft *draft);
/** Whether avro-c reads the same structure in the text. */
void mh_schema_agree(struct mh_draft *draft, const char *text, size_t len);

#endif
